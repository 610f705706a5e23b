"""Computes the numbers of the .jsonl files that no generate_*.py writes with PyTorch 2.15 (CPU), and replaces what differs.

    python test/golden/recompute.py           writes the files
    python test/golden/recompute.py --check   only says which cases differ

A line keeps its inputs, arguments and options. Everything is computed in float64.
"""

import json
import math
import pathlib
import re
import sys

import torch

VERSION = "2.15"
HERE = pathlib.Path(__file__).parent
DTYPES = {"float": torch.float64, "int32": torch.int64, "bool": torch.bool}


def snake(name):
    special = {"tMult": "T_mult", "multiLabelMarginLoss": "multilabel_margin_loss"}
    return special.get(name, re.sub(r"([A-Z])", lambda found: "_" + found.group(1).lower(), name))


def tensor(golden):
    data = [float(x) if isinstance(x, str) else x for x in golden["data"]]
    return torch.tensor(data, dtype=DTYPES[golden["dtype"]]).reshape(golden["shape"])


def number(x):
    if isinstance(x, bool) or isinstance(x, int):
        return x
    if math.isfinite(x):
        return float(f"{x:.12g}")
    return "NaN" if math.isnan(x) else "Infinity" if x > 0 else "-Infinity"


def golden(value):
    if value is None:
        return None
    dtype = "bool" if value.dtype == torch.bool else "float" if value.is_floating_point() else "int32"
    return {"shape": list(value.shape), "dtype": dtype, "data": [number(x) for x in value.detach().reshape(-1).tolist()]}


def flat(result):
    if result is None:
        return []
    return [result] if isinstance(result, torch.Tensor) else [one for part in result for one in flat(part)]


def argument(value, inputs):
    if isinstance(value, dict) and "input" in value:
        return inputs[value["input"]]
    if value == "null":
        return None
    if isinstance(value, dict) and "then" in value:
        name, *operands = argument(value["then"], inputs)
        return getattr(operands[0], snake(name))(*operands[1:])
    if isinstance(value, dict) and "new" in value:
        return construct(value["new"], value["args"])
    return [argument(one, inputs) for one in value] if isinstance(value, list) else value


def arguments(args, inputs):
    """Positional arguments, and the options of the trailing object."""
    options = {}
    if args and isinstance(args[-1], dict) and not {"input", "then", "new"} & args[-1].keys():
        options = {snake(name): argument(value, inputs) for name, value in args[-1].items()}
        args = args[:-1]
    return [argument(one, inputs) for one in args], options


def backward(results, cotangents):
    total = sum((y * tensor(c)).sum() for y, c in zip(results, cotangents) if c is not None)
    if isinstance(total, torch.Tensor) and total.requires_grad:
        total.backward()


def op(line):
    inputs = [tensor(one) for one in line["inputs"]]
    for x, grad in zip(inputs, line.get("grads", [])):
        x.requires_grad_(grad is not None)
    args, options = arguments(line["args"], inputs)
    name = line["call"]
    if name.startswith("F."):
        function = getattr(torch.nn.functional, snake(name[2:]))
    else:
        function = getattr(torch.Tensor if name.startswith("Tensor.") else torch, snake(name.replace("Tensor.", "")))
    results = flat(function(*args, **options))
    line["outputs"] = [golden(one) for one in results]
    if "grads" in line:
        backward(results, line["cotangents"])
        line["grads"] = [None if old is None else golden(x.grad) for x, old in zip(inputs, line["grads"])]


def construct(name, args):
    args, options = arguments(args, [])
    return getattr(torch.nn, name.replace("nn.", ""))(*args, **options)


def forward(layer, line, inputs):
    if "packed" in line:
        layout = {"batch_first": line["batchFirst"]}
        packed = torch.nn.utils.rnn.pack_padded_sequence(inputs[0], line["packed"], enforce_sorted=False, **layout)
        output, states = layer(packed)
        return torch.nn.utils.rnn.pad_packed_sequence(output, **layout)[0], states
    if "pair" in line:
        return layer(inputs[0], tuple(inputs[1:]))
    named = line.get("kwInputs", {})
    numbers = [i for i in named.values() if not isinstance(i, bool)]
    keywords = {snake(name): i if isinstance(i, bool) else inputs[i] for name, i in named.items()}
    return layer(*[x for i, x in enumerate(inputs) if i not in numbers], **keywords)


def module(line):
    layer = construct(line["module"], line["args"]).double()
    layer.load_state_dict({name: tensor(value) for name, value in line["state"].items()})
    layer.train(line["training"])
    inputs = [tensor(one).requires_grad_(grad is not None) for one, grad in zip(line["inputs"], line["gradInputs"])]
    results = flat(forward(layer, line, inputs))
    line["outputs"] = [golden(one) for one in results]
    backward(results, line["cotangents"])
    line["gradInputs"] = [golden(x.grad) for x in inputs]
    line["gradParams"] = {name: golden(one.grad) for name, one in layer.named_parameters()}
    line["stateAfter"] = {name: golden(one) for name, one in layer.named_buffers()}


def optimizer(line):
    params = [tensor(one).requires_grad_() for one in line["params"]]
    options = {snake(name): value for name, value in line["options"].items()}
    made = getattr(torch.optim, line["optimizer"])(params, **options)
    line["after"] = []
    for grads in line["grads"]:
        for param, grad in zip(params, grads):
            param.grad = tensor(grad)
        made.step()
        line["after"].append([golden(param) for param in params])


def scheduler(line):
    optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=line["baseLr"], momentum=0.9)
    args, options = arguments(line["args"], [])
    made = getattr(torch.optim.lr_scheduler, line["scheduler"])(optimizer, *args, **options)
    rates = [optimizer.param_groups[0]["lr"]]
    for i in range(len(line["lrs"]) - 1):
        optimizer.step()
        made.step(*([] if line["metrics"] is None else [line["metrics"][i]]))
        rates.append(optimizer.param_groups[0]["lr"])
    line["lrs"] = [number(float(rate)) for rate in rates]


def training(line):
    dims = line["dims"]
    layers = []
    for i in range(len(dims) - 1):
        layers.append(torch.nn.Linear(dims[i], dims[i + 1]).double())
        if i < len(dims) - 2:
            layers.append(getattr(torch.nn, line["activation"])())
    model = torch.nn.Sequential(*layers)
    model.load_state_dict({name: tensor(value) for name, value in line["state"].items()})
    options = {snake(name): value for name, value in line["options"].items()}
    made = getattr(torch.optim, line["optimizer"])(model.parameters(), **options)
    loss_of = getattr(torch.nn.functional, snake(line["loss"]))
    x, y = tensor(line["x"]), tensor(line["y"])
    losses = []
    for _ in line["losses"]:
        made.zero_grad()
        loss = loss_of(model(x), y)
        loss.backward()
        made.step()
        losses.append(number(loss.item()))
    line["losses"] = losses
    line["finalState"] = {name: golden(one) for name, one in model.state_dict().items()}


def layer_or_function(line):
    (op if "call" in line else module)(line)


GENERATED = ("pooling_fractional",)
FAMILIES = {
    **{
        f"{file.parent.name}/{file.stem}": layer_or_function
        for folder in ("images", "sequences")
        for file in sorted((HERE / folder).glob("*.jsonl"))
        if file.stem not in GENERATED
    },
    "ops": op,
    "modules": module,
    "optimizers": optimizer,
    "wide_optimizers": optimizer,
    "schedulers": scheduler,
    "training": training,
}


def same(a, b):
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return abs(a - b) <= 1e-11 + 1e-10 * abs(b)
    return a == b


def main():
    if not torch.__version__.startswith(VERSION + "."):
        sys.exit(f"expected PyTorch {VERSION}, got {torch.__version__}")
    for name, compute in FAMILIES.items():
        file = HERE / f"{name}.jsonl"
        lines = file.read_text().splitlines()
        changed = []
        for i, text in enumerate(lines):
            line, before = json.loads(text), json.loads(text)
            compute(line)
            if not same(line, before):
                changed.append(line["id"])
                lines[i] = json.dumps(line, separators=(",", ":"), allow_nan=False)
        if "--check" not in sys.argv:
            file.write_text("\n".join(lines) + "\n")
        print(f"{name}: {len(lines)} cases, {len(changed)} differ {changed}")


if __name__ == "__main__":
    main()
