"""See cupy.py three folders up."""

import cupy
from scipy import ndimage


def affine_transform(input, matrix, offset, output_shape, output, order, mode, prefilter):
    assert isinstance(matrix, cupy.ndarray) and isinstance(input, cupy.ndarray)
    ndimage.affine_transform(
        input._host, matrix._host, offset, output_shape=output_shape, output=output._host, order=order, mode=mode,
        prefilter=prefilter,
    )
    return output
