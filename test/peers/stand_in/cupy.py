"""A stand-in for CuPy that holds its arrays in host memory, for machines without an NVIDIA GPU.

It has what bench/peers/cupy_peer.py uses and nothing more, and is as strict as CuPy about where an array is: a device array and a NumPy
array do not mix, and a device array turns into a NumPy array by get() alone.
"""

import numpy

__version__ = "stand-in"


class ndarray:
    """A device array around a NumPy array that nobody else sees."""

    __array_ufunc__ = None

    def __init__(self, host):
        self._host = host

    def __array__(self, *_args, **_options):
        raise TypeError("Implicit conversion to a NumPy array is not allowed")

    shape = property(lambda self: self._host.shape)
    dtype = property(lambda self: self._host.dtype)

    def set(self, host):
        _check_host(host)
        if host.shape != self.shape or host.dtype != self.dtype:
            raise ValueError("array shape or dtype does not match")
        self._host[...] = host

    def get(self, out):
        _check_host(out)
        if out.shape != self.shape or out.dtype != self.dtype:
            raise ValueError("out has another shape or dtype")
        out[...] = self._host
        return out

    def astype(self, dtype):
        return ndarray(self._host.astype(dtype))

    def __getitem__(self, index):
        return ndarray(self._host[_inner(index)])

    def __setitem__(self, index, value):
        self._host[_inner(index)] = _inner(value)


def _operator(name):
    def call(self, other):
        result = getattr(self._host, name)(_inner(other))
        if name.startswith("__i"):
            return self
        return ndarray(result)

    return call


for _name in ["add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "lt", "ge", "or", "iadd", "isub", "imul", "ior"]:
    setattr(ndarray, f"__{_name}__", _operator(f"__{_name}__"))


def _check_host(value):
    if not isinstance(value, numpy.ndarray):
        raise TypeError(f"expected a NumPy array, found {type(value)}")


def _inner(value):
    if isinstance(value, numpy.ndarray):
        raise TypeError("Unsupported type <class 'numpy.ndarray'>")
    return value._host if isinstance(value, ndarray) else value


def _function(name):
    def call(*values, out=None, **options):
        result = getattr(numpy, name)(*map(_inner, values), out=_inner(out), **options)
        return ndarray(result) if out is None else out

    return call


maximum, minimum, clip = (_function(name) for name in ["maximum", "minimum", "clip"])


def ceil(array):
    return ndarray(numpy.ceil(_inner(array)))


def floor(array):
    return ndarray(numpy.floor(_inner(array)))


def empty(shape, dtype):
    # Not zeros: what is not written must not look right.
    return ndarray(numpy.full(shape, 7, dtype))


def zeros(shape):
    return ndarray(numpy.zeros(shape))


def full(shape, value):
    return ndarray(numpy.full(shape, value))


def arange(count, dtype):
    return ndarray(numpy.arange(count, dtype=dtype))


def asarray(array):
    _check_host(array)
    return ndarray(numpy.array(array))


def copyto(target, value, where):
    numpy.copyto(target._host, _inner(value), where=where._host)


class _Mgrid:
    def __getitem__(self, index):
        return [ndarray(part) for part in numpy.mgrid[index]]


mgrid = _Mgrid()


class _Generator:
    def __init__(self, bits):
        self._random = numpy.random.Generator(numpy.random.SFC64(bits))

    def standard_normal(self, size, dtype, out):
        if out.shape != size:
            raise ValueError("size and out do not match")
        self._random.standard_normal(dtype=dtype, out=out._host)


class random:
    Generator = _Generator

    @staticmethod
    def XORWOW(seed):
        return seed


class cuda:
    class Stream:
        class null:
            @staticmethod
            def synchronize():
                pass

    class runtime:
        @staticmethod
        def getDeviceProperties(_device):
            return {"name": b"host memory"}
