"""The project's 3-D U-Net (src/nn/model) made of PyTorch's own layers, by the same config and the same names of parameters.

Outside, tensors have the project's axes: images and logits [batch, z, y, x, channel], weights [kz, ky, kx, in, out], of a transposed
convolution [kz, ky, kx, out, in]. Parameters are leaves in those axes; gradients and optimizers see them so.
"""

import torch
from torch.nn import functional

NORM_EPSILON = 1e-5
# Share of a batch in the running statistics, PyTorch's default.
NORM_MOMENTUM = 0.1


class UNet:
    """
    config: as in the index of a folder of batches.
    state: tensors by name; those of the network are taken as they are and changed in place, others are left alone.
    memory_format: of what convolutions read; as it comes if absent.
    """

    def __init__(self, config, state, memory_format=torch.preserve_format):
        self.config = config
        self.memory_format = memory_format
        statistics = (".mean", ".variance")
        own = {name: tensor for name, tensor in state.items() if "/" not in name}
        self.statistics = {name: tensor for name, tensor in own.items() if name.endswith(statistics)}
        self.parameters = {
            name: tensor.requires_grad_() for name, tensor in own.items() if name not in self.statistics
        }

    def __call__(self, images, training):
        """Logits. Batch normalisation measures the batch and updates its running statistics if it is training, else uses them."""
        levels = len(self.config["channels"])
        pool = self.config["pool"]
        x = images.permute(0, 4, 1, 2, 3)
        skips = []
        for level in range(levels):
            if level > 0:
                skips.append(x)
                x = functional.max_pool3d(x, pool, stride=2, padding=(pool - 1) // 2)
            x = self._blocks(x, f"down{level}", training)
        for level in reversed(range(levels - 1)):
            x = torch.cat([self._doubled(x, f"up{level}.transposed"), skips.pop()], dim=1)
            x = self._blocks(x, f"up{level}", training)
        x = self._convolution(x, "head", self.parameters["head.bias"])
        return x.permute(0, 2, 3, 4, 1)

    def _blocks(self, x, level, training):
        for i in range(self.config["convolutions"]):
            name = f"{level}.conv{i}"
            for part in [f"{name}.{axis}" for axis in "zyx"] if self.config["split"] else [name]:
                x = self._convolution(x, part)
            x = functional.leaky_relu(self._norm(x, name, training), self.config["slope"])
        return x

    def _convolution(self, x, name, bias=None):
        weights = self._weights(name)
        padding = [size // 2 for size in weights.shape[2:]]
        return functional.conv3d(self._ready(x), weights, bias, padding=padding)

    def _norm(self, x, name, training):
        gamma, beta = self.parameters[f"{name}.gamma"], self.parameters[f"{name}.beta"]
        if self.config["norm"] == "instance":
            return functional.instance_norm(x, weight=gamma, bias=beta, eps=NORM_EPSILON)
        mean, variance = self.statistics[f"{name}.mean"], self.statistics[f"{name}.variance"]
        return functional.batch_norm(x, mean, variance, gamma, beta, training, NORM_MOMENTUM, NORM_EPSILON)

    def _doubled(self, x, name):
        up = self.config["up"]
        if up == "nearest":
            return functional.interpolate(x, scale_factor=2, mode=up)
        if up == "trilinear":
            return functional.interpolate(x, scale_factor=2, mode=up, align_corners=False)
        bias = self.parameters[f"{name}.bias"]
        padding = 0 if up == "transposed-2" else 1
        return functional.conv_transpose3d(
            self._ready(x), self._weights(name), bias, stride=2, padding=padding, output_padding=padding
        )

    def _weights(self, name):
        return self._ready(self.parameters[f"{name}.weights"].permute(4, 3, 0, 1, 2))

    def _ready(self, tensor):
        if self.memory_format == torch.preserve_format:
            return tensor
        return tensor.contiguous(memory_format=self.memory_format)
