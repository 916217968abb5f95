"""PyTorch as a peer of the benchmark: affine_grid and grid_sample, on the CPU's cores or on a CUDA device.

`torch_peer.py cpu|cuda`. The way of `cuda` differs by page-locked memory and by where the tensors are; it has been run on no GPU yet.
"""

import sys

from _serve import serve
from _torch_affine import kernels, set_up

if __name__ == "__main__":
    device = sys.argv[1]
    serve(f"torch-{device}", set_up(device), kernels(device))
