"""main.py list | main.py ops DIRECTORY KEY ... : what PyTorch's tests contain, and files of calls for Node."""

import json
import sys
import warnings

warnings.simplefilter("ignore")
import ops  # noqa: E402


def main(command, *args):
    if command == "list":
        print(json.dumps(ops.catalogue()))
    elif command == "ops":
        for key, summary in ops.write_ops(args[0], args[1:]):
            print(json.dumps({"key": key, **summary}), flush=True)


main(*sys.argv[1:])
