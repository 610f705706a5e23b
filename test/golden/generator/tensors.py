"""Tensors and numbers as JSON, and units in the last place."""

import math

import numpy as np
import torch

NAMES = ["float32", "float64", "float16", "bfloat16", "int64", "int32", "uint8", "bool"]
DTYPES = {name: getattr(torch, name) for name in NAMES}
HALVES = ("float16", "bfloat16")

# Bits after the binary point of the significand, and the exponent of the smallest normal number.
FORMATS = {"float16": (10, -14), "bfloat16": (7, -126), "float32": (23, -126), "float64": (52, -1022)}
SAFE = 2**53 - 1


class Big(int):
    """A number that is a bigint in JavaScript, whatever its size."""


def name_of(dtype):
    return str(dtype).removeprefix("torch.")


def number(value, dtype):
    """A number of a dtype as JSON: as short as exact, or as a string where JSON has no number for it."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= SAFE else f"{value}n"
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if dtype == "float32":
        value = float(str(np.float32(value)))
    whole = value.is_integer() and abs(value) < 1e15 and math.copysign(1, value) * value >= 0
    return int(value) if whole and not (value == 0 and math.copysign(1, value) < 0) else value


def encoded(x):
    dtype = name_of(x.dtype)
    data = [number(value, dtype) for value in x.detach().flatten().tolist()]
    return {"shape": list(x.shape), "dtype": dtype, "data": data}


def ulp(value, dtype):
    """The distance of neighbouring numbers of a dtype at a value."""
    bits, least = FORMATS[dtype]
    exponent = math.frexp(value)[1] - 1 if value else least
    return 2.0 ** (max(exponent, least) - bits)


def worst_error(found, exact, scaled):
    """The largest distance of results from exact ones, in units in the last place; 0 where either is not finite."""
    dtype = name_of(found.dtype)
    pairs = list(zip(found.detach().flatten().tolist(), exact.detach().flatten().tolist()))
    pairs = [(a, b) for a, b in pairs if math.isfinite(a) and math.isfinite(b)]
    largest = max((abs(b) for _, b in pairs), default=0)
    return max((abs(a - b) / ulp(largest if scaled else b, dtype) for a, b in pairs), default=0)
