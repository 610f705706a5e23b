"""Writes images/resampling_antialias.jsonl: interpolation of PyTorch 2.15 (CPU) with antialiasing, by Lanczos's method, and
of uint8 images.

    python test/golden/generate_interpolate.py

A line is {id, call, args, inputs, outputs, cotangents, grads}, in the format of ops.jsonl; those of uint8 have no gradients.
"""

import json
import pathlib

import torch
import torch.nn.functional as F

ANTIALIAS = {"antialias": True}
CASES = [
    ([2, 2, 9, 8], {"size": [4, 3], "mode": "bilinear", **ANTIALIAS}),
    ([1, 2, 9, 8], {"size": [4, 3], "mode": "bilinear", "alignCorners": True, **ANTIALIAS}),
    ([1, 2, 5, 6], {"size": [8, 9], "mode": "bilinear", **ANTIALIAS}),
    ([2, 1, 11, 9], {"size": [4, 13], "mode": "bicubic", **ANTIALIAS}),
    ([1, 2, 9, 8], {"size": [4, 5], "mode": "bicubic", "alignCorners": True, **ANTIALIAS}),
    ([1, 2, 10, 9], {"scaleFactor": [0.35, 0.6], "mode": "bilinear", **ANTIALIAS}),
    ([1, 2, 10, 9], {"scaleFactor": 0.35, "mode": "bicubic", "recomputeScaleFactor": True, **ANTIALIAS}),
    ([1, 2, 13, 12], {"size": [5, 6], "mode": "lanczos", **ANTIALIAS}),
    ([1, 1, 5, 6], {"size": [7, 4], "mode": "lanczos", **ANTIALIAS}),
]
BYTES = [
    ([1, 3, 9, 8], {"size": [4, 3], "mode": "bilinear"}),
    ([1, 3, 9, 8], {"size": [14, 13], "mode": "bilinear", "alignCorners": True}),
    ([1, 3, 9, 8], {"size": [4, 3], "mode": "bilinear", **ANTIALIAS}),
    ([2, 1, 9, 8], {"size": [5, 12], "mode": "bicubic"}),
    ([2, 1, 9, 8], {"size": [5, 12], "mode": "bicubic", **ANTIALIAS}),
    ([1, 3, 13, 12], {"size": [5, 6], "mode": "lanczos", **ANTIALIAS}),
    ([1, 2, 5, 4], {"size": [8, 9], "mode": "nearest-exact"}),
]
KEYWORDS = {"alignCorners": "align_corners", "scaleFactor": "scale_factor", "recomputeScaleFactor": "recompute_scale_factor"}


def tensor(value, dtype):
    return {"shape": list(value.shape), "dtype": dtype, "data": value.flatten().tolist()}


def exact(shape, generator):
    """Multiples of 1/64, which float32 holds."""
    return torch.randint(-128, 128, shape, generator=generator).double() / 64


def case(number, shape, options, generator, of_bytes):
    if of_bytes:
        x = torch.randint(0, 256, shape, generator=generator, dtype=torch.uint8)
    else:
        x = exact(shape, generator).requires_grad_()
    dtype = "uint8" if of_bytes else "float"
    y = F.interpolate(x, **{KEYWORDS.get(name, name): value for name, value in options.items()})
    line = {
        "id": f"F.interpolate, {'uint8' if of_bytes else 'antialias'}/{number}",
        "call": "F.interpolate",
        "args": [{"input": 0}, options],
        "inputs": [tensor(x.detach(), dtype)],
        "outputs": [tensor(y.detach(), dtype)],
    }
    if not of_bytes:
        cotangent = exact(y.shape, generator)
        (grad,) = torch.autograd.grad(y, x, cotangent)
        line |= {"cotangents": [tensor(cotangent, dtype)], "grads": [tensor(grad, dtype)]}
    return line


def main():
    assert torch.__version__.startswith("2.15"), torch.__version__
    generator = torch.Generator().manual_seed(5)
    path = pathlib.Path(__file__).parent / "images" / "resampling_antialias.jsonl"
    with open(path, "w") as file:
        for cases, of_bytes in [(CASES, False), (BYTES, True)]:
            for number, (shape, options) in enumerate(cases, 1):
                line = case(number, shape, options, generator, of_bytes)
                file.write(json.dumps(line, separators=(",", ":")) + "\n")


main()
