"""PyTorch as a peer of the benchmark: affine_grid and grid_sample, convolutions, layers, losses, optimizers, a training step, on the CPU's
cores or on a CUDA device.

`torch_peer.py cpu|cuda`. The way of `cuda` differs by page-locked memory and by where the tensors are; it has been run on no GPU yet.
"""

import sys

import _torch_affine
import _torch_layers
import _torch_losses
import _torch_nn
import _torch_train
import _torch_updates
from _serve import serve

if __name__ == "__main__":
    device = sys.argv[1]
    rooms = _torch_affine, _torch_nn, _torch_layers, _torch_losses, _torch_updates, _torch_train
    kernels = {name: kernel for room in rooms for name, kernel in room.kernels(device).items()}
    serve(f"torch-{device}", _torch_affine.set_up(device), kernels)
