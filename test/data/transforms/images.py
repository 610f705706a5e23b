"""Writes images.jsonl: results of torchvision 0.29 for images.test.ts and makeGrid.test.ts. Run: python images.py > images.jsonl"""
import json
import re

import torch
from torchvision.transforms import v2
from torchvision.utils import make_grid

torch.manual_seed(3)
bytes_ = torch.randint(0, 256, (3, 7, 9), dtype=torch.uint8)
inputs = {
    "bytes": bytes_,
    "floats": torch.rand(3, 7, 9).mul(4096).round().div(4096),
    "doubles": torch.rand(3, 6, 5, dtype=torch.float64).mul(4096).round().div(4096),
    "batch": torch.randint(0, 256, (2, 3, 6, 6), dtype=torch.uint8),
    "grey": torch.randint(0, 256, (1, 8, 6), dtype=torch.uint8),
    "wide": torch.rand(1, 5, 23).mul(4096).round().div(4096),
}
colour = ["bytes", "floats", "batch"]
every = ["bytes", "floats", "doubles", "batch", "grey"]


def fixed(value):
    return [value, value]


# Class, arguments, options, inputs. Random transforms have intervals of one number.
cases = [
    ("CenterCrop", [4], {}, every),
    ("CenterCrop", [[3, 12]], {}, every),
    ("CenterCrop", [[10, 4]], {}, ["bytes", "doubles"]),
    ("Pad", [2], {}, every),
    ("Pad", [[1, 2]], {"fill": 7}, every),
    ("Pad", [[0, 1, 2, 3]], {"fill": [1, 2, 3]}, ["bytes", "batch"]),
    *[("Pad", [[1, 2, 3, 4]], {"paddingMode": mode}, every) for mode in ["edge", "reflect", "symmetric"]],
    ("RandomCrop", [[7, 9]], {}, ["bytes", "floats"]),
    ("RandomCrop", [[9, 11]], {"padding": 1, "fill": 9}, ["bytes"]),
    ("RandomHorizontalFlip", [], {"p": 1.0}, every),
    ("RandomVerticalFlip", [], {"p": 1.0}, every),
    ("Grayscale", [], {}, every),
    ("Grayscale", [], {"numOutputChannels": 3}, every),
    ("ColorJitter", [], {"brightness": fixed(1.7)}, colour + ["grey"]),
    ("ColorJitter", [], {"brightness": fixed(0.35)}, colour),
    ("ColorJitter", [], {"contrast": fixed(0.4)}, colour + ["grey"]),
    ("ColorJitter", [], {"contrast": fixed(1.8)}, colour),
    ("ColorJitter", [], {"saturation": fixed(0.3)}, colour + ["grey"]),
    ("ColorJitter", [], {"saturation": fixed(2.5)}, colour),
    *[("ColorJitter", [], {"hue": fixed(turn)}, colour + ["grey"]) for turn in [-0.5, -0.2, 0.1, 0.35]],
    ("GaussianBlur", [3], {"sigma": fixed(1.0)}, every),
    ("GaussianBlur", [[5, 3]], {"sigma": fixed(0.7)}, every),
    ("GaussianBlur", [1], {"sigma": fixed(0.7)}, ["bytes"]),
    ("Normalize", [[0.4, 0.5, 0.6], [0.2, 0.3, 0.4]], {}, ["floats", "doubles"]),
    *[("Resize", [[5, 12]], {"interpolation": mode}, every) for mode in ["nearest", "nearest-exact", "bilinear", "bicubic"]],
    *[("Resize", [[3, 4]], {"interpolation": mode}, every) for mode in ["nearest", "nearest-exact", "bilinear", "bicubic"]],
    *[("Resize", [[3, 4]], {"interpolation": mode, "antialias": False}, every) for mode in ["bilinear", "bicubic"]],
    ("Resize", [5], {}, every + ["wide"]),
    ("Resize", [4], {"maxSize": 11}, every + ["wide"]),
    ("Resize", [None], {"maxSize": 10}, ["bytes", "floats", "grey"]),
    ("RandomResizedCrop", [[4, 5]], {"scale": fixed(1.0), "ratio": fixed(9 / 7)}, ["bytes", "floats"]),
    ("RandomResizedCrop", [6], {"scale": [3, 4]}, ["bytes", "floats", "wide"]),
    *[
        ("RandomRotation", [fixed(angle)], options, ["bytes", "doubles"])
        for angle, options in [
            (0, {}),
            (30, {}),
            (-75, {"interpolation": "bilinear"}),
            (90, {}),
            (180, {}),
            (270, {"expand": True}),
            (90, {"expand": True}),
            (33, {"expand": True, "interpolation": "bilinear", "fill": [0.25, 0.5, 1]}),
            (200, {"center": [2, 3], "interpolation": "bilinear"}),
            (25, {"fill": 0.5}),
        ]
    ],
    *[
        ("RandomAffine", [fixed(angle)], {"interpolation": mode, **options}, ["batch", "floats"])
        for mode in ["nearest", "bilinear"]
        for angle, options in [
            (20, {}),
            (0, {"scale": fixed(1.4)}),
            (0, {"shear": fixed(15)}),
            (-40, {"shear": [10, 10, -20, -20], "scale": fixed(0.8), "fill": 0.75}),
            (10, {"center": [0, 0]}),
        ]
    ],
]


def snake(name):
    return re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), name)


def plain(tensor):
    numbers = [round(value, 7) for value in tensor.flatten().tolist()]
    return {"shape": list(tensor.shape), "data": numbers}


def result_of(name, args, options, x):
    keywords = {snake(key): value for key, value in options.items()}
    return getattr(v2, name)(*args, **keywords)(x)


grids = []
pictures = torch.rand(5, 3, 2, 3).mul(4096).round().div(4096)
for options in [
    {},
    {"nrow": 3, "padding": 1, "padValue": 0.5},
    {"normalize": True, "nrow": 4},
    {"normalize": True, "valueRange": [0.2, 0.7]},
    {"normalize": True, "scaleEach": True},
]:
    keywords = {snake(key): tuple(value) if isinstance(value, list) else value for key, value in options.items()}
    for count in [1, 5]:
        grids.append({"count": count, "options": options, "result": plain(make_grid(pictures[:count], **keywords))})

def write(value):
    print(json.dumps(value, separators=(",", ":")))


for name, x in inputs.items():
    write({"input": name, "dtype": str(x.dtype)[6:], **plain(x)})
write({"pictures": plain(pictures)})
for grid in grids:
    write({"grid": grid})
for name, args, options, names in cases:
    for of in names:
        write({"transform": name, "args": args, "options": options, "of": of, **plain(result_of(name, args, options, inputs[of]))})
