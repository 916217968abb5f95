"""SciPy and numpy as a peer of the benchmark: what a careful user of SciPy would write for each kernel, as fast as it goes.

Arrays have axes (z, y, x), so x stays fastest. Where SciPy has several exact ways (a dilation by binary_dilation or by fftconvolve),
loading tries each and keeps the fastest.
"""

import numpy as np
import scipy
from scipy import fft, ndimage, signal

from _affine import Host, grid, kernels
from _serve import Runner, serve


def ball(radius, spacing):
    """Distances from a voxel's middle up to the radius, mm; equal counts as inside whatever the rounding."""
    reach = [int(radius / s + 1e-9) for s in spacing[::-1]]
    axes = np.ogrid[tuple(slice(-r, r + 1) for r in reach)]
    squares = sum((axis * s) ** 2 for axis, s in zip(axes, spacing[::-1]))
    return squares <= radius**2 * (1 + 1e-9)


class Morphology:
    """Binary morphology of a mask in a world that is background beyond the grid."""

    def __init__(self, case):
        self.mask = grid(case["data"], case["dims"]).view(bool)
        self.ball = ball(case["radius"], case["spacing"])
        self.kernel = self.ball.astype(np.float32)
        self.reach = [n // 2 for n in self.ball.shape]

    def dilate(self, mask):
        return ndimage.binary_dilation(mask, self.ball)

    def erode(self, mask):
        return ndimage.binary_erosion(mask, self.ball)

    def dilate_fft(self, mask):
        return self.counts(mask) > 0.5

    def erode_fft(self, mask):
        return self.counts(mask) > self.ball.sum() - 0.5

    def counts(self, mask):
        with fft.set_workers(-1):
            # The ball is symmetric: its reflection, which a dilation or an erosion would need, is the same.
            full = signal.fftconvolve(mask.astype(np.float32), self.kernel)
        return full[tuple(slice(r, r + n) for r, n in zip(self.reach, mask.shape))]

    def padded(self, operation):
        """An operation whose first step may leave the grid."""
        inner = tuple(slice(r, -r if r else None) for r in self.reach)
        return operation(np.pad(self.mask, [(r, r) for r in self.reach]))[inner]


def masks(*ways):
    """Runs ways from a Morphology to a mask, each giving bytes."""

    def open_case(case):
        morphology = Morphology(case)
        return Runner(*(lambda way=way: np.ascontiguousarray(way(morphology)).view(np.uint8) for way in ways))

    return open_case


dilate = masks(lambda m: m.dilate(m.mask), lambda m: m.dilate_fft(m.mask))
dilate_fft = masks(lambda m: m.dilate_fft(m.mask))
erode = masks(lambda m: m.erode(m.mask), lambda m: m.erode_fft(m.mask))
# An erosion keeps within the mask, so opening never leaves the grid.
opening = masks(lambda m: m.dilate(m.erode(m.mask)), lambda m: m.dilate_fft(m.erode_fft(m.mask)))
closing = masks(
    lambda m: m.padded(lambda mask: m.erode(m.dilate(mask))),
    lambda m: m.padded(lambda mask: m.erode_fft(m.dilate_fft(mask))),
)


def distance(case):
    outside = grid(case["data"], case["dims"]) == 0
    spacing = case["spacing"][::-1]
    return Runner(lambda: ndimage.distance_transform_edt(outside, sampling=spacing).astype(np.float32))


def packed(mask):
    """Bits along x, the first voxel the lowest, every row padded to whole 32-bit words."""
    rows = np.packbits(mask, axis=-1, bitorder="little")
    missing = -rows.shape[-1] % 4
    if missing:
        rows = np.pad(rows, [(0, 0), (0, 0), (0, missing)])
    return rows.view(np.uint32)


def pack(case):
    mask = grid(case["data"], case["dims"])
    return Runner(lambda: packed(mask))


def threshold(case):
    values = grid(case["values"], case["dims"])
    low, high = np.float32(case["min"]), np.float32(case["max"])
    above, below = np.empty(values.shape, bool), np.empty(values.shape, bool)

    def run():
        np.greater_equal(values, low, out=above)
        np.less_equal(values, high, out=below)
        np.logical_and(above, below, out=above)
        return packed(above)

    return Runner(run)


KERNELS = {
    **kernels(Host(ndimage)),
    "morphology/dilate": dilate,
    "morphology/dilate-fft": dilate_fft,
    "morphology/dilate-distance": dilate,
    "morphology/distance": distance,
    "morphology/erode": erode,
    "morphology/open": opening,
    "morphology/close": closing,
    "morphology/pack": pack,
    "morphology/threshold": threshold,
}

if __name__ == "__main__":
    serve("scipy", f"{scipy.__version__} with numpy {np.__version__}", KERNELS)
