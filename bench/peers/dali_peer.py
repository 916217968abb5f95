"""NVIDIA DALI as a peer of the benchmark: warp_affine on the GPU, one pipeline per case.

Volumes have the layout DHWC with one channel. DALI's matrix maps (x, y, z) of the output to the input, where a voxel's middle lies at
half an index. Without fill_value warp_affine clamps the neighbours; what is outside is told by warping a volume of ones by nearest
neighbour with fill_value 0.

Written after DALI's documentation and run with a stand-in for it only (test/peers/stand_in), on no GPU. The benchmark compares its output
with webgpu's before it takes a time, so a mistake here makes it absent, not fast.
"""

import nvidia.dali as dali
import numpy as np
from nvidia.dali import fn, types
from nvidia.dali import math as dali_math
from nvidia.dali.pipeline import Pipeline

from _serve import Runner, serve


class Images:
    """Transforms of one volume as a graph of DALI; each method gives a node."""

    def __init__(self, data, dims):
        self.host = np.ascontiguousarray(data.reshape(*dims[::-1], 1))
        self.ones = np.ones_like(self.host, np.uint8)

    def open(self):
        """The volume, uploaded in every run, and the ones, which stay on the GPU."""
        self.volume = fn.external_source(lambda: [self.host], layout="DHWC").gpu()
        self.inside = types.Constant(self.ones, device="gpu", layout="DHWC")

    def warp(self, transform, nearest, outside, finish=None):
        matrix = np.asarray(transform["matrix"], np.float64).reshape(3, 4)
        # index' = L index + t between middles; with middles at half an index t grows by 1/2 - L 1/2.
        shift = matrix[:, 3] + 0.5 - matrix[:, :3].sum(axis=1) / 2
        matrix = np.column_stack([matrix[:, :3], shift])
        size = transform["shape"][::-1]
        common = {"matrix": matrix.ravel().tolist(), "size": size}
        warped = fn.warp_affine(
            self.volume,
            interp_type=types.INTERP_NN if nearest else types.INTERP_LINEAR,
            dtype=types.UINT8 if nearest else types.FLOAT,
            **common,
        )
        if finish:
            warped = finish(warped)
        inside = fn.warp_affine(self.inside, interp_type=types.INTERP_NN, fill_value=0, **common)
        occlusion = transform.get("occlusion")
        if occlusion:
            visible = np.ones((*size, 1), np.uint8)
            visible[occlusion["first"] : occlusion["last"] + 1] = 0
            inside = inside * types.Constant(visible, device="gpu", layout="DHWC")
        if outside == 0:
            return warped * inside
        filled = warped * inside + outside * (1 - inside)
        return fn.cast(filled, dtype=types.UINT8) if nearest else filled


def windowed(transform):
    """Noise, clip and scale, and the noise's spread in the output."""
    sigma = transform["noise"]["sigma"]
    low, high = transform["window"]["low"], transform["window"]["high"]

    def finish(image):
        noisy = fn.noise.gaussian(image, stddev=sigma)
        return dali_math.clamp((noisy - low) * (1 / (high - low)), 0.0, 1.0)

    return finish, sigma / (high - low)


def runner(volumes, outputs, own_noise=0.0):
    """Builds a pipeline; `outputs` makes its nodes once the volumes are open."""
    # Neither prefetching nor overlap: a call begins when it is asked for.
    pipeline = Pipeline(
        batch_size=1, num_threads=1, device_id=0, seed=1, prefetch_queue_depth=1, exec_pipelined=False, exec_async=False
    )
    with pipeline:
        for volume in volumes:
            volume.open()
        nodes = outputs()
        pipeline.set_outputs(*nodes)
    pipeline.build()

    def run():
        # The copy to host memory waits for the GPU.
        arrays = [output.as_cpu().as_array()[0] for output in pipeline.run()]
        return arrays[0] if len(arrays) == 1 else arrays

    return Runner(run, own_noise=own_noise)


def warp(case):
    volume = Images(case["data"], case["dims"])
    return runner([volume], lambda: [volume.warp(case["transform"], False, -1024.0)])


def warp_labels(case):
    volume = Images(case["data"], case["dims"])
    return runner([volume], lambda: [volume.warp(case["transform"], True, 255)])


def fused(case):
    volume = Images(case["data"], case["dims"])
    finish, spread = windowed(case["transform"])
    return runner([volume], lambda: [volume.warp(case["transform"], False, 0, finish)], spread)


def full(case):
    image, labels = Images(case["data"], case["dims"]), Images(case["labels"], case["dims"])
    spreads = [windowed(transform)[1] for transform in case["transforms"]]

    def outputs():
        return [
            node
            for transform in case["transforms"]
            for node in (
                image.warp(transform, False, 0, windowed(transform)[0]),
                labels.warp(transform, True, 255),
            )
        ]

    return runner([image, labels], outputs, max(spreads))


KERNELS = {
    "augment/full": full,
    "augment/warp": warp,
    "augment/warp-labels": warp_labels,
    "augment/fused": fused,
}

if __name__ == "__main__":
    serve("dali", dali.__version__, KERNELS)
