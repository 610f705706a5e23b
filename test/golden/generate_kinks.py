"""Writes kinks.jsonl: values and derivatives that PyTorch 2.15 (CPU, float64) computes at corners, zeros, infinities and NaN.

    python test/golden/generate_kinks.py

A line is {call, args, inputs, outputs, grads, seconds}, in the format of ops.jsonl. `grads[i]` is the gradient of inputs[i] of the sum of all floating results; `seconds[i][j]` that of
inputs[j] of the sum of grads[i]. null stands for a gradient that PyTorch does not have. `none` lists the inputs that do not
require gradients.
"""

import itertools
import json
import math
import pathlib
import sys

import torch

sys.dont_write_bytecode = True

from recompute import VERSION, arguments, flat, number, snake

INF, NAN = math.inf, math.nan
SPECIAL = [-INF, -1000.0, -3.0, -2.0, -1.0, -0.5, -1e-30, -0.0, 0.0, 1e-30, 0.5, 1.0, 2.0, 3.0, 6.0, 20.0, 1000.0, INF, NAN]
PAIR = [-INF, -2.5, -1.0, -0.0, 0.0, 1.0, 2.5, INF, NAN]
ROWS = [
    [1.0, 2.0, 3.0],
    [2.0, 1.0, 2.0],
    [2.0, 2.0, 2.0],
    [0.0, 0.0, 0.0],
    [0.0, -1.0, 2.0],
    [0.0, 3.0, 0.0],
    [-2.0, 0.5, 1.0],
    [INF, 1.0, 2.0],
    [-INF, 1.0, 2.0],
    [INF, INF, 1.0],
    [-INF, -INF, -INF],
    [INF, -INF, 0.0],
    [NAN, 1.0, 2.0],
    [1.0, NAN, NAN],
    [1000.0, -1000.0, 0.0],
]
X, Y, Z = ({"input": i} for i in range(3))


def vector(values):
    return ([len(values)], list(values))


def pairs(values=PAIR):
    both = list(itertools.product(values, values))
    return [vector([a for a, _ in both]), vector([b for _, b in both])]


def rows(values=ROWS):
    return ([len(values), len(values[0])], [x for row in values for x in row])


CASES = []


def case(call, inputs, args=None, none=()):
    CASES.append((call, inputs, [{"input": i} for i in range(len(inputs))] if args is None else args, none))


def unary():
    names = (
        "abs neg sign ceil floor round trunc square sqrt rsqrt reciprocal exp expm1 log log1p log2 log10 sin cos tan asin acos "
        "atan sinh cosh tanh sigmoid erf erfc relu"
    )
    for name in names.split():
        case(f"Tensor.{name}", [vector(SPECIAL)])
    names = "relu6 selu silu mish hardsigmoid hardswish softsign tanhshrink logsigmoid leakyRelu elu celu gelu hardtanh hardshrink softshrink softplus"
    for name in names.split():
        case(f"F.{name}", [vector(SPECIAL)])
    for name, options in [
        ("leakyRelu", {"negativeSlope": 0.5}),
        ("leakyRelu", {"negativeSlope": 0.0}),
        ("leakyRelu", {"negativeSlope": -0.5}),
        ("elu", {"alpha": 0.5}),
        ("celu", {"alpha": 0.5}),
        ("gelu", {"approximate": "tanh"}),
        ("hardtanh", {"minVal": -2.0, "maxVal": 0.5}),
        ("hardshrink", {"lambd": 0.0}),
        ("hardshrink", {"lambd": 1.0}),
        ("softshrink", {"lambd": 0.0}),
        ("softshrink", {"lambd": 1.0}),
        ("softplus", {"beta": 2.0, "threshold": 2.0}),
        ("softplus", {"beta": 0.5}),
    ]:
        case(f"F.{name}", [vector(SPECIAL)], [X, options])
    case("F.threshold", [vector(SPECIAL)], [X, 1.0, -7.0])
    case("F.threshold", [vector(SPECIAL)], [X, 0.0, 0.0])
    for options in ({"min": -1.0, "max": 1.0}, {"min": 0.0}, {"max": 0.0}, {"min": 1.0, "max": 1.0}, {"min": 2.0, "max": -2.0}):
        case("Tensor.clamp", [vector(SPECIAL)], [X, options])
    for exponent in (-2, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3, 4):
        case("Tensor.pow", [vector(SPECIAL)], [X, exponent])
    for other in (-2.0, 0.0, 2.5):
        for name in ("fmod", "remainder", "div"):
            case(f"Tensor.{name}", [vector(SPECIAL)], [X, other])
    case("F.glu", [([2, 4], [1.0, INF, 0.0, -INF, INF, 0.0, -INF, INF])])
    case("F.glu", [([2, 4], [NAN, 1000.0, 0.0, -1000.0, 2.0, -1000.0, NAN, 1000.0])])


def binary():
    for name in "add sub mul div pow atan2 fmod remainder maximum minimum".split():
        case(f"Tensor.{name}", pairs())
    bounds = [-INF, -1.0, 0.0, 1.0, INF, NAN]
    some = list(itertools.product(bounds, bounds[:4] + [NAN], bounds[1:]))
    three = [vector([one[i] for one in some]) for i in range(3)]
    case("Tensor.clamp", three, [X, {"min": Y, "max": Z}])
    case("Tensor.clamp", pairs(), [X, {"min": Y}])
    case("Tensor.clamp", pairs(), [X, {"max": Y}])
    case("Tensor.lerp", three)
    case("Tensor.lerp", pairs(), [X, Y, 0.25])
    case("Tensor.lerp", pairs(), [X, Y, 1.0])
    mask = [i % 2 == 0 for i in range(len(PAIR) ** 2)]
    case("where", [([len(mask)], mask), *pairs()])
    case("Tensor.maskedFill", [vector(SPECIAL), ([len(SPECIAL)], [i % 2 == 0 for i in range(len(SPECIAL))])], [X, Y, 0.5])
    case("F.prelu", [([3, 3], PAIR), vector([0.25])])
    case("F.prelu", [([3, 3], PAIR), vector([0.0, -1.0, INF])])
    for name in ("maximum", "minimum", "mul", "div", "pow", "atan2"):
        case(f"Tensor.{name}", [vector(SPECIAL)], [X, X])


def reductions():
    for name in "sum mean prod amax amin var std logsumexp cumsum norm".split():
        case(f"Tensor.{name}", [rows()], [X, {"dim": 1}] if name == "norm" else [X, 1])
    for name in "max min sort".split():
        case(f"Tensor.{name}", [rows()], [X, 1])
    case("Tensor.topk", [rows()], [X, 2, 1])
    for p in (0, 0.5, 1, 1.5, 2, 3, -1, -2, -0.5, INF, -INF):
        case("Tensor.norm", [rows()], [X, {"p": "Infinity" if p == INF else "-Infinity" if p == -INF else p, "dim": 1}])
        case("Tensor.norm", [vector([0.0, 0.0])], [X, {"p": "Infinity" if p == INF else "-Infinity" if p == -INF else p}])
    for name in "var std".split():
        case(f"Tensor.{name}", [rows()], [X, 1, {"correction": 0}])
        case(f"Tensor.{name}", [rows()], [X, 1, {"correction": 3}])
        case(f"Tensor.{name}", [vector([2.0])])
        case(f"Tensor.{name}", [vector([2.0])], [X, 0, {"correction": 0}])
    for row in ROWS:
        for name in "max min prod".split():
            case(f"Tensor.{name}", [vector(row)])
    case("Tensor.prod", [vector([2.0])])
    for name in "softmax logSoftmax softmin".split():
        case(f"F.{name}", [rows()], [X, 1])
    case("F.normalize", [rows()])
    case("F.normalize", [rows()], [X, {"p": 1}])
    case("F.normalize", [rows()], [X, {"p": 3, "eps": 1.0}])
    some = [row for row in ROWS if not any(math.isnan(x) for x in row)]
    for other in ([1.0, 2.0, 3.0], [0.0, 0.0, 0.0], [2.0, 1.0, 2.0]):
        both = [rows(some), rows([other] * len(some))]
        case("F.cosineSimilarity", both)
        case("F.cosineSimilarity", both, [X, Y, {"dim": 1, "eps": 2.0}])
        for p in (2.0, 1.0, 3.0):
            case("F.pairwiseDistance", both, [X, Y, {"p": p}])
            case("F.pairwiseDistance", both, [X, Y, {"p": p, "eps": 0.0}])


def losses():
    # Differences of -1.5 ... 1.5: every corner of the losses, and 0.
    x = vector([-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, INF, -INF, INF, NAN, 2.0])
    y = vector([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, INF, 0.0, 2.0])
    for name, options in [
        ("mseLoss", {}),
        ("l1Loss", {}),
        ("smoothL1Loss", {}),
        ("smoothL1Loss", {"beta": 0.5}),
        ("smoothL1Loss", {"beta": 0}),
        ("huberLoss", {}),
        ("huberLoss", {"delta": 0.5}),
        ("klDiv", {}),
        ("klDiv", {"logTarget": True}),
        ("poissonNllLoss", {}),
        ("poissonNllLoss", {"full": True}),
        ("poissonNllLoss", {"logInput": False}),
        ("poissonNllLoss", {"logInput": False, "eps": 0}),
    ]:
        case(f"F.{name}", [x, y], [X, Y, {**options, "reduction": "none"}])
    counts = vector([0.0, 1.0, 2.0, 0.5, 3.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.5])
    for options in ({}, {"full": True}, {"logInput": False}, {"logInput": False, "full": True, "eps": 0.5}):
        case("F.poissonNllLoss", [x, counts], [X, Y, {**options, "reduction": "none"}])
    for options in ({}, {"logTarget": True}):
        case("F.klDiv", [x, counts], [X, Y, {**options, "reduction": "none"}])
    chances = [0.0, 1e-30, 0.25, 0.5, 1.0]
    first, second = pairs(chances)
    case("F.binaryCrossEntropy", [first, second], [X, Y, {"reduction": "none"}])
    case("F.binaryCrossEntropyWithLogits", [vector(SPECIAL), vector([(i % 3) / 2 for i in range(len(SPECIAL))])], [X, Y, {"reduction": "none"}])
    weights = vector([0.0, 1.0, 2.0] * 6 + [1.0])
    goals = vector([(i % 3) / 2 for i in range(len(SPECIAL))])
    case("F.binaryCrossEntropyWithLogits", [vector(SPECIAL), goals, weights], [X, Y, {"reduction": "none", "posWeight": Z}], (2,))
    signs = vector([1.0, -1.0] * 6)
    for margin in (1.0, 0.5):
        case("F.hingeEmbeddingLoss", [x, signs], [X, Y, {"margin": margin, "reduction": "none"}], (1,))
        case("F.hingeEmbeddingLoss", [x, vector([-1.0] * 12)], [X, Y, {"margin": margin, "reduction": "none"}], (1,))
    for margin in (0.0, 0.5, 1.0):
        case("F.marginRankingLoss", [x, y, signs], [X, Y, Z, {"margin": margin, "reduction": "none"}])
    case("F.softMarginLoss", [x, signs], [X, Y, {"reduction": "none"}], (1,))
    ties = rows([[1.0, 2.0, 3.0], [1.0, 0.0, 2.0], [0.0, 0.0, 0.0], [2.0, 1.0, 1.0], [INF, 0.0, 1.0], [NAN, 0.0, 1.0]])
    target = ([6], [0, 1, 2, 0, 1, 1])
    for p in (1, 2):
        for margin in (0.0, 1.0):
            case("F.multiMarginLoss", [ties, target], [X, Y, {"p": p, "margin": margin, "reduction": "none"}])
    for name, some in (("nllLoss", ties), ("crossEntropy", ties), ("crossEntropy", rows([[INF, 0, 1], [-INF, 0, 1]] * 3))):
        for options in ({}, {"ignoreIndex": 1}) + (({"labelSmoothing": 0.5},) if name == "crossEntropy" else ()):
            case(f"F.{name}", [some, target], [X, Y, {**options, "reduction": "none"}])
    soft = rows([[1.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.0, 0.0, 0.0]] * 2)
    case("F.crossEntropy", [ties, soft], [X, Y, {"reduction": "none"}])
    anchor = rows([[1.0, 2.0], [0.0, 0.0], [1.0, 0.0], [3.0, 4.0]])
    near = rows([[1.0, 2.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    far = rows([[1.0, 2.0], [0.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    for options in ({}, {"margin": 0.5, "swap": True}, {"p": 1.0}):
        case("F.tripletMarginLoss", [anchor, near, far], [X, Y, Z, {**options, "reduction": "none"}])
    case("F.tripletMarginLoss", [anchor, near, far], [X, Y, Z, {"margin": 5.0, "swap": True, "eps": 0, "reduction": "none"}])
    for margin in (0.0, 0.2):
        case("F.cosineEmbeddingLoss", [anchor, far, vector([1.0, -1.0, -1.0, 1.0])], [X, Y, Z, {"margin": margin, "reduction": "none"}], (2,))
        case("F.cosineEmbeddingLoss", [anchor, anchor, vector([1.0, -1.0, -1.0, -1.0])], [X, Y, Z, {"margin": margin, "reduction": "none"}], (2,))
    variances = vector([1.0, 0.0, 1e-6, 2.0, 1e-7, 0.5, 1.0, 1.0, 1.0, 1.0, 1.0, INF])
    for full in (False, True):
        case("F.gaussianNllLoss", [x, y, variances], [X, Y, Z, {"full": full, "reduction": "none"}])
    case("F.multilabelSoftMarginLoss", [ties, soft], [X, Y, {"reduction": "none"}])


def tensor(shape, data):
    kind = type(data[0])
    dtype = torch.bool if kind is bool else torch.int64 if kind is int else torch.float64
    return torch.tensor(data, dtype=dtype).reshape(shape)


def described(shape, data):
    dtype = {bool: "bool", int: "int64", float: "float64"}[type(data[0])]
    return {"shape": shape, "dtype": dtype, "data": [number(x) for x in data]}


def golden(value):
    if value is None:
        return None
    if value._is_zerotensor():
        value = torch.zeros(value.shape)
    return [number(x) for x in value.detach().reshape(-1).tolist()]


def plain(args):
    """Infinities, which JSON has not."""
    words = {"Infinity": INF, "-Infinity": -INF}
    if isinstance(args, list):
        return [plain(one) for one in args]
    if isinstance(args, dict):
        return {name: plain(one) for name, one in args.items()}
    return words.get(args, args) if isinstance(args, str) else args


def compute(call, inputs, args, none):
    xs = [tensor(shape, data) for shape, data in inputs]
    for i, x in enumerate(xs):
        x.requires_grad_(x.is_floating_point() and i not in none)
    positional, options = arguments(plain(args), xs)
    name = call.split(".")[-1]
    module = torch.nn.functional if call.startswith("F.") else torch.Tensor if call.startswith("Tensor.") else torch
    line = {"call": call, "args": args, "inputs": [described(shape, data) for shape, data in inputs]}
    if none:
        line["none"] = list(none)

    def gradients(total, create_graph):
        wanted = [x for x in xs if x.requires_grad]
        found = iter(torch.autograd.grad(total, wanted, create_graph=create_graph, retain_graph=True, allow_unused=True))
        return [next(found) if x.requires_grad else None for x in xs]

    try:
        results = [y for y in flat(getattr(module, snake(name))(*positional, **options)) if y.is_floating_point()]
        line["outputs"] = [golden(y) for y in results]
        total = sum(y.sum() for y in results)
        line["grads"] = [golden(g) for g in gradients(total, False)] if total.requires_grad else [None for _ in xs]
    except RuntimeError as error:
        return None, f"{call} {args}: {error}"
    results = [y for y in flat(getattr(module, snake(name))(*positional, **options)) if y.is_floating_point()]
    seconds = []
    try:
        first = gradients(sum(y.sum() for y in results), True)
    except RuntimeError as error:
        return line, f"{call} {args}: {error}"
    for g in first:
        if g is None or not g.requires_grad:
            seconds.append(None)
            continue
        try:
            seconds.append([golden(one) for one in gradients(g.sum(), False)])
        except RuntimeError as error:
            print(f"{call} {args}: {error}")
            seconds.append(None)
    line["seconds"] = seconds
    return line, None


def main():
    if not torch.__version__.startswith(VERSION + "."):
        sys.exit(f"expected PyTorch {VERSION}, got {torch.__version__}")
    torch.set_num_threads(1)
    for family in (unary, binary, reductions, losses):
        family()
    lines = []
    for one in CASES:
        line, problem = compute(*one)
        if problem:
            print(problem)
        if line is not None:
            lines.append(json.dumps(line, separators=(",", ":"), allow_nan=False))
    (pathlib.Path(__file__).parent / "kinks.jsonl").write_text("\n".join(lines) + "\n")
    print(f"{len(lines)} cases")


if __name__ == "__main__":
    main()
