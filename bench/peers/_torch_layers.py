"""Layers of a network but convolutions, and their gradients, by PyTorch's own operators, on the CPU or on a CUDA device.

_torch_tensors.py says how a case's axes are turned and what is timed. A gradient is given what a training with PyTorch would have kept
from the way forward: the output of the activation, the places of the maxima.
"""

import torch
from torch.nn import functional

from _torch_tensors import Tensors, ways

aten = torch.ops.aten


class Activations(Tensors):
    """Tensors of a case whose input has the axes `shape`."""

    def __init__(self, case, memory_format, device):
        super().__init__(memory_format, device)
        self.shape = case["shape"]

    def input(self, data):
        return self.tensor(data, self.shape)

    def like(self, data, axes):
        """A tensor of as many images and channels, of the axes z, y, x."""
        return self.tensor(data, [self.shape[0], *axes, self.shape[4]])


class Normalization(Activations):
    """A layer: images are channels of one image where each has statistics of its own, as in torch's instance_norm."""

    def __init__(self, case, memory_format, device):
        super().__init__(case, memory_format, device)
        batch, *_, channels = self.shape
        self.images = batch if case["kind"] == "instance" else 1
        self.channels = channels
        self.epsilon, self.slope = case["epsilon"], case["slope"]

    def parameters(self, case):
        return [self.host(torch.from_numpy(case[name])) for name in ("gamma", "beta")]

    def gather(self, tensor):
        if self.images == 1:
            return tensor
        return tensor.contiguous().view(1, self.images * self.channels, *tensor.shape[2:])

    def forward(self, input, gamma, beta):
        """Output, mean and 1 / sd."""
        gamma, beta = gamma.repeat(self.images), beta.repeat(self.images)
        output, mean, inverse = torch.native_batch_norm(
            self.gather(input), gamma, beta, None, None, True, 0.1, self.epsilon
        )
        return self.activate(output.view_as(input) if self.images > 1 else output), mean, inverse

    def activate(self, output):
        if self.slope == 1:
            return output
        return functional.relu_(output) if self.slope == 0 else functional.leaky_relu_(output, self.slope)

    def through_activation(self, gradient, output):
        if self.slope == 1:
            return gradient
        if self.slope == 0:
            return aten.threshold_backward(gradient, output, 0)
        return aten.leaky_relu_backward(gradient, output, self.slope, True)


def normalize(case, layer):
    host = layer.input(case["input"]), *layer.parameters(case)

    def run():
        output, mean, inverse = layer.forward(*layer.upload(*host))
        variance = inverse.pow(-2) - layer.epsilon
        numbers = layer.fetch(torch.cat([mean, inverse, variance]), "statistics").numpy()
        return [layer.download(output), numbers]

    return run


def normalize_with(case, layer):
    moments = [layer.host(torch.from_numpy(case[name])) for name in ("mean", "variance")]
    host = layer.input(case["input"]), *layer.parameters(case), *moments

    def run():
        input, gamma, beta, mean, variance = layer.upload(*host)
        output = functional.batch_norm(input, mean, variance, gamma, beta, False, 0, layer.epsilon)
        return layer.download(layer.activate(output))

    return run


def normalize_gradient(case, layer):
    parameters = layer.parameters(case)
    host = layer.input(case["input"]), layer.input(case["gradient"]), parameters[0]
    input, *parameters = layer.upload(host[0], *parameters)
    output, mean, inverse = layer.forward(input, *parameters)

    def run():
        input, gradient, gamma = layer.upload(*host)
        dy = layer.through_activation(gradient, output)
        dx, dgamma, dbeta = aten.native_batch_norm_backward(
            layer.gather(dy),
            layer.gather(input),
            gamma.repeat(layer.images),
            None,
            None,
            mean,
            inverse,
            True,
            layer.epsilon,
            [True] * 3,
        )
        by_parameters = torch.stack([dgamma, dbeta]).view(2, layer.images, -1).sum(1)
        return [layer.download(dx.view_as(input)), layer.fetch(by_parameters, "parameters").numpy()]

    return run


def max_pool(case, tensors):
    host = tensors.input(case["input"])
    size = case["size"]

    def run():
        (input,) = tensors.upload(host)
        return tensors.download(functional.max_pool3d(input, size, 2, (size - 1) // 2))

    return run


def max_pool_gradient(case, tensors):
    size = [case["size"]] * 3
    window = size, [2] * 3, [(case["size"] - 1) // 2] * 3, [1] * 3, False
    input = tensors.input(case["input"])
    (there,) = tensors.upload(input)
    output, indices = aten.max_pool3d_with_indices(there, *window)
    host = input, tensors.like(case["gradient"], output.shape[2:])

    def run():
        input, gradient = tensors.upload(*host)
        return tensors.download(aten.max_pool3d_with_indices_backward(gradient, input, *window, indices))

    return run


def upsample(case, tensors):
    host = tensors.input(case["values"])
    options = {"mode": case["mode"], **({"align_corners": False} if case["mode"] == "trilinear" else {})}

    def run():
        (input,) = tensors.upload(host)
        return tensors.download(functional.interpolate(input, scale_factor=2, **options))

    return run


def upsample_gradient(case, tensors):
    batch, *small, channels = tensors.shape
    large = [2 * n for n in small]
    host = tensors.like(case["values"], large)
    shape = [batch, channels, *small]

    def run():
        (gradient,) = tensors.upload(host)
        if case["mode"] == "trilinear":
            return tensors.download(aten.upsample_trilinear3d_backward(gradient, large, shape, False, 2, 2, 2))
        return tensors.download(aten.upsample_nearest3d_backward(gradient, large, shape, 2, 2, 2))

    return run


def concat(case, tensors):
    grid = tensors.shape[:4]
    host = tensors.input(case["a"]), tensors.tensor(case["b"], [*grid, case["second"]])
    return lambda: tensors.download(torch.cat(tensors.upload(*host), 1))


def softmax(case, tensors):
    host = tensors.input(case["values"])
    return lambda: tensors.download(functional.softmax(tensors.upload(host)[0], 1))


def softmax_gradient(case, tensors):
    # PyTorch 1.13 misreads probabilities whose channels are last; its own softmax gives them channels first.
    host = tensors.input(case["gradient"]), tensors.host(tensors.input(case["values"]).contiguous())

    def run():
        gradient, probabilities = tensors.upload(*host)
        return tensors.download(aten._softmax_backward_data(gradient, probabilities, 1, torch.float32))

    return run


def kernels(device):
    """The kernels by name, on `"cpu"` or `"cuda"`."""
    return {
        name: ways(kernel, prepare)(device)
        for prepare, group in {
            Normalization: {
                "nn/normalize": normalize,
                "nn/normalize-with": normalize_with,
                "nn/normalize-gradient": normalize_gradient,
            },
            Activations: {
                "nn/max-pool": max_pool,
                "nn/max-pool-gradient": max_pool_gradient,
                "nn/upsample": upsample,
                "nn/upsample-gradient": upsample_gradient,
                "nn/concat-channels": concat,
                "nn/softmax": softmax,
                "nn/softmax-gradient": softmax_gradient,
            },
        }.items()
        for name, kernel in group.items()
    }
