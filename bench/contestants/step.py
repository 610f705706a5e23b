"""One eager PyTorch training step of a workload, one thread; the same trial as step.ts."""
import json
import math
import os
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "..", "workloads.json"), encoding="utf8") as file:
    work = json.load(file)["steps"][sys.argv[1]]


def wave(shape, phase, bound):
    i = torch.arange(math.prod(shape), dtype=torch.float64)
    return (bound * torch.sin(0.7 * i + phase)).float().reshape(shape)


sizes = work["sizes"]
layers = []
for i, size in enumerate(sizes[1:]):
    linear = nn.Linear(sizes[i], size)
    bound = 1 / math.sqrt(sizes[i])
    with torch.no_grad():
        linear.weight.copy_(wave([size, sizes[i]], i, bound))
        linear.bias.copy_(wave([size], i + 0.5, bound))
    if i > 0:
        layers.append(nn.ReLU() if work["activation"] == "ReLU" else nn.Sigmoid())
    layers.append(linear)
model = nn.Sequential(*layers)
optimizer = getattr(torch.optim, work["optimizer"])(model.parameters(), lr=work["lr"])
x = wave([work["batch"], sizes[0]], 0.3, 1)
labels = torch.arange(work["batch"]) % sizes[-1]
target = wave([work["batch"], sizes[-1]], 0.9, 0.5)


def step():
    optimizer.zero_grad(set_to_none=True)
    output = model(x)
    loss = F.mse_loss(output, target) if work["loss"] == "mse" else F.cross_entropy(output, labels)
    loss.backward()
    optimizer.step()
    return loss


for _ in range(20):
    loss = step().item()
times = []
for _ in range(work["rounds"]):
    start = time.perf_counter()
    for _ in range(work["steps"]):
        step()
    times.append(time.perf_counter() - start)
print(json.dumps({"seconds": statistics.median(times[2:]) / work["steps"], "loss": loss, "version": torch.__version__}))
