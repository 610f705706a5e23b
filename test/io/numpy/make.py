"""Writes the .npy and .npz files of this folder: python3 make.py (NumPy 1.20 or newer)."""
import json
import os

import numpy as np

os.chdir(os.path.dirname(os.path.abspath(__file__)))
expected = {}


def keep(name, array):
    """Remembers what a reader must find: shape, and values in C order (what JSON lacks as text)."""
    values = array.ravel(order="C").tolist()
    known = [str(v) if isinstance(v, float) and not np.isfinite(v) else v for v in values]
    expected[name] = {"shape": list(array.shape), "values": known}


numbers = {
    "f": [0.0, -0.0, 1.5, -2.25, 65504.0, 6e-8, float("inf"), float("nan")],
    "i": [0, 1, -1, 127, -128, 5, 6, 7],
    "u": [0, 1, 2, 127, 128, 255, 6, 7],
    "b": [True, False, False, True, True, True, False, False],
}
for kind, sizes in {"f": (2, 4, 8), "i": (1, 2, 4, 8), "u": (1, 2, 4, 8), "b": (1,)}.items():
    for size in sizes:
        for order in "<>" if size > 1 else "|":
            array = np.array(numbers[kind]).astype(f"{order}{kind}{size}").reshape(2, 4)
            name = f"{kind}{size}{'-big' if order == '>' else ''}.npy"
            np.save(name, array)
            keep(name, array)

cube = np.arange(24, dtype="<f4").reshape(2, 3, 4)
np.save("fortran.npy", np.asfortranarray(cube))
keep("fortran.npy", cube)
for name, array in {
    "scalar.npy": np.array(3.5),
    "empty.npy": np.zeros((0, 3), "<f4"),
    "vector.npy": np.arange(3, dtype="<i4"),
}.items():
    np.save(name, array)
    keep(name, array)
for version in ((2, 0), (3, 0)):
    name = f"version{version[0]}.npy"
    with open(name, "wb") as file:
        np.lib.format.write_array(file, cube[0], version=version)
    keep(name, cube[0])

np.savez("stored.npz", weight=cube, bias=np.arange(3, dtype="<f8"))
np.savez_compressed("deflated.npz", weight=cube, bias=np.arange(3, dtype="<f8"))
# Bits that conversions would lose, and the limits of int64.
half = np.array([0x8000, 0x0001, 0x83FF, 0x7BFF, 0xFC00, 0x7E01, 0xFD55], dtype="<u2").view("<f2")
limits = np.array([-(2**63), 2**63 - 1, 2**53 + 1])
np.savez("bits.npz", half=half, limits=limits, most=np.array([2**63 - 1], dtype="<u8"))
# Not to be read.
np.save("object.npy", np.array([{"a": 1}, None], dtype=object))
np.save("record.npy", np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")]))
np.save("complex.npy", np.array([1 + 2j]))
np.save("large.npy", np.array([1, 2**31]))
np.save("unsigned.npy", np.array([1, 2**64 - 1], dtype="u8"))

with open("expected.json", "w") as file:
    json.dump(expected, file, separators=(",", ":"))
