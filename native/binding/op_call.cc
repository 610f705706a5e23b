#include "binding/op_call.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "binding/checks.h"
#include "binding/environment.h"
#include "core/op.h"
#include "platform/pages.h"
#include "ops/registry.h"

namespace blasgrad {
namespace {

struct BoundOp {
  const Op* op;
  Environment* environment;
};

constexpr size_t kMaxArguments = kMaxOperands + kMaxAttrs + 1;

// Reads the buffers, and from them the element type the row runs on.
void ReadBuffers(napi_env env, const napi_value* argv, Call* call) {
  const Op& op = *call->op;
  bool known = false;
  DType& typed = call->typed;
  typed = DType::float32;
  for (size_t i = 0; i < op.operands.size(); ++i) {
    const Operand& operand = op.operands[i];
    Buffer buffer;
    if (!ReadBuffer(env, argv[i], &buffer)) {
      napi_valuetype kind = napi_undefined;
      napi_typeof(env, argv[i], &kind);
      if (operand.optional && (kind == napi_null || kind == napi_undefined)) {
        call->buf[i] = nullptr;
        call->len[i] = 0;
        call->absent |= 1u << i;
        continue;
      }
      const bool fixed = operand.element != Element::typed;
      Expected(true,
               fixed   ? ArrayName(TypeOf(operand, typed))
               : known ? ArrayName(typed)
                       : "a typed array",
               operand.name, Describe(env, argv[i]));
    }
    if (operand.element == Element::typed) {
      if (!known) {
        known = true;
        typed = buffer.dtype;
        if (op.kernels[static_cast<size_t>(typed)] == nullptr) {
          std::string types;
          for (size_t t = 0; t < kDTypes; ++t) {
            if (op.kernels[t] == nullptr) continue;
            types += (types.empty() ? "" : " or ") + std::string(ArrayName(static_cast<DType>(t)));
          }
          Expected(true, types, operand.name, Describe(env, argv[i]));
        }
      } else if (buffer.dtype != typed) {
        Expected(true, ArrayName(typed), operand.name, Describe(env, argv[i]));
      }
    } else if (buffer.dtype != TypeOf(operand, typed)) {
      Expected(true, ArrayName(TypeOf(operand, typed)), operand.name, Describe(env, argv[i]));
    }
    call->buf[i] = buffer.data;
    call->len[i] = buffer.length;
  }
}

// An elementwise row's last argument: a count, or a Float64Array of sizes and then each operand's
// strides. Fills dims and what each operand must hold.
void ReadDims(napi_env env, napi_value value, Call* call) {
  const Op& op = *call->op;
  Dims& dims = call->dims;
  const size_t operands = op.operands.size();
  double count = 0;
  if (napi_get_value_double(env, value, &count) == napi_ok) {
    dims.ndim = 0;
    dims.count = static_cast<int64_t>(ReadAttr(env, value, {"count"}));
    for (size_t i = 0; i < operands; ++i) {
      const bool scalar = op.operands[i].access == Access::read && call->len[i] == 1;
      call->need[i] = scalar ? std::min<int64_t>(dims.count, 1) : dims.count;
    }
    return;
  }
  Buffer layout;
  if (!ReadBuffer(env, value, &layout) || layout.dtype != DType::float64) {
    Expected(true, "a count or a Float64Array of sizes and strides", "layout",
             Describe(env, value));
  }
  const size_t ndim = layout.length / (1 + operands);
  if (ndim < 1 || ndim > kMaxDims || layout.length % (1 + operands) != 0) {
    Expected(false, "sizes and strides of 1 to " + std::to_string(kMaxDims) + " dimensions",
             "layout", Describe(env, value));
  }
  // Another thread may write to a layout in shared memory: each number is read once.
  std::array<double, kMaxDims * (1 + kMaxOperands)> numbers;
  std::copy_n(static_cast<const double*>(layout.data), layout.length, numbers.begin());
  for (size_t i = 0; i < layout.length; ++i) {
    if (!(numbers[i] >= 0 && numbers[i] <= 9007199254740992.0) ||
        numbers[i] != static_cast<double>(static_cast<int64_t>(numbers[i]))) {
      Expected(false, "whole numbers from 0 to 2^53", "layout", std::to_string(numbers[i]));
    }
  }
  double total = 1;
  dims.ndim = ndim;
  for (size_t k = 0; k < ndim; ++k) {
    dims.size[k] = static_cast<int64_t>(numbers[k]);
    total *= numbers[k];
  }
  if (total > 9007199254740992.0) {
    Expected(false, "at most 2^53 elements", "layout", std::to_string(total));
  }
  dims.count = static_cast<int64_t>(total);
  for (size_t i = 0; i < operands; ++i) {
    double last = 0;
    for (size_t k = 0; k < ndim; ++k) {
      const double stride = numbers[(1 + i) * ndim + k];
      dims.stride[i][k] = static_cast<int64_t>(stride);
      last += (numbers[k] - 1) * stride;
    }
    call->need[i] = total == 0 ? 0 : Elements(last + 1);
  }
}

void RequireLengths(napi_env env, const napi_value* argv, const Call& call) {
  for (size_t i = 0; i < call.op->operands.size(); ++i) {
    if (!call.given(i) || call.need[i] <= static_cast<int64_t>(call.len[i])) continue;
    Expected(false, "at least " + std::to_string(call.need[i]) + " elements",
             call.op->operands[i].name, Describe(env, argv[i]));
  }
}

// What a row writes may not lie in what it reads or writes elsewhere: an index that changes under
// a kernel, after it was checked, would lead anywhere. Elementwise rows may work in place.
void RequireApart(const Call& call) {
  const Op& op = *call.op;
  const size_t operands = op.operands.size();
  for (size_t i = 0; i < operands; ++i) {
    if (op.operands[i].access == Access::read) continue;
    const char* begin = static_cast<const char*>(call.buf[i]);
    const size_t bytes = BytesOf(op.operands[i], call.typed, call.need[i]);
    for (size_t j = 0; j < operands; ++j) {
      if (j == i || call.buf[i] == nullptr || call.buf[j] == nullptr) continue;
      const char* other = static_cast<const char*>(call.buf[j]);
      const size_t otherBytes = BytesOf(op.operands[j], call.typed, call.need[j]);
      if (bytes > 0 && otherBytes > 0 && begin < other + otherBytes && other < begin + bytes) {
        Expected(false, "memory of its own", op.operands[i].name,
                 std::string("that of ") + op.operands[j].name);
      }
    }
  }
}

void RunChecked(napi_env env, const BoundOp& bound, const napi_value* argv, size_t argc) {
  const Op& op = *bound.op;
  const size_t operands = op.operands.size();
  const size_t attrs = op.attrs.size();
  const size_t expected = operands + attrs + (op.elementwise() ? 1 : 0);
  if (argc < expected) {
    Expected(true, std::to_string(expected), "arguments", std::to_string(argc));
  }
  Call call;
  call.op = &op;
  ReadBuffers(env, argv, &call);
  for (size_t i = 0; i < attrs; ++i) {
    call.attr[i] = ReadAttr(env, argv[operands + i], op.attrs[i]);
  }
  if (op.elementwise()) {
    ReadDims(env, argv[operands + attrs], &call);
  } else {
    op.needs(call.attr.data(), call.need.data());
  }
  RequireLengths(env, argv, call);
  if (op.elementwise()) {
    if (call.dims.count == 0) return;
  } else {
    RequireApart(call);
  }
  for (size_t i = 0; i < operands; ++i) {
    if (op.operands[i].access == Access::write && call.given(i)) {
      PreferHugePages(call.buf[i], BytesOf(op.operands[i], call.typed, call.need[i]));
    }
  }
  if (bound.environment->capture != nullptr) bound.environment->capture->Record(call, argv);
  const Args args = {
      call.buf.data(), call.len.data(), call.attr.data(), &call.dims, &bound.environment->threads,
      /*stream=*/true};
  op.kernels[static_cast<size_t>(call.typed)](args);
}

napi_value CallOp(napi_env env, napi_callback_info info) {
  std::array<napi_value, kMaxArguments> argv;
  size_t argc = argv.size();
  void* data = nullptr;
  if (napi_get_cb_info(env, info, &argc, argv.data(), nullptr, &data) != napi_ok) return nullptr;
  const BoundOp& bound = *static_cast<const BoundOp*>(data);
  try {
    RunChecked(env, bound, argv.data(), argc);
  } catch (...) {
    ThrowPending(env, bound.op->name);
  }
  return nullptr;
}

const char* AccessName(Access access) {
  return access == Access::read ? "read" : access == Access::write ? "write" : "update";
}
const char* ElementName(Element element) {
  constexpr std::array<const char*, 5> names = {"typed", "float32", "float64", "int32", "bool"};
  return names[static_cast<size_t>(element)];
}
const char* KindName(AttrKind kind) {
  return kind == AttrKind::size ? "size" : kind == AttrKind::flag ? "flag" : "real";
}

}  // namespace

Napi::Object ExportOps(Napi::Env env, Environment* environment) {
  const std::vector<Op>& rows = Registry();
  auto bound = std::make_unique<std::vector<BoundOp>>();
  for (const Op& op : rows) bound->push_back({&op, environment});
  Napi::Object ops = Napi::Object::New(env);
  for (BoundOp& one : *bound) {
    napi_value function = nullptr;
    const char* name = one.op->name;
    if (napi_create_function(env, name, NAPI_AUTO_LENGTH, CallOp, &one, &function) != napi_ok) {
      throw Napi::Error::New(env);
    }
    ops.Set(name, function);
  }
  // The functions live as long as the environment, and so must what they point to.
  env.AddCleanupHook([](std::vector<BoundOp>* all) { delete all; }, bound.release());
  return ops;
}

Napi::Array DescribeRows(Napi::Env env) {
  const std::vector<Op>& rows = Registry();
  Napi::Array list = Napi::Array::New(env, rows.size());
  for (uint32_t r = 0; r < rows.size(); ++r) {
    const Op& op = rows[r];
    Napi::Object row = Napi::Object::New(env);
    row.Set("name", op.name);
    Napi::Array operands = Napi::Array::New(env, op.operands.size());
    for (uint32_t i = 0; i < op.operands.size(); ++i) {
      Napi::Object operand = Napi::Object::New(env);
      operand.Set("name", op.operands[i].name);
      operand.Set("access", AccessName(op.operands[i].access));
      operand.Set("element", ElementName(op.operands[i].element));
      operand.Set("optional", op.operands[i].optional);
      operands.Set(i, operand);
    }
    row.Set("operands", operands);
    Napi::Array attrs = Napi::Array::New(env, op.attrs.size());
    for (uint32_t i = 0; i < op.attrs.size(); ++i) {
      Napi::Object attr = Napi::Object::New(env);
      attr.Set("name", op.attrs[i].name);
      attr.Set("kind", KindName(op.attrs[i].kind));
      attrs.Set(i, attr);
    }
    row.Set("attrs", attrs);
    Napi::Array dtypes = Napi::Array::New(env);
    constexpr std::array<const char*, kDTypes> names = {"float32", "float64", "int32", "bool"};
    for (size_t t = 0; t < kDTypes; ++t) {
      if (op.kernels[t] != nullptr) dtypes.Set(dtypes.Length(), names[t]);
    }
    row.Set("dtypes", dtypes);
    row.Set("elementwise", op.elementwise());
    list.Set(r, row);
  }
  return list;
}

}  // namespace blasgrad
