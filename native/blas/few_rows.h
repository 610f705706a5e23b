// Products of few rows with a matrix, as inference and small batches have them.
#pragma once

#include <cstdint>

namespace blasgrad {

class Threads;

// Longer rows are not turned into lanes: the turned copy would leave L2, and is kept.
inline constexpr int64_t kMostInLanes = 4096;

// Where the loops here beat OpenBLAS, which packs the whole matrix first: with weights of 512 x 784, 10
// rows take 59 us instead of 165, 32 rows 126 instead of 230, 128 rows 540 instead of 580. Rows of few
// elements leave little to do but adding up a vector: only few of them are faster here.
inline bool SuitsFewRows(int64_t rows, int64_t n, int64_t k) {
  return rows <= 4 || (k >= 64 && rows <= (n >= 256 && k <= kMostInLanes ? 128 : 64));
}

// y (rows x n) = x (rows x k) weight^T (n x k) + bias (n, or null). The same on any number of threads.
void FewRowsProduct(Threads* threads, int64_t rows, int64_t n, int64_t k, const float* x,
                    const float* weight, const float* bias, float* y);
void FewRowsProduct(Threads* threads, int64_t rows, int64_t n, int64_t k, const double* x,
                    const double* weight, const double* bias, double* y);

}  // namespace blasgrad
