"""Optimizers (optim_db) and schedules of PyTorch: parameters and rates after every step."""

import inspect
import itertools
import warnings

import torch
from torch.testing._internal.common_optimizers import optim_db

from encode import DTYPES, Inexpressible, Writer, plain
from ops import seed

STEPS = 12
SHAPES = [(3, 4), (5,), (), (2, 1, 3)]

# Combinations that optim_db does not have: every option of the library's optimizers, alone and with others.
FURTHER = {
    "Adadelta": [{"rho": 0.5}, {"eps": 1e-3, "weight_decay": 0.1, "maximize": True}],
    "Adagrad": [{"lr_decay": 0.1, "initial_accumulator_value": 0.5}, {"eps": 0.1, "maximize": True}],
    "Adam": [{"betas": (0.5, 0.9), "eps": 1e-3}, {"weight_decay": 0.1, "decoupled_weight_decay": True}],
    "AdamW": [{"betas": (0.5, 0.9), "eps": 1e-3}, {"weight_decay": 0.0}],
    "Adamax": [{"betas": (0.5, 0.9), "eps": 1e-3}, {"weight_decay": 0.1, "maximize": True}],
    "NAdam": [
        {"betas": (0.5, 0.9), "momentum_decay": 0.1},
        {"weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True},
    ],
    "RAdam": [
        {"betas": (0.5, 0.9), "eps": 1e-3},
        {"weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True},
    ],
    "RMSprop": [
        {"alpha": 0.5, "eps": 1e-3},
        {"centered": True, "momentum": 0.9, "weight_decay": 0.1},
        {"momentum": 0.9, "maximize": True},
        {"centered": True, "lr": 0.1},
    ],
    "SGD": [
        {},
        {"momentum": 0.9, "dampening": 0.5, "weight_decay": 0.1},
        {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1, "maximize": True},
    ],
}


def catalogue():
    return [{"name": f"optim.{info.name}", "key": f"optim.{info.name}", "aliases": []} for info in optim_db]


def value(one, writer):
    if isinstance(one, torch.Tensor):
        return {"tensor": writer.tensor(one)}
    return plain(one, lambda inner: value(inner, writer))


def write_optimizers(directory, keys):
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    for info in optim_db:
        key = f"optim.{info.name}"
        if key in keys:
            yield key, write_optimizer(f"{directory}/{key.replace('.', '_')}", info)


def write_optimizer(path, info):
    writer = Writer(path)
    key = f"optim.{info.name}"
    for name in ("float32", "float64", "float16", "bfloat16"):
        dtype = DTYPES[name]
        inputs = [one.kwargs for one in info.optim_inputs_func("cpu", dtype)]
        if name in ("float32", "float64"):
            inputs += FURTHER.get(info.name, [])
        for i, kwargs in enumerate(inputs):
            for grouped in (False, True):
                seed(f"{key} {name} {i}")
                record = optimizer_record(writer, info.optim_cls, kwargs, dtype, grouped)
                sample = f"{i} grouped" if grouped else i
                writer.write({"op": key, "dtype": name, "sample": sample, **record})
    write_errors(writer, info, key)
    writer.close()
    return {"calls": writer.count, "leftOut": {}}


def optimizer_record(writer, cls, kwargs, dtype, grouped):
    """
    Steps with random gradients; grouped: two groups, of which one has a rate of its own. Half types are computed in
    float32 and rounded: the library keeps a float32 copy of such parameters.
    """
    wide = dtype if dtype.itemsize >= 4 else torch.float32
    params = [torch.randn(shape).to(dtype).to(wide).requires_grad_() for shape in SHAPES]
    record = {"kwargs": {name: value(one, writer) for name, one in kwargs.items()}, "grouped": grouped}
    record["params"] = [writer.tensor(one.to(dtype)) for one in params]
    groups = [{"params": params[:2]}, {"params": params[2:], "lr": 0.05}] if grouped else params
    optimizer = cls(groups, **kwargs)
    record["grads"], record["after"] = [], []
    for _ in range(STEPS):
        grads = [(torch.randint(-16, 17, one.shape) / 16).to(dtype) for one in params]
        for param, grad in zip(params, grads):
            param.grad = grad.to(wide)
        optimizer.step()
        record["grads"].append([writer.tensor(one) for one in grads])
        record["after"].append([writer.tensor(one.to(dtype)) for one in params])
    return record


def write_errors(writer, info, key):
    seed(f"{key} errors")
    for i, case in enumerate(info.optim_error_inputs_func("cpu", torch.float32)):
        if issubclass(case.error_type, Warning):
            continue
        given = case.optimizer_error_input
        params = given.params if given.params is not None else [torch.randn(2, 3).requires_grad_()]
        try:
            groups = groups_of(params, writer)
            kwargs = {name: value(one, writer) for name, one in given.kwargs.items()}
        except Inexpressible:
            continue
        writer.write({
            "op": key, "dtype": "float32", "sample": f"error {i}", "kwargs": kwargs, "groups": groups,
            "error": f"{given.desc}: {case.error_regex}"[:200],
        })  # fmt: skip


def groups_of(params, writer, known=None):
    """Parameters, pairs of names and parameters, and groups; the same parameter is the same entry."""
    known = [] if known is None else known
    if isinstance(params, torch.Tensor):
        for i, one in enumerate(known):
            if one is params:
                return {"same": i}
        known.append(params)
        return {"param": writer.tensor(params)}
    if isinstance(params, dict):
        return {"group": {name: groups_of(one, writer, known) for name, one in params.items()}}
    if isinstance(params, (list, tuple, set)):
        return [groups_of(one, writer, known) for one in params]
    return params


# --- Schedules --------------------------------------------------------------------------------------------------------

LAMBDAS = {
    "decay": lambda epoch: 0.95**epoch,
    "warm": lambda epoch: min(1, (epoch + 1) / 5),
    "constant": lambda _epoch: 0.9,
}
METRICS = [1, 0.9, 0.9, 0.9, 0.9, 0.5, 0.5, 0.5, 0.49995, 0.7, 0.7, 0.7, 0.7, 0.3, *[0.3] * 40]


def named(name):
    return ("lambda", name)


def one(name, *args, **kwargs):
    return ("scheduler", name, args, kwargs)


def schedules():
    """Every schedule with its options."""
    yield from (one("StepLR", size, gamma=gamma) for size, gamma in ((1, 0.5), (3, 0.1), (4, 1.1)))
    yield one("StepLR", 2)
    yield from (one("MultiStepLR", at, gamma=0.3) for at in ([2, 5], [2, 2, 7], [], [1, 30]))
    yield one("MultiStepLR", [3, 6])
    yield from (one("ConstantLR", factor=factor, total_iters=n) for factor, n in ((0.5, 4), (0.1, 0), (1, 5)))
    yield one("ConstantLR")
    for start, end, n in ((0.5, 1, 4), (0.1, 0.7, 10), (1, 0, 3)):
        yield one("LinearLR", start_factor=start, end_factor=end, total_iters=n)
    yield one("LinearLR")
    yield from (one("ExponentialLR", gamma) for gamma in (0.9, 0.5, 1.05))
    yield from (one("PolynomialLR", total_iters=n, power=p) for n, p in ((5, 1), (9, 2), (20, 0.5)))
    yield one("PolynomialLR")
    yield from (one("CosineAnnealingLR", n, eta_min=low) for n, low in ((1, 0), (5, 0.01), (13, 0)))
    yield one("CosineAnnealingLR", 7)
    for n, mult, low in ((1, 1, 0), (4, 2, 0.001), (5, 1, 0), (3, 3, 0.01)):
        yield one("CosineAnnealingWarmRestarts", n, T_mult=mult, eta_min=low)
    yield one("CosineAnnealingWarmRestarts", 6)
    yield from (one("LambdaLR", named(name)) for name in LAMBDAS)
    yield from (one("MultiplicativeLR", named(name)) for name in ("constant", "warm"))
    for mode in ("triangular", "triangular2", "exp_range"):
        yield one("CyclicLR", 0.001, 0.1, step_size_up=4, step_size_down=3, mode=mode, gamma=0.9)
        yield one("CyclicLR", 0.001, 0.1, step_size_up=5, mode=mode, cycle_momentum=False)
    yield one("CyclicLR", 0.01, 0.05, step_size_up=3, base_momentum=0.7, max_momentum=0.95)
    yield one("CyclicLR", 0.01, 0.05, step_size_up=3, scale_fn=named("decay"), scale_mode="iterations")
    yield one("CyclicLR", 0.01, 0.05, step_size_up=3, scale_fn=named("decay"), scale_mode="cycle")
    yield one("CyclicLR", 0.01, 0.05)
    for anneal, three in itertools.product(("cos", "linear"), (False, True)):
        yield one("OneCycleLR", max_lr=0.1, total_steps=45, anneal_strategy=anneal, three_phase=three)
        yield one(
            "OneCycleLR", max_lr=0.2, epochs=15, steps_per_epoch=3, pct_start=0.4, anneal_strategy=anneal,
            three_phase=three, div_factor=10, final_div_factor=100, base_momentum=0.8, max_momentum=0.9,
        )  # fmt: skip
    yield one("OneCycleLR", max_lr=0.1, total_steps=45, cycle_momentum=False)
    for kwargs in (
        {},
        {"mode": "max", "factor": 0.5, "patience": 1},
        {"factor": 0.3, "patience": 2, "cooldown": 3, "min_lr": 0.002},
        {"patience": 0, "threshold": 0.1, "threshold_mode": "abs", "factor": 0.7},
        {"patience": 1, "threshold": 0.2, "threshold_mode": "rel", "factor": 0.9, "eps": 0.004},
    ):
        yield one("ReduceLROnPlateau", **kwargs)
    yield one("ChainedScheduler", [one("ConstantLR", factor=0.1, total_iters=2), one("ExponentialLR", 0.9)])
    yield one("ChainedScheduler", [one("StepLR", 3, gamma=0.5), one("LinearLR", total_iters=7), one("PolynomialLR", 9)])
    first, second = one("ConstantLR", factor=0.1, total_iters=2), one("ExponentialLR", 0.9)
    yield one("SequentialLR", [first, second], [3])
    yield one("SequentialLR", [one("LinearLR", start_factor=0.1, total_iters=5), one("CosineAnnealingLR", 20)], [5])
    yield one("SequentialLR", [one("StepLR", 1), first, one("CosineAnnealingWarmRestarts", 4)], [2, 9])


BASES = [
    ("SGD", [0.1], {"momentum": 0.9}),
    ("SGD", [0.5, 0.02], {"momentum": 0.8}),
    ("Adam", [0.01], {}),
]


def schedule_names():
    names = sorted({name for _kind, name, _args, _kwargs in schedules()})
    return [{"name": f"lrScheduler.{name}", "key": f"lrScheduler.{name}", "aliases": []} for name in names]


def make(cls_name, optimizer, args, kwargs):
    """The schedule, and its constructor as the library has it: what is required is positional, the rest are options."""
    cls = getattr(torch.optim.lr_scheduler, cls_name)
    inner = [], []

    def build(one_value):
        if isinstance(one_value, tuple) and one_value and one_value[0] == "lambda":
            return LAMBDAS[one_value[1]], {"lambda": one_value[1]}
        if isinstance(one_value, tuple) and one_value and one_value[0] == "scheduler":
            schedule, text = make(one_value[1], optimizer, *one_value[2:])
            return schedule, {"scheduler": text}
        if isinstance(one_value, list):
            pairs = [build(part) for part in one_value]
            return [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        return one_value, plain(one_value, plain)

    built = [build(one_value) for one_value in args]
    options = {name: build(one_value) for name, one_value in kwargs.items()}
    values = [pair[0] for pair in built]
    keywords = {name: pair[0] for name, pair in options.items()}
    if cls_name == "ChainedScheduler":
        return cls(*values), {"name": cls_name, "args": [pair[1] for pair in built], "kwargs": {}, "alone": True}
    signature = inspect.signature(cls.__init__)
    bound = signature.bind(None, optimizer, *[pair[1] for pair in built], **{n: p[1] for n, p in options.items()})
    required = [n for n, p in signature.parameters.items() if p.default is inspect.Parameter.empty][2:]
    text = {"name": cls_name, "args": [bound.arguments[name] for name in required if name in bound.arguments]}
    rest = list(bound.arguments.items())[2:]
    text["kwargs"] = {name: given for name, given in rest if name not in required}
    return cls(optimizer, *values, **keywords), text


def write_schedules(directory, keys):
    warnings.simplefilter("ignore")
    for key in keys:
        writer = Writer(f"{directory}/{key.replace('.', '_')}")
        count = 0
        for _kind, name, args, kwargs in schedules():
            if f"lrScheduler.{name}" != key:
                continue
            for optimizer_name, rates, options in BASES:
                writer.write({"op": key, "dtype": "none", "sample": count, **schedule_record(
                    name, args, kwargs, optimizer_name, rates, options)})  # fmt: skip
                count += 1
        writer.close()
        yield key, {"calls": writer.count, "leftOut": {}}


def schedule_record(name, args, kwargs, optimizer_name, rates, options):
    groups = [{"params": [torch.ones(1, requires_grad=True)], "lr": rate} for rate in rates]
    optimizer = getattr(torch.optim, optimizer_name)(groups, lr=0.1, **options)
    schedule, text = make(name, optimizer, args, kwargs)
    watches = name == "ReduceLROnPlateau"
    steps = 44
    states = [rates_of(optimizer)]
    for i in range(steps):
        optimizer.step()
        schedule.step(METRICS[i]) if watches else schedule.step()
        states.append(rates_of(optimizer))
    return {
        "optimizer": {"name": optimizer_name, "rates": rates, "kwargs": options},
        "schedule": text,
        "metrics": METRICS[:steps] if watches else None,
        "states": states,
    }


def rates_of(optimizer):
    """Of each group, the rate, and the momentum or the first beta."""
    return [[group["lr"], group["momentum"] if "momentum" in group else group["betas"][0]] for group in optimizer.param_groups]
