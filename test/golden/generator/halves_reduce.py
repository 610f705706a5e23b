"""Cases of float16 and bfloat16: order, reductions, products of matrices."""

import math

from .cases import COMPOSED, FUNCTION, distinct, grid, of
from .tensors import HALVES


def order(cases, d):
    def add(call, *args, grads=True):
        cases.add(d, "order", call, *args, grads=grads)

    x = distinct(cases.draw(d, "order"), (2, 4), d)
    add("Tensor.sort", x)
    add("Tensor.sort", x, 0, {"descending": True})
    add("Tensor.sort", of(d, 1, math.nan, -math.inf, 0.5), grads=None)
    add("Tensor.argsort", x, grads=None)
    add("Tensor.topk", x, 2)
    add("Tensor.max", x)
    add("Tensor.min", x)
    add("Tensor.max", x, 1)
    add("Tensor.min", x, 0, {"keepdim": True})
    add("Tensor.max", of(d, 1, math.nan, 2), grads=None)
    add("Tensor.argmax", x, grads=None)
    add("Tensor.argmin", x, 1, grads=None)
    add("Tensor.amax", x, 0)
    add("Tensor.amin", x, [0, 1])


def reductions(cases, d):
    def add(call, *args, ulps=FUNCTION, grads=True, grad_ulps=0, scaled=None):
        scaled = grad_ulps > 0 if scaled is None else scaled
        cases.add(d, "reductions", call, *args, ulps=ulps, grads=grads, grad_ulps=grad_ulps, scaled=scaled)

    draw = cases.draw(d, "reductions")
    step = 2**-6 if d == "bfloat16" else 2**-9
    x = grid(draw, (3, 4), d, -2, 2, step, zero=False)
    # One by one in half precision, the ones would be lost.
    large = of(d, 2048 if d == "float16" else 256, *[1] * 24)
    add("Tensor.sum", x)
    add("Tensor.sum", x, 1)
    add("Tensor.sum", x, [0], {"keepdim": True})
    add("Tensor.sum", large, ulps=0)
    add("Tensor.mean", x, grad_ulps=FUNCTION)
    add("Tensor.mean", x, 0, grad_ulps=FUNCTION)
    add("Tensor.prod", x, grad_ulps=COMPOSED)
    add("Tensor.prod", x, 0, grad_ulps=COMPOSED)
    add("Tensor.cumsum", x, 1)
    add("Tensor.cumsum", large, 0)
    add("Tensor.sumToSize", x, [1, 4])
    add("Tensor.any", of(d, 0, -0.0, 0.5).reshape(3, 1), 1, ulps=0, grads=None)
    add("Tensor.all", of(d, 1, math.nan, 0.5), ulps=0, grads=None)
    add("Tensor.logsumexp", x, 1, grad_ulps=FUNCTION)
    for call in ("F.softmax", "F.logSoftmax", "F.softmin"):
        add(call, x, 1, grad_ulps=FUNCTION)
    add("F.softmax", x, 0, {"dtype": "float32"}, ulps=16, grad_ulps=FUNCTION)
    add("Tensor.softmax", x, 0, grad_ulps=FUNCTION)
    for call in ("Tensor.var", "Tensor.std"):
        add(call, x, grad_ulps=COMPOSED)
        add(call, x, 1, {"correction": 0}, grad_ulps=COMPOSED)
    add("Tensor.norm", x, grad_ulps=COMPOSED)
    for p in (1, 3, math.inf):
        add("Tensor.norm", x, {"p": p, "dim": 1}, grad_ulps=COMPOSED)
    if d == "float16":
        # The squares overflow in half precision, the norm does not.
        add("Tensor.norm", of(d, 3e4, 4e4), grads=None)
    add("F.normalize", x, ulps=COMPOSED, grad_ulps=COMPOSED)
    x, y = grid(draw, (3, 4), d, zero=False), grid(draw, (3, 4), d, zero=False)
    add("F.cosineSimilarity", x, y, ulps=COMPOSED, grad_ulps=COMPOSED)
    add("F.pairwiseDistance", x, y, ulps=COMPOSED, grad_ulps=COMPOSED)


def products(cases, d):
    def add(call, *args):
        cases.add(d, "matrices", call, *args, ulps=FUNCTION, grads=True, grad_ulps=FUNCTION, scaled=True)

    draw = cases.draw(d, "matrices")
    step = 2**-6 if d == "bfloat16" else 2**-9

    def matrix(*shape):
        return grid(draw, shape, d, -2, 2, step, zero=False)

    add("Tensor.matmul", matrix(2, 4), matrix(4, 3))
    add("Tensor.matmul", matrix(3), matrix(3, 2))
    add("Tensor.matmul", matrix(2, 3), matrix(3))
    add("Tensor.matmul", matrix(4), matrix(4))
    add("Tensor.matmul", matrix(2, 2, 3), matrix(3, 2))
    add("Tensor.matmul", matrix(2, 1, 2, 2), matrix(2, 2, 2))
    add("Tensor.mm", matrix(2, 3), matrix(3, 2))
    add("Tensor.bmm", matrix(2, 2, 3), matrix(2, 3, 2))
    add("Tensor.mv", matrix(3, 4), matrix(4))
    add("Tensor.dot", matrix(5), matrix(5))
    add("Tensor.outer", matrix(3), matrix(2))
    add("addmm", matrix(2, 2), matrix(2, 3), matrix(3, 2))
    add("F.linear", matrix(2, 4), matrix(3, 4), matrix(3))
    add("F.linear", matrix(2, 2, 3), matrix(2, 3))
    add("F.linear", matrix(4), matrix(2, 4), matrix(2))
    add("einsum", "ij,jk->ik", matrix(2, 3), matrix(3, 2))
    cases.add(d, "matrices", "addmm", matrix(2), matrix(2, 3), matrix(3, 2), {"alpha": 0.5, "beta": 3}, ulps=COMPOSED,
              grads=True, grad_ulps=COMPOSED, scaled=True)
    cases.add(d, "matrices", "F.bilinear", matrix(2, 3), matrix(2, 2), matrix(2, 3, 2), matrix(2), ulps=COMPOSED,
              grads=True, grad_ulps=COMPOSED, scaled=True)
    # Sums of 40 products: float32 holds them all, half precision would lose most.
    long = grid(draw, (1, 40), d, 0.5, 2, step)
    cases.add(d, "matrices", "Tensor.matmul", long, grid(draw, (40, 1), d, 0.5, 2, step), ulps=FUNCTION)


def add(cases):
    for d in HALVES:
        for family in (order, reductions, products):
            family(cases, d)
