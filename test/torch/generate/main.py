"""
main.py list | main.py make DIRECTORY KEY ... : what PyTorch's tests contain, and files of calls for Node. A key is the
name of an operator, `nn.Linear` (not nn.functional), `optim.Adam`, or `lrScheduler.StepLR`.
"""

import json
import sys
import warnings

warnings.simplefilter("ignore")
import modules  # noqa: E402
import ops  # noqa: E402
import optimizers  # noqa: E402


def main(command, *args):
    if command == "list":
        catalogues = [ops.catalogue, modules.catalogue, optimizers.catalogue, optimizers.schedule_names]
        print(json.dumps([one for catalogue in catalogues for one in catalogue()]))
        return
    directory, *keys = args
    kinds = {"modules": [], "optimizers": [], "schedules": [], "ops": []}
    for key in keys:
        kinds[kind_of(key)].append(key)
    for make, chosen in (
        (modules.write_modules, kinds["modules"]),
        (optimizers.write_optimizers, kinds["optimizers"]),
        (optimizers.write_schedules, kinds["schedules"]),
        (ops.write_ops, kinds["ops"]),
    ):
        for key, summary in make(directory, chosen) if chosen else ():
            print(json.dumps({"key": key, **summary}), flush=True)


def kind_of(key):
    if key.startswith("optim."):
        return "optimizers"
    if key.startswith("lrScheduler."):
        return "schedules"
    return "modules" if key.startswith("nn.") and not key.startswith("nn.functional.") else "ops"


main(*sys.argv[1:])
