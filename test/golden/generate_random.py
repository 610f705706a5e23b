"""Writes random.jsonl: moments of random layers and what random initial values fix, of PyTorch 2.15 (CPU, float64); and
images/activations.jsonl: activations of images.

    python test/golden/generate_random.py

Moments are those of 2 million elements: the mean, the variance, and the mean and the variance of the gradient of the sum.
"""

import json
import pathlib

import torch
from torch import nn

HERE = pathlib.Path(__file__).parent


def tensor(value, dtype="float"):
    return {"shape": list(value.shape), "dtype": dtype, "data": value.flatten().tolist()}


def activations(generator):
    def exact(shape):
        return torch.randint(-128, 128, shape, generator=generator).double() / 64

    def layer(number, name, shape, options):
        x = exact(shape).requires_grad_()
        x.data.flatten()[:2] = torch.tensor([0.0, -0.0])
        y = getattr(nn, name)(**options).eval()(x)
        cotangent = exact(y.shape)
        (grad,) = torch.autograd.grad(y, x, cotangent)
        return {
            "id": f"nn.{name}/{number}",
            "module": f"nn.{name}",
            "args": [options] if options else [],
            "state": {},
            "training": False,
            "inputs": [tensor(x.detach())],
            "outputs": [tensor(y.detach())],
            "cotangents": [tensor(cotangent)],
            "gradInputs": [tensor(grad)],
            "gradParams": {},
            "stateAfter": {},
        }

    yield layer(1, "RReLU", [3, 5], {})
    yield layer(2, "RReLU", [2, 2, 3], {"lower": 0.25, "upper": 0.75})
    yield layer(3, "RReLU", [7], {"lower": -0.5, "upper": 0.25})
    yield layer(1, "Softmax2d", [2, 3, 2, 2], {})
    yield layer(2, "Softmax2d", [4, 3, 2], {})


def moments():
    torch.manual_seed(1)
    cases = [
        ("AlphaDropout", {}, [2000, 1000]),
        ("AlphaDropout", {"p": 0.1}, [2000, 1000]),
        ("FeatureAlphaDropout", {}, [2000, 500, 2]),
        ("FeatureAlphaDropout", {"p": 0.8}, [2000, 500, 2]),
        ("RReLU", {}, [2000, 1000]),
        ("RReLU", {"lower": -0.5, "upper": 1.5}, [2000, 1000]),
    ]
    for name, options, shape in cases:
        x = torch.randn(shape, dtype=torch.float64).requires_grad_()
        y = getattr(nn, name)(**options)(x)
        (grad,) = torch.autograd.grad(y.sum(), x)
        y = y.detach()
        numbers = [y.mean(), y.var(), grad.mean(), grad.var()]
        yield {"layer": name, "options": options, "shape": shape, "moments": [float(one) for one in numbers]}


def initial():
    for shape, groups in [([3, 4, 3], 1), ([4, 2, 3, 4], 1), ([6, 2, 3, 3], 3), ([4, 3, 2, 1, 5], 2), ([2, 2, 1], 2)]:
        yield {"dirac": shape, "groups": groups, "data": nn.init.dirac_(torch.empty(shape), groups).flatten().tolist()}
    for rows, sparsity in [(10, 0.1), (10, 0.33), (7, 0.0), (7, 1.0), (100, 0.29), (3, 0.5)]:
        matrix = nn.init.sparse_(torch.ones(rows, 20, dtype=torch.float64), sparsity)
        yield {"sparse": [rows, 20], "sparsity": sparsity, "zeros": (matrix == 0).sum(0).tolist()}


def write(name, lines):
    (HERE / name).write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))


def main():
    assert torch.__version__.startswith("2.15"), torch.__version__
    write("images/activations.jsonl", activations(torch.Generator().manual_seed(5)))
    write("random.jsonl", [*moments(), *initial()])


main()
