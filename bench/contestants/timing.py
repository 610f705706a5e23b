"""Time measurement for the PyTorch contestants, the same as timing.ts and timing.h."""
import json
import math
import sys
import time

import torch


def trial():
    """The trial file named on the command line; sets its number of threads."""
    with open(sys.argv[1], encoding="utf8") as file:
        what = json.load(file)
    if what["threads"]:
        torch.set_num_threads(what["threads"])
    return what


def time_of(run, calls):
    start = time.perf_counter()
    for _ in range(calls):
        run()
    return time.perf_counter() - start


def samples_of(run, what):
    """Seconds for each call, one number a sample. A sample has as many calls as it needs to take long enough."""
    calls, wanted = 1, what["seconds"]
    taken = time_of(run, calls)
    while taken < wanted / 2:
        calls = math.ceil(calls * wanted / taken) if taken > wanted / 16 else calls * 8
        taken = time_of(run, calls)
    return [time_of(run, calls) / calls for _ in range(what["samples"])]


def peak_rss():
    """The largest resident set of this program, in bytes; getrusage's would count the parent before exec as well."""
    with open("/proc/self/status", encoding="utf8") as file:
        return next((int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM:")), 0)


def report(figures):
    print(json.dumps({**figures, "version": torch.__version__}))


def report_functions(functions, what):
    """The times of each function of the trial, and the sum of the absolute values of its result; as functions.ts."""

    def figures(run):
        return {"check": run().double().abs().sum().item(), "seconds": samples_of(run, what)}

    report({"ops": {name: figures(functions[name]) for name in what["ops"]}})
