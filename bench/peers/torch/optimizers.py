"""The project's optimizers (src/nn/optimizers): PyTorch's own where they are the same."""

import torch


class RmsProp(torch.optim.Optimizer):
    """
    RMSProp in TensorFlow's form: v = decay v + (1 - decay) g^2; s = momentum s + rate g / sqrt(v + epsilon); w -= s. PyTorch's own has
    epsilon outside of the root, the rate outside of the momentum, and v begins at 0, not at 1.
    """

    def __init__(self, groups, decay, momentum, epsilon):
        super().__init__(groups, {"lr": 0.0, "weight_decay": 0.0})
        self.decay, self.momentum, self.epsilon = decay, momentum, epsilon

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for weights in group["params"]:
                state = self.state[weights]
                gradient = weights.grad + group["weight_decay"] * weights
                square = state.setdefault("square", torch.ones_like(weights))
                step = state.setdefault("step", torch.zeros_like(weights))
                square.mul_(self.decay).add_((1 - self.decay) * gradient**2)
                step.mul_(self.momentum).add_(group["lr"] * gradient / (square + self.epsilon).sqrt())
                weights.sub_(step)


def optimizer(spec, parameters, l2, state, steps_done):
    """
    spec: the optimizer's name and its numbers.
    parameters: leaves by name.
    l2: this times the weight is added to a weight's gradient; other parameters have none.
    state: tensors by name, e.g. `adam.mean/head.bias`; what is absent is as at a training's beginning.
    """
    weights = [tensor for name, tensor in parameters.items() if name.endswith(".weights")]
    others = [tensor for name, tensor in parameters.items() if not name.endswith(".weights")]
    groups = [{"params": weights, "weight_decay": l2}, {"params": others, "weight_decay": 0.0}]
    made, slots = MAKERS[spec["name"]](spec, groups)
    for name, tensor in parameters.items():
        found = {slot: state[f"{prefix}/{name}"] for slot, prefix in slots.items() if f"{prefix}/{name}" in state}
        if found:
            made.state[tensor] = {**found, **({"step": torch.tensor(float(steps_done))} if spec["name"] == "adam" else {})}
    return made


def _adam(spec, groups):
    betas = (spec.get("beta1", 0.9), spec.get("beta2", 0.999))
    made = torch.optim.Adam(groups, lr=0.0, betas=betas, eps=spec.get("epsilon", 1e-8))
    return made, {"exp_avg": "adam.mean", "exp_avg_sq": "adam.square"}


def _rmsprop(spec, groups):
    made = RmsProp(groups, spec.get("decay", 0.9), spec.get("momentum", 0.0), spec.get("epsilon", 1e-10))
    return made, {"square": "rmsprop.square", "step": "rmsprop.step"}


def _sgd(spec, groups):
    # Momentum starts with the gradient itself, which is what momentum times zeros plus the gradient is.
    return torch.optim.SGD(groups, lr=0.0, momentum=spec.get("momentum", 0.0)), {"momentum_buffer": "sgd.velocity"}


MAKERS = {"adam": _adam, "rmsprop": _rmsprop, "sgd": _sgd}
