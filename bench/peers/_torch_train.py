"""A whole training step, and an inference, by PyTorch, on the CPU or on a CUDA device: network, loss and optimizer of bench/peers/torch.

Each step begins with the case's state and batch in host memory and ends with loss, parameters and Adam's first moments there, as the
project's does; an inference begins with numbers and image there and ends with the logits. Both of PyTorch's memory formats are tried, channels first and last, and the faster one is kept.
"""

import os
import sys

import torch

from _serve import Runner

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "torch"))

from losses import loss
from optimizers import optimizer
from unet import UNet

FORMATS = (torch.contiguous_format, torch.channels_last_3d)


class Step:
    """A case's batch and state in host memory."""

    def __init__(self, case, device):
        self.case = case
        self.device = device
        shape = case["shape"]
        voxels = shape[1] * shape[2] * shape[3]
        self.images = torch.from_numpy(case["images"].reshape(shape))
        # Images are padded to whole words.
        self.labels = torch.from_numpy(case["labels"].reshape(shape[0], -1)[:, :voxels].reshape(shape[:4]).copy())
        shapes = case["shapes"]
        self.state = {
            name: torch.from_numpy(values.reshape(shapes[name.split("/")[-1]])) for name, values in case["state"].items()
        }

    def run(self, memory_format):
        case = self.case
        # Steps change the state in place.
        state = {name: tensor.to(self.device, copy=True) for name, tensor in self.state.items()}
        network = UNet(case["config"], state, memory_format)
        parameters = network.parameters
        moments = {f"adam.mean/{name}": torch.zeros_like(tensor) for name, tensor in parameters.items()}
        adam = optimizer({"name": "adam"}, parameters, case["l2"], {**state, **moments}, case["step"])
        for group in adam.param_groups:
            group["lr"] = case["rate"]
        with torch.enable_grad():
            logits = network(self.images.to(self.device), training=True)
            value = loss({"name": "iou", "background": True}, logits, self.labels.to(self.device).long())
            value.backward()
            adam.step()
        outputs = [value, *parameters.values(), *moments.values()]
        return [output.detach().cpu().numpy() for output in outputs]


class Inference:
    """A case's image and network in host memory."""

    def __init__(self, case, device):
        self.config = case["config"]
        self.device = device
        self.images = torch.from_numpy(case["images"].reshape(case["shape"]))
        self.state = {name: torch.from_numpy(values.reshape(case["shapes"][name])) for name, values in case["state"].items()}

    def run(self, memory_format):
        # A network makes leaves of its parameters.
        state = {name: tensor.to(self.device, copy=True) for name, tensor in self.state.items()}
        network = UNet(self.config, state, memory_format)
        with torch.no_grad():
            logits = network(self.images.to(self.device), training=False)
        return logits.cpu().contiguous().numpy()


def kernels(device):
    """The kernels by name, on `"cpu"` or `"cuda"`."""

    def ways(kind):
        def prepare(case):
            work = kind(case, device)
            return Runner(*((lambda format=format: work.run(format)) for format in FORMATS))

        return prepare

    return {"nn/inference": ways(Inference), "nn/train-step": ways(Step)}
