"""Activations between the project's axes and PyTorch's, between host and device.

Cases have the project's axes, [batch, z, y, x, channel]; PyTorch's are (batch, channel, z, y, x). A program on PyTorch keeps its tensors in
PyTorch's axes, so turning them is not timed. Both of its memory formats are tried, channels first and last, and the faster one is kept.

What is timed begins with the tensors in host memory and ends with the output there, page-locked on a CUDA device.
"""

import torch

from _serve import Runner

FORMATS = (torch.contiguous_format, torch.channels_last_3d)
TO_TORCH, TO_PROJECT = (0, 4, 1, 2, 3), (0, 2, 3, 4, 1)


class Tensors:
    """Makes tensors of a case in one memory format."""

    def __init__(self, memory_format, device):
        self.device = device
        self.memory_format = memory_format
        self.results = {}

    def tensor(self, data, shape, axes=TO_TORCH):
        """A tensor in host memory, in PyTorch's axes."""
        tensor = torch.from_numpy(data.reshape(shape)).permute(axes).contiguous(memory_format=self.memory_format)
        return self.host(tensor)

    def host(self, tensor):
        """A tensor in host memory as it is."""
        return tensor.pin_memory() if self.device == "cuda" else tensor

    def upload(self, *tensors):
        return [tensor.to(self.device, non_blocking=True) for tensor in tensors]

    def download(self, tensor, axes=TO_PROJECT):
        return self.fetch(tensor).permute(axes).numpy()

    def fetch(self, tensor, name="output"):
        """A tensor in host memory, one of a name at a time."""
        if self.device != "cuda":
            return tensor
        if name not in self.results:
            self.results[name] = torch.empty_like(tensor, device="cpu", pin_memory=True)
        return self.results[name].copy_(tensor)


def ways(kernel, prepare):
    """A kernel by name to Runner: `prepare(case, memory_format, device)` makes what `kernel(case, prepared)` takes."""
    return lambda device: lambda case: Runner(*(kernel(case, prepare(case, format, device)) for format in FORMATS))
