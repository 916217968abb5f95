"""See the package."""

import numpy as np

from nvidia.dali import types
from nvidia.dali._node import Node, value


def external_source(source, layout):
    def compute():
        (sample,) = source()
        assert sample.ndim == len(layout)
        return sample

    return Node(compute)


def cast(node, dtype):
    return Node(lambda: value(node).astype(dtype))


def warp_affine(node, matrix, size, interp_type, fill_value=None, dtype=None):
    """`matrix` takes (x, y, z) of the output to the input; a voxel's middle lies at half an index."""

    def compute():
        volume = value(node)[..., 0]
        rows = np.asarray(matrix, np.float64).reshape(3, 4)
        z, y, x = np.meshgrid(*(np.arange(n) + 0.5 for n in size), indexing="ij")
        points = [row[0] * x + row[1] * y + row[2] * z + row[3] for row in rows][::-1]
        if interp_type == types.INTERP_NN:
            indices = [np.floor(axis).astype(int) for axis in points]
            warped = _clamped(volume, indices)
            outside = np.any([(i < 0) | (i >= n) for i, n in zip(indices, volume.shape)], axis=0)
            if fill_value is not None:
                warped = np.where(outside, fill_value, warped)
        else:
            assert fill_value is None
            warped = _linear(volume, [axis - 0.5 for axis in points])
        return warped[..., None].astype(dtype or volume.dtype)

    return Node(compute)


def _linear(volume, points):
    low = [np.floor(axis).astype(int) for axis in points]
    total = 0.0
    for corner in np.ndindex(2, 2, 2):
        weight = 1.0
        for point, base, step in zip(points, low, corner):
            weight = weight * (point - base if step else 1 - (point - base))
        total = total + weight * _clamped(volume, [base + step for base, step in zip(low, corner)])
    return total


def _clamped(volume, indices):
    return volume[tuple(np.clip(index, 0, n - 1) for index, n in zip(indices, volume.shape))]


class noise:
    @staticmethod
    def gaussian(node, stddev):
        random = np.random.default_rng(1)

        def compute():
            image = value(node)
            return image + stddev * random.standard_normal(image.shape, np.float32)

        return Node(compute)
