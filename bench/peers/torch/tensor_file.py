"""Tensors in files: the safetensors format, read and written with numpy alone."""

import json

import numpy as np


def read_tensors(path):
    """The tensors of a safetensors file by name, 32-bit floats: 8 bytes with the header's length, the header in JSON, the elements."""
    with open(path, "rb") as file:
        content = file.read()
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    header.pop("__metadata__", None)
    return {name: _tensor(name, entry, content, start) for name, entry in header.items()}


def _tensor(name, entry, content, start):
    if entry["dtype"] != "F32":
        raise TypeError(f'Cannot read tensor "{name}": its elements are {entry["dtype"]}, not F32')
    begin, end = entry["data_offsets"]
    return np.frombuffer(content[start + begin : start + end], "<f4").reshape(entry["shape"])


def write_tensors(path, tensors):
    """Writes tensors by name as a safetensors file of 32-bit floats."""
    header, end = {}, 0
    for name, array in tensors.items():
        begin, end = end, end + 4 * array.size
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for array in tensors.values():
            file.write(np.ascontiguousarray(array, "<f4").tobytes())
