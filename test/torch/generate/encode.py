"""Writes calls, their tensors and their results, so that Node can read them."""

import json
import math
import os

import torch

DTYPES = {
    "float32": torch.float32,
    "float64": torch.float64,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "int64": torch.int64,
    "int32": torch.int32,
    "uint8": torch.uint8,
    "bool": torch.bool,
}
NAMES = {dtype: name for name, dtype in DTYPES.items()}


class Inexpressible(Exception):
    """The call needs something that the library does not have at all, such as complex numbers."""


class Writer:
    """A file of lines, one for each call, and a file of the elements of all tensors. They get their names when complete."""

    def __init__(self, path):
        self.path = path
        self.lines = open(path + ".jsonl.part", "w", encoding="utf8")
        self.blob = open(path + ".bin.part", "wb")
        self.at = 0
        self.count = 0

    def close(self):
        self.lines.close()
        self.blob.close()
        for ending in (".bin", ".jsonl"):
            os.replace(f"{self.path}{ending}.part", self.path + ending)

    def write(self, record):
        self.lines.write(json.dumps(record, separators=(",", ":")) + "\n")
        self.count += 1

    def tensor(self, value):
        """Where a tensor's elements are; half types are written as float32, which holds them exactly."""
        value = value.detach()
        if value.dtype not in NAMES:
            raise Inexpressible(str(value.dtype))
        if value.layout is not torch.strided or value.device.type != "cpu":
            raise Inexpressible(f"{value.layout} {value.device}")
        data = raw(value).contiguous().reshape(-1).numpy(force=True).tobytes()
        entry = {"dtype": NAMES[value.dtype], "shape": list(value.shape), "at": self.at}
        self.blob.write(data)
        padding = -len(data) % 8
        self.blob.write(b"\0" * padding)
        self.at += len(data) + padding
        return entry


def raw(value):
    """NumPy has no bfloat16."""
    return value.float() if value.dtype in (torch.float16, torch.bfloat16) else value


def flatten(value):
    """The tensors and numbers of a result, in order."""
    if isinstance(value, (tuple, list)):
        return [one for part in value for one in flatten(part)]
    return [value]


class Call:
    """The arguments of a call, encoded; `tensors` are those of PyTorch, in the order in which they appear."""

    def __init__(self, writer, sample):
        self.writer = writer
        self.tensors = []
        self.entries = []
        self.input = self.value(sample.input)
        self.args = [self.value(one) for one in sample.args]
        self.kwargs = {name: self.value(one) for name, one in sample.kwargs.items()}

    def value(self, value):
        if isinstance(value, torch.Tensor):
            for i, known in enumerate(self.tensors):
                if known is value:
                    return {"t": i}
            entry = self.writer.tensor(value)
            entry["grad"] = bool(value.requires_grad)
            self.tensors.append(value)
            self.entries.append(entry)
            return {"t": len(self.tensors) - 1}
        return plain(value, self.value)

    def differentiable(self):
        return [one for one in self.tensors if one.requires_grad]

    def record(self):
        return {"input": self.input, "args": self.args, "kwargs": self.kwargs, "tensors": self.entries}


def plain(value, encode):
    """A Python value; what JSON lacks is an object with one key."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return {"int": str(value)} if abs(value) >= 2**53 else value
    if isinstance(value, float):
        if math.isfinite(value):
            return {"float": value} if value == math.floor(value) else value
        return {"n": "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"}
    if isinstance(value, list):
        return [encode(one) for one in value]
    if isinstance(value, tuple):
        return {"tuple": [encode(one) for one in value]}
    if isinstance(value, torch.nn.Module):
        return {"module": type(value).__name__}
    if isinstance(value, torch.dtype):
        if value not in NAMES:
            raise Inexpressible(str(value))
        return {"dtype": NAMES[value]}
    if isinstance(value, slice):
        return {"slice": [encode(one) for one in (value.start, value.stop, value.step)]}
    if value is Ellipsis:
        return {"ellipsis": True}
    if isinstance(value, (torch.device, torch.layout, torch.memory_format)):
        return {"memory": str(value)}
    if type(value).__module__ == "numpy":
        return plain(value.item(), encode)
    if isinstance(value, complex):
        raise Inexpressible("complex numbers")
    return {"other": repr(value)}
