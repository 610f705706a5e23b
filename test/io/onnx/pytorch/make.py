"""Writes the ONNX files of this folder and what they give, by PyTorch 1.13: python3 make.py, then prettier."""
import json
import os

import torch
from torch import nn
from torch.nn import functional as F

os.chdir(os.path.dirname(os.path.abspath(__file__)))
torch.manual_seed(1)
expected = {}


class Residual(nn.Module):
    """Shapes that follow the batch, parts, and sums past them."""

    def __init__(self):
        super().__init__()
        self.mix = nn.Linear(6, 12)
        self.out = nn.Linear(8, 2)
        self.scale = nn.Parameter(torch.rand(6))

    def forward(self, x):
        first, second = self.mix(x).chunk(2, dim=-1)
        y = x + self.scale * torch.tanh(first) * torch.sigmoid(second)
        pairs = y.view(x.shape[0], 3, 2).transpose(1, 2).reshape(x.size(0), -1)
        both = torch.cat([pairs[:, 1:5], y[:, -2:], y[:, ::3]], dim=1)
        return F.softmax(self.out(both), dim=-1)


class Attention(nn.Module):
    """Two heads that see what came before, with LayerNorm."""

    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(8)
        self.project = nn.Linear(8, 24)
        self.out = nn.Linear(8, 8)

    def forward(self, x):
        batch, length, width = x.shape
        parts = self.project(self.norm(x)).split(width, dim=2)
        q, k, v = [one.view(batch, length, 2, 4).permute(0, 2, 1, 3) for one in parts]
        scores = torch.einsum("bhid,bhjd->bhij", q, k) / 2
        later = torch.triu(torch.ones(length, length), diagonal=1).bool()
        mixed = scores.masked_fill(later, float("-inf")).softmax(-1) @ v
        return x + self.out(mixed.transpose(1, 2).contiguous().view(batch, length, width))


class Activations(nn.Module):
    def __init__(self):
        super().__init__()
        kinds = ["ReLU6", "LeakyReLU", "ELU", "CELU", "SELU", "GELU", "SiLU", "Mish", "Softplus"]
        kinds += ["Softsign", "Hardtanh", "Hardsigmoid", "Hardswish", "LogSigmoid", "Tanhshrink"]
        kinds += ["Softshrink", "Hardshrink", "PReLU"]
        self.all = nn.ModuleList([getattr(nn, kind)() for kind in kinds])

    def forward(self, x):
        return torch.stack([one(3 * x) for one in self.all]), F.log_softmax(x, 0), F.glu(x, -1)


class Statistics(nn.Module):
    def forward(self, x):
        largest, places = x.topk(2, dim=1)
        centred = (x - x.mean(1, keepdim=True)) / x.std(1, keepdim=True)
        sums = torch.stack([x.sum(), x.abs().max(), x.pow(2).mean().sqrt(), x.prod(1).min()])
        shares = F.normalize(x.exp(), p=1.0, dim=1).cumsum(1)
        return largest, places, x.argmax(1), centred, sums, shares, x.norm(dim=0), x.logsumexp(1)


class Picking(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(5, 3)

    def forward(self, words, x):
        rows = self.table(words)
        picked = torch.gather(x, 1, words.clamp(max=3))
        signed = torch.where((x > 0) & (x < 1), x, -x.flip(1))
        wide = rows.unsqueeze(1).expand(-1, 2, -1, -1).flatten(1)
        return rows.sum(1), picked, signed, wide, x[:, [2, 0]], x.repeat(1, 2)


def keep(name, model, inputs, opset=17, fixed=False):
    """The file, and what PyTorch computes: for a batch that was not exported too, unless it is fixed."""
    model.eval()
    names = [f"in{i}" for i in range(len(inputs))]
    axes = {} if fixed else {one: {0: "batch"} for one in names}
    file = f"{name}.onnx"
    torch.onnx.export(model, tuple(inputs), file, opset_version=opset, input_names=names, dynamic_axes=axes)
    cases = []
    more = [] if fixed else [[torch.cat([one.flip(0), one])[1:] for one in inputs]]
    for case in [inputs, *more]:
        with torch.no_grad():
            outs = model(*case)
        outs = list(outs) if isinstance(outs, tuple) else [outs]
        cases.append({"inputs": [plain(one) for one in case], "outputs": [plain(one) for one in outs]})
    expected[file] = cases


def plain(x):
    kind = {torch.float64: "float64", torch.int64: "int64"}.get(x.dtype, "float32")
    values = x.flatten().tolist()
    if kind == "float32":
        values = [float(f"{value:.9g}") for value in values]
    return {"dtype": kind, "shape": list(x.shape), "values": values}


def mlp():
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(), nn.Linear(8, 3), nn.Sigmoid())


for opset in (9, 13, 17):
    keep(f"mlp-{opset}", mlp(), [torch.randn(3, 4)], opset)
keep("mlp-fixed", mlp(), [torch.randn(3, 4)], fixed=True)
keep("mlp-double", mlp().double(), [torch.randn(3, 4, dtype=torch.float64)])
for opset in (11, 17):
    keep(f"residual-{opset}", Residual(), [torch.randn(2, 6)], opset)
for opset in (14, 17):
    keep(f"attention-{opset}", Attention(), [torch.randn(2, 3, 8)], opset)
batch_norm = nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.Flatten(), nn.Softmax(1))
batch_norm[1].running_mean.uniform_(-1, 1)
batch_norm[1].running_var.uniform_(0.5, 2)
keep("batchNorm", batch_norm, [torch.randn(2, 4)])
keep("activations", Activations(), [torch.randn(2, 6)])
keep("statistics", Statistics(), [torch.randn(3, 4)])
keep("picking", Picking(), [torch.tensor([[1, 4], [0, 3], [2, 2]]), torch.rand(3, 4) * 2 - 0.5])

with open("expected.json", "w") as f:
    json.dump(expected, f)
