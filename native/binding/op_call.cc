#include "binding/op_call.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "binding/checks.h"
#include "binding/environment.h"
#include "core/op.h"
#include "ops/registry.h"
#include "platform/pages.h"

namespace blasgrad {
namespace {

struct BoundOp {
  const Op* op;
  const Variant* variant;
  Environment* environment;
};

constexpr size_t kMaxArguments = kMaxOperands + kMaxAttrs + 1;

// Reads the operands' typed arrays and checks that each has the class of its dtype.
void ReadBuffers(napi_env env, const napi_value* argv, Call* call) {
  const Op& op = *call->op;
  for (size_t i = 0; i < op.operands.size(); ++i) {
    const Operand& operand = op.operands[i];
    const napi_typedarray_type expected = ArrayType(DTypeOf(operand, *call->variant));
    Buffer buffer;
    if (!ReadBuffer(env, argv[i], &buffer) || buffer.type != expected) {
      napi_valuetype kind = napi_object;
      if (operand.optional) napi_typeof(env, argv[i], &kind);
      if (kind != napi_null && kind != napi_undefined) {
        Expected(true, ArrayName(expected), operand.name, Describe(env, argv[i]));
      }
      buffer = {};
      call->absent |= 1u << i;
    }
    call->buf[i] = buffer.data;
    call->len[i] = buffer.length;
  }
}

// Reads the last argument of an elementwise op: an element count, or a Float64Array of the sizes followed by the
// strides of each operand. Fills dims and the number of elements that each operand must hold.
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
  if (!ReadBuffer(env, value, &layout) || layout.type != napi_float64_array) {
    Expected(true, "a count or a Float64Array of sizes and strides", "layout",
             Describe(env, value));
  }
  const size_t ndim = layout.length / (1 + operands);
  if (ndim < 1 || ndim > kMaxDims || layout.length % (1 + operands) != 0) {
    Expected(false, "sizes and strides of 1 to " + std::to_string(kMaxDims) + " dimensions",
             "layout", Describe(env, value));
  }
  // Another thread may write to a layout in shared memory, so each number is read only once.
  std::array<double, kMaxDims * (1 + kMaxElementwiseOperands)> numbers;
  std::copy_n(static_cast<const double*>(layout.data), layout.length, numbers.begin());
  for (size_t i = 0; i < layout.length; ++i) {
    if (!(numbers[i] >= 0 && numbers[i] <= 9007199254740992.0) ||
        numbers[i] != static_cast<double>(static_cast<int64_t>(numbers[i]))) {
      Expected(false, "integers from 0 to 2^53", "layout", std::to_string(numbers[i]));
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
    if (!call.present(i) || call.need[i] <= static_cast<int64_t>(call.len[i])) continue;
    Expected(false, "at least " + std::to_string(call.need[i]) + " elements",
             call.op->operands[i].name, Describe(env, argv[i]));
  }
}

// The memory that an op writes must not overlap the memory of its other operands: an index that changes after its
// check could access memory out of bounds. Elementwise ops may work in place.
void RequireDisjoint(const Call& call) {
  const Op& op = *call.op;
  const size_t operands = op.operands.size();
  for (size_t i = 0; i < operands; ++i) {
    if (op.operands[i].access == Access::read) continue;
    const char* begin = static_cast<const char*>(call.buf[i]);
    const size_t bytes = BytesOf(op.operands[i], *call.variant, call.need[i]);
    for (size_t j = 0; j < operands; ++j) {
      if (j == i || call.buf[i] == nullptr || call.buf[j] == nullptr) continue;
      const char* other = static_cast<const char*>(call.buf[j]);
      const size_t otherBytes = BytesOf(op.operands[j], *call.variant, call.need[j]);
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
  call.variant = bound.variant;
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
    RequireDisjoint(call);
  }
  for (size_t i = 0; i < operands; ++i) {
    if (op.operands[i].access == Access::write && call.present(i)) {
      PreferHugePages(call.buf[i], BytesOf(op.operands[i], *call.variant, call.need[i]));
    }
  }
  if (bound.environment->capture != nullptr) bound.environment->capture->Record(call, argv);
  Args args = {call.buf.data(), call.len.data(), call.attr.data(), &call.dims,
               &bound.environment->threads};
  // An extra argument means that the result's memory was used before and may be in the cache. Casting 1M bytes to
  // floats takes 63 us in such memory, and 152 us with streaming stores.
  args.mayStream = argc == expected;
  args.winograd = bound.environment->winograd;
  if (op.scratch == nullptr) {
    bound.variant->kernel(args);
    return;
  }
  Scratch& scratch = bound.environment->scratch;
  scratch.Provide(op.scratch(call.attr.data(), InfoOf(bound.variant->first).bytes),
                  args.threads->count(), &args);
  bound.variant->kernel(args);
  scratch.Trim();
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

}  // namespace

Napi::Object ExportOps(Napi::Env env, Environment* environment) {
  const std::vector<Op>& ops = Registry();
  auto all = std::make_unique<std::vector<BoundOp>>();
  for (const Op& op : ops) {
    for (const Variant& variant : op.variants) all->push_back({&op, &variant, environment});
  }
  Napi::Object exported = Napi::Object::New(env);
  auto next = all->begin();
  for (const Op& op : ops) {
    Napi::Object byDType = Napi::Object::New(env);
    const bool two = op.onTwoDTypes();
    for (const Variant& variant : op.variants) {
      napi_value function = nullptr;
      if (napi_create_function(env, op.name, NAPI_AUTO_LENGTH, CallOp, &*next++, &function) !=
          napi_ok) {
        throw Napi::Error::New(env);
      }
      const char* first = InfoOf(variant.first).name;
      if (!two) {
        byDType.Set(first, function);
        continue;
      }
      if (!byDType.Has(first)) byDType.Set(first, Napi::Object::New(env));
      byDType.Get(first).As<Napi::Object>().Set(InfoOf(variant.second).name, function);
    }
    exported.Set(op.name, byDType);
  }
  // The functions refer to these objects, so the objects live as long as the environment.
  env.AddCleanupHook([](std::vector<BoundOp>* bound) { delete bound; }, all.release());
  return exported;
}

}  // namespace blasgrad
