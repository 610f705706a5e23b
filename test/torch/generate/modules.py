"""Modules of PyTorch, from the inputs of its own tests (module_db), with results and derivatives."""

import inspect
import warnings

import torch
from torch.testing._internal.common_modules import ModuleErrorEnum, module_db

from encode import DTYPES, Call, Inexpressible, Writer, flatten
from ops import DERIVATIVES, HALF, derivatives, optional, results, seed, weights_like


class Sample:
    """What Call takes."""

    def __init__(self, args, kwargs=()):
        self.input = None
        self.args = args
        self.kwargs = dict(kwargs)


def catalogue():
    return [{"name": info.name, "key": info.name, "aliases": []} for info in module_db]


def by_name(function, given, skip):
    """The arguments of a call by name, and which of them have to be given. `*args` of activations are left out."""
    signature = inspect.signature(function)
    values = signature.bind(*[None] * skip, *given.args, **given.kwargs).arguments
    names = list(signature.parameters)[skip:]
    required = [name for name in names if signature.parameters[name].default is inspect.Parameter.empty]
    return {name: values[name] for name in names if name in values}, required


def constructor(cls, given):
    """Required arguments in order, then the others as options."""
    values, required = by_name(cls.__init__, given, 1)
    return [values[name] for name in required if name in values], {
        name: value for name, value in values.items() if name not in required and name not in ("device", "dtype")
    }


def write_modules(directory, keys):
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    for info in module_db:
        if info.name in keys:
            yield info.name, write_module(f"{directory}/{info.name.replace('.', '_')}", info)


def write_module(path, info):
    writer = Writer(path)
    left_out = {}
    for name, dtype in DTYPES.items():
        if dtype not in info.supported_dtypes("cpu"):
            continue
        for training in (True, False):
            mode = "train" if training else "eval"
            seed(f"{info.name} {name} {mode}")
            inputs = info.module_inputs_func(info, device="cpu", dtype=dtype, requires_grad=True, training=training)
            for i, given in enumerate(inputs):
                try:
                    record = module_record(writer, info, dtype, given, training)
                except Inexpressible as why:
                    left_out[str(why)] = left_out.get(str(why), 0) + 1
                    continue
                writer.write({"op": info.name, "dtype": name, "sample": f"{mode} {i}", **record})
    if info.module_error_inputs_func is not None:
        write_errors(writer, info)
    writer.close()
    return {"calls": writer.count, "leftOut": left_out}


def made(info, given, dtype):
    return info.module_cls(*given.args, **given.kwargs).to(dtype)


def encoded(writer, info, given, forward):
    """Constructor and inputs; their tensors are numbered together."""
    required, options = constructor(info.module_cls, given)
    values = list(by_name(info.module_cls.forward, forward, 1)[0].values()) if forward is not None else []
    call = Call(writer, Sample([required, options_list(options), values]))
    return call, {
        "input": None,
        "args": call.args[2],
        "kwargs": {},
        "module": {"args": call.args[0], "kwargs": dict(zip(options, call.args[1]))},
    }


def options_list(options):
    return list(options.values())


def module_record(writer, info, dtype, given, training):
    torch.manual_seed(0)
    module = made(info, given.constructor_input, dtype)
    module.train(training)
    call, record = encoded(writer, info, given.constructor_input, given.forward_input)
    state = {name: value.detach().clone() for name, value in module.state_dict().items()}
    parameters = dict(module.named_parameters())
    record |= {
        "tensors": call.entries,
        "state": {name: writer.tensor(value) for name, value in state.items()},
        "parameters": list(parameters),
        "training": training,
    }
    forward = given.forward_input
    outputs = [one for one in flatten(module(*forward.args, **forward.kwargs)) if one is not None]
    record["outputs"] = results(writer, outputs)
    wanted = [*call.differentiable(), *parameters.values()]
    twice = dtype is torch.float64 and info.supports_gradgrad
    record |= derivatives(writer, outputs, wanted, twice)
    if dtype in HALF:
        record["float32"] = computed_in_float32(writer, module, forward, outputs, "weights" in record)
    changed = {name: value for name, value in module.state_dict().items() if not value.equal(state[name])}
    record["changed"] = {name: writer.tensor(value) for name, value in changed.items()}
    return record


def computed_in_float32(writer, module, forward, like, wants_grad):
    """As in ops.py: half types that are rounded only once."""
    module.float()
    inputs = []

    def widen(value):
        if not isinstance(value, torch.Tensor) or value.dtype not in HALF:
            return value
        wide = value.detach().float()
        if value.requires_grad:
            inputs.append(wide.requires_grad_())
        return wide

    outputs = flatten(module(*map(widen, forward.args), **{k: widen(v) for k, v in forward.kwargs.items()}))
    narrow = [one.to(half.dtype) for one, half in zip(outputs, like)]
    record = {"outputs": results(writer, narrow)}
    if wants_grad:
        torch.manual_seed(DERIVATIVES)
        wanted = [*inputs, *module.parameters()]
        first = torch.autograd.grad(narrow, wanted, weights_like(narrow), allow_unused=True)
        record["grads"] = optional(writer, [one if one is None else one.to(narrow[0].dtype) for one in first])
    return record


def write_errors(writer, info):
    for training in (True, False):
        mode = "train" if training else "eval"
        seed(f"{info.name} errors {mode}")
        cases = info.module_error_inputs_func(
            info, device="cpu", dtype=torch.float32, requires_grad=False, training=training
        )
        for i, case in enumerate(cases):
            given = case.module_error_input
            in_forward = case.error_on is ModuleErrorEnum.FORWARD_ERROR
            try:
                _call, record = encoded(writer, info, given.constructor_input, given.forward_input if in_forward else None)
            except (Inexpressible, TypeError):
                continue
            sample = {"op": info.name, "dtype": "float32", "sample": f"error {mode} {i}"}
            writer.write(sample | record | {"tensors": _call.entries, "error": str(case.error_regex)[:200]})
