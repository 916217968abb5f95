"""PyTorch on the CPU as a peer of the benchmark: affine_grid and grid_sample, on all cores.

Tensors have axes (batch, channel, z, y, x), so x stays fastest. With align_corners=False a volume reaches from -1 to 1, half a voxel
beyond its first and last voxel's middle: exactly the project's rule of what is inside. padding_mode="border" clamps the neighbours.
grid_sample takes no integers: labels travel as floats, which hold them exactly. Its "nearest" rounds halves to even where the project
rounds them up.
"""

import os

import numpy as np
import torch
from torch.nn import functional

from _serve import Runner, serve


class Warp:
    """An affine warp; `theta` maps the output's grid from -1 to 1 to the input's."""

    def __init__(self, data, dims, transform, mode, outside):
        self.volume = torch.from_numpy(data.reshape(1, 1, *dims[::-1]))
        matrix = np.asarray(transform["matrix"], np.float64).reshape(3, 4)
        n, m = np.asarray(dims, np.float64), np.asarray(transform["shape"], np.float64)
        # Output index = ((u + 1) m - 1) / 2 and u' = (2 index + 1) / n - 1.
        linear = matrix[:, :3] * m[None, :] / n[:, None]
        shift = (2 * (matrix[:, :3] @ ((m - 1) / 2) + matrix[:, 3]) + 1) / n - 1
        self.theta = torch.from_numpy(np.column_stack([linear, shift]).astype(np.float32))[None]
        self.size = (1, 1, *transform["shape"][::-1])
        self.mode = mode
        self.dtype = torch.float32 if mode == "bilinear" else self.volume.dtype
        self.outside = outside
        occlusion = transform.get("occlusion")
        self.slab = slice(occlusion["first"], occlusion["last"] + 1) if occlusion else None

    def sample(self):
        """Voxels, and which of them lie outside."""
        grid = functional.affine_grid(self.theta, self.size, align_corners=False)
        inside = ((grid >= -1) & (grid < 1)).all(dim=-1)[:, None]
        volume = self.volume.to(torch.float32)
        warped = functional.grid_sample(volume, grid, mode=self.mode, padding_mode="border", align_corners=False)
        outside = inside.logical_not_()
        if self.slab:
            outside[:, :, self.slab] = True
        return warped, outside

    def run(self):
        warped, outside = self.sample()
        return warped.masked_fill_(outside, self.outside).to(self.dtype).numpy()


class Fused(Warp):
    """Warp, a field of Gaussian noise, clip and scale."""

    def __init__(self, data, dims, transform, random):
        super().__init__(data, dims, transform, "bilinear", 0)
        window = transform["window"]
        self.low = window["low"]
        self.scale = 1 / (window["high"] - window["low"])
        self.sigma = transform["noise"]["sigma"]
        self.random = random

    def run(self):
        image, outside = self.sample()
        image.add_(torch.randn(image.shape, generator=self.random), alpha=self.sigma)
        image.sub_(self.low).mul_(self.scale).clamp_(0, 1)
        return image.masked_fill_(outside, self.outside).numpy()


def warp(case):
    return Runner(Warp(case["data"], case["dims"], case["transform"], "bilinear", -1024).run)


def warp_labels(case):
    return Runner(Warp(case["data"], case["dims"], case["transform"], "nearest", 255).run)


def fused(case):
    image = Fused(case["data"], case["dims"], case["transform"], generator())
    return Runner(image.run, own_noise=image.sigma * image.scale)


def full(case):
    random = generator()
    images = [Fused(case["data"], case["dims"], transform, random) for transform in case["transforms"]]
    labels = [Warp(case["labels"], case["dims"], transform, "nearest", 255) for transform in case["transforms"]]
    return Runner(
        lambda: [warp.run() for pair in zip(images, labels) for warp in pair],
        own_noise=max(image.sigma * image.scale for image in images),
    )


def generator():
    return torch.Generator().manual_seed(1)


def normal(case):
    random = generator()
    numbers = torch.empty(case["blocks"] * 4)
    return Runner(lambda: numbers.normal_(generator=random).numpy(), own_noise=1.0)


KERNELS = {
    "augment/full": full,
    "augment/warp": warp,
    "augment/warp-labels": warp_labels,
    "augment/fused": fused,
    "random/normal": normal,
}

if __name__ == "__main__":
    torch.set_grad_enabled(False)
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    serve("torch-cpu", f"{torch.__version__}, threads: {torch.get_num_threads()}", KERNELS)
