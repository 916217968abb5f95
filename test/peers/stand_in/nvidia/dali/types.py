"""See the package."""

import numpy as np

from nvidia.dali._node import Node

INTERP_NN, INTERP_LINEAR = "nearest", "linear"
UINT8, FLOAT = np.uint8, np.float32


def Constant(array, device, layout):
    assert array.ndim == len(layout)
    return Node(lambda: array)
