// The limits that the rest of the addon assumes of an op's definition.
#pragma once

#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/op.h"

namespace blasgrad {

// Throws std::logic_error, "<op>: expected ..., got ...", if a definition exceeds the limits of op.h.
inline void RequireLimits(const Op& op) {
  const auto refuse = [&](const std::string& expected, const std::string& actual) {
    throw std::logic_error(std::string(op.name) + ": expected " + expected + ", got " + actual);
  };
  const auto atMost = [&](size_t most, size_t count, const char* what) {
    if (count > most) {
      refuse("at most " + std::to_string(most) + " " + what, std::to_string(count));
    }
  };
  atMost(kMaxOperands, op.operands.size(), "operands");
  atMost(kMaxAttrs, op.attrs.size(), "attributes");
  if (op.elementwise()) {
    atMost(kMaxElementwiseOperands, op.operands.size(), "operands of an elementwise op");
    // Only elementwise ops have sizes and strides; their output is the last operand.
    for (size_t i = 0; i < op.operands.size(); ++i) {
      const bool last = i + 1 == op.operands.size();
      if ((op.operands[i].access == Access::write) == last && !op.operands[i].optional) continue;
      refuse("inputs and then one output for an elementwise op", op.operands[i].name);
    }
  }
  if (op.variants.empty()) refuse("a kernel", "none");
  std::set<std::pair<DType, DType>> dtypes;
  for (const Variant& variant : op.variants) {
    const char* name = InfoOf(variant.first).name;
    if (variant.kernel == nullptr) refuse("a kernel", std::string("none for ") + name);
    if (!dtypes.insert({variant.first, variant.second}).second) {
      refuse("one kernel for each dtype", std::string("two for ") + name);
    }
  }
}

}  // namespace blasgrad
