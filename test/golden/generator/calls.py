"""Runs a call that is written with the names of this library in PyTorch."""

import re

import torch
import torch.nn.functional as F

from .tensors import DTYPES, Big


def snake(name):
    """'scatterAdd' to 'scatter_add', 'smoothL1Loss' to 'smooth_l1_loss'."""
    return re.sub(r"(?<!^)(?<!_)([A-Z])", r"_\1", name).lower()


def slice_of(index):
    return slice(index["start"], index["end"], index["step"])


def square_bracket(index):
    """An index of Tensor.index as what stands between square brackets."""
    if isinstance(index, list):
        return tuple(square_bracket(one) for one in index)
    if isinstance(index, dict):
        return slice_of(index)
    return Ellipsis if index == "..." else index


def sliced(x, dim, start=None, end=None, step=1):
    return x[(slice(None),) * (dim % x.ndim) + (slice(start, end, step),)]


def put(x, index, value, accumulate=False):
    place = square_bracket(index if isinstance(index, list) else [index])
    tensors = tuple(i if torch.is_tensor(i) else torch.tensor(i) for i in place)
    return x.index_put_(tensors, torch.as_tensor(value, dtype=x.dtype), accumulate)


def as_tensor(value):
    return value if torch.is_tensor(value) else torch.tensor(value)


def sort(x, dim=-1, descending=False):
    return torch.sort(x, stable=True, dim=dim, descending=descending)


def argsort(x, dim=-1, descending=False):
    return torch.argsort(x, stable=True, dim=dim, descending=descending)


SPECIAL = {
    "Tensor.index": lambda x, index: x[square_bracket(index)],
    "Tensor.indexPut_": put,
    "Tensor.slice": sliced,
    "Tensor.to": lambda x, dtype: x.to(DTYPES[dtype]),
    "Tensor.sort": sort,
    "Tensor.argsort": argsort,
    # With a number these are functions of two tensors in PyTorch.
    "Tensor.maximum": lambda x, other: torch.maximum(x, as_tensor(other)),
    "Tensor.minimum": lambda x, other: torch.minimum(x, as_tensor(other)),
    "Tensor.atan2": lambda x, other: torch.atan2(x, as_tensor(other)),
    "Tensor.var": lambda x, dim=None, **options: torch.var(x, dim, **options),
    "Tensor.std": lambda x, dim=None, **options: torch.std(x, dim, **options),
    "Tensor.fill_": lambda x, value: x.fill_(value),
    "Tensor.copy_": lambda x, source: x.copy_(as_tensor(source)),
    "F.oneHot": lambda labels, classes=-1: F.one_hot(labels, classes),
    "F.softmin": lambda x, dim, **options: F.softmin(x, dim, **options),
}


def is_options(value):
    return isinstance(value, dict) and "step" not in value


def plain(value):
    """An argument as PyTorch takes it."""
    if isinstance(value, Big):
        return int(value)
    return [plain(one) for one in value] if isinstance(value, list) else value


def function(call):
    if call in SPECIAL:
        return SPECIAL[call]
    space, _, name = call.rpartition(".")
    owner = {"Tensor": torch.Tensor, "F": F, "": torch}[space]
    return getattr(owner, snake(name))


def run(call, args):
    """Tensors that the call returns, as a list."""
    options = {}
    if args and is_options(args[-1]):
        options = {snake(key): plain(value) for key, value in args[-1].items()}
        args = args[:-1]
    if isinstance(options.get("dtype"), str):
        options["dtype"] = DTYPES[options["dtype"]]
    result = function(call)(*(plain(one) for one in args), **options)
    return [result] if torch.is_tensor(result) else list(result)
