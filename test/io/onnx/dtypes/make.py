"""Writes dtypes.onnx beside it with the onnx package 1.23: python3 make.py"""

import os

from onnx import TensorProto, helper, save

path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "dtypes.onnx")

# Bits: a negative zero, the least subnormal, 1.5, minus infinity, a NaN with a payload.
half = [0x8000, 0x0001, 0x3E00, 0xFC00, 0x7E01]
brain = [0x8000, 0x0001, 0x3FC0, 0xFF80, 0x7FC1]
limits = [-(2**63), 2**63 - 1, 2**53 + 1]


def listed(name, kind, values):
    """A tensor whose elements are in int32_data or int64_data, halves as bits."""
    tensor = TensorProto(name=name, data_type=kind, dims=[len(values)])
    (tensor.int64_data if kind == TensorProto.INT64 else tensor.int32_data).extend(values)
    return tensor


def raw(name, kind, values, size):
    data = b"".join((value % 2 ** (8 * size)).to_bytes(size, "little") for value in values)
    return TensorProto(name=name, data_type=kind, dims=[len(values)], raw_data=data)


kinds = {
    "f16": (TensorProto.FLOAT16, half, 2),
    "bf16": (TensorProto.BFLOAT16, brain, 2),
    "u8": (TensorProto.UINT8, [0, 127, 128, 255], 1),
    "i64": (TensorProto.INT64, limits, 8),
}
tensors, nodes, outputs = [], [], []


def result(name, kind, size):
    outputs.append(helper.make_tensor_value_info(name, kind, [size]))


for name, (kind, values, size) in kinds.items():
    tensors += [listed(f"{name}_list", kind, values), raw(f"{name}_raw", kind, values, size)]
    for how in ("list", "raw"):
        nodes.append(helper.make_node("Identity", [f"{name}_{how}"], [f"{name}_{how}_out"]))
        result(f"{name}_{how}_out", kind, len(values))
    nodes.append(helper.make_node("Cast", ["x"], [f"{name}_cast"], to=kind))
    nodes.append(helper.make_node("CastLike", ["x", f"{name}_raw"], [f"{name}_like"]))
    result(f"{name}_cast", kind, 3)
    result(f"{name}_like", kind, 3)
x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [3])
graph = helper.make_graph(nodes, "dtypes", [x], outputs, tensors)
save(helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)]), path)
