"""Surface distances by other means: NSD and HD95 with NumPy and SciPy, for the test beside it.

The area of each pattern of eight voxels is found by laying marching cubes' surface through a cube: on each face of the cube segments
join the middles of its cut edges, around each run of the voxels in the minority; the segments make loops; a loop is cut into triangles
in every way, and those of greatest area at unit spacing are kept. Where ways are equally large then, the area at the true spacing is that
of the way whose triangles have the most equal components, a triangle of 3/8 (1, 1, 1).

Reads {"dims", "spacing", "prediction", "truth", "tolerance"} and writes {"nsd", "hd95"}; axes are (x, y, z), x fastest.
"""

import functools
import itertools
import json
import sys

import numpy as np
from scipy import ndimage

CORNERS = list(itertools.product((0, 1), repeat=3))


def middle(a, b):
    return tuple((p + q) / 2 for p, q in zip(a, b))


def loops(inside):
    """The loops of edge middles around a set of a cube's corners."""
    if len(inside) > 4:
        inside = set(CORNERS) - inside
    following = {}
    for axis, side in itertools.product(range(3), (0, 1)):
        u, v = [other for other in range(3) if other != axis][:: 1 if (axis == 1) != (side == 1) else -1]
        ring = []
        for p, q in ((0, 0), (1, 0), (1, 1), (0, 1)):
            corner = [side] * 3
            corner[u], corner[v] = p, q
            ring.append(tuple(corner))
        for i in range(4):
            if ring[i] in inside and ring[i - 1] not in inside:
                j = i
                while ring[(j + 1) % 4] in inside:
                    j += 1
                following[middle(ring[j % 4], ring[(j + 1) % 4])] = middle(ring[i - 1], ring[i])
    found = []
    while following:
        first, point = following.popitem()
        loop = [first]
        while point != first:
            loop.append(point)
            point = following.pop(point)
        found.append(loop)
    return found


def triangulations(loop):
    """Every way to cut a loop into triangles."""
    if len(loop) < 3:
        yield []
        return
    for k in range(1, len(loop) - 1):
        for left in triangulations(loop[: k + 1]):
            for right in triangulations(loop[k:]):
                yield [(loop[0], loop[k], loop[-1]), *left, *right]


def vector(triangle):
    a, b, c = map(np.array, triangle)
    return np.abs(np.cross(b - a, c - a)) / 2


@functools.cache
def areas(spacing):
    scale = np.prod(spacing) / np.array(spacing)
    table = []
    for pattern in range(256):
        inside = {corner for corner in CORNERS if pattern >> (corner[0] + 2 * corner[1] + 4 * corner[2]) & 1}
        total = 0
        for loop in loops(inside):
            ways = [[vector(triangle) for triangle in way] for way in triangulations(loop)]
            size = [sum(np.linalg.norm(v) for v in way) for way in ways]
            greatest = [way for way, s in zip(ways, size) if s > max(size) - 1e-9]
            chosen = max(greatest, key=lambda way: max(v.min() for v in way))
            total += sum(np.linalg.norm(v * scale) for v in chosen)
        table.append(total)
    return np.array(table)


def surface(mask, table):
    """Where a mask's surface elements are, on the grid of the voxels' corners, and how large."""
    padded = np.pad(mask, 1).astype(int)
    nx, ny, nz = (n - 1 for n in padded.shape)
    pattern = sum(
        padded[x : x + nx, y : y + ny, z : z + nz] << (x + 2 * y + 4 * z) for x, y, z in CORNERS
    )
    return (pattern != 0) & (pattern != 255), table[pattern]


def percentile(distances, sizes, share):
    order = np.argsort(distances, kind="stable")
    reached = np.cumsum(sizes[order]) / sizes.sum()
    return distances[order][min(np.searchsorted(reached, share - 1e-9), len(order) - 1)]


def measure(case):
    masks = [np.array(case[name]).reshape(case["dims"][::-1]).T != 0 for name in ("prediction", "truth")]
    table = areas(tuple(case["spacing"]))
    (at_a, size_a), (at_b, size_b) = (surface(mask, table) for mask in masks)
    to_a, to_b = (ndimage.distance_transform_edt(~at, sampling=case["spacing"]) for at in (at_a, at_b))
    sides = [(to_b[at_a], size_a[at_a]), (to_a[at_b], size_b[at_b])]
    within = sum(size[distance <= case["tolerance"]].sum() for distance, size in sides)
    return {
        "nsd": within / sum(size.sum() for _, size in sides),
        "hd95": max(percentile(distance, size, 0.95) for distance, size in sides),
    }


print(json.dumps([measure(case) for case in json.load(sys.stdin)]))
