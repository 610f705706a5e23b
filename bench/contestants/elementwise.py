"""Functions of rows x columns float32 elements in PyTorch; the same as elementwise.ts."""
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

report_functions(ops, what)
