"""MONAI on a CUDA device as a peer of the benchmark: what RandAffined runs once it has drawn its parameters, AffineGrid and Resample.

`monai_peer.py cuda`. MONAI's grid has its origin in the volume's middle, in voxels, axes in the array's order (z, y, x). Resample with
padding_mode="border" clamps the neighbours; a voxel is inside where -n / 2 <= coordinate < n / 2. Noise and window are PyTorch's own
operations: MONAI's RandGaussianNoise draws on the CPU.

Written after MONAI's documentation and run with a stand-in for it only (test/peers/stand_in), on no GPU.
"""

import sys

import monai
import numpy as np
import torch
from monai.transforms import AffineGrid, Resample

from _serve import serve
from _torch_affine import Warp, kernels, set_up


class MonaiWarp(Warp):
    """An affine warp by MONAI."""

    def __init__(self, source, transform, mode, outside):
        super().__init__(source, transform, mode, outside)
        linear, offset = self.matrix[::-1, 2::-1], self.matrix[::-1, 3]
        n, m = source.dims[::-1], np.asarray(self.size[2:], np.float64)
        affine = np.eye(4)
        affine[:3, :3] = linear
        affine[:3, 3] = linear @ ((m - 1) / 2) + offset - (n - 1) / 2
        self.half = torch.from_numpy((n / 2).astype(np.float32).reshape(3, 1, 1, 1)).to(self.device)
        device = torch.device(self.device)
        self.make_grid = AffineGrid(affine=affine, device=device, dtype=torch.float32)
        self.resample = Resample(mode=mode, padding_mode="border", device=device, dtype=torch.float32)

    def sample(self):
        grid, _ = self.make_grid(self.size[2:])
        inside = ((grid[:3] >= -self.half) & (grid[:3] < self.half)).all(dim=0)[None, None]
        warped = self.resample(self.source.volume[0], grid)
        # Without MONAI's metadata, which would follow every operation.
        return torch.as_tensor(warped).as_subclass(torch.Tensor)[None], inside


if __name__ == "__main__":
    device = sys.argv[1]
    serve("monai-cuda", f"{monai.__version__} with {set_up(device)}", kernels(device, MonaiWarp))
