"""See cupy.py beside this folder."""

import numpy


def empty_pinned(shape, dtype):
    return numpy.full(shape, 7, dtype)
