"""Cases of uint8 and int64, and of bool where sums and numbers make int64 of it."""

import torch

from .cases import FLOAT32, grid, of
from .tensors import DTYPES, Big

WHOLE = ("uint8", "int64")
BEYOND = 2**53  # above it, not every integer is a JavaScript number


def integers(draw, shape, dtype, large=True):
    """All values of uint8; of int64 some that a float64 cannot hold."""
    count = torch.Size(shape).numel()
    if dtype == "uint8":
        data = [draw.randint(0, 255) for _ in range(count)]
    else:
        sizes = [9, 300, BEYOND, 2**62] if large else [9]
        data = [draw.randint(-size, size) for size in (draw.choice(sizes) for _ in range(count))]
    return torch.tensor(data, dtype=DTYPES[dtype]).reshape(shape)


def different(draw, shape, dtype):
    """Integers of which no two are equal."""
    count = torch.Size(shape).numel()
    every = range(256) if dtype == "uint8" else [k * 10**15 + k for k in range(-50, 50)]
    return torch.tensor(draw.sample(every, count), dtype=DTYPES[dtype]).reshape(shape)


def creation(cases, d):
    def add(call, *args):
        cases.add(d, "creation", call, *args)

    large = [0, 1, 255] if d == "uint8" else [2**63 - 1, -(2**63), BEYOND + 1]
    add("tensor", [large, [3, 2, 1]], {"dtype": d})
    add("tensor", [True, False], {"dtype": d})
    add("tensor", 7, {"dtype": d})
    add("zeros", 2, 3, {"dtype": d})
    add("ones", [3], {"dtype": d})
    add("full", [2, 2], large[-1], {"dtype": d})
    add("arange", 3, 11, 2, {"dtype": d})
    add("arange", 5, 1, -1, {"dtype": d})
    add("eye", 2, 3, {"dtype": d})
    x = of(d, 5, 6)
    add("zerosLike", x)
    add("onesLike", x)
    add("fullLike", x, large[-1])
    add("Tensor.fill_", x, large[-1])
    add("Tensor.zero_", x)
    add("Tensor.copy_", x, of("float32", 3.75, 2.5))
    add("Tensor.clone", x)


def moves(cases, d):
    def add(call, *args):
        cases.add(d, "moves", call, *args)

    draw = cases.draw(d, "moves")
    x = integers(draw, (2, 3), d)
    y = integers(draw, (2, 3), d)
    cube = integers(draw, (2, 2, 2), d)
    square = integers(draw, (3, 3), d)
    add("Tensor.reshape", x, [3, 2])
    add("Tensor.flatten", cube, 1)
    add("Tensor.transpose", x, 0, 1)
    add("Tensor.permute", cube, [2, 0, 1])
    add("Tensor.movedim", cube, 0, 2)
    add("Tensor.unsqueeze", x, 1)
    add("Tensor.squeeze", integers(draw, (1, 3), d))
    add("Tensor.expand", integers(draw, (1, 3), d), [2, 3])
    add("Tensor.slice", x, 1, 0, 3, 2)
    add("Tensor.narrow", x, 1, 1, 2)
    add("Tensor.select", x, 0, 1)
    add("Tensor.index", square, [{"start": 0, "end": 2, "step": 1}, {"start": None, "end": None, "step": 2}])
    add("cat", [x, y], 1)
    add("cat", [x, of("int32", 1, 2, 3).reshape(1, 3)])
    add("stack", [x, y], 2)
    add("Tensor.split", x, [1, 2], 1)
    add("Tensor.chunk", square, 2)
    add("Tensor.unbind", x)
    add("Tensor.flip", x, [0, 1])
    add("Tensor.roll", x, 1, 1)
    add("Tensor.repeat", x, [1, 2])
    add("Tensor.tril", square)
    add("Tensor.triu", square, 1)
    add("Tensor.diagonal", square)
    add("Tensor.diag", integers(draw, (2,), d))
    add("meshgrid", [integers(draw, (2,), d), integers(draw, (3,), d)], {"indexing": "ij"})


def indexing(cases, d):
    def add(call, *args):
        cases.add(d, "indexing", call, *args)

    draw = cases.draw(d, "indexing")
    x = integers(draw, (2, 3), d)
    source = integers(draw, (2, 3), d)
    columns = of("int64", 2, 0, 0, 1).reshape(2, 2)
    mask = of("bool", True, False, True, False, False, True).reshape(2, 3)
    add("Tensor.gather", x, 1, columns)
    add("Tensor.gather", x, 1, columns.int())
    add("Tensor.scatter", x, 1, of("int64", 2, 0, 0, 1).reshape(2, 2), source)
    add("Tensor.scatter", x, 1, columns, 9)
    add("Tensor.scatterAdd", x, 1, of("int64", 1, 1, 1, 2, 0, 2).reshape(2, 3), source)
    add("Tensor.indexSelect", x, 1, of("int64", 2, 2, 0))
    add("Tensor.indexAdd", x, 0, of("int64", 1, 1), source)
    add("Tensor.indexAdd", x, 0, of("int64", 1, 0), source, {"alpha": 3})
    add("Tensor.index", x, [of("int64", 1, 0, -1), of("int64", 0, 2, 2)])
    add("Tensor.index", x, [{"start": None, "end": None, "step": 1}, of("int64", 2, 0)])
    add("Tensor.index", x, mask)
    add("Tensor.indexPut_", x, [of("int64", 1, 1, 0)], integers(draw, (3, 3), d), {"accumulate": True})
    add("Tensor.indexPut_", x, [of("int64", 1)], 7)
    add("where", mask, x, source)
    add("where", mask, x, 7)
    add("where", mask, x, of("int32", 300))
    add("Tensor.maskedFill", x, mask, 200)
    add("Tensor.maskedSelect", x, mask)
    add("Tensor.maskedScatter", x, mask, source)
    add("Tensor.take", x, of("int64", 5, 0, 3))
    add("Tensor.nonzero", of(d, 0, 3, 0, 255).reshape(2, 2))
    if d == "int64":
        add("F.oneHot", of(d, 2, 0, 1))
        add("F.oneHot", of(d, 1, 0), 3)


def order(cases, d):
    def add(call, *args):
        cases.add(d, "order", call, *args)

    draw = cases.draw(d, "order")
    x = different(draw, (2, 4), d)
    add("Tensor.sort", x)
    add("Tensor.sort", x, 0, {"descending": True})
    add("Tensor.sort", of(d, 3, 1, 3, 1, 2))
    add("Tensor.argsort", x)
    add("Tensor.topk", x, 2)
    add("Tensor.topk", x, 1, 0, {"largest": False})
    add("Tensor.max", x)
    add("Tensor.min", x)
    add("Tensor.max", x, 1)
    add("Tensor.min", x, 0, {"keepdim": True})
    add("Tensor.argmax", x)
    add("Tensor.argmin", x, 1)
    add("Tensor.amax", x, 0)
    add("Tensor.amin", x, [0, 1])


def reductions(cases, d):
    def add(call, *args):
        cases.add(d, "reductions", call, *args)

    draw = cases.draw(d, "reductions")
    x = integers(draw, (3, 4), d)
    add("Tensor.sum", x)
    add("Tensor.sum", x, 1)
    add("Tensor.sum", x, [0], {"keepdim": True})
    add("Tensor.prod", x)
    add("Tensor.prod", x, 0)
    add("Tensor.cumsum", x, 1)
    add("Tensor.sumToSize", x, [1, 4])
    flags = of(d, 0, 2, 0, 0, 1, 255).reshape(3, 2)
    add("Tensor.any", flags)
    add("Tensor.any", flags, 1)
    add("Tensor.all", flags)
    add("Tensor.all", flags, 1, {"keepdim": True})
    if d == "int64":
        add("Tensor.sum", of(d, 2**62, 2**62, 2**62))
        add("Tensor.cumsum", of(d, BEYOND, 1, 1, 1), 0)


def comparisons(cases, d):
    def add(call, *args):
        cases.add(d, "comparisons", call, *args)

    if d == "uint8":
        x, y = of(d, 0, 1, 128, 255, 7, 0), of(d, 1, 1, 127, 0, 7, 255)
    else:
        x = of(d, BEYOND, BEYOND + 1, -1, 2**63 - 1, 7, -(2**63))
        y = of(d, BEYOND + 1, BEYOND + 1, 1, -(2**63), 7, 0)
    for name in ("eq", "ne", "lt", "le", "gt", "ge"):
        add(f"Tensor.{name}", x, y)
        add(f"Tensor.{name}", x, 7 if d == "uint8" else BEYOND + 1)
    add("Tensor.lt", x, 7.5)
    add("Tensor.eq", of(d, 3, 4), of("int32", 3, 260))
    add("Tensor.ge", of(d, 3, 4), of("bfloat16", 3, 4.5))
    zeros = of(d, 0, 5, 0, 255)
    for name in ("logicalAnd", "logicalOr", "logicalXor"):
        add(f"Tensor.{name}", zeros, of(d, 0, 0, 2, 1))
    add("Tensor.logicalNot", zeros)
    add("Tensor.isnan", zeros)
    add("Tensor.isfinite", zeros)


def arithmetic(cases, d):
    def add(call, *args, ulps=0):
        cases.add(d, "arithmetic", call, *args, ulps=ulps)

    draw = cases.draw(d, "arithmetic")
    for name in ("add", "sub", "mul", "maximum", "minimum"):
        add(f"Tensor.{name}", integers(draw, (6,), d), integers(draw, (6,), d))
        add(f"Tensor.{name}", integers(draw, (4,), d), 200 if d == "uint8" else BEYOND + 1)
    x, y = integers(draw, (6,), d), of(d, 3, 7, 2, 9, 1, 200)
    signed = of("int64", -7, 7, -7, 7, BEYOND + 1, -(2**62)), of("int64", 2, -2, -2, 2, -3, 5)
    for name in ("fmod", "remainder", "floorDivide"):
        add(f"Tensor.{name}", x, y)
        add(f"Tensor.{name}", x, 7)
        if d == "int64":
            add(f"Tensor.{name}", *signed)
    add("Tensor.div", x, y)
    add("Tensor.div", x, 2)
    add("Tensor.pow", of(d, 3, 7, 2, 10, 0, 1), of(d, 5, 3, 8, 2, 0, 100))
    add("Tensor.pow", of(d, 3, 7, 2), 3)
    add("Tensor.pow", of(d, 4, 9, 2), 0.5, ulps=FLOAT32)
    add("Tensor.atan2", of(d, 1, 2), of(d, 3, 0), ulps=FLOAT32)
    small = of(d, 1, 2, 250)
    for other in ("bool", "uint8", "int32", "int64", "float16", "bfloat16", "float32", "float64"):
        if other != d:
            add("Tensor.add", small, of(other, 1, 0, 1))
            add("Tensor.mul", of(other, 1, 0, 1), small)
    add("Tensor.add", small, of("int64", 300).reshape([]))
    add("Tensor.mul", small, 0.5)
    for name in ("add_", "sub_", "mul_", "remainder_"):
        add(f"Tensor.{name}", integers(draw, (3,), d), of(d, 5, 100, 7))
    if d == "int64":
        for name in ("add", "sub", "mul", "remainder", "floorDivide", "eq", "gt", "maximum"):
            add(f"Tensor.{name}", of(d, 1, BEYOND + 3, -(2**62)), Big(BEYOND + 1))
        add("Tensor.add", of(d, 2**63 - 1), Big(1))
        add("Tensor.add", of("int32", 1), Big(1))


def functions(cases, d):
    def add(call, *args, ulps=0):
        cases.add(d, "functions", call, *args, ulps=ulps)

    x = integers(cases.draw(d, "functions"), (5,), d)
    for name in ("abs", "neg", "sign", "square", "ceil", "floor", "round", "trunc", "relu"):
        add(f"Tensor.{name}", x)
    for name in ("sqrt", "exp", "sigmoid", "log1p", "reciprocal"):
        add(f"Tensor.{name}", of(d, 0, 1, 2, 10), ulps=FLOAT32)
    low, high = (10, 200) if d == "uint8" else (-BEYOND - 1, BEYOND + 1)
    add("Tensor.clamp", x, {"min": low, "max": high})
    add("Tensor.clamp", x, {"max": 100})
    add("Tensor.clamp", of(d, 0, 1, 2, 3), {"min": 0.5, "max": 2.5})
    add("F.hardtanh", of(d, 0, 1, 2, 3), {"minVal": 1, "maxVal": 2})
    add("F.relu6", of(d, 0, 5, 6, 7))


def bits(cases, d):
    def add(call, *args):
        cases.add(d, "bits", call, *args)

    draw = cases.draw(d, "bits")
    x, y = integers(draw, (5,), d), integers(draw, (5,), d)
    for name in ("And", "Or", "Xor"):
        add(f"Tensor.bitwise{name}", x, y)
        add(f"Tensor.bitwise{name}", x, 85)
        add(f"Tensor.bitwise{name}", of(d, 200, 7), of("int32", 5, -2))
    add("Tensor.bitwiseNot", x)
    width = 8 if d == "uint8" else 64
    counts = of(d, 0, 1, 3, width - 1, width, 100)
    values = of(d, 200, 255, 3, 129, 255, 1)
    for name in ("Left", "Right"):
        add(f"Tensor.bitwise{name}Shift", values, counts)
        add(f"Tensor.bitwise{name}Shift", values, 2)
        if d == "int64":
            add(f"Tensor.bitwise{name}Shift", of(d, -1, -8, BEYOND + 1, -(2**63), -5), of(d, 1, 2, 4, 63, 64))


def others(cases):
    """bool where integers come in, bits of int32 and bool, labels and indices."""
    flags = of("bool", True, False, True)
    sums, numbers = (("sum",), ("prod",), ("cumsum", 0)), (("add", 1), ("add", Big(1)), ("mul", 2), ("add", True))
    for name, *args in (*sums, *numbers, ("bitwiseNot",)):
        cases.add("bool", "whole", f"Tensor.{name}", flags, *args)
    for name in ("And", "Or", "Xor"):
        cases.add("bool", "bits", f"Tensor.bitwise{name}", flags, of("bool", True, True, False))
        cases.add("int32", "bits", f"Tensor.bitwise{name}", of("int32", -8, 2**31 - 1, 5), of("int32", 13, -1, -6))
    cases.add("int32", "bits", "Tensor.bitwiseNot", of("int32", 0, -1, 2**31 - 1))
    cases.add("int32", "bits", "Tensor.bitwiseLeftShift", of("int32", 1, 3, -5, 1), of("int32", 31, 4, 1, 32))
    cases.add("int32", "bits", "Tensor.bitwiseRightShift", of("int32", -8, 2**31 - 1, -1, 9), of("int32", 1, 4, 31, 40))
    cases.add("int32", "whole", "Tensor.sum", of("int32", 2**31 - 1, 2**31 - 1))
    cases.add("int32", "whole", "Tensor.prod", of("int32", 2**31 - 1, 2**31 - 1))
    cases.add("int32", "whole", "Tensor.cumsum", of("int32", 2**31 - 1, 1, -3), 0)
    cases.add("int32", "whole", "Tensor.floorDivide", of("int32", -7, 7, -8, 9), of("int32", 2, -2, 2, 4))


def labels(cases):
    """int64 labels and indices with float32 numbers."""
    draw = cases.draw("labels")
    logits = grid(draw, (3, 4), "float32")
    classes = of("int64", 2, 0, 3)

    def add(call, *args, ulps=FLOAT32):
        cases.add("int64", "labels", call, *args, ulps=ulps, grads=True, grad_ulps=ulps)

    add("F.crossEntropy", logits, classes)
    add("F.crossEntropy", logits, of("int64", 2, -100, 3), {"reduction": "sum"})
    add("F.crossEntropy", logits, of("int64", 2, 1, 3), {"ignoreIndex": 1, "labelSmoothing": 0.25})
    add("F.crossEntropy", logits, classes, {"reduction": "none"})
    add("F.nllLoss", logits, classes, {"reduction": "sum"}, ulps=1)
    add("F.multiMarginLoss", logits, classes)
    add("F.embedding", of("int64", 1, 0, 1), logits, ulps=0)
    add("F.embedding", of("int64", 2, 0, 2, 1).reshape(2, 2), logits, {"paddingIdx": 0}, ulps=0)
    add("Tensor.gather", logits, 1, classes.unsqueeze(1), ulps=0)
    add("Tensor.indexSelect", logits, 1, of("int64", 3, 3, 1), ulps=0)
    add("Tensor.index", logits, [of("int64", 0, 2), of("int64", 1, -1)], ulps=0)


def add(cases):
    for d in WHOLE:
        for family in (creation, moves, indexing, order, reductions, comparisons, arithmetic, functions, bits):
            family(cases, d)
    others(cases)
    labels(cases)
