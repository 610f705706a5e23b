"""Writes long_optimizers.jsonl and long_schedulers.jsonl: what PyTorch 2.15 (CPU, float64) computes in 50 and 60 steps.

    python test/golden/generate_optimizers.py

optimizers: {optimizer, options, after: {"1": [...], ...}}: all elements of three parameters, of shapes [], [7] and [3, 5],
after some of the steps. Element i of them together starts at cos(i) and has the gradient p^3 / 10 + cos(0.3 t + i) in step t,
from 0 on.
schedulers: {scheduler, args, groups, metrics, lrs, momenta}: rates and momenta of the groups of SGD, before the first step and
after each of 60. `groups` are the options of the groups. Several schedulers of one optimizer are {new, args} in `args`.
"""

import json
import pathlib
import sys

import torch

sys.dont_write_bytecode = True

from recompute import VERSION, snake

SHAPES = [[], [7], [3, 5]]
STEPS = [1, 2, 3, 10, 50]

SHARED = [{}, {"weightDecay": 0.1}, {"maximize": True}, {"weightDecay": 0.1, "maximize": True}]
ADAM = [
    *SHARED,
    {"lr": 0.01},
    {"lr": 0},
    {"betas": [0.0, 0.5]},
    {"betas": [0.5, 0.99], "eps": 1e-3},
    {"weightDecay": 0.1, "decoupledWeightDecay": True},
    {"weightDecay": 0.1, "decoupledWeightDecay": True, "maximize": True, "lr": 0.02},
]
OPTIMIZERS = {
    "SGD": [
        *SHARED,
        {"lr": 0.01},
        {"momentum": 0.9},
        {"momentum": 0.9, "dampening": 0.5, "lr": 0.05},
        {"momentum": 0.9, "weightDecay": 0.1, "maximize": True},
        {"momentum": 0.9, "nesterov": True, "weightDecay": 0.1, "lr": 0.02},
        {"momentum": 0.9, "nesterov": True, "maximize": True},
        {"dampening": 0.5},
    ],
    "Adam": [*ADAM, {"amsgrad": True, "betas": [0.9, 0.5]}, {"amsgrad": True, "weightDecay": 0.1, "maximize": True}],
    "AdamW": [
        *ADAM[:-2],
        {"weightDecay": 0},
        {"amsgrad": True, "betas": [0.9, 0.5]},
        {"amsgrad": True, "weightDecay": 0.5, "lr": 0.1},
    ],
    "Adamax": ADAM[:-2],
    "NAdam": [*ADAM, {"momentumDecay": 0.006}, {"momentumDecay": 0, "weightDecay": 0.1}],
    "RAdam": [*ADAM, {"betas": [0.9, 0.9999]}],
    "RMSprop": [
        *SHARED,
        {"lr": 0.001},
        {"alpha": 0.5, "eps": 1e-3},
        {"centered": True},
        {"centered": True, "weightDecay": 0.1, "momentum": 0.1, "maximize": True},
        {"momentum": 0.9, "alpha": 0.9},
    ],
    "Adagrad": [
        *SHARED,
        {"lr": 0.1, "lrDecay": 0.5, "weightDecay": 0.1},
        {"initialAccumulatorValue": 0.1},
        {"eps": 0.1},
    ],
    "Adadelta": [*SHARED, {"lr": 0.1}, {"rho": 0.95, "weightDecay": 0.9}, {"eps": 1e-3}],
}


def numbers(values):
    return [float(f"{float(value):.12g}") for value in values]


def optimizer(name, options):
    count = sum(torch.ones(shape).numel() for shape in SHAPES)
    start = torch.arange(count, dtype=torch.float64).cos()
    params, offset = [], 0
    for shape in SHAPES:
        n = torch.ones(shape).numel()
        params.append(start[offset : offset + n].clone().reshape(shape).requires_grad_())
        offset += n
    made = getattr(torch.optim, name)(params, **{snake(key): value for key, value in options.items()})
    line = {"optimizer": name, "options": options, "after": {}}
    for t in range(max(STEPS)):
        offset = 0
        for param in params:
            i = torch.arange(offset, offset + param.numel(), dtype=torch.float64).reshape(param.shape)
            param.grad = param.detach() ** 3 / 10 + torch.cos(0.3 * t + i)
            offset += param.numel()
        made.step()
        if t + 1 in STEPS:
            line["after"][str(t + 1)] = numbers(torch.cat([param.detach().reshape(-1) for param in params]))
    return line


ONE = [{"lr": 0.1}]
TWO = [{"lr": 0.1}, {"lr": 0.03, "momentum": 0.5}]
METRICS = [1 / (1 + 0.2 * i) if i < 20 else 0.2 + 0.01 * ((7 * i) % 5) for i in range(60)]


def new(name, *args):
    return {"new": name, "args": list(args)}


SCHEDULERS = [
    *[("StepLR", args, ONE) for args in ([7], [1], [60], [10, {"gamma": 0.5}], [3, {"gamma": 2}])],
    ("StepLR", [7], TWO),
    *[("MultiStepLR", args, TWO) for args in ([[3, 10, 11]], [[10, 3, 3], {"gamma": 0.5}], [[0, 5]], [[]])],
    *[("ConstantLR", args, TWO) for args in ([], [{"factor": 0.5, "totalIters": 4}], [{"factor": 1, "totalIters": 1}])],
    *[("ConstantLR", [{"totalIters": total}], ONE) for total in (0, 60, 100)],
    *[("LinearLR", args, TWO) for args in ([], [{"startFactor": 1, "endFactor": 0, "totalIters": 40}])],
    *[("LinearLR", [{"startFactor": 0.5, "endFactor": 0.1, "totalIters": total}], ONE) for total in (1, 100)],
    *[("ExponentialLR", [gamma], TWO) for gamma in (0.9, 1, 1.05)],
    *[("PolynomialLR", args, TWO) for args in ([], [{"totalIters": 40, "power": 2}], [{"totalIters": 80, "power": 0.5}])],
    *[("CosineAnnealingLR", args, TWO) for args in ([10], [7, {"etaMin": 0.01}], [100], [1], [30, {"etaMin": 0.2}])],
    *[
        ("CosineAnnealingWarmRestarts", args, TWO)
        for args in ([5], [5, {"tMult": 2}], [1, {"tMult": 3, "etaMin": 0.01}], [100], [7, {"etaMin": 0.2}])
    ],
    *[
        ("CyclicLR", args, TWO)
        for args in (
            [0.01, 0.1, {"stepSizeUp": 8}],
            [0.01, 0.1, {"stepSizeUp": 4, "stepSizeDown": 9}],
            [[0.01, 0.02], [0.1, 0.3], {"stepSizeUp": 5, "mode": "triangular2"}],
            [0.01, 0.1, {"stepSizeUp": 5, "mode": "exp_range", "gamma": 0.97}],
            [0.01, 0.1, {"stepSizeUp": 5, "cycleMomentum": False}],
            [0.01, 0.1, {"stepSizeUp": 5, "baseMomentum": 0.6, "maxMomentum": 0.99}],
            [0.01, 0.1],
        )
    ],
    *[
        ("OneCycleLR", [{**options, "maxLr": rate}], TWO)
        for rate, options in (
            (1, {"totalSteps": 61}),
            ([0.5, 2], {"totalSteps": 70, "pctStart": 0.5}),
            (1, {"epochs": 7, "stepsPerEpoch": 9, "annealStrategy": "linear"}),
            (1, {"totalSteps": 61, "threePhase": True}),
            (1, {"totalSteps": 61, "threePhase": True, "annealStrategy": "linear", "pctStart": 0.2}),
            (1, {"totalSteps": 61, "divFactor": 10, "finalDivFactor": 100, "cycleMomentum": False}),
            (1, {"totalSteps": 61, "baseMomentum": 0.7, "maxMomentum": 0.9}),
            (1, {"totalSteps": 61, "pctStart": 0.0}),
            (1, {"totalSteps": 61, "pctStart": 1.0}),
        )
    ],
    *[
        ("ReduceLROnPlateau", args, TWO)
        for args in (
            [],
            [{"factor": 0.5, "patience": 2}],
            [{"patience": 0, "cooldown": 3}],
            [{"mode": "max", "patience": 3, "threshold": 0.1}],
            [{"patience": 2, "threshold": 0.02, "thresholdMode": "abs", "minLr": [0.02, 0.001]}],
            [{"mode": "max", "patience": 2, "thresholdMode": "abs", "threshold": 0.05, "minLr": 0.01}],
            [{"factor": 0.5, "patience": 1, "eps": 0.02}],
        )
    ],
    ("ChainedScheduler", [[new("ConstantLR", {"factor": 0.1, "totalIters": 4}), new("ExponentialLR", 0.9)]], TWO),
    ("ChainedScheduler", [[new("CosineAnnealingLR", 10), new("StepLR", 15, {"gamma": 0.5}), new("LinearLR")]], TWO),
    ("SequentialLR", [[new("ConstantLR", {"factor": 0.1, "totalIters": 2}), new("ExponentialLR", 0.9)], [20]], TWO),
    ("SequentialLR", [[new("LinearLR", {"totalIters": 10}), new("CosineAnnealingLR", 50)], [10]], TWO),
    (
        "SequentialLR",
        [[new("LinearLR", {"totalIters": 5}), new("StepLR", 4), new("CosineAnnealingWarmRestarts", 6)], [5, 30]],
        TWO,
    ),
    ("SequentialLR", [[new("ExponentialLR", 0.9), new("PolynomialLR", {"totalIters": 30}), new("StepLR", 3)], [1, 2]], ONE),
]


def scheduler(name, args, groups):
    options = [{"params": [torch.ones(1, requires_grad=True)], **group} for group in groups]
    optimizer = torch.optim.SGD(options, momentum=0.9)

    def make(name, args):
        options = args[-1] if args and isinstance(args[-1], dict) else {}
        args = args[:-1] if options else args
        args = [[make(one["new"], one["args"]) if isinstance(one, dict) else one for one in arg] if isinstance(arg, list) else arg for arg in args]
        own = [] if name == "ChainedScheduler" else [optimizer]
        return getattr(torch.optim.lr_scheduler, name)(*own, *args, **{snake(key): value for key, value in options.items()})

    made = make(name, args)
    metrics = METRICS if name == "ReduceLROnPlateau" else None
    lrs, momenta = [], []
    for i in range(61):
        if i > 0:
            optimizer.step()
            made.step(*([] if metrics is None else [metrics[i - 1]]))
        lrs.append(numbers(group["lr"] for group in optimizer.param_groups))
        momenta.append(numbers(group["momentum"] for group in optimizer.param_groups))
    still = all(one == momenta[0] for one in momenta)
    return {
        "scheduler": name,
        "args": args,
        "groups": groups,
        "metrics": None if metrics is None else numbers(metrics),
        "lrs": lrs,
        "momenta": momenta[:1] if still else momenta,
    }


def main():
    if not torch.__version__.startswith(VERSION + "."):
        sys.exit(f"expected PyTorch {VERSION}, got {torch.__version__}")
    here = pathlib.Path(__file__).parent
    lines = [optimizer(name, options) for name, all in OPTIMIZERS.items() for options in all]
    write(here / "long_optimizers.jsonl", lines)
    write(here / "long_schedulers.jsonl", [scheduler(*case) for case in SCHEDULERS])


def write(file, lines):
    file.write_text("".join(json.dumps(line, separators=(",", ":"), allow_nan=False) + "\n" for line in lines))
    print(f"{file.name}: {len(lines)} cases")


if __name__ == "__main__":
    main()
