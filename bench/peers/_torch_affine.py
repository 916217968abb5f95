"""The augmentation kernels of peers that work with PyTorch's tensors, on the CPU or on a CUDA device.

Tensors have axes (batch, channel, z, y, x), so x stays fastest. With align_corners=False a volume reaches from -1 to 1, half a voxel
beyond its first and last voxel's middle: exactly the project's rule of what is inside. padding_mode="border" clamps the neighbours.
grid_sample takes no integers: labels are turned into floats, which hold them exactly. Its "nearest" rounds halves to even where the
project rounds them up.

What is timed begins with the input in host memory and ends with the output there. On a CUDA device that memory is page-locked, and the
copy of the output waits for all that was handed to the device before it.
"""

import os

import numpy as np
import torch
from torch.nn import functional

from _serve import Runner
from _warps import one, run_all


class Source:
    """A volume in host memory; uploaded once per call, integers as they are."""

    def __init__(self, data, dims, device):
        volume = torch.from_numpy(data.reshape(1, 1, *dims[::-1]))
        self.device = device
        self.dims = np.asarray(dims, np.float64)
        self.host = volume.pin_memory() if device == "cuda" else volume
        self.volume = None

    def upload(self):
        self.volume = self.host.to(self.device, non_blocking=True).to(torch.float32)


class Warp:
    """An affine warp by affine_grid and grid_sample; `theta` maps the output's grid from -1 to 1 to the input's."""

    def __init__(self, source, transform, mode, outside):
        self.source = source
        self.device = source.device
        self.mode = mode
        self.matrix = np.asarray(transform["matrix"], np.float64).reshape(3, 4)
        n, m = source.dims, np.asarray(transform["shape"], np.float64)
        # Output index = ((u + 1) m - 1) / 2 and u' = (2 index + 1) / n - 1.
        linear = self.matrix[:, :3] * m[None, :] / n[:, None]
        shift = (2 * (self.matrix[:, :3] @ ((m - 1) / 2) + self.matrix[:, 3]) + 1) / n - 1
        self.theta = torch.from_numpy(np.column_stack([linear, shift]).astype(np.float32))[None]
        self.size = (1, 1, *transform["shape"][::-1])
        self.dtype = torch.float32 if mode == "bilinear" else source.host.dtype
        self.outside = outside
        occlusion = transform.get("occlusion")
        self.slab = slice(occlusion["first"], occlusion["last"] + 1) if occlusion else None
        self.result = torch.empty(self.size, dtype=self.dtype, pin_memory=True) if self.device == "cuda" else None
        self.output = None

    def sample(self):
        """Voxels, and which of them lie outside."""
        grid = functional.affine_grid(self.theta.to(self.device), self.size, align_corners=False)
        inside = ((grid >= -1) & (grid < 1)).all(dim=-1)[:, None]
        warped = functional.grid_sample(
            self.source.volume, grid, mode=self.mode, padding_mode="border", align_corners=False
        )
        return warped, inside

    def finish(self, warped, inside):
        outside = inside.logical_not_()
        if self.slab:
            outside[:, :, self.slab] = True
        self.output = warped.masked_fill_(outside, self.outside).to(self.dtype)

    def compute(self):
        self.finish(*self.sample())

    def download(self):
        output, self.output = self.output, None
        return (output if self.result is None else self.result.copy_(output)).numpy()


class Fused:
    """A warp of an image, with a field of Gaussian noise, clip and scale."""

    def __init__(self, warp, transform, random):
        self.warp = warp
        self.source = warp.source
        window = transform["window"]
        self.low = window["low"]
        self.scale = 1 / (window["high"] - window["low"])
        self.sigma = transform["noise"]["sigma"]
        self.spread = self.sigma * self.scale
        self.random = random

    def compute(self):
        image, inside = self.warp.sample()
        image.add_(torch.randn(image.shape, generator=self.random, device=image.device), alpha=self.sigma)
        image.sub_(self.low).mul_(self.scale).clamp_(0, 1)
        self.warp.finish(image, inside)

    def download(self):
        return self.warp.download()


def kernels(device, warp_class=Warp):
    """The kernels by name, on `"cpu"` or `"cuda"`."""

    def generator():
        return torch.Generator(device).manual_seed(1)

    def source_of(case, name="data"):
        return Source(case[name], case["dims"], device)

    def image(source, transform, random):
        return Fused(warp_class(source, transform, "bilinear", 0), transform, random)

    def warp(case):
        return Runner(one(warp_class(source_of(case), case["transform"], "bilinear", -1024)))

    def warp_labels(case):
        return Runner(one(warp_class(source_of(case), case["transform"], "nearest", 255)))

    def fused(case):
        warp = image(source_of(case), case["transform"], generator())
        return Runner(one(warp), own_noise=warp.spread)

    def full(case):
        random = generator()
        sources = [source_of(case), source_of(case, "labels")]
        images = [image(sources[0], transform, random) for transform in case["transforms"]]
        labels = [warp_class(sources[1], transform, "nearest", 255) for transform in case["transforms"]]
        warps = [warp for pair in zip(images, labels) for warp in pair]
        return Runner(lambda: run_all(sources, warps), own_noise=max(warp.spread for warp in images))

    def normal(case):
        random = generator()
        numbers = torch.empty(case["blocks"] * 4, device=device)
        result = torch.empty(numbers.shape, pin_memory=True) if device == "cuda" else numbers

        def run():
            numbers.normal_(generator=random)
            return (result if result is numbers else result.copy_(numbers)).numpy()

        return Runner(run, own_noise=1.0)

    return {
        "augment/full": full,
        "augment/warp": warp,
        "augment/warp-labels": warp_labels,
        "augment/fused": fused,
        "random/normal": normal,
    }


def set_up(device):
    """Settings of a whole program; a version in words."""
    torch.set_grad_enabled(False)
    if device == "cuda":
        # affine_grid multiplies matrices: 10-bit fractions would move voxels. Convolutions are compared in fp32.
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
        return f"{torch.__version__} on {torch.cuda.get_device_name()}"
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    return f"{torch.__version__}, threads: {torch.get_num_threads()}"
