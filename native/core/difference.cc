#include "core/difference.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace blasgrad {
namespace {

using Found = std::optional<Difference>;

bool SameBits(double a, double b) { return std::memcmp(&a, &b, sizeof a) == 0; }

// Compares the layouts of `operands` operands; entries after those are not set.
bool SameDims(const Dims* a, const Dims* b, size_t operands) {
  if (a == nullptr || b == nullptr) return a == b;
  if (a->count != b->count || a->ndim != b->ndim) return false;
  if (!std::equal(a->size.begin(), a->size.begin() + static_cast<ptrdiff_t>(a->ndim),
                  b->size.begin())) {
    return false;
  }
  for (size_t i = 0; a->ndim > 0 && i < operands; ++i) {
    if (!std::equal(a->stride[i].begin(), a->stride[i].begin() + static_cast<ptrdiff_t>(a->ndim),
                    b->stride[i].begin())) {
      return false;
    }
  }
  return true;
}

double NumberAt(DType dtype, const char* data) {
  double number = 0;
  EachDType<kAll>([&]<DType kDType>() {
    if (kDType != dtype) return;
    CType<kDType> value;
    std::memcpy(&value, data, sizeof value);
    number = static_cast<double>(Widen(value));
  });
  return number;
}

// The dtype of the elements that a call accesses.
DType DTypeAt(const RecordedCall& call, size_t operand) {
  return DTypeOf(call.op->operands[operand], *call.variant);
}

class Comparison {
 public:
  Comparison(const Program& program, const Recording& recording)
      : program_(program),
        recording_(recording),
        now_(program.recording().temporaries().size(), kNone),
        then_(recording.temporaries().size(), kNone) {}

  Found Inputs(const std::vector<Port>& inputs) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (!Same(program_.inputs()[i].place, inputs[i].place)) return Result("input");
    }
    return std::nullopt;
  }

  Found Calls() {
    const auto& then = program_.recording().calls();
    const auto& now = recording_.calls();
    for (size_t c = 0; c < std::max(then.size(), now.size()); ++c) {
      if (c >= then.size() || c >= now.size() || then[c].op != now[c].op) {
        const RecordedCall* where = c < now.size() ? &now[c] : &then[c];
        Difference found{Difference::Kind::op, c, where, "", "", ""};
        if (c < then.size()) found.then = then[c].op->name;
        if (c < now.size()) found.now = now[c].op->name;
        return found;
      }
      if (Found found = OneCall(c, then[c], now[c])) return found;
    }
    return std::nullopt;
  }

  Found Results(const std::vector<Port>& outputs, const std::vector<Place>& gradients) {
    for (size_t i = 0; i < outputs.size(); ++i) {
      const Port& then = program_.outputs()[i];
      if (then.bytes != outputs[i].bytes || !Same(then.place, outputs[i].place)) {
        return Result("result");
      }
      // A result that no call wrote.
      if (Constant(then.place)) {
        const size_t t = then.place.temporary;
        if (std::memcmp(program_.constant(t), ContentNow(outputs[i].place.temporary),
                        program_.recording().temporaries()[t].bytes) != 0) {
          return Result("result");
        }
      }
    }
    for (size_t i = 0; i < gradients.size(); ++i) {
      const bool same = gradients[i].kind == Place::Kind::temporary &&
                        now_[program_.gradients()[i].temporary] == gradients[i].temporary;
      if (!same) return Result("gradient");
    }
    return std::nullopt;
  }

 private:
  static Difference Result(const char* name) {
    return {Difference::Kind::result, 0, nullptr, name, "", ""};
  }

  bool Constant(const Place& place) const {
    return place.kind == Place::Kind::temporary && program_.constant(place.temporary) != nullptr;
  }

  const char* ContentNow(size_t temporary) const {
    const Temporary& one = recording_.temporaries()[temporary];
    return one.touched ? one.before.data() : one.data;
  }

  // Whether both are the same memory, or temporaries that correspond to each other.
  bool Same(const Place& then, const Place& now) {
    if (then.kind != now.kind) return false;
    if (then.kind == Place::Kind::external) return then.address == now.address;
    if (then.kind == Place::Kind::absent) return true;
    if (then.offset != now.offset) return false;
    const size_t bytes = program_.recording().temporaries()[then.temporary].bytes;
    if (bytes != recording_.temporaries()[now.temporary].bytes) return false;
    if (now_[then.temporary] == kNone && then_[now.temporary] == kNone) {
      now_[then.temporary] = now.temporary;
      then_[now.temporary] = then.temporary;
    }
    return now_[then.temporary] == now.temporary && then_[now.temporary] == then.temporary;
  }

  Found OneCall(size_t c, const RecordedCall& then, const RecordedCall& now) {
    const auto difference = [&](Difference::Kind kind, const char* name) {
      return Difference{kind, c, &now, name, "", ""};
    };
    for (size_t i = 0; i < then.attr.size(); ++i) {
      if (SameBits(then.attr[i], now.attr[i])) continue;
      Difference found = difference(Difference::Kind::attr, then.op->attrs[i].name);
      found.numberThen = then.attr[i];
      found.numberNow = now.attr[i];
      return found;
    }
    if (then.variant != now.variant || then.len != now.len || then.bytes != now.bytes ||
        !SameDims(then.dims.get(), now.dims.get(), then.places.size())) {
      return difference(Difference::Kind::size, "");
    }
    for (size_t i = 0; i < then.places.size(); ++i) {
      const char* name = then.op->operands[i].name;
      if (!Same(then.places[i], now.places[i])) {
        return difference(Difference::Kind::operand, name);
      }
      if (!Constant(then.places[i])) continue;
      const size_t t = then.places[i].temporary;
      if (!recording_.temporaries()[now_[t]].constant) {
        return difference(Difference::Kind::operand, name);
      }
      if (Found found = Content(c, now, i, t)) return found;
    }
    return std::nullopt;
  }

  // Compares what JavaScript wrote into the temporary of operand i.
  Found Content(size_t c, const RecordedCall& call, size_t i, size_t temporary) {
    const char* then = program_.constant(temporary);
    const char* now = ContentNow(now_[temporary]);
    const size_t bytes = program_.recording().temporaries()[temporary].bytes;
    if (std::memcmp(then, now, bytes) == 0) return std::nullopt;
    const DType dtype = DTypeAt(call, i);
    const size_t size = InfoOf(dtype).bytes;
    Difference found{Difference::Kind::constant, c, &call, call.op->operands[i].name, "", ""};
    found.dtype = InfoOf(dtype).name;
    found.elements = bytes / size;
    while (found.element + 1 < found.elements &&
           std::memcmp(then + found.element * size, now + found.element * size, size) == 0) {
      ++found.element;
    }
    if (bytes >= size) {
      found.numberThen = NumberAt(dtype, then + found.element * size);
      found.numberNow = NumberAt(dtype, now + found.element * size);
    }
    return found;
  }

  const Program& program_;
  const Recording& recording_;
  std::vector<size_t> now_;   // for each temporary of the program, that of the recording
  std::vector<size_t> then_;  // the reverse
};

}  // namespace

Found FindDifference(const Program& program, const Recording& recording,
                     const std::vector<Port>& inputs, const std::vector<Port>& outputs,
                     const std::vector<Place>& gradients) {
  Comparison comparison(program, recording);
  if (inputs.size() != program.inputs().size()) {
    return Difference{Difference::Kind::result, 0, nullptr, "input", "", ""};
  }
  if (Found found = comparison.Inputs(inputs)) return found;
  if (Found found = comparison.Calls()) return found;
  if (outputs.size() != program.outputs().size() ||
      gradients.size() != program.gradients().size()) {
    return Difference{Difference::Kind::result, 0, nullptr, "result", "", ""};
  }
  return comparison.Results(outputs, gradients);
}

}  // namespace blasgrad
