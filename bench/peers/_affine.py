"""The augmentation kernels of peers whose arrays are NumPy's, or work as NumPy's do on a GPU (CuPy).

Arrays have axes (z, y, x), so x stays fastest. Outputs and temporaries are allocated once and used again. What is timed begins with the
input in host memory and ends with the output there: on a GPU uploads and downloads are part of it, once per call and array.

Border rule of the warps: a voxel is inside if -0.5 <= index < n - 0.5, neighbours beyond the faces are those at the faces.
`affine_transform(mode="nearest")` does the second half; the voxels outside are then overwritten. The natural call,
mode="constant", is 15 % faster without that but takes the half voxel around the volume for outside: another result.
"""

import numpy as np

from _serve import Runner
from _warps import one, run_all

OUTSIDE_HU, OUTSIDE_WINDOWED, OUTSIDE_LABEL = -1024, 0, 255


def grid(data, dims):
    """Voxels as an array with axes (z, y, x)."""
    return data.reshape(dims[::-1])


class Source:
    """A volume in host memory, and the place for it where the work is done."""

    def __init__(self, arrays, data, dims):
        self.arrays = arrays
        self.host = arrays.stage(grid(data, dims))
        self.device = arrays.place_for(self.host)

    def upload(self):
        self.arrays.upload(self.host, self.device)


class Warp:
    """An affine warp of an uploaded source, with its output in memory that is used again."""

    def __init__(self, source, transform, order, outside):
        self.source = source
        self.arrays = source.arrays
        self.xp = self.arrays.xp
        matrix = np.asarray(transform["matrix"], np.float64).reshape(3, 4)
        # The axes of the array run from z to x.
        self.matrix = np.ascontiguousarray(matrix[::-1, 2::-1])
        self.offset = np.ascontiguousarray(matrix[::-1, 3])
        self.shape = tuple(transform["shape"][::-1])
        self.order = order
        self.outside = outside
        occlusion = transform.get("occlusion")
        self.slab = slice(occlusion["first"], occlusion["last"] + 1) if occlusion else None
        self.output = self.xp.empty(self.shape, np.float32 if order else source.host.dtype)
        self.result = self.arrays.result_for(self.output)
        self.x = self.xp.arange(self.shape[2], dtype=np.int16 if self.shape[2] < 2**15 else np.int32)

    def sample(self):
        """Voxels, those outside as at the nearest face."""
        self.arrays.ndimage.affine_transform(
            self.source.device, self.xp.asarray(self.matrix), self.offset, output=self.output,
            output_shape=self.shape, order=self.order, mode="nearest", prefilter=False,
        )
        return self.output

    def fill_outside(self):
        """Overwrites the voxels outside. Of every row those inside are a range: where a line runs through a box."""
        xp = self.xp
        nz, ny, nx = self.shape
        low = xp.zeros((nz, ny))
        high = xp.full((nz, ny), float(nx))
        z, y = xp.mgrid[:nz, :ny]
        for (along_z, along_y, along_x), start, n in zip(
            self.matrix.tolist(), self.offset.tolist(), self.source.host.shape
        ):
            row = along_z * z + along_y * y + start
            if along_x == 0:
                high[(row < -0.5) | (row >= n - 0.5)] = 0
                continue
            near, far = (-0.5 - row) / along_x, (n - 0.5 - row) / along_x
            if along_x > 0:
                xp.maximum(low, xp.ceil(near), out=low)
                xp.minimum(high, xp.ceil(far), out=high)
            else:
                xp.maximum(low, xp.floor(far) + 1, out=low)
                xp.minimum(high, xp.floor(near) + 1, out=high)
        low, high = (xp.clip(bound, 0, nx).astype(self.x.dtype)[:, :, None] for bound in (low, high))
        mask = self.x < low
        mask |= self.x >= high
        xp.copyto(self.output, self.outside, where=mask)
        if self.slab:
            self.output[self.slab] = self.outside

    def compute(self):
        self.sample()
        self.fill_outside()

    def download(self):
        return self.arrays.download(self.output, self.result)


class Noise:
    """Gaussian noise by the library's fastest generator, into memory that is used again."""

    def __init__(self, arrays):
        self.xp = arrays.xp
        self.random = arrays.generator()
        self.field = self.xp.empty(0, np.float32)

    def draw(self, shape, sigma=None):
        if self.field.shape != shape:
            self.field = self.xp.empty(shape, np.float32)
        self.random.standard_normal(size=shape, dtype=np.float32, out=self.field)
        if sigma is not None:
            self.field *= sigma
        return self.field


class Fused(Warp):
    """Warp, a field of Gaussian noise, clip and scale."""

    def __init__(self, source, transform, noise):
        super().__init__(source, transform, 1, OUTSIDE_WINDOWED)
        window = transform["window"]
        self.low = np.float32(window["low"])
        self.scale = np.float32(1 / (window["high"] - window["low"]))
        self.sigma = np.float32(transform["noise"]["sigma"])
        self.spread = float(self.sigma * self.scale)
        self.noise = noise

    def compute(self):
        image = self.sample()
        image += self.noise.draw(self.shape, self.sigma)
        image -= self.low
        image *= self.scale
        self.xp.clip(image, 0, 1, out=image)
        self.fill_outside()


def kernels(arrays):
    """The kernels by name; `arrays` is a library as `Host` below describes it."""

    def source_of(case):
        return Source(arrays, case["data"], case["dims"])

    def warp(case):
        return Runner(one(Warp(source_of(case), case["transform"], 1, OUTSIDE_HU)))

    def warp_labels(case):
        return Runner(one(Warp(source_of(case), case["transform"], 0, OUTSIDE_LABEL)))

    def fused(case):
        image = Fused(source_of(case), case["transform"], Noise(arrays))
        return Runner(one(image), own_noise=image.spread)

    def full(case):
        noise = Noise(arrays)
        sources = [source_of(case), Source(arrays, case["labels"], case["dims"])]
        images = [Fused(sources[0], transform, noise) for transform in case["transforms"]]
        labels = [Warp(sources[1], transform, 0, OUTSIDE_LABEL) for transform in case["transforms"]]
        warps = [warp for pair in zip(images, labels) for warp in pair]
        return Runner(lambda: run_all(sources, warps), own_noise=max(image.spread for image in images))

    def normal(case):
        noise = Noise(arrays)
        shape = (case["blocks"] * 4,)
        result = arrays.result_for(noise.draw(shape))
        return Runner(lambda: arrays.download(noise.draw(shape), result), own_noise=1.0)

    return {
        "augment/full": full,
        "augment/warp": warp,
        "augment/warp-labels": warp_labels,
        "augment/fused": fused,
        "random/normal": normal,
    }


class Host:
    """NumPy and SciPy: host memory is where the work is done, nothing is copied."""

    xp = np

    def __init__(self, ndimage):
        self.ndimage = ndimage

    def generator(self):
        return np.random.Generator(np.random.SFC64(1))

    def stage(self, array):
        """An array in the host memory that is fastest to upload from."""
        return array

    def place_for(self, staged):
        """Memory to upload to."""
        return staged

    def upload(self, staged, device):
        """Brings an array to where the work is done."""

    def result_for(self, device):
        """Host memory to download to."""
        return None

    def download(self, device, result):
        """An array in host memory; what computes it has ended by then."""
        return device
