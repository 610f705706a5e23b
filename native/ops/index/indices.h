// Checking and reading indices. Another thread may write to them after the check, so they are clamped when read.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>

#include "core/op.h"

namespace blasgrad {

// The minimum number of elements per thread if they lie at random positions, which take about 1 ns each.
inline constexpr int64_t kIndexGrain = 1 << 15;

template <class I>
I ReadIndex(const I* index) {
  return __atomic_load_n(index, __ATOMIC_RELAXED);
}

// Throws a DataError unless every index lies in [0, n), or in [-n, n) if negative ones count from the end.
template <class I>
void RequireIndices(const I* index, int64_t count, int64_t n, bool negative = false) {
  const auto last = static_cast<I>(std::min<int64_t>(n - 1, std::numeric_limits<I>::max()));
  const I first = negative ? static_cast<I>(-last - 1) : I{0};
  int any = 0;
  for (int64_t i = 0; i < count; ++i) any |= (index[i] < first) | (index[i] > last);
  if (any == 0) return;
  for (int64_t i = 0; i < count;
       ++i) {  // finds nothing if another thread has changed the index meanwhile
    const I position = ReadIndex(index + i);
    if (position >= first && position <= last) continue;
    const std::string range =
        n == 0 ? "no index, because the dimension is empty,"
               : "an index from " + std::to_string(first) + " to " + std::to_string(last);
    throw DataError("expected " + range + " for index, got " + std::to_string(position));
  }
}

// Reads checked indices: an index that is no longer in [0, n) counts as n - 1.
template <class I>
class BoundedIndex {
 public:
  explicit BoundedIndex(int64_t n)
      : last_(static_cast<Unsigned>(std::clamp<int64_t>(n - 1, 0, std::numeric_limits<I>::max()))) {
  }
  int64_t operator()(const I* index) const {
    return static_cast<int64_t>(std::min(static_cast<Unsigned>(ReadIndex(index)), last_));
  }

 private:
  using Unsigned = std::make_unsigned_t<I>;
  Unsigned last_;
};

}  // namespace blasgrad
