"""Conversions, and functions of bytes and halves in PyTorch; the same as dtypes.ts."""
import math

import torch

from timing import report_functions, trial

what = trial()
elements, images, linear = what["elements"], what["images"], what["linear"]


def waves(count):
    return torch.sin(torch.arange(count).double())


x = (100 * waves(elements).abs()).float()
signed = (3 * waves(elements)).float()
ops = {}
for name in ["uint8", "int64", "float16", "bfloat16"]:
    dtype = getattr(torch, name)
    ops[f"float32 to {name}"] = lambda dtype=dtype: x.to(dtype)
    ops[f"{name} to float32"] = lambda other=x.to(dtype): other.to(torch.float32)
    ops[f"float32 to {name}_"] = lambda target=x.to(dtype): target.copy_(x)
    ops[f"{name} to float32_"] = lambda floats=x.clone(), other=x.to(dtype): floats.copy_(other)
for name in ["float16", "bfloat16"]:
    half = signed.to(getattr(torch, name))
    ops[f"add of {name}"] = lambda a=half, b=half.clone(): a + b
    ops[f"relu of {name}"] = lambda a=half: torch.relu(a)
    ops[f"add of {name}_"] = lambda total=torch.zeros_like(half), b=half: total.add_(b)
    ops[f"relu of {name}_"] = lambda a=half.clone(): a.relu_()

pixels = ((100 * waves(math.prod(images)).abs()).float() * 2.5).to(torch.uint8).reshape(images)
mean = torch.tensor([0.485, 0.456, 0.406]).reshape(3, 1, 1)
std = torch.tensor([0.229, 0.224, 0.225]).reshape(3, 1, 1)
ops["normalize"] = lambda: (pixels.float() / 255 - mean) / std

batch, in_features, out_features = linear
for name in ["float32", "bfloat16"]:

    def part(start, *shape, dtype=getattr(torch, name)):
        return (signed[start : start + math.prod(shape)].reshape(shape) * 0.1).to(dtype)

    arguments = part(0, batch, in_features), part(7, out_features, in_features), part(3, out_features)
    ops[f"linear {name}"] = lambda arguments=arguments: torch.nn.functional.linear(*arguments)

report_functions(ops, what)
