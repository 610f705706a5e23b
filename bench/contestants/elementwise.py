"""Functions of float32 elements, most of rows x columns, in PyTorch; the same as elementwise.ts."""
import torch

from timing import report_functions, trial

what = trial()
rows, columns = what["rows"], what["columns"]
x = (3 * torch.sin(torch.arange(rows * columns).double())).float().reshape(rows, columns)
y = x.clone()
mask = x > 0
ops = {
    "exp": lambda: x.exp(),
    "tanh": lambda: x.tanh(),
    "sigmoid": lambda: x.sigmoid(),
    "gelu": lambda: torch.nn.functional.gelu(x),
    "softmax": lambda: x.softmax(1),
    "sum": lambda: x.sum(),
    "add": lambda: x + y,
    "mul": lambda: x * y,
    "to": lambda: x.to(torch.int32),
    "where": lambda: torch.where(mask, x, y),
    "fill": lambda: torch.full((rows, columns), 1.5),
}

flat = x.reshape(-1)
for count in what["counts"]:
    ops[f"add of {count}"] = lambda a=flat[:count].clone(), b=flat[:count].clone(): a + b
matrix, row = flat[:3200].reshape(32, 100).clone(), flat[:100].clone()
ops["32x100 times 100"] = lambda: matrix * row
a, b = (flat[: 256 * 32 * 20].reshape(256, 32, 20).clone()[:, 3:19, 5:15] for _ in range(2))
ops["256x16x10 slices"] = lambda: a * b
square, line = flat[: 256 * 256].reshape(256, 256).clone(), flat[:256].clone()


def write():
    square[3] = line
    return square


ops["row of 256x256 written"] = write

report_functions(ops, what)
