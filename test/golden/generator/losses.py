"""Cases of float16 and bfloat16: losses and embeddings, with int64 labels and indices."""

from .cases import COMPOSED, grid, of
from .tensors import HALVES


def classes(cases, d):
    def add(call, *args, ulps=COMPOSED, grads=True):
        cases.add(d, "losses", call, *args, ulps=ulps, grads=grads, grad_ulps=ulps, scaled=True)

    draw = cases.draw(d, "classes")
    logits, labels = grid(draw, (3, 4), d), of("int64", 2, 0, 3)
    weight = of(d, 0.5, 1, 2, 1.5)
    add("F.crossEntropy", logits, labels)
    add("F.crossEntropy", logits, labels, {"reduction": "sum"})
    add("F.crossEntropy", logits, labels, {"reduction": "none"})
    add("F.crossEntropy", logits, of("int64", 2, -100, 3))
    add("F.crossEntropy", logits, labels, {"labelSmoothing": 0.25})
    add("F.crossEntropy", logits, labels, {"weight": weight}, grads=[0])
    probabilities = of(d, 0.5, 0.25, 0.125, 0.125).repeat(3).reshape(3, 4)
    add("F.crossEntropy", logits, probabilities, grads=[0])
    add("F.nllLoss", logits, labels, {"reduction": "sum"})
    add("F.nllLoss", logits, of("int64", 2, 1, 3), {"ignoreIndex": 1})
    add("F.nllLoss", logits, labels, {"weight": weight}, grads=[0])
    table = grid(draw, (4, 3), d)
    add("F.embedding", of("int64", 1, 3, 1), table, ulps=0)
    add("F.embedding", of("int64", 2, 0, 2, 1).reshape(2, 2), table, {"paddingIdx": 0}, ulps=0)


def numbers(cases, d):
    def add(call, *args, grads=True):
        cases.add(d, "losses", call, *args, ulps=COMPOSED, grads=grads, grad_ulps=COMPOSED, scaled=True)

    draw = cases.draw(d, "numbers")
    x, y = grid(draw, (2, 3), d), grid(draw, (2, 3), d, step=1 / 4) + 1 / 16
    for name in ("mseLoss", "l1Loss", "smoothL1Loss", "huberLoss"):
        add(f"F.{name}", x, y)
    add("F.mseLoss", x, y, {"reduction": "sum"})
    add("F.mseLoss", x, y, {"reduction": "none"})
    add("F.smoothL1Loss", x, y, {"beta": 0.5, "reduction": "none"})
    add("F.huberLoss", x, y, {"delta": 0.75, "reduction": "sum"})
    rates = grid(draw, (2, 3), d, 0.25, 2)
    add("F.poissonNllLoss", x, rates, grads=[0])
    add("F.gaussianNllLoss", x, y, rates)
    share = grid(draw, (2, 3), d, 0.125, 0.875)
    target = grid(draw, (2, 3), d, 0, 1)
    add("F.binaryCrossEntropy", share, target, grads=[0])
    add("F.binaryCrossEntropyWithLogits", x, target, grads=[0])
    add("F.binaryCrossEntropyWithLogits", x, target, {"reduction": "sum", "posWeight": of(d, 2, 0.5, 1)}, grads=[0])
    add("F.klDiv", -rates, target, {"reduction": "batchmean"}, grads=[0])
    add("F.klDiv", -rates, -share, {"reduction": "sum", "logTarget": True}, grads=[0])


def margins(cases, d):
    def add(call, *args, grads):
        cases.add(d, "losses", call, *args, ulps=COMPOSED, grads=grads, grad_ulps=COMPOSED, scaled=True)

    draw = cases.draw(d, "margins")
    x, y, z = (grid(draw, (2, 3), d, step=1 / 16) for _ in range(3))
    signs = of(d, 1, -1, -1, 1, 1, -1).reshape(2, 3)
    add("F.hingeEmbeddingLoss", x, signs, grads=[0])
    add("F.softMarginLoss", x, signs, grads=[0])
    add("F.marginRankingLoss", x, y, signs, {"margin": 0.5}, grads=[0, 1])
    add("F.cosineEmbeddingLoss", x, y, of(d, 1, -1), grads=[0, 1])
    add("F.tripletMarginLoss", x, y, z, grads=[0, 1, 2])
    add("F.multilabelSoftMarginLoss", x, grid(draw, (2, 3), d, 0, 1, 1), grads=[0])


def add(cases):
    for d in HALVES:
        for family in (classes, numbers, margins):
            family(cases, d)
