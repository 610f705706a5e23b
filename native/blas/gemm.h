// Matrix products through BLAS, for all ops that need one. Only files in this folder use cblas or LAPACK.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

namespace blasgrad {

class Threads;

template <class T>
struct Matrix {
  const T* data;
  int64_t stride;  // elements between the starts of stored rows
  bool transposed;
};

// c (m x n, rows ldc apart) = alpha op(a) op(b) + beta c. If beta is 0, c is not read; if alpha or k is 0, a and b
// are not read. Large products are split over `threads`.
template <class T>
void Gemm(Threads* threads, int64_t m, int64_t n, int64_t k, double alpha, Matrix<T> a, Matrix<T> b,
          double beta, T* c, int64_t ldc);

// Throws a DataError for a size or stride that exceeds BLAS's 32-bit integers.
void RequireBlasSizes(std::initializer_list<int64_t> sizes);

// Makes OpenBLAS run on the calling thread only; call it once, before the first product.
void UseOneBlasThread();

std::string BlasVersion();
std::string BlasCoreType();

}  // namespace blasgrad
