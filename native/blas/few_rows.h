// Products of a few rows with a matrix, as in inference and small batches.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/op.h"

namespace blasgrad {

// Longer rows are not transposed into lanes: the transposed copy would exceed L2.
inline constexpr int64_t kMostInLanes = 4096;

// When the loops here are faster than OpenBLAS, which packs the whole matrix first: with weights of 512 x 784, 10
// rows take 59 us instead of 165, 32 rows 126 instead of 230, and 128 rows 540 instead of 580. With short rows most
// of the time goes to summing vectors, so only a few of them are faster here.
inline bool SuitsFewRows(int64_t rows, int64_t n, int64_t k) {
  return rows <= 4 || (k >= 64 && rows <= (n >= 256 && k <= kMostInLanes ? 128 : 64));
}

// Bytes of scratch memory for a product: two vectors of rows for each of the k columns.
inline size_t FewRowsScratch(int64_t rows, int64_t n, int64_t k) {
  constexpr size_t kWidestVector = 64;
  const bool inLanes = rows >= 16 && k <= kMostInLanes && SuitsFewRows(rows, n, k);
  return inLanes ? static_cast<size_t>(k) * 2 * kWidestVector : 0;
}

// y (rows x n) = x (rows x k) weight^T (n x k) + bias (n, or null). The result does not depend on the number of
// threads.
void FewRowsProduct(Threads* threads, int64_t rows, int64_t n, int64_t k, const float* x,
                    const float* weight, const float* bias, float* y, float* scratch);
void FewRowsProduct(Threads* threads, int64_t rows, int64_t n, int64_t k, const double* x,
                    const double* weight, const double* bias, double* y, double* scratch);

// The same for halves, which are multiplied and added in float32 and rounded once. x is converted to float32
// completely, in at most 4 MB; weights are converted one tile at a time.
inline bool SuitsFewHalfRows(int64_t rows, int64_t n, int64_t k) {
  return SuitsFewRows(rows, n, k) && rows * k <= int64_t{1} << 20;
}

// Longer columns are converted each time they are read: a converted tile would exceed L2.
inline constexpr int64_t kMostInTile = 8192;

inline ScratchBytes FewHalfRowsScratch(int64_t rows, int64_t k) {
  constexpr int64_t kMostLanes = 32, kMostColumns = 8;  // of LaneTile
  const int64_t padded = (rows + kMostLanes - 1) / kMostLanes * kMostLanes;
  const int64_t x = k * (rows >= 16 && k <= kMostInLanes ? padded : rows);
  return {
      .shared = static_cast<size_t>(x) * sizeof(float),
      .perThread = static_cast<size_t>(std::min(k, kMostInTile) * kMostColumns) * sizeof(float)};
}

void FewRowsProduct(const Args& args, int64_t rows, int64_t n, int64_t k, const Float16* x,
                    const Float16* weight, const Float16* bias, Float16* y);
void FewRowsProduct(const Args& args, int64_t rows, int64_t n, int64_t k, const BFloat16* x,
                    const BFloat16* weight, const BFloat16* bias, BFloat16* y);

}  // namespace blasgrad
