"""Writes images/pooling_fractional.jsonl: fractional max pooling of PyTorch 2.15 (CPU, float64) with given random samples.

    python test/golden/generate_fractional.py

A line is {id, call, args, inputs, outputs, cotangents, grads}, in the format of ops.jsonl. The samples are multiples of 1/64, so
that float32 finds the same windows.
"""

import json
import pathlib

import torch
import torch.nn.functional as F

CASES = [
    (2, [2, 3, 9, 8], 2, {"outputSize": 4}),
    (2, [2, 3, 9, 8], [3, 2], {"outputSize": [5, 6]}),
    (2, [3, 7, 6], 2, {"outputSize": [1, 5]}),
    (2, [1, 2, 12, 11], 3, {"outputRatio": 0.5}),
    (2, [2, 1, 10, 10], [2, 4], {"outputRatio": [0.7, 0.3]}),
    (3, [2, 2, 5, 6, 7], 2, {"outputSize": 3}),
    (3, [2, 5, 6, 5], [1, 2, 3], {"outputSize": [4, 3, 2]}),
    (3, [1, 1, 8, 6, 7], 2, {"outputRatio": [0.5, 0.6, 0.4]}),
]


def tensor(value, dtype="float"):
    return {"shape": list(value.shape), "dtype": dtype, "data": value.flatten().tolist()}


def exact(shape, low, high, step, generator):
    """Distinct enough multiples of `step`, which float32 holds."""
    count = round((high - low) / step)
    return low + step * torch.randint(0, count, shape, generator=generator).double()


def ratio(value, dims):
    return (value,) * dims if isinstance(value, float) else tuple(value)


def case(number, dims, shape, kernel, options, generator):
    size = torch.Size(shape)
    elements = size.numel()
    x = (torch.randperm(elements, generator=generator).double() / 64 - elements / 128).reshape(size).requires_grad_()
    lead = shape[:-dims] if len(shape) == dims + 2 else [1, *shape[:-dims]]
    samples = exact([*lead, dims], 0, 1, 1 / 64, generator)
    given = {
        "output_size": options.get("outputSize"),
        "output_ratio": ratio(options["outputRatio"], dims) if "outputRatio" in options else None,
    }
    function = getattr(F, f"fractional_max_pool{dims}d_with_indices")
    y, indices = function(x, kernel, **given, _random_samples=samples)
    cotangent = exact(y.shape, -2, 2, 1 / 64, generator)
    (grad,) = torch.autograd.grad(y, x, cotangent)
    call = f"F.fractionalMaxPool{dims}d"
    common = {"id": f"{call}/{number}", "call": call}
    inputs = [tensor(x.detach()), tensor(samples)]
    named = {**options, "randomSamples": {"input": 1}}
    yield {
        **common,
        "args": [{"input": 0}, kernel, named],
        "inputs": inputs,
        "outputs": [tensor(y.detach())],
        "cotangents": [tensor(cotangent)],
        "grads": [tensor(grad), None],
    }
    yield {
        **common,
        "id": f"{call}/{number}, indices",
        "args": [{"input": 0}, kernel, {**named, "returnIndices": True}],
        "inputs": inputs,
        "outputs": [tensor(y.detach()), tensor(indices, "int32")],
    }


def main():
    assert torch.__version__.startswith("2.15"), torch.__version__
    generator = torch.Generator().manual_seed(3)
    path = pathlib.Path(__file__).parent / "images" / "pooling_fractional.jsonl"
    with open(path, "w") as file:
        for number, (dims, shape, kernel, options) in enumerate(CASES, 1):
            for line in case(number, dims, shape, kernel, options, generator):
                file.write(json.dumps(line, separators=(",", ":")) + "\n")


main()
