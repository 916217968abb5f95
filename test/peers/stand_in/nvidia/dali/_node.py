"""A node of a graph: a function that computes an array when a pipeline runs."""

import numpy as np


class Node:
    def __init__(self, compute):
        self.compute = compute

    def gpu(self):
        return self

    def __mul__(self, other):
        return _operation(np.multiply, self, other)

    def __add__(self, other):
        return _operation(np.add, self, other)

    def __sub__(self, other):
        return _operation(np.subtract, self, other)

    def __rsub__(self, other):
        return _operation(np.subtract, other, self)

    __rmul__, __radd__ = __mul__, __add__


def value(operand):
    return operand.compute() if isinstance(operand, Node) else operand


def _operation(function, a, b):
    def compute():
        left, right = value(a), value(b)
        both = [operand for operand in (left, right) if isinstance(operand, np.ndarray)]
        # Between integers DALI widens; a float makes floats.
        kind = np.float32 if any(np.asarray(v).dtype.kind == "f" for v in (left, right)) else np.int32
        assert len({array.shape for array in both}) == 1
        return function(left, right).astype(kind)

    return Node(compute)
