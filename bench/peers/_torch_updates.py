"""Optimizers' steps and the moving average by PyTorch, on the CPU or on a CUDA device: the optimizers of bench/peers/torch.

A step changes its arrays in place, so what is timed begins with copies of them on the device and ends with them in host memory.
"""

import os
import sys

import torch

from _serve import Runner

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "torch"))

from optimizers import optimizer

# A parameter by its role: weights alone have L2.
NAME = "a.weights"


def _step(name, slots):
    """A kernel of the optimizer `name`, which keeps the case's arrays `slots`, in the order of the output; by what it calls them."""

    def kernel(device):
        def prepare(case):
            kept = {slot: array for slot, array in slots.items() if array != "first" or name == "adam" or case["momentum"] > 0}
            host = {array: torch.from_numpy(case[array]) for array in {"weights", "gradient", *kept.values()}}
            spec = {key: case[key] for key in ("beta1", "beta2", "epsilon", "decay", "momentum")}

            def run():
                there = {array: tensor.to(device, copy=True) for array, tensor in host.items()}
                weights = there["weights"].requires_grad_()
                weights.grad = there["gradient"]
                state = {f"{slot}/{NAME}": there[array] for slot, array in kept.items()}
                made = optimizer({"name": name, **spec}, {NAME: weights}, case["l2"], state, case["step"] - 1)
                for group in made.param_groups:
                    group["lr"] = case["rate"]
                made.step()
                return [tensor.detach().cpu().numpy() for tensor in (weights, *(there[array] for array in kept.values()))]

            return Runner(run)

        return prepare

    return kernel


def _lerp(device):
    def prepare(case):
        host = torch.from_numpy(case["weights"]), torch.from_numpy(case["first"])

        def run():
            values, source = (tensor.to(device, copy=True) for tensor in host)
            return values.lerp_(source, case["rate"]).cpu().numpy()

        return Runner(run)

    return prepare


def kernels(device):
    """The kernels by name, on `"cpu"` or `"cuda"`."""
    kernels = {
        "nn/adam": _step("adam", {"adam.mean": "first", "adam.square": "second"}),
        "nn/rmsprop": _step("rmsprop", {"rmsprop.square": "second", "rmsprop.step": "first"}),
        "nn/sgd": _step("sgd", {"sgd.velocity": "first"}),
        "nn/lerp": _lerp,
    }
    return {name: kernel(device) for name, kernel in kernels.items()}
