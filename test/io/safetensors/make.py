"""Writes the files beside it with PyTorch 1.13 and Python's safetensors 0.8: python3 make.py"""

import os

import torch
from safetensors.torch import save_file

here = os.path.dirname(os.path.abspath(__file__))


def save(name, tensors, metadata=None):
    save_file(tensors, os.path.join(here, name), metadata=metadata)


half = [0.0, -0.0, 2.0**-24, -(2.0**-14 - 2.0**-24), 2.0**-14, 1.0, -1.5, 65504.0]
half += [float("inf"), float("-inf"), float("nan")]
brain = [0.0, -0.0, 2.0**-133, 2.0**-126, 1.0, -1.5, 2.0**127 * (2 - 2.0**-7)]
brain += [float("inf"), float("-inf"), float("nan")]

# Every type, with its extremes.
save(
    "types.safetensors",
    {
        "f64": torch.tensor([0.1, -0.0, 5e-324, 1.7976931348623157e308, float("inf"), float("nan")], dtype=torch.float64),
        "f32": torch.tensor([[0.1, -0.0, 2.0**-149], [3.4028234663852886e38, float("-inf"), float("nan")]]),
        "f16": torch.tensor(half, dtype=torch.float16),
        "bf16": torch.tensor(brain, dtype=torch.bfloat16),
        "i64": torch.tensor([0, -1, 2**31 - 1, -(2**31)], dtype=torch.int64),
        "i32": torch.tensor([[[0], [-1]], [[2**31 - 1], [-(2**31)]]], dtype=torch.int32),
        "i16": torch.tensor([0, -1, 2**15 - 1, -(2**15)], dtype=torch.int16),
        "i8": torch.tensor([0, -1, 127, -128], dtype=torch.int8),
        "u8": torch.tensor([0, 1, 255], dtype=torch.uint8),
        "bool": torch.tensor([[True, False, True]]),
        "scalar": torch.tensor(0.5),
        "none": torch.zeros(2, 0, 3),
        "n\u00e4me \"\\\n\u2603": torch.tensor([7.0]),
        "__proto__": torch.tensor([8.0]),
    },
    {"format": "pt"},
)

# I64 beyond int32, and a type that is none of ours.
save("large.safetensors", {"small": torch.tensor([1, 2]), "large": torch.tensor([1, 2**31])})
save("complex.safetensors", {"c": torch.tensor([1j, 2]), "r": torch.tensor([1.0])})

# A net with the names of PyTorch's state dict, and what it computes.
torch.manual_seed(1)
model = torch.nn.Sequential(
    torch.nn.Linear(5, 4),
    torch.nn.Tanh(),
    torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.PReLU(6)),
    torch.nn.Linear(6, 3, bias=False),
)
x = torch.randn(2, 5)
save("model.safetensors", model.state_dict(), {"format": "pt"})
save("run.safetensors", {"x": x, "y": model(x).detach()})

# Bits that conversions would lose, and the limits of whole numbers. Written with PyTorch 2.15.
def bits(values, dtype):
    return torch.tensor(values, dtype=torch.uint16).view(dtype)


save(
    "bits.safetensors",
    {
        "bool": torch.tensor([True, False]),
        "u8": torch.tensor([0, 127, 128, 255], dtype=torch.uint8),
        "f16": bits([0x8000, 0x0001, 0x83FF, 0x7BFF, 0xFC00, 0x7E01, 0xFD55], torch.float16),
        "bf16": bits([0x8000, 0x0001, 0x807F, 0x7F7F, 0xFF80, 0x7FC1, 0xFF95], torch.bfloat16),
        "i32": torch.tensor([-(2**31)], dtype=torch.int32),
        "i64": torch.tensor([-(2**63), 2**63 - 1, 2**53 + 1]),
        "f32": torch.tensor([0.5]),
        "f64": torch.tensor([0.25], dtype=torch.float64),
    },
)
