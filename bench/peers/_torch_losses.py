"""Losses and their gradients by PyTorch's automatic differentiation, on the CPU or on a CUDA device: the formulas of bench/peers/torch.

What is timed begins with logits and labels in host memory, with one byte a label, and ends with value and gradient there. PyTorch's axes
are not wanted: the formulas take all voxels of an image as rows of classes.
"""

import os
import sys

import torch

from _serve import Runner

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "torch"))

from losses import loss

# One of each kind; the twin trains with all of them.
NAMES = "iou", "cross-entropy", "ce-iou"


def _kernel(device):
    def prepare(case):
        images, voxels = case["images"], case["voxels"]
        logits = torch.from_numpy(case["logits"].reshape(images, 1, 1, voxels, case["classes"]))
        # Images are padded to whole words.
        labels = torch.from_numpy(case["labels"].reshape(images, -1)[:, :voxels].reshape(images, 1, 1, voxels).copy())

        def run():
            leaf = logits.to(device).detach().requires_grad_()
            with torch.enable_grad():
                value = loss(case["loss"], leaf, labels.to(device).long())
                (gradient,) = torch.autograd.grad(value, leaf)
            return [value.detach().cpu().numpy(), gradient.cpu().numpy()]

        return Runner(run)

    return prepare


def kernels(device):
    """The kernels by name, on `"cpu"` or `"cuda"`."""
    return {f"nn/loss-{name}": _kernel(device) for name in NAMES}
