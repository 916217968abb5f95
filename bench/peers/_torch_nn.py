"""Convolutions and their gradients by PyTorch's own operators, on the CPU or on a CUDA device.

_torch_tensors.py says how a case's axes are turned and what is timed; filters are [kz, ky, kx, in, out] there and
(out, in, kz, ky, kx) here. Tensors in oneDNN's own format (`to_mkldnn()`) are left out: PyTorch does not train with them.
"""

import torch
from torch.nn import functional

from _serve import Runner
from _torch_tensors import Tensors, ways

FILTER_TO_TORCH, FILTER_TO_PROJECT = (4, 3, 0, 1, 2), (2, 3, 4, 1, 0)


class Convolution(Tensors):
    """A case's shapes and its tensors in one memory format."""

    def __init__(self, case, memory_format, device):
        super().__init__(memory_format, device)
        self.shape = case["inputShape"]
        batch, *grid, self.inputs = self.shape
        self.outputs = case["channels"]
        self.size = case["size"]
        self.stride = [case["stride"]] * 3
        self.padding = [(k - 1) // 2 for k in self.size]
        cells = [(n + 2 * p - k) // case["stride"] + 1 for n, p, k in zip(grid, self.padding, self.size)]
        self.output_shape = [batch, *cells, self.outputs]

    def input(self, data):
        return self.tensor(data, self.shape)

    def output(self, data):
        return self.tensor(data, self.output_shape)

    def filter(self, data):
        return self.tensor(data, [*self.size, self.inputs, self.outputs], FILTER_TO_TORCH)

    def backward(self, gradient, input, weights, mask):
        """Gradients by input, weights and bias, those of `mask` alone."""
        return torch.ops.aten.convolution_backward(
            gradient, input, weights, [self.outputs], self.stride, self.padding, [1] * 3, False, [0] * 3, 1, mask
        )


def conv3d(case, convolution):
    host = convolution.input(case["input"]), convolution.filter(case["weights"]), torch.from_numpy(case["bias"])

    def run():
        input, weights, bias = convolution.upload(*host)
        output = functional.conv3d(input, weights, bias, stride=convolution.stride, padding=convolution.padding)
        return convolution.download(output)

    return run


def input_gradient(case, convolution):
    host = convolution.output(case["gradient"]), convolution.filter(case["weights"])
    # Its values do not matter.
    input = convolution.input(torch.zeros(convolution.shape).numpy()).to(convolution.device)

    def run():
        gradient, weights = convolution.upload(*host)
        return convolution.download(convolution.backward(gradient, input, weights, [True, False, False])[0])

    return run


def filter_gradient(case, convolution):
    host = convolution.output(case["gradient"]), convolution.input(case["input"])
    size = [*convolution.size, convolution.inputs, convolution.outputs]
    weights = convolution.filter(torch.zeros(size).numpy()).to(convolution.device)

    def run():
        gradient, input = convolution.upload(*host)
        by_weights = convolution.backward(gradient, input, weights, [False, True, False])[1]
        return convolution.download(by_weights, FILTER_TO_PROJECT)

    return run


def transposed(case, convolution):
    """The case's shapes are those of the convolution whose input gradient this is."""
    host = convolution.output(case["input"]), convolution.filter(case["weights"]), torch.from_numpy(case["bias"])
    added = [
        n - ((m - 1) * convolution.stride[0] - 2 * p + k)
        for n, m, p, k in zip(convolution.shape[1:4], convolution.output_shape[1:4], convolution.padding, convolution.size)
    ]

    def run():
        input, weights, bias = convolution.upload(*host)
        output = functional.conv_transpose3d(
            input, weights, bias, stride=convolution.stride, padding=convolution.padding, output_padding=added
        )
        return convolution.download(output)

    return run


def kernels(device):
    """The kernels by name, on `"cpu"` or `"cuda"`."""

    def channel_sums(case):
        # A bias's gradient reads its tensor in the axes it has.
        values = torch.from_numpy(case["values"].reshape(-1, case["shape"][4]))
        host = values.pin_memory() if device == "cuda" else values
        return Runner(lambda: host.to(device, non_blocking=True).sum(0).cpu().numpy())

    return {
        "nn/conv3d": ways(conv3d, Convolution)(device),
        "nn/conv3d-input-gradient": ways(input_gradient, Convolution)(device),
        "nn/conv3d-filter-gradient": ways(filter_gradient, Convolution)(device),
        "nn/conv-transpose3d": ways(transposed, Convolution)(device),
        "nn/channel-sums": channel_sums,
    }
