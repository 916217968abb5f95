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


class Regions:
    """Connected regions of a mask by ndimage.label, which numbers them by their first voxel."""

    def __init__(self, case):
        self.mask = grid(case["data"], case["dims"]).view(bool)
        self.structure = ndimage.generate_binary_structure(3, {6: 1, 18: 2, 26: 3}[case["connectivity"]])
        self.across = None
        if "slices" in case:
            self.across = 2 - case["slices"]
            np.moveaxis(self.structure, self.across, 0)[[0, 2]] = False

    def label(self, mask):
        return ndimage.label(mask, self.structure)

    def at_border(self, labels, count):
        """For each label whether it reaches a face, those across the slices left out."""
        found = np.zeros(count + 1, bool)
        for axis in range(3):
            if axis != self.across:
                for face in (0, -1):
                    found[np.take(labels, face, axis)] = True
        found[0] = False
        return found

    def all(self):
        labels, count = self.label(self.mask)
        sizes = np.bincount(labels.ravel(), minlength=count + 1)[1:]
        order = np.argsort(-sizes, kind="stable")
        number = np.zeros(count + 1, np.uint32)
        number[order + 1] = np.arange(1, count + 1)
        found = ndimage.find_objects(labels)
        boxes = [[edge for part in (0, 1) for edge in self.ends(found[k], part)] for k in order]
        return [number[labels], sizes[order], np.array(boxes, np.uint32)]

    @staticmethod
    def ends(box, last):
        """Where a box begins or ends along x, y and z."""
        return [axis.stop - 1 if last else axis.start for axis in box[::-1]]

    def largest(self):
        labels, count = self.label(self.mask)
        sizes = np.bincount(labels.ravel(), minlength=count + 1)
        sizes[0] = 0
        chosen = np.zeros(count + 1, bool)
        chosen[np.argsort(-sizes, kind="stable")[:2]] = True
        chosen[0] = False
        return chosen[labels]

    def holes(self):
        labels, count = self.label(~self.mask)
        return ~self.at_border(labels, count)[labels]

    def holes_by_dilation(self):
        return ndimage.binary_fill_holes(self.mask, self.structure)

    def inner(self):
        labels, count = self.label(self.mask)
        return self.mask & ~self.at_border(labels, count)[labels]

    def grown(self, marker):
        labels, count = self.label(self.mask)
        hit = np.zeros(count + 1, bool)
        hit[labels[marker]] = True
        hit[0] = False
        return hit[labels]


def regions(*ways):
    """Runs ways from Regions to a mask, each giving bytes."""

    def open_case(case):
        found = Regions(case)
        return Runner(*(lambda way=way: np.ascontiguousarray(way(found)).view(np.uint8) for way in ways))

    return open_case


def components(case):
    return Runner(Regions(case).all)


def reconstruct(case):
    found = Regions(case)
    marker = grid(case["marker"], case["dims"]).view(bool)
    propagate = lambda: ndimage.binary_propagation(marker & found.mask, found.structure, mask=found.mask)
    ways = (lambda: found.grown(marker), propagate)
    return Runner(*(lambda way=way: np.ascontiguousarray(way()).view(np.uint8) for way in ways))


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
    "morphology/components": components,
    "morphology/keep-largest": regions(lambda r: r.largest()),
    "morphology/fill-holes": regions(lambda r: r.holes(), lambda r: r.holes_by_dilation()),
    "morphology/clear-border": regions(lambda r: r.inner()),
    "morphology/reconstruct": reconstruct,
    "morphology/erode": erode,
    "morphology/open": opening,
    "morphology/close": closing,
    "morphology/pack": pack,
    "morphology/threshold": threshold,
}

if __name__ == "__main__":
    serve("scipy", f"{scipy.__version__} with numpy {np.__version__}", KERNELS)
