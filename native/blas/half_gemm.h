// Matrix products of halves: BLAS multiplies blocks converted to float32, and each element of the result is rounded
// once.
#pragma once

#include <cstddef>
#include <cstdint>

#include "blas/gemm.h"
#include "core/op.h"

namespace blasgrad {

// c (m x n, rows ldc apart) = alpha op(a) op(b) + beta c + bias. `bias` (n) may be null; if it is given, beta must
// be 0.
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

// Bytes of scratch memory that each thread needs for a product of these sizes.
size_t HalfGemmScratch(double m, double n, double k);

// Computes the product on the calling thread; `scratch` holds HalfGemmScratch bytes.
template <class S>
void HalfGemmHere(const HalfProduct<S>& p, float* scratch);

// Computes the product on all threads, each with its scratch memory of the call. Do not run it inside a parallel
// loop that uses the same scratch memory.
template <class S>
void HalfGemm(const Args& args, const HalfProduct<S>& p);

}  // namespace blasgrad
