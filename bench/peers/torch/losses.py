"""The project's losses (src/nn/losses), written from their formulas and left to PyTorch to differentiate.

A loss of a batch is the mean over its images. A loss over classes is the mean over the classes that are present in the image; voxels
with label 255 take no part. Without a class or a voxel to take part it is 0.
"""

import torch
from torch.nn import functional

IGNORED = 255


def loss(spec, logits, labels):
    """
    spec: the loss's name and its numbers.
    logits: [batch, z, y, x, classes]; labels: whole numbers [batch, z, y, x].
    """
    images = zip(logits.flatten(1, 3), labels.flatten(1))
    return torch.stack([_of_image(spec, *_known(*image)) for image in images]).mean()


def _known(logits, labels):
    known = labels != IGNORED
    return logits[known], labels[known]


def _of_image(spec, logits, labels):
    name = spec["name"]
    nothing = logits.sum() * 0
    if name == "cross-entropy":
        return functional.cross_entropy(logits, labels) if len(labels) > 0 else nothing
    classes = logits.shape[1]
    present = [c for c in range(classes) if (labels == c).any()]
    if name == "balanced-cross-entropy":
        # Weights (N / n) / N_c of a voxel, and the mean over the N voxels: the mean over classes of the mean over their voxels.
        return _mean([functional.cross_entropy(logits[labels == c], labels[labels == c]) for c in present]) if len(present) > 1 else nothing
    taking_part = [c for c in present if spec["background"] or c > 0]
    if not taking_part:
        return nothing
    if name == "ce-iou":
        return _mean([_ce_iou(logits, labels == c, c) for c in taking_part])
    p = functional.softmax(logits, dim=1)
    return _mean([OVERLAPS[name](spec, p[:, c], (labels == c).to(p.dtype)) for c in taking_part])


def _mean(values):
    return torch.stack(values).mean()


def _ce_iou(logits, inside, c):
    everything = logits.logsumexp(dim=1)
    missed = (everything - logits[:, c])[inside].mean()
    if inside.all():
        return missed
    others = torch.cat([logits[:, :c], logits[:, c + 1 :]], dim=1)
    added = (everything - others.logsumexp(dim=1))[~inside].mean()
    return (missed + added) / (1 + added)


def _union(p, y, exponent):
    return (p**exponent).sum() + y.sum() - (p * y).sum()


def _iou(_, p, y):
    return 1 - (p * y).sum() / _union(p, y, 1)


def _min_max(_, p, y):
    return 1 - torch.minimum(p, y).sum() / torch.maximum(p, y).sum()


def _l1(_, p, y):
    both = (p * y).sum()
    return 1 - both / (both + (p - y).abs().sum())


def _power(spec, p, y):
    return 1 - (p * y).sum() / _union(p, y, spec["exponent"])


def _generalised_mean(spec, p, y):
    # Written as it is defined, over the members; the project takes the mean of their denominators.
    members = torch.stack([(p * y).sum() / _union(p, y, k) for k in spec["exponents"]])
    power = spec["power"]
    if power == 0:
        return 1 - members.log().mean().exp()
    return 1 - (members**power).mean() ** (1 / power)


def _dice(_, p, y):
    return 1 - 2 * (p * y).sum() / (p.sum() + y.sum())


def _tversky(spec, p, y):
    both = (p * y).sum()
    return 1 - both / (both + spec["alpha"] * (p * (1 - y)).sum() + spec["beta"] * ((1 - p) * y).sum())


def _lovasz(_, p, y):
    errors, order = (y - p).abs().sort(descending=True, stable=True)
    sorted_y = y[order]
    jaccard_loss = 1 - (y.sum() - sorted_y.cumsum(0)) / (y.sum() + (1 - sorted_y).cumsum(0))
    return errors @ jaccard_loss.diff(prepend=jaccard_loss.new_zeros(1))


OVERLAPS = {
    "iou": _iou,
    "iou-min-max": _min_max,
    "iou-l1": _l1,
    "iou-power": _power,
    "iou-mean": _generalised_mean,
    "dice": _dice,
    "tversky": _tversky,
    "lovasz": _lovasz,
}
