#include "binding/op_definitions.h"

#include <vector>

#include "core/op.h"
#include "ops/registry.h"

namespace blasgrad {
namespace {

const char* AccessName(Access access) {
  return access == Access::read ? "read" : access == Access::write ? "write" : "update";
}
const char* KindName(AttrKind kind) {
  return kind == AttrKind::size ? "size" : kind == AttrKind::flag ? "flag" : "real";
}
const char* DTypeName(const Operand& operand) {
  if (operand.element == Element::first) return "first";
  if (operand.element == Element::second) return "second";
  return InfoOf(DTypeOf(operand, Variant())).name;
}

template <class Items, class Describe>
Napi::Array List(Napi::Env env, const Items& items, const Describe& describe) {
  Napi::Array list = Napi::Array::New(env, items.size());
  uint32_t i = 0;
  for (const auto& item : items) list.Set(i++, describe(item));
  return list;
}

}  // namespace

Napi::Array DescribeOps(Napi::Env env) {
  return List(env, Registry(), [&](const Op& op) {
    Napi::Object definition = Napi::Object::New(env);
    definition.Set("name", op.name);
    definition.Set("operands", List(env, op.operands, [&](const Operand& one) {
                     Napi::Object operand = Napi::Object::New(env);
                     operand.Set("name", one.name);
                     operand.Set("access", AccessName(one.access));
                     operand.Set("dtype", DTypeName(one));
                     operand.Set("optional", one.optional);
                     return operand;
                   }));
    definition.Set("attrs", List(env, op.attrs, [&](const Attr& one) {
                     Napi::Object attr = Napi::Object::New(env);
                     attr.Set("name", one.name);
                     attr.Set("kind", KindName(one.kind));
                     return attr;
                   }));
    const bool two = op.onTwoDTypes();
    definition.Set("kernels", List(env, op.variants, [&](const Variant& one) {
                     Napi::Array dtypes = Napi::Array::New(env);
                     dtypes.Set(0u, InfoOf(one.first).name);
                     if (two) dtypes.Set(1u, InfoOf(one.second).name);
                     return dtypes;
                   }));
    definition.Set("elementwise", op.elementwise());
    return definition;
  });
}

}  // namespace blasgrad
