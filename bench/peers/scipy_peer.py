"""SciPy and numpy as a peer of the benchmark: what a careful user of SciPy would write for each kernel, as fast as it goes.

Arrays have axes (z, y, x), so x stays fastest. Outputs and temporaries are allocated once and used again; where SciPy has several
exact ways (a dilation by binary_dilation or by fftconvolve), loading tries each and keeps the fastest.

Border rule of the warps: a voxel is inside if -0.5 <= index < n - 0.5, neighbours beyond the faces are those at the faces.
`affine_transform(mode="nearest")` does the second half; the voxels outside are then overwritten. The natural call,
mode="constant", is 15 % faster without that but takes the half voxel around the volume for outside: another result.
"""

import numpy as np
import scipy
from scipy import fft, ndimage, signal

from _serve import Runner, serve


def grid(data, dims):
    """Voxels as an array with axes (z, y, x)."""
    return data.reshape(dims[::-1])


def slab(transform):
    """The slices that an occlusion cuts out."""
    occlusion = transform.get("occlusion")
    return slice(occlusion["first"], occlusion["last"] + 1) if occlusion else None


class Warp:
    """An affine warp with its output in memory that is used again."""

    def __init__(self, data, dims, transform, order, outside):
        self.volume = grid(data, dims)
        matrix = np.asarray(transform["matrix"], np.float64).reshape(3, 4)
        # The axes of the array run from z to x.
        self.matrix = np.ascontiguousarray(matrix[::-1, 2::-1])
        self.offset = np.ascontiguousarray(matrix[::-1, 3])
        self.shape = tuple(transform["shape"][::-1])
        self.order = order
        self.outside = outside
        self.slab = slab(transform)
        self.output = np.empty(self.shape, np.float32 if order else self.volume.dtype)
        self.x = np.arange(self.shape[2], dtype=np.int16 if self.shape[2] < 2**15 else np.int32)

    def sample(self):
        """Voxels, those outside as at the nearest face."""
        ndimage.affine_transform(
            self.volume, self.matrix, self.offset, output=self.output, output_shape=self.shape,
            order=self.order, mode="nearest", prefilter=False,
        )
        return self.output

    def fill_outside(self):
        """Overwrites the voxels outside. Of every row those inside are a range: where a line runs through a box."""
        nz, ny, nx = self.shape
        low = np.zeros((nz, ny))
        high = np.full((nz, ny), float(nx))
        z, y = np.mgrid[:nz, :ny]
        for (along_z, along_y, along_x), start, n in zip(self.matrix, self.offset, self.volume.shape):
            row = along_z * z + along_y * y + start
            if along_x == 0:
                high[(row < -0.5) | (row >= n - 0.5)] = 0
                continue
            near, far = (-0.5 - row) / along_x, (n - 0.5 - row) / along_x
            if along_x > 0:
                np.maximum(low, np.ceil(near), out=low)
                np.minimum(high, np.ceil(far), out=high)
            else:
                np.maximum(low, np.floor(far) + 1, out=low)
                np.minimum(high, np.floor(near) + 1, out=high)
        low, high = (np.clip(bound, 0, nx).astype(self.x.dtype)[:, :, None] for bound in (low, high))
        mask = self.x < low
        mask |= self.x >= high
        np.copyto(self.output, self.outside, where=mask)
        if self.slab:
            self.output[self.slab] = self.outside
        return self.output

    def run(self):
        self.sample()
        return self.fill_outside()


OUTSIDE_HU, OUTSIDE_WINDOWED, OUTSIDE_LABEL = -1024, 0, 255


def warp(case):
    return Runner(Warp(case["data"], case["dims"], case["transform"], 1, OUTSIDE_HU).run)


def warp_labels(case):
    return Runner(Warp(case["data"], case["dims"], case["transform"], 0, OUTSIDE_LABEL).run)


def fused(case):
    image = Fused(case["data"], case["dims"], case["transform"], Noise())
    return Runner(image.run, own_noise=image.spread)


def full(case):
    noise = Noise()
    images = [Fused(case["data"], case["dims"], transform, noise) for transform in case["transforms"]]
    labels = [Warp(case["labels"], case["dims"], transform, 0, OUTSIDE_LABEL) for transform in case["transforms"]]
    return Runner(
        lambda: [warp.run() for pair in zip(images, labels) for warp in pair],
        own_noise=max(image.spread for image in images),
    )


class Noise:
    """Gaussian noise by numpy's fastest generator, into memory that is used again."""

    def __init__(self):
        self.random = np.random.Generator(np.random.SFC64(1))
        self.field = np.empty(0, np.float32)

    def draw(self, shape, sigma=None):
        if self.field.shape != shape:
            self.field = np.empty(shape, np.float32)
        self.random.standard_normal(dtype=np.float32, out=self.field)
        if sigma is not None:
            self.field *= sigma
        return self.field


class Fused(Warp):
    """Warp, a field of Gaussian noise, clip and scale."""

    def __init__(self, data, dims, transform, noise):
        super().__init__(data, dims, transform, 1, OUTSIDE_WINDOWED)
        window = transform["window"]
        self.low = np.float32(window["low"])
        self.scale = np.float32(1 / (window["high"] - window["low"]))
        self.sigma = np.float32(transform["noise"]["sigma"])
        self.spread = float(self.sigma * self.scale)
        self.noise = noise

    def run(self):
        image = self.sample()
        image += self.noise.draw(self.shape, self.sigma)
        image -= self.low
        image *= self.scale
        np.clip(image, 0, 1, out=image)
        return self.fill_outside()


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


def normal(case):
    noise = Noise()
    return Runner(lambda: noise.draw((case["blocks"] * 4,)), own_noise=1.0)


KERNELS = {
    "augment/full": full,
    "augment/warp": warp,
    "augment/warp-labels": warp_labels,
    "augment/fused": fused,
    "morphology/dilate": dilate,
    "morphology/dilate-fft": dilate_fft,
    "morphology/erode": erode,
    "morphology/open": opening,
    "morphology/close": closing,
    "morphology/pack": pack,
    "morphology/threshold": threshold,
    "random/normal": normal,
}

if __name__ == "__main__":
    serve("scipy", f"{scipy.__version__} with numpy {np.__version__}", KERNELS)
