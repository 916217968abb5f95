"""Trains the project's network with PyTorch on the batches that the project wrote (src/train/batch_files.ts).

Requests come one a line on standard input, as JSON; each is answered by a line on standard output:
{"ok": true, ...}, or {"ok": false, "error": "..."} where it failed. The end of input ends the program.

Every request names a `folder` of batches and a `dtype`, float32 or float64; `loss`, `optimizer`, `l2` and `state` (a file) stand in for
those of the folder's index where they are given. `axes`, an order of 0, 1, 2, turns the axes z, y, x of all that is read: the training is
the same but for the order of its sums. `nudge`, {"size": s, "seed": n}, multiplies each parameter by 1 + s u, u drawn from -1 to 1.

{"op": "hello"}                             versions and threads
{"op": "train", "steps": n, "out": file}    trains on the first n batches; `losses` before each step, null if not finite; the state afterwards in `out`, if given
{"op": "gradients", "batch": i, "out": file}  a batch's `loss`, and in `out` its gradients, raw float64, in the order of `sizes`
{"op": "logits", "training": b, "out": f}   the first batch's logits, raw float64
{"op": "segment", "out": prefix}            labels of every batch by running statistics, raw uint8, in prefix + number of the batch
"""

import json
import os
import sys

# Threads that wait for the next layer sleep: it may be long in coming where the other side of the comparison works meanwhile.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import torch

from losses import loss
from optimizers import optimizer
from tensor_file import read_tensors, write_tensors
from unet import UNet


class Training:
    """A folder of batches and a network with the state that a request names."""

    def __init__(self, request):
        self.folder = request["folder"]
        with open(os.path.join(self.folder, "index.json"), encoding="utf-8") as file:
            index = json.load(file)
        self.batches = index["batches"]
        self.given = {key: request.get(key, index[key]) for key in ("loss", "optimizer", "l2")}
        self.dtype = getattr(torch, request["dtype"])
        self.axes = request.get("axes", [0, 1, 2])
        path = request.get("state", os.path.join(self.folder, index["state"]))
        self.state = {name: self._tensor(array, 0) for name, array in read_tensors(path).items()}
        self.network = UNet(index["config"], self.state)
        if "nudge" in request:
            self._nudge(**request["nudge"])

    def batch(self, i):
        """Images and labels."""
        entry = self.batches[i]
        shape = entry["shape"]
        images = np.fromfile(os.path.join(self.folder, entry["images"]), "<f4").reshape(shape)
        labels = np.fromfile(os.path.join(self.folder, entry["labels"]), "u1").reshape(shape[:4])
        return self._tensor(images, 1), torch.from_numpy(self._turned(labels, 1)).long()

    def loss(self, i):
        images, labels = self.batch(i)
        return loss(self.given["loss"], self.network(images, training=True), labels)

    def train(self, steps, out=None):
        parameters = self.network.parameters
        first = self.batches[0]["step"]
        descent = optimizer(self.given["optimizer"], parameters, self.given["l2"], self.state, first - 1)
        losses = []
        for i in range(steps):
            for group in descent.param_groups:
                group["lr"] = self.batches[i]["learningRate"]
            descent.zero_grad()
            value = self.loss(i)
            value.backward()
            descent.step()
            losses.append(value.item() if value.isfinite() else None)
        if out is not None:
            trained = {**parameters, **self.network.statistics}
            write_tensors(out, {name: self._turned_back(tensor.detach()) for name, tensor in trained.items()})
        return {"losses": losses}

    def gradients(self, out, batch=0):
        value = self.loss(batch)
        value.backward()
        parameters = self.network.parameters
        raw = [self._turned_back(tensor.grad.double()).reshape(-1) for tensor in parameters.values()]
        np.concatenate(raw).tofile(out)
        return {"loss": value.item(), "sizes": {name: tensor.numel() for name, tensor in parameters.items()}}

    @torch.no_grad()
    def logits(self, training, out):
        images, _ = self.batch(0)
        logits = self.network(images, training).double().numpy()
        logits.tofile(out)
        return {"size": logits.size}

    @torch.no_grad()
    def segment(self, out):
        files = [f"{out}{i}.u8" for i in range(len(self.batches))]
        for i, file in enumerate(files):
            images, _ = self.batch(i)
            self.network(images, training=False).argmax(dim=4).byte().numpy().tofile(file)
        return {"files": files}

    @torch.no_grad()
    def _nudge(self, size, seed):
        draw = np.random.default_rng(seed)
        for tensor in self.network.parameters.values():
            share = torch.from_numpy(draw.uniform(-1, 1, tuple(tensor.shape)))
            tensor.mul_((1 + size * share).to(self.dtype))

    def _tensor(self, array, first_axis):
        return torch.from_numpy(self._turned(array, first_axis)).to(self.dtype)

    def _turned(self, array, first_axis):
        """A copy with its axes z, y, x turned, where it has any."""
        if array.ndim < 4:
            return array.copy()
        order = [*range(first_axis), *[first_axis + axis for axis in self.axes]]
        return array.transpose(*order, *range(len(order), array.ndim)).copy()

    def _turned_back(self, tensor):
        """A parameter, or what belongs to one, in the axes of its file."""
        array = tensor.numpy()
        return array if array.ndim < 4 else array.transpose(*np.argsort(self.axes), 3, 4)


def answer(request):
    op = request.pop("op")
    if op == "hello":
        return {"version": torch.__version__, "threads": torch.get_num_threads()}
    if op not in ("train", "gradients", "logits", "segment"):
        raise ValueError(f'Cannot answer: unknown request "{op}"')
    training = Training(request)
    own = {key: request[key] for key in ("steps", "training", "batch", "out") if key in request}
    return getattr(training, op)(**own)


def main():
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    # Whatever else a library prints goes to stderr.
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin.buffer:
        try:
            reply = {"ok": True, **answer(json.loads(line))}
        except Exception as error:  # whatever goes wrong, who asked is told and may go on
            reply = {"ok": False, "error": f"{type(error).__name__}: {' '.join(str(error).split())}"}
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


if __name__ == "__main__":
    main()
