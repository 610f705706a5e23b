"""Cases of float16 and bfloat16: creation, moving, indexing, comparison, arithmetic, functions."""

import math

from .cases import COMPOSED, FUNCTION, grid, of
from .tensors import HALVES

INF, NAN = math.inf, math.nan


def creation(cases, d):
    def add(call, *args, ulps=0):
        cases.add(d, "creation", call, *args, ulps=ulps)

    least, tiny, most = {"float16": (2**-24, 2**-14, 65504), "bfloat16": (2**-133, 2**-126, 3.3895313892515355e38)}[d]
    add("tensor", [0.1, -0.0, 1 / 3, 1e5, 1e39, -1e-50, least, tiny, most], {"dtype": d})
    add("tensor", [NAN, INF, -INF], {"dtype": d})
    add("tensor", [[True, False]], {"dtype": d})
    add("zeros", 2, 3, {"dtype": d})
    add("ones", [3], {"dtype": d})
    add("full", [2], 0.1, {"dtype": d})
    add("full", [2], INF, {"dtype": d})
    add("arange", 0, 1, 0.125, {"dtype": d})
    add("arange", *((2040, 2056) if d == "float16" else (250, 266)), {"dtype": d})
    add("linspace", 0, 1, 7, {"dtype": d}, ulps=FUNCTION)
    add("eye", 2, 3, {"dtype": d})
    x = of(d, 5, 6)
    add("zerosLike", x)
    add("onesLike", x)
    add("fullLike", x, 0.1)
    add("Tensor.fill_", x, 1 / 3)
    add("Tensor.copy_", x, of("float32", 1 + 2**-9, 0.1))
    add("Tensor.copy_", x, of("int64", 2049, 70000))
    cases.add(d, "creation", "Tensor.clone", of(d, 0.1, NAN), grads=True)


def moves(cases, d):
    def add(call, *args):
        cases.add(d, "moves", call, *args, grads=True)

    draw = cases.draw(d, "moves")
    x, y = grid(draw, (2, 3), d), grid(draw, (2, 3), d)
    cube, square = grid(draw, (2, 2, 2), d), grid(draw, (3, 3), d)
    add("Tensor.reshape", x, [3, 2])
    add("Tensor.transpose", x, 0, 1)
    add("Tensor.permute", cube, [2, 0, 1])
    add("Tensor.unsqueeze", x, 1)
    add("Tensor.expand", grid(draw, (1, 3), d), [2, 3])
    add("Tensor.slice", x, 1, 0, 3, 2)
    add("Tensor.narrow", x, 1, 1, 2)
    add("Tensor.select", x, 0, 1)
    add("Tensor.index", square, [{"start": 0, "end": 2, "step": 1}, {"start": None, "end": None, "step": 2}])
    add("cat", [x, y], 1)
    add("cat", [x, grid(draw, (1, 3), "float32")])
    add("stack", [x, y], 2)
    add("Tensor.split", x, [1, 2], 1)
    add("Tensor.unbind", x)
    add("Tensor.flip", x, [0, 1])
    add("Tensor.roll", x, 1, 1)
    add("Tensor.repeat", x, [1, 2])
    add("Tensor.tril", square)
    add("Tensor.triu", square, 1)
    add("Tensor.diagonal", square)


def indexing(cases, d):
    def add(call, *args, grads=True):
        cases.add(d, "indexing", call, *args, grads=grads)

    draw = cases.draw(d, "indexing")
    x, source = grid(draw, (2, 3), d), grid(draw, (2, 3), d)
    columns = of("int64", 2, 0, 0, 1).reshape(2, 2)
    mask = of("bool", True, False, True, False, False, True).reshape(2, 3)
    add("Tensor.gather", x, 1, columns)
    add("Tensor.scatter", x, 1, columns, grid(draw, (2, 2), d))
    add("Tensor.scatter", x, 1, columns, 0.1)
    add("Tensor.scatterAdd", x, 1, of("int64", 1, 1, 1, 2, 0, 2).reshape(2, 3), source)
    add("Tensor.indexSelect", x, 1, of("int64", 2, 2, 0))
    add("Tensor.indexAdd", x, 0, of("int64", 1, 1), source)
    add("Tensor.index", x, [of("int64", 1, 0, -1), of("int64", 0, 2, 2)])
    add("Tensor.index", x, mask)
    add("Tensor.indexPut_", x, [of("int64", 1, 1, 0)], grid(draw, (3, 3), d), {"accumulate": True}, grads=None)
    add("where", mask, x, source)
    add("where", mask, x, 0.1)
    add("Tensor.maskedFill", x, mask, 0.1)
    add("Tensor.maskedFill", x, mask, -INF)
    add("Tensor.maskedSelect", x, mask)
    add("Tensor.take", x, of("int64", 5, 0, 5))
    add("Tensor.nonzero", of(d, 0, 0.5, -0.0, NAN).reshape(2, 2), grads=None)


def comparisons(cases, d):
    def add(call, *args):
        cases.add(d, "comparisons", call, *args)

    x, y = of(d, 0, -0.0, 1, INF, NAN, -2.5), of(d, -0.0, 1, 1, INF, NAN, -2.25)
    for name in ("eq", "ne", "lt", "le", "gt", "ge"):
        add(f"Tensor.{name}", x, y)
    # The number is rounded to half precision first.
    for name in ("eq", "lt", "gt"):
        add(f"Tensor.{name}", of(d, 0.1, 0.2), 0.1)
        add(f"Tensor.{name}", of(d, 0.1, 0.2), of("float32", 0.1, 0.1))
    for name in ("logicalAnd", "logicalOr", "logicalXor"):
        add(f"Tensor.{name}", x, y)
    for name in ("logicalNot", "isnan", "isinf", "isfinite"):
        add(f"Tensor.{name}", x)


def arithmetic(cases, d):
    def add(call, *args, ulps=0, grads=True, grad_ulps=0):
        cases.add(d, "arithmetic", call, *args, ulps=ulps, grads=grads, grad_ulps=grad_ulps)

    draw = cases.draw(d, "arithmetic")

    def pair(low=-2, zero=False):
        # Odd multiples of 2^-6 to 2^-7, so that products and quotients must be rounded.
        step = 2**-6 if d == "bfloat16" else 2**-9
        return grid(draw, (5,), d, low, 2, step, zero), grid(draw, (5,), d, low, 2, step, zero)

    for name in ("add", "sub", "mul", "maximum", "minimum"):
        add(f"Tensor.{name}", *pair())
        add(f"Tensor.{name}", pair()[0], 0.1)
    add("Tensor.div", *pair(), grad_ulps=COMPOSED)
    # Products and quotients with a number take it in float32, all other ops round it to half precision first.
    add("Tensor.div", pair()[0], 0.3)
    for name in ("fmod", "remainder"):
        add(f"Tensor.{name}", *pair(), grad_ulps=COMPOSED)
        add(f"Tensor.{name}", pair()[0], 0.75, grad_ulps=COMPOSED)
    add("Tensor.floorDivide", *pair(), grads=None)
    add("Tensor.floorDivide", pair()[0], 0.3, grads=None)
    add("Tensor.floorDivide", of(d, 7, 0, -7, 1), of(d, 0, 0, 0, INF), grads=None)
    add("Tensor.pow", *pair(low=0.125), ulps=FUNCTION, grad_ulps=COMPOSED)
    for exponent in (2, 3, 0.5, -1, 1.5):
        add("Tensor.pow", pair(low=0.125)[0], exponent, ulps=FUNCTION, grad_ulps=COMPOSED)
    add("Tensor.atan2", *pair(), ulps=FUNCTION, grad_ulps=COMPOSED)
    add("Tensor.lerp", *pair(), 0.25, ulps=COMPOSED, grad_ulps=COMPOSED)
    x = grid(draw, (3,), d)
    for other in ("bool", "uint8", "int64", *(one for one in HALVES if one != d), "float32", "float64"):
        add("Tensor.add", x, of(other, 1, 0, 3))
        add("Tensor.mul", of(other, 1, 0, 3), x)
    for other in ("int64", "float32", "float64"):
        add("Tensor.mul", x, of(other, 3).reshape([]), grads=[0])
    # A row and a column: gradients are sums.
    add("Tensor.add", grid(draw, (2, 1), d), grid(draw, (1, 3), d))
    add("Tensor.mul", grid(draw, (2, 1), d), grid(draw, (1, 3), d))
    add("Tensor.clamp", x, {"min": -0.55, "max": 0.55})
    add("Tensor.clamp", x, {"min": 0.1})
    for name in ("add_", "sub_", "mul_", "div_"):
        add(f"Tensor.{name}", pair()[0], pair()[0], grads=None)
    for name in ("neg_", "exp_", "relu_"):
        cases.add(d, "arithmetic", f"Tensor.{name}", pair()[0], ulps=FUNCTION if name == "exp_" else 0)
    big = 60000 if d == "float16" else 3e38
    add("Tensor.add", of(d, big, -big), of(d, big, -big), grads=None)
    add("Tensor.mul", of(d, 2**-14, 2**-126, 2**-130), of(d, 2**-9, 2**-6, 0.5), grads=None)


# Functions of one number: an interval in which gradients are computed, and whether results are exactly rounded.
UNARY = {
    "abs": (-2, 2, True), "neg": (-2, 2, True), "sign": (-2, 2, True), "ceil": (-3, 3, True),
    "floor": (-3, 3, True), "round": (-3, 3, True), "trunc": (-3, 3, True), "square": (-2, 2, True),
    "sqrt": (0.125, 4, True), "rsqrt": (0.125, 4, False), "reciprocal": (0.125, 4, True), "exp": (-3, 3, False),
    "expm1": (-3, 3, False), "log": (0.125, 4, False), "log1p": (-0.875, 4, False), "log2": (0.125, 4, False),
    "log10": (0.125, 4, False), "sin": (-4, 4, False), "cos": (-4, 4, False), "tan": (-1.25, 1.25, False),
    "asin": (-0.875, 0.875, False), "acos": (-0.875, 0.875, False), "atan": (-4, 4, False),
    "sinh": (-3, 3, False), "cosh": (-3, 3, False), "tanh": (-1.5, 1.5, False), "sigmoid": (-2, 2, False),
    "erf": (-2, 2, False), "erfc": (-2, 2, False), "relu": (-2, 2, True),
}  # fmt: skip

ACTIVATIONS = [
    ("relu", {}), ("relu6", {}), ("sigmoid", {}), ("tanh", {}), ("hardsigmoid", {}), ("hardswish", {}),
    ("softsign", {}), ("selu", {}), ("gelu", {}), ("gelu", {"approximate": "tanh"}), ("silu", {}), ("mish", {}),
    ("logsigmoid", {}), ("tanhshrink", {}), ("leakyRelu", {}), ("leakyRelu", {"negativeSlope": 0.3}), ("hardtanh", {}),
    ("hardtanh", {"minVal": -0.7, "maxVal": 1.3}), ("hardshrink", {}), ("softshrink", {}), ("elu", {}),
    ("elu", {"alpha": 1.7}), ("celu", {"alpha": 1.7}), ("softplus", {}), ("softplus", {"beta": 2, "threshold": 3}),
]  # fmt: skip


# Where gradients are computed from results that are rounded to half precision, as 1 - tanh^2, and where terms cancel.
INTERVALS = {"sigmoid": (-2, 2), "tanh": (-1.5, 1.5), "tanhshrink": (1, 4)}


def functions(cases, d):
    draw = cases.draw(d, "functions")
    edges = of(d, NAN, 0, -0.0, 1, -1, INF, -INF, *((2**-24, 60000) if d == "float16" else (2**-133, 3e38)))
    for name, (low, high, exact) in UNARY.items():
        ulps = 0 if exact else FUNCTION
        x = grid(draw, (6,), d, low, high, zero=False)
        cases.add(d, "unary", f"Tensor.{name}", x, ulps=ulps, grads=True, grad_ulps=FUNCTION)
        # The sign of NaN is 0 in PyTorch 2.15 and was NaN before, in all dtypes.
        cases.add(d, "edges", f"Tensor.{name}", edges[1:] if name == "sign" else edges, ulps=ulps)
    for name, options in ACTIVATIONS:
        # Not at the corners, where derivatives are a matter of definition.
        x = grid(draw, (6,), d, *INTERVALS.get(name, (-4, 4))) + 1 / 16
        args = [x, options] if options else [x]
        cases.add(d, "activations", f"F.{name}", *args, ulps=FUNCTION, grads=True, grad_ulps=FUNCTION)
    x = grid(draw, (4,), d)
    cases.add(d, "activations", "F.threshold", x, 0.1, 0.3, grads=True)
    x = grid(draw, (2, 4), d)
    cases.add(d, "activations", "F.glu", x, ulps=COMPOSED, grads=True, grad_ulps=COMPOSED, scaled=True)
    cases.add(d, "activations", "F.prelu", x, grid(draw, (4,), d), grads=True, grad_ulps=FUNCTION)


def add(cases):
    for d in HALVES:
        for family in (creation, moves, indexing, comparisons, arithmetic, functions):
            family(cases, d)
