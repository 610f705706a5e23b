// Multithreaded loops over the rows of (outer, m, inner).
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/op.h"
#include "core/threads.h"

namespace blasgrad {

// The minimum number of elements per thread when rows are copied.
inline constexpr int64_t kRowGrain = 1 << 17;

// Calls body(o, begin, end) for ranges of the m rows of `inner` elements in each of the outer blocks.
template <class Body>
void ForRows(const Args& a, int64_t count, int64_t m, int64_t inner, int64_t grain,
             const Body& body) {
  if (count == 0) return;
  a.threads->For(count / inner, std::max<int64_t>(grain / inner, 1),
                 [&](int64_t begin, int64_t end) {
                   while (begin < end) {
                     const int64_t j = begin % m;
                     const int64_t run = std::min(end - begin, m - j);
                     body(begin / m, j, j + run);
                     begin += run;
                   }
                 });
}

}  // namespace blasgrad
