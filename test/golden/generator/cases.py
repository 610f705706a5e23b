"""Collects cases: draws inputs, runs PyTorch, chooses tolerances."""

import math
import random

import torch

from . import calls
from .tensors import DTYPES, HALVES, Big, encoded, name_of, number, worst_error

# Results that are not exactly rounded: how far from the exact one a good implementation may be, in units in the last place.
FUNCTION = 1
COMPOSED = 2  # several ops, of which each rounds to half precision
FLOAT32 = 16  # functions and losses with float32 results


class Cases:
    def __init__(self, seed):
        self.seed = seed
        self.all = []
        self.ids = set()

    def draw(self, *place):
        """Random numbers that depend on nothing but the seed and these words."""
        return random.Random(" ".join(map(str, (self.seed, *place))))

    def add(self, dtype, family, call, *args, ulps=0, grads=None, grad_ulps=0, scaled=False):
        """Runs a call; `grads` names the inputs that gradients are computed for, True for all floating ones."""
        count = sum(1 for one in self.ids if one.startswith(f"{dtype}/{family}/{call}/"))
        case_id = f"{dtype}/{family}/{call}/{count + 1}"
        self.ids.add(case_id)
        inputs = []
        encode = Encoder(inputs)
        case = {"id": case_id, "call": call, "args": [encode(one) for one in args]}
        case["inputs"] = [encoded(one) for one in inputs]
        wanted = [grads is True and one.is_floating_point() or isinstance(grads, list) and i in grads
                  for i, one in enumerate(inputs)]
        outputs, cotangents, gradients = evaluate(call, case["args"], inputs, wanted, self.draw(case_id))
        case["outputs"] = [encoded(one) for one in outputs]
        exact = None
        if any(name_of(one.dtype) in HALVES for one in inputs) and (ulps or grad_ulps):
            wide = [one.double() if one.is_floating_point() else one for one in inputs]
            exact = evaluate(call, case["args"], wide, wanted, None, cotangents)
        if ulps:
            case["ulps"] = ulps + excess(outputs, exact and exact[0], scaled)
        if any(wanted):
            case["cotangents"] = [encoded(one) for one in cotangents]
            case["grads"] = [one if one is None else encoded(one) for one in gradients]
            if grad_ulps:
                case["gradUlps"] = grad_ulps + excess(gradients, exact and exact[2], scaled)
        if scaled and (ulps or grad_ulps):
            case["scaled"] = True
        self.all.append(case)
        return case


class Encoder:
    """Arguments as JSON; their tensors go to a list of inputs."""

    def __init__(self, inputs):
        self.inputs = inputs

    def __call__(self, value):
        if torch.is_tensor(value):
            known = [i for i, one in enumerate(self.inputs) if one is value]
            if not known:
                self.inputs.append(value)
            return {"input": known[0] if known else len(self.inputs) - 1}
        if isinstance(value, (list, tuple)):
            return [self(one) for one in value]
        if isinstance(value, dict):
            return {key: self(one) for key, one in value.items()}
        if isinstance(value, Big):
            return f"{int(value)}n"
        return number(value, "float64") if isinstance(value, (int, float)) else value


def decoded(value, inputs):
    """The arguments of a line with tensors and numbers in their places."""
    if isinstance(value, dict) and "input" in value:
        return inputs[value["input"]]
    if isinstance(value, dict):
        return {key: decoded(one, inputs) for key, one in value.items()}
    if isinstance(value, list):
        return [decoded(one, inputs) for one in value]
    if isinstance(value, str) and value.removeprefix("-")[:-1].isdigit() and value.endswith("n"):
        return int(value[:-1])
    if isinstance(value, str) and value in ("NaN", "Infinity", "-Infinity"):
        return float(value.replace("Infinity", "inf"))
    return value


def evaluate(call, args, inputs, wanted, draw, cotangents=None):
    """Outputs, cotangents and gradients for copies of the inputs."""
    leaves = [one.clone().requires_grad_(need) for one, need in zip(inputs, wanted)]
    outputs = calls.run(call, decoded(args, leaves))
    floating = [one for one in outputs if one.is_floating_point()]
    if not any(wanted):
        return outputs, [], []
    if cotangents is None:
        cotangents = [weights(one, draw) for one in floating]
    gradients = torch.autograd.grad(
        floating,
        [leaf for leaf, need in zip(leaves, wanted) if need],
        [weight.to(one.dtype) for weight, one in zip(cotangents, floating)],
        allow_unused=True,
    )
    left = iter(gradients)
    return outputs, cotangents, [next(left) if need else None for need in wanted]


def weights(output, draw):
    """Multiples of 1/8 other than 0, which every floating dtype holds."""
    data = [draw.choice([-1, 1]) * draw.randint(1, 16) / 8 for _ in range(output.numel())]
    return torch.tensor(data, dtype=output.dtype).reshape(output.shape)


def excess(found, exact, scaled):
    """Whole units in the last place that PyTorch's results are off more than rounding explains."""
    if not exact:
        return 0
    pairs = [(a, b) for a, b in zip(found, exact) if a is not None and name_of(a.dtype) in HALVES]
    worst = max((worst_error(a, b, scaled) for a, b in pairs), default=0)
    return max(0, math.ceil(worst - 0.501))


def grid(draw, shape, dtype, low=-2, high=2, step=1 / 8, zero=True):
    """Random multiples of a step, which every floating dtype holds."""
    first, last = round(low / step), round(high / step)
    data = []
    while len(data) < math.prod(shape):
        value = draw.randint(first, last)
        if value or zero:
            data.append(value * step)
    return torch.tensor(data, dtype=DTYPES[dtype]).reshape(shape)


def distinct(draw, shape, dtype, step=1 / 8):
    """Multiples of a step around 0 in random order, no two equal."""
    count = math.prod(shape)
    data = [(i - count // 2) * step for i in range(count)]
    draw.shuffle(data)
    return torch.tensor(data, dtype=DTYPES[dtype]).reshape(shape)


def of(dtype, *data):
    """A vector of these numbers."""
    return torch.tensor(list(data), dtype=DTYPES[dtype])
