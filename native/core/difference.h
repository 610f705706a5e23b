// Compares a new recording of a function with the program that replays it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/program.h"

namespace blasgrad {

// The first thing in which a recording differs from a program. `name`, `then` and `now` depend on the kind.
struct Difference {
  enum class Kind : uint8_t {
    op,        // another op, or none: `then` and `now` name them, empty for none
    attr,      // another number: `name` is the attribute
    constant,  // another value that JavaScript wrote: `name` is the operand
    operand,   // another tensor: `name` is the operand
    size,      // other sizes or dtypes
    result,    // another result or gradient
  };
  Kind kind;
  size_t call;
  const RecordedCall* where;  // null for results
  std::string name;
  std::string then, now;
  double numberThen = 0, numberNow = 0;
  size_t element = 0;   // of a constant, counted from the operand's first one
  size_t elements = 1;  // of that constant
  const char* dtype = "";
};

// `inputs`, `outputs` and `kept` are those of the recording, in the order of the program's.
std::optional<Difference> FindDifference(const Program& program, const Recording& recording,
                                         const std::vector<Port>& inputs,
                                         const std::vector<Port>& outputs,
                                         const std::vector<Place>& kept);

}  // namespace blasgrad
