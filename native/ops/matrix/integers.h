// Matrix products of integers.
#pragma once

#include <cstdint>

#include "blas/gemm.h"

namespace blasgrad {

// Rows [begin, end) of c (rows of n elements) = op(a) op(b), with k columns in op(a); wraps around, as in PyTorch.
void IntegerRows(int64_t begin, int64_t end, int64_t n, int64_t k, Matrix<uint8_t> a,
                 Matrix<uint8_t> b, uint8_t* c);
void IntegerRows(int64_t begin, int64_t end, int64_t n, int64_t k, Matrix<int32_t> a,
                 Matrix<int32_t> b, int32_t* c);
void IntegerRows(int64_t begin, int64_t end, int64_t n, int64_t k, Matrix<int64_t> a,
                 Matrix<int64_t> b, int64_t* c);

}  // namespace blasgrad
