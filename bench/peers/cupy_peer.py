"""CuPy on an NVIDIA GPU as a peer of the benchmark: the code of the SciPy peer with CuPy's arrays.

The host's memory is page-locked, so that copies go at full speed. A download waits for all that was handed to the GPU before it, so
the time of a call ends when its output is in host memory.

Run so far with a stand-in for CuPy only (test/peers/stand_in), on no GPU.
"""

import cupy
import cupyx
from cupyx.scipy import ndimage

from _affine import kernels
from _serve import serve


class Device:
    """CuPy's arrays; see Host of _affine.py."""

    xp = cupy
    ndimage = ndimage

    def generator(self):
        return cupy.random.Generator(cupy.random.XORWOW(1))

    def stage(self, array):
        staged = cupyx.empty_pinned(array.shape, array.dtype)
        staged[...] = array
        return staged

    def place_for(self, staged):
        return cupy.empty(staged.shape, staged.dtype)

    def upload(self, staged, device):
        device.set(staged)

    def result_for(self, device):
        return cupyx.empty_pinned(device.shape, device.dtype)

    def download(self, device, result):
        device.get(out=result)
        cupy.cuda.Stream.null.synchronize()
        return result


if __name__ == "__main__":
    properties = cupy.cuda.runtime.getDeviceProperties(0)
    serve("cupy", f"{cupy.__version__} on {properties['name'].decode()}", kernels(Device()))
