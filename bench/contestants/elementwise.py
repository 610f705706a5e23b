"""Functions of a million float32 elements in PyTorch, one thread; the same trial as elementwise.ts."""
import json
import os
import statistics
import time

import torch

torch.set_num_threads(1)
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "..", "workloads.json"), encoding="utf8") as file:
    work = json.load(file)["elementwise"]
x = (3 * torch.sin(torch.arange(work["rows"] * work["columns"]).double())).float().reshape(work["rows"], work["columns"])
y = x.clone()
ops = {
    "exp": lambda: x.exp(),
    "tanh": lambda: x.tanh(),
    "sigmoid": lambda: x.sigmoid(),
    "gelu": lambda: torch.nn.functional.gelu(x),
    "softmax": lambda: x.softmax(1),
    "sum": lambda: x.sum(),
    "add": lambda: x + y,
    "mul": lambda: x * y,
}


def seconds(run):
    for _ in range(3):
        run()
    times = []
    for _ in range(work["calls"]):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


print(json.dumps({name: seconds(ops[name]) for name in work["ops"]}))
