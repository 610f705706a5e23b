// Matrix products through BLAS, for every op that needs one. The only files that name cblas or LAPACK lie in this folder.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

namespace blasgrad {

class Threads;

template <class T>
struct Matrix {
  const T* data;
  int64_t stride;  // elements between rows as stored
  bool transposed;
};

// c (m x n, rows ldc apart) = alpha op(a) op(b) + beta c. With beta 0 what c held is not read; with alpha or k 0 neither
// a nor b is. Large products are split over `threads`.
template <class T>
void Gemm(Threads* threads, int64_t m, int64_t n, int64_t k, double alpha, Matrix<T> a, Matrix<T> b,
          double beta, T* c, int64_t ldc);

// Throws a DataError for a side or stride that BLAS, which counts in 32 bits, cannot take.
void RequireBlasSizes(std::initializer_list<int64_t> sizes);

// Tells OpenBLAS to run on the calling thread alone; once, before the first product.
void UseOneBlasThread();

std::string BlasVersion();
std::string BlasCoreType();

}  // namespace blasgrad
