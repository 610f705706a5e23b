"""Conversions between all pairs of dtypes, on edge values. NaN to an integer is left out: C++ does not define it."""

import math

from .cases import of
from .tensors import HALVES, NAMES

INTEGERS = {
    "uint8": [0, 1, 127, 128, 254, 255],
    "int32": [0, 1, -1, 255, 256, -300, 2049, 2051, 65504, 65520, 2**24 + 1, 2**24 + 2**16 + 1, 2**31 - 1, -(2**31)],
    "int64": [0, 1, -1, 255, 256, -300, 2049, 2051, 65519, 65520, 2**24 + 2**16 + 1, 2**31, -(2**31) - 1, 2**53 + 1,
              2**63 - 1, -(2**63)],
    "bool": [False, True],
}  # fmt: skip


def halfway(bits, least):
    """Numbers at and next to the middle of two halves, 2^-bits apart at 1; `least` is the exponent of the smallest."""
    tie, next_tie, near = 1 + 2 ** -(bits + 1), 1 + 3 * 2 ** -(bits + 1), 2 ** -(bits + 8)
    below = 2.0 ** (least - 1)
    return [tie, next_tie, -tie, tie + near, next_tie - near, below, below * (1 + 2**-8), 3 * below, -(2.0**least)]


FLOAT16 = halfway(10, -24) + [65504, 65519.996, 65520, -65520]
BFLOAT16 = halfway(7, -133) + [3.3895313892515355e38, 3.39617752923046e38, 3.3961776e38]
SPECIAL = [0, -0.0, 0.1, -1 / 3, math.inf, -math.inf, math.nan]


def floats(source, target):
    """Values of a floating dtype that are edges of another dtype."""
    if target == "float16":
        values = SPECIAL + FLOAT16
    elif target == "bfloat16":
        values = SPECIAL + BFLOAT16
    elif target in ("float32", "float64"):
        values = SPECIAL + [2**-24, 2**-133, 65504, 3e38]
    elif target == "bool":
        values = SPECIAL + [2**-24]
    else:
        values = [0, -0.0, 0.5, 0.999, -0.999, 1.5, -1.5, 127, 100.7]
        values += {"uint8": [255, 255.9, 256, 300, -1, -255.9, -300.7, 65504, 1e5],
                   "int32": [-300.9, 65504, 2**31 - 128, -(2**31)],
                   "int64": [-300.9, 65504, 2**53, 2**63 - 2**39, -(2**63)]}[target]  # fmt: skip
    if source == "float64":
        # float64 is rounded to float32 first, then to half precision: this lies above the middle, and becomes it.
        values = values + {"float16": [1 + 2**-11 + 2**-40, 1e300], "bfloat16": [1 + 2**-8 + 2**-40, 1e300],
                           "float32": [1 + 2**-24, 1 + 2**-24 + 2**-50, 1e300, 1e-46]}.get(target, [])  # fmt: skip
    data = of(source, *values)
    if target in INTEGERS and target != "bool":
        # What rounding made infinite, or larger than the integers, is left out.
        limit = 2.0**63 if target != "int32" else 2.0**31
        data = data[data.double().ge(-limit) & data.double().lt(limit)]
    # A value may occur twice after rounding to the source.
    kept = dict.fromkeys("nan" if math.isnan(v) else (v, math.copysign(1, v)) for v in data.tolist())
    return of(source, *(math.nan if one == "nan" else one[0] for one in kept))


def add(cases):
    for source in NAMES:
        for target in NAMES:
            if source != target:
                x = of(source, *INTEGERS[source]) if source in INTEGERS else floats(source, target)
                cases.add(source, "to", "Tensor.to", x, target)
    for d in HALVES:
        # Gradients are converted back.
        cases.add(d, "to", "Tensor.to", of(d, 0.1, -3), "float32", grads=True)
        cases.add("float32", "to", "Tensor.to", of("float32", 0.1, -3), d, grads=True)
