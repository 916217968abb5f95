"""See the package."""

import torch


class AffineGrid:
    """A grid of homogeneous coordinates with the origin in its middle, mapped by a matrix."""

    def __init__(self, affine, device, dtype):
        self.affine = torch.as_tensor(affine, dtype=torch.float64, device=device)
        self.dtype = dtype

    def __call__(self, spatial_size):
        axes = [torch.arange(n, dtype=torch.float64) - (n - 1) / 2 for n in spatial_size]
        points = torch.stack(torch.meshgrid(*axes, indexing="ij") + (torch.ones(tuple(spatial_size)),))
        grid = torch.einsum("ij,jzyx->izyx", self.affine, points.to(torch.float64))
        return grid.to(self.dtype), self.affine


class Resample:
    """Samples a channel-first image at such a grid; neighbours beyond the faces are those at the faces."""

    def __init__(self, mode, padding_mode, device, dtype):
        assert padding_mode == "border"
        self.mode = mode
        self.dtype = dtype

    def __call__(self, img, grid):
        index = torch.stack([grid[axis].double() + (n - 1) / 2 for axis, n in enumerate(img.shape[1:])])
        if self.mode == "nearest":
            return self._at(img, torch.round(index).long())
        low = torch.floor(index)
        share = index - low
        total = torch.zeros((img.shape[0], *index.shape[1:]), dtype=torch.float64)
        for corner in range(8):
            step = torch.tensor([corner & 1, corner >> 1 & 1, corner >> 2]).reshape(3, 1, 1, 1)
            weight = torch.where(step == 1, share, 1 - share).prod(dim=0)
            total += weight * self._at(img, (low + step).long())
        return total.to(self.dtype)

    @staticmethod
    def _at(img, index):
        z, y, x = (axis.clamp(0, n - 1) for axis, n in zip(index, img.shape[1:]))
        return img[:, z, y, x]
