// Sums for other families, and the scratch memory of reductions.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/half.h"

namespace blasgrad {

class Threads;

inline constexpr int64_t kPanel = 256;            // columns reduced at a time: 1 to 2 KB of results
inline constexpr int64_t kReduceGrain = 1 << 17;  // minimum number of elements per thread

// How the reduction of (outer, n, inner) over n is split into parts if there are few long ones: each part has at
// least kLeastPart elements. The split depends only on the sizes, so results are the same on any number of threads.
struct ReduceSplit {
  static constexpr int64_t kFewResults = 8;  // in panels
  static constexpr int64_t kLeastPart = 1 << 15;
  static constexpr int64_t kMostParts = 32;

  ReduceSplit(int64_t outer, int64_t n, int64_t inner)
      : panels((inner + kPanel - 1) / kPanel),
        items(outer * panels),
        widest(std::min(inner, kPanel)) {
    const bool few = items <= kFewResults && n * widest >= 2 * kReduceGrain;
    parts = few ? std::min(kMostParts, n * widest / kLeastPart) : 1;
  }
  int64_t panels, items, widest;
  int64_t parts;  // of each item; 1 if it is not split

  // Elements for partial results.
  int64_t partialResults() const { return parts > 1 ? items * parts * widest : 0; }
};

// Bytes of the type used to reduce elements of `elementBytes` bytes: float32 for halves, otherwise the elements'
// own type.
constexpr size_t ComputeBytes(size_t elementBytes) {
  return elementBytes == 2 ? sizeof(float) : elementBytes;
}

// Bytes of scratch memory for the reduction of (outer, n, inner); a partial result takes `computeBytes`.
inline size_t ReduceScratch(double outer, double n, double inner, size_t computeBytes) {
  if (outer == 0 || inner == 0 || n == 0) return 0;
  const ReduceSplit split(static_cast<int64_t>(outer), static_cast<int64_t>(n),
                          static_cast<int64_t>(inner));
  return static_cast<size_t>(split.partialResults()) * computeBytes;
}

// out[j] = sum over i of x[i * columns + j], pairwise; the same on any number of threads. Sums of halves are
// computed in float32 and rounded once. `scratch` is that of a reduction of (1, rows, columns).
void SumColumns(Threads* threads, const float* x, int64_t rows, int64_t columns, float* out,
                float* scratch);
void SumColumns(Threads* threads, const double* x, int64_t rows, int64_t columns, double* out,
                double* scratch);
void SumColumns(Threads* threads, const Float16* x, int64_t rows, int64_t columns, Float16* out,
                float* scratch);
void SumColumns(Threads* threads, const BFloat16* x, int64_t rows, int64_t columns, BFloat16* out,
                float* scratch);

}  // namespace blasgrad
