// Sums that other families need.
#pragma once

#include <cstdint>

namespace blasgrad {

class Threads;

// out[j] = sum over i of x[i * columns + j], pairwise; the same on any number of threads.
void SumColumns(Threads* threads, const float* x, int64_t rows, int64_t columns, float* out);
void SumColumns(Threads* threads, const double* x, int64_t rows, int64_t columns, double* out);

}  // namespace blasgrad
