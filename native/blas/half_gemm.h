// Matrix products of halves: blocks of the operands are widened and multiplied by BLAS in float32, and each number of the
// result is rounded once.
#pragma once

#include <cstddef>
#include <cstdint>

#include "blas/gemm.h"
#include "core/op.h"

namespace blasgrad {

// c (m x n, rows ldc apart) = alpha op(a) op(b) + beta c + bias. `bias` (n) may be null; with one, beta is 0.
template <class S>
struct HalfProduct {
  int64_t m, n, k;
  double alpha;
  Matrix<S> a, b;
  double beta;
  const S* bias;
  S* c;
  int64_t ldc;
};

// Bytes that a thread needs for a product of these sizes.
size_t HalfGemmScratch(double m, double n, double k);

// The product on the calling thread; `scratch` holds HalfGemmScratch bytes.
template <class S>
void HalfGemmHere(const HalfProduct<S>& p, float* scratch);

// The product on all threads, each with the call's memory per thread. A function that takes single products and one that
// takes whole batches must not use it at the same time.
template <class S>
void HalfGemm(const Args& args, const HalfProduct<S>& p);

}  // namespace blasgrad
