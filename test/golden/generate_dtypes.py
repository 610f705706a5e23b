"""Writes dtypes.jsonl and promotion.json: what PyTorch computes in uint8, int64, float16 and bfloat16.

Run it with Python 3.10 or later and PyTorch 2.15 (CPU):

    python test/golden/generate_dtypes.py

A line of dtypes.jsonl is {id, call, args, inputs, outputs, cotangents?, grads?, ulps?, gradUlps?}. `call` is a public name
of this library: 'Tensor.sum' is a method of the first argument, 'F.gelu' and 'cat' are functions. In `args`,
{"input": i} stands for inputs[i], "12n" for a bigint, "Infinity" for that number. A tensor is {shape, dtype, data}; data
are exact numbers (of float32 the shortest that round to them), "12n" where a number would not be exact, or "NaN",
"Infinity", "-Infinity". `grads[i]` is the gradient of inputs[i] for `cotangents` as gradients of the floating outputs, null
if there is none. `ulps` is how many units in the last place of its dtype a result may differ, 0 if missing; `gradUlps` the
same for gradients. With `scaled`, a unit is that of the largest number of the tensor: of sums, in which terms cancel.

Results are PyTorch's. Where an op is not exactly rounded, it is computed in float64 too: where PyTorch's result is more
than half a unit off, the tolerance grows by as much.

The inputs depend only on SEED and on the id of the case. Functions such as exp are as accurate as PyTorch's vector code for
this CPU: on another one, a few results may differ in the last place.
"""

import json
import pathlib
import sys

import torch

sys.dont_write_bytecode = True

from generator import conversions, halves, halves_reduce, losses, promotion, whole
from generator.cases import Cases

SEED = 2015
VERSION = "2.15"


def main():
    if not torch.__version__.startswith(VERSION + "."):
        sys.exit(f"expected PyTorch {VERSION}, got {torch.__version__}")
    torch.set_num_threads(1)
    here = pathlib.Path(__file__).parent
    cases = Cases(SEED)
    for family in (whole, halves, halves_reduce, losses, conversions):
        family.add(cases)
    lines = [json.dumps(case, separators=(",", ":"), allow_nan=False) for case in cases.all]
    (here / "dtypes.jsonl").write_text("\n".join(lines) + "\n")
    (here / "promotion.json").write_text(promotion.text(VERSION))
    print(f"{len(lines)} cases")


if __name__ == "__main__":
    main()
