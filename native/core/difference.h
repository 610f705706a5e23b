// Compares a new recording of a function with the program that replays it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/program.h"

namespace blasgrad {

// The first difference between a recording and a program. The meaning of `name`, `then` (program) and `now`
// (recording) depends on the kind.
struct Difference {
  enum class Kind : uint8_t {
    op,        // a different op: `then` and `now` are the names, empty if there is no op
    attr,      // a different number: `name` is the attribute
    constant,  // a different value written by JavaScript: `name` is the operand
    operand,   // a different tensor: `name` is the operand
    size,      // different sizes or dtypes
    result,    // a different result or gradient
  };
  Kind kind;
  size_t call;
  const RecordedCall* where;  // null for a result
  std::string name;
  std::string then, now;
  double numberThen = 0, numberNow = 0;
  size_t element = 0;   // of a constant, from the operand's first element
  size_t elements = 1;  // elements of that constant
  const char* dtype = "";
};

// `inputs`, `outputs` and `gradients` are the recording's, in the same order as the program's.
std::optional<Difference> FindDifference(const Program& program, const Recording& recording,
                                         const std::vector<Port>& inputs,
                                         const std::vector<Port>& outputs,
                                         const std::vector<Place>& gradients);

}  // namespace blasgrad
