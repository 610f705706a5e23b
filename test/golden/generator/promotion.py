"""Dtypes of results: torch.promote_types, result_type, can_cast, finfo, iinfo, and what each elementwise op gives."""

import json
import warnings

import torch
import torch.nn.functional as F

from .calls import function, run, snake
from .tensors import DTYPES, NAMES, name_of, number

UNARY = (
    "abs neg sign ceil floor round trunc square sqrt rsqrt reciprocal exp expm1 log log1p log2 log10 sin cos tan asin acos "
    "atan sinh cosh tanh sigmoid erf erfc relu logicalNot isnan isinf isfinite bitwiseNot"
).split()
ACTIVATIONS = (
    "relu relu6 sigmoid tanh hardsigmoid hardswish softsign selu gelu silu mish logsigmoid tanhshrink leakyRelu hardtanh "
    "hardshrink softshrink elu celu softplus"
).split()
BINARY = (
    "add sub mul div pow atan2 fmod remainder floorDivide maximum minimum eq ne lt le gt ge logicalAnd logicalOr logicalXor "
    "bitwiseAnd bitwiseOr bitwiseXor bitwiseLeftShift bitwiseRightShift"
).split()
REDUCTIONS = {
    "sum": [], "prod": [], "mean": [], "cumsum": [0], "amax": [], "amin": [], "max": [], "min": [], "any": [], "all": [],
    "var": [], "std": [], "norm": [], "logsumexp": [0], "argmax": [], "argmin": [], "nonzero": [],
}  # fmt: skip


def ones(name, ndim=1):
    return torch.ones([1] * ndim, dtype=DTYPES[name])


def result(call, *args):
    """The dtype that a call gives; null if PyTorch refuses it."""
    try:
        return name_of(run(call, list(args))[0].dtype)
    except (RuntimeError, TypeError, NotImplementedError):
        return None


def pairs(of):
    """A row for each dtype, with an entry for each other one, in the order of NAMES."""
    return {a: [of(a, b) for b in NAMES] for a in NAMES}


def information(name):
    try:
        info = torch.finfo(DTYPES[name])
        keys = ("bits", "eps", "max", "min", "tiny", "smallest_normal", "resolution")
    except TypeError:
        info = torch.iinfo(DTYPES[name])
        keys = ("bits", "max", "min")
    camel = {"smallest_normal": "smallestNormal"}
    return {camel.get(key, key): number(getattr(info, key), "float64") for key in keys}


def tables(version):
    numbers = {"boolean": True, "whole": 1, "fraction": 1.5}
    condition = torch.tensor([True])
    return {
        "torch": version,
        "dtypes": NAMES,
        "promoteTypes": pairs(lambda a, b: name_of(torch.promote_types(DTYPES[a], DTYPES[b]))),
        "canCast": pairs(lambda a, b: torch.can_cast(DTYPES[a], DTYPES[b])),
        # By the numbers of dimensions of both.
        "resultType": {
            f"{m},{n}": pairs(lambda a, b, m=m, n=n: name_of(torch.result_type(ones(a, m), ones(b, n))))
            for m in (1, 0)
            for n in (1, 0)
        },
        # A tensor of so many dimensions and a number.
        "withNumber": {
            str(n): {a: {kind: name_of(torch.result_type(ones(a, n), one)) for kind, one in numbers.items()} for a in NAMES}
            for n in (1, 0)
        },
        "finfo": {name: information(name) for name in NAMES if DTYPES[name].is_floating_point},
        "iinfo": {name: information(name) for name in ("int64", "int32", "uint8")},
        "unary": {
            **{f"Tensor.{name}": [result(f"Tensor.{name}", ones(a)) for a in NAMES] for name in UNARY},
            **{f"F.{name}": [result(f"F.{name}", ones(a)) for a in NAMES] for name in ACTIVATIONS},
        },
        "reductions": {name: [result(f"Tensor.{name}", ones(a), *args) for a in NAMES] for name, args in REDUCTIONS.items()},
        "binary": {
            **{name: pairs(lambda a, b, name=name: result(f"Tensor.{name}", ones(a), ones(b))) for name in BINARY},
            "where": pairs(lambda a, b: result("where", condition, ones(a), ones(b))),
            "cat": pairs(lambda a, b: result("cat", [ones(a), ones(b)])),
        },
    }


def lines(value, depth):
    """JSON with the outer levels on lines of their own."""
    if depth == 0 or not isinstance(value, dict):
        return json.dumps(value)
    rows = [f"{'  ' * (4 - depth)}{json.dumps(key)}: {lines(one, depth - 1)}" for key, one in value.items()]
    return "{\n" + ",\n".join(rows) + "\n" + "  " * (3 - depth) + "}"


def text(version):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return lines(tables(version), 3) + "\n"
