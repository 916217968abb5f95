"""See the package."""

import numpy as np

from nvidia.dali._node import Node, value


def clamp(node, low, high):
    return Node(lambda: np.clip(value(node), np.float32(low), np.float32(high)))
