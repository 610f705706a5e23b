"""Calls of the operators of PyTorch, from the samples of its own tests (op_db), with results and derivatives."""

import random
import warnings

import numpy
import torch
from torch.testing._internal.common_methods_invocations import op_db

from encode import DTYPES, Call, Inexpressible, Writer, flatten, raw

# Their results differ by chance: only shape, dtype and whether there is a gradient are compared.
RANDOM = {
    "bernoulli", "cauchy", "exponential", "geometric", "log_normal", "multinomial", "normal", "uniform",
    "rand_like", "randn", "randn_like", "randint", "randint_like",
    "empty", "empty_like", "new_empty", "empty_strided", "new_empty_strided", "empty_permuted",
    "nn.functional.dropout", "nn.functional.dropout2d", "nn.functional.dropout3d",
    "nn.functional.alpha_dropout", "nn.functional.feature_alpha_dropout", "nn.functional.rrelu",
}  # fmt: skip


LARGEST = 2048  # elements of reference inputs; some have a million
DERIVATIVES = 1  # the seed of their weights
HALF = (torch.float16, torch.bfloat16)


def full_name(info):
    return f"{info.name}:{info.variant_test_name}" if info.variant_test_name else info.name


def catalogue():
    """Every operator: its name, variant, aliases and dtypes."""
    return [
        {"name": info.name, "key": full_name(info), "aliases": [alias.name for alias in info.aliases]}
        for info in op_db
    ]


def seed(text):
    number = sum((i + 1) * ord(c) for i, c in enumerate(text)) % 2**31
    torch.manual_seed(number)
    random.seed(number)
    numpy.random.seed(number)


def weights_like(tensors):
    """Fixed random weights, of which half types hold every one exactly."""
    return [(torch.randint(-8, 9, one.shape) / 8).to(one.dtype) for one in tensors]


def derivatives(writer, outputs, inputs, twice):
    """Gradients, and gradients of gradients, with random weights."""
    roots = [one for one in outputs if isinstance(one, torch.Tensor) and one.requires_grad]
    if not roots or not inputs:
        return {}
    torch.manual_seed(DERIVATIVES)
    weights = weights_like(roots)
    try:
        first = torch.autograd.grad(roots, inputs, weights, allow_unused=True, create_graph=twice)
    except RuntimeError as error:
        return without_derivative(error, {})
    record = {"weights": list(map(writer.tensor, weights)), "grads": optional(writer, first)}
    again = [one for one in first if twice and one is not None and one.requires_grad]
    if again:
        weights = weights_like(again)
        try:
            second = torch.autograd.grad(again, inputs, weights, allow_unused=True)
        except RuntimeError as error:
            return without_derivative(error, record)
        at = [i for i, one in enumerate(first) if one is not None and one.requires_grad]
        record["second"] = {
            "of": at,
            "weights": list(map(writer.tensor, weights)),
            "grads": optional(writer, second),
        }
    return record


def without_derivative(error, record):
    """PyTorch has no derivative of some functions, or of some derivatives."""
    if "is not implemented" not in str(error):
        raise error
    return record


def optional(writer, tensors):
    return [None if one is None else writer.tensor(one) for one in tensors]


def results(writer, outputs):
    """Tensors as entries, numbers as they are."""
    return [
        writer.tensor(one) if isinstance(one, torch.Tensor) else {"value": number(one)} for one in outputs
    ]


def number(value):
    return value if isinstance(value, bool) or value == value and abs(value) != float("inf") else str(value)


def in_place(writer, info, sample, wants_grad):
    """The variant that changes its input: the result, or that PyTorch refuses it."""
    variant = info.inplace_variant
    if variant is None or not isinstance(sample.input, torch.Tensor):
        return None
    leaf = sample.input.detach().clone().requires_grad_(wants_grad and sample.input.requires_grad)
    try:
        changed = variant(leaf.clone(), *sample.args, **sample.kwargs)
    except Exception as error:  # whatever PyTorch refuses
        return {"error": str(error).split("\n")[0][:200]}
    if changed.dtype != sample.input.dtype or changed.shape != sample.input.shape:
        return None
    record = {"outputs": results(writer, [changed])}
    others = [one for one in Call(Null(), sample).tensors if one.requires_grad]
    inputs = [leaf if one is sample.input else one for one in others]
    if wants_grad and info.supports_inplace_autograd:
        try:
            record |= derivatives(writer, [changed], inputs, False)
        except RuntimeError as error:
            return {"error": str(error).split("\n")[0][:200]}
    return record


class Null:
    """A writer that drops what it gets."""

    def tensor(self, _value):
        return {}


def computed_in_float32(writer, info, sample, like, wants_grad):
    """What a call of half types gives that rounds only its results: PyTorch's compositions also round between steps."""
    inputs = []

    def widen(value):
        if isinstance(value, torch.Tensor):
            wide = value.detach().float() if value.dtype in HALF else value.detach().clone()
            if value.requires_grad:
                inputs.append(wide.requires_grad_())
            return wide
        if isinstance(value, (list, tuple)):
            return type(value)(map(widen, value))
        return torch.float32 if value in HALF else value

    try:
        input, args = widen(sample.input), widen(list(sample.args))
        kwargs = {name: widen(one) for name, one in sample.kwargs.items()}
        seed("float32")
        outputs = [one for one in flatten(info.op(input, *args, **kwargs)) if one is not None]
        narrow = [one.to(half.dtype) for one, half in zip(outputs, like)]
        record = {"outputs": results(writer, narrow)}
        roots = [one for one in narrow if one.requires_grad]
        if wants_grad:
            torch.manual_seed(DERIVATIVES)
            first = torch.autograd.grad(roots, inputs, weights_like(roots), allow_unused=True)
            first = [one if one is None else one.to(narrow[0].dtype) for one in first]
            record["grads"] = optional(writer, first)
        return record
    except Exception:  # there is PyTorch's own result
        return None


def sample_record(writer, info, dtype, sample, seen):
    """The record, or why PyTorch refuses it; neither if it was seen before."""
    call = Call(writer, sample)
    record = call.record()
    mark = fingerprint(sample, call.entries)
    if mark in seen:
        return None, None
    seen.add(mark)
    wants_grad = len(call.differentiable()) > 0
    twice = wants_grad and dtype is torch.float64 and info.supports_gradgrad
    try:
        outputs = flatten(info.op(sample.input, *sample.args, **sample.kwargs))
    except Exception as error:
        return None, f"{type(error).__name__}: {error}"
    outputs = [one for one in outputs if one is not None]
    record["outputs"] = results(writer, outputs)
    if wants_grad and (info.name not in RANDOM or "dropout" in info.name):
        record |= derivatives(writer, outputs, call.differentiable(), twice)
    if dtype in HALF and info.name not in RANDOM:
        record["float32"] = computed_in_float32(writer, info, sample, outputs, record.get("weights") is not None)
    if info.name not in RANDOM:
        changed = in_place(writer, info, sample, wants_grad)
        if changed is not None:
            record["inPlace"] = changed
    if info.name in RANDOM:
        record["random"] = True
    return record, None


def samples(info, dtype, wants_grad):
    """The samples for tests of derivatives, then those for tests of values, which have infinities, NaN and mixed dtypes."""
    key = f"{full_name(info)} {dtype}"
    seed(key)
    for i, sample in enumerate(info.sample_inputs("cpu", dtype, requires_grad=wants_grad)):
        yield i, sample
    if info.reference_inputs_func is None:
        return
    few = wants_grad and dtype in (torch.float32, torch.float64)
    for i, sample in enumerate(reference_inputs(info, key, dtype, few)):
        values = flatten([sample.input, sample.args, list(sample.kwargs.values())])
        if all(one.numel() <= LARGEST for one in values if isinstance(one, torch.Tensor)):
            yield f"reference {i}", sample.transform(leaf)


def reference_inputs(info, key, dtype, wants_grad):
    seed(key)
    try:
        return list(info.reference_inputs("cpu", dtype, requires_grad=wants_grad))
    except ValueError:  # some lists ask for integers that require grad
        seed(key)
        return list(info.reference_inputs("cpu", dtype, requires_grad=False))


def leaf(value):
    """Some reference inputs are views of leaves that were made without a graph: autograd refuses these."""
    needs = isinstance(value, torch.Tensor) and value.requires_grad
    return value.detach().requires_grad_() if needs else value


def fingerprint(sample, entries):
    """Equal for equal calls: many reference inputs are samples again."""
    call = Call(Null(), sample)
    content = [tensor.detach().reshape(-1).numpy(force=True).tobytes() for tensor in map(raw, call.tensors)]
    record = call.record() | {"tensors": [(one["dtype"], one["shape"], one["grad"]) for one in entries]}
    return hash((repr(record), *content))


def write_op(path, info):
    """All samples of an operator, and the calls that it refuses. Returns what was left out, and why."""
    writer = Writer(path)
    left_out = {}

    def skip(why):
        left_out[why] = left_out.get(why, 0) + 1

    key = full_name(info)
    for name, dtype in DTYPES.items():
        if not info.supports_dtype(dtype, "cpu"):
            continue
        wants_grad = info.supports_autograd and dtype in info.supported_backward_dtypes("cpu")
        wants_grad = wants_grad and dtype.is_floating_point
        seen = set()
        for i, sample in samples(info, dtype, wants_grad):
            try:
                record, refused = sample_record(writer, info, dtype, sample, seen)
            except Inexpressible as why:
                skip(str(why))
                continue
            if refused is not None:
                skip(f"PyTorch refuses its own sample: {refused[:100]}")
            elif record is not None:
                writer.write({"op": key, "dtype": name, "sample": i, **record})
    if info.error_inputs_func is not None:
        write_errors(writer, info, key, skip)
    writer.close()
    return {"calls": writer.count, "leftOut": left_out}


def write_errors(writer, info, key, skip):
    seed(f"{key} errors")
    for i, case in enumerate(info.error_inputs("cpu")):
        sample = case.sample_input
        try:
            info.op(sample.input, *sample.args, **sample.kwargs)
            skip("PyTorch accepts its own error input")
            continue
        except Exception as error:
            message = str(error).split("\n")[0][:200]
        try:
            call = Call(writer, sample)
        except Inexpressible as why:
            skip(str(why))
            continue
        first = next(iter(call.tensors), None)
        dtype = "none" if first is None else call.entries[0]["dtype"]
        writer.write({"op": key, "dtype": dtype, "sample": f"error {i}", **call.record(), "error": message})


def write_ops(directory, keys):
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    wanted = set(keys)
    for info in op_db:
        if full_name(info) in wanted:
            yield full_name(info), write_op(f"{directory}/{file_name(full_name(info))}", info)


def file_name(key):
    return key.replace(":", "-").replace(".", "_")
