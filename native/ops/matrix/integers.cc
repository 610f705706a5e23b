// Matrix products of integers, which BLAS does not support. The compiler vectorises these loops.
#include "ops/matrix/integers.h"

#include <algorithm>
#include <array>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/matrix/integers.cc"
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

// Unsigned, so that sums and products wrap around; bytes are summed in 32 bits, whose last 8 bits are the same.
template <class T>
using Wrapping = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;

// One pass takes this many columns of op(a), and of c if rows of b are added, so that its block of b stays in the
// caches.
constexpr int64_t kDepth = 64;
constexpr int64_t kColumns = 1024;

// row[j] += a[0] b[0][j] + ... + a[depth - 1] b[depth - 1][j]
template <class T>
void AddRows(int64_t depth, int64_t n, const T* a, const T* b, int64_t stride,
             T* HWY_RESTRICT row) {
  using W = Wrapping<T>;
  int64_t p = 0;
  for (; p + 4 <= depth; p += 4) {
    const auto a0 = static_cast<W>(a[p]), a1 = static_cast<W>(a[p + 1]);
    const auto a2 = static_cast<W>(a[p + 2]), a3 = static_cast<W>(a[p + 3]);
    const T* b0 = b + p * stride;
    const T *b1 = b0 + stride, *b2 = b1 + stride, *b3 = b2 + stride;
    for (int64_t j = 0; j < n; ++j) {
      row[j] = static_cast<T>(static_cast<W>(row[j]) + a0 * static_cast<W>(b0[j]) +
                              a1 * static_cast<W>(b1[j]) + a2 * static_cast<W>(b2[j]) +
                              a3 * static_cast<W>(b3[j]));
    }
  }
  for (; p < depth; ++p) {
    const auto factor = static_cast<W>(a[p]);
    const T* from = b + p * stride;
    for (int64_t j = 0; j < n; ++j) {
      row[j] = static_cast<T>(static_cast<W>(row[j]) + factor * static_cast<W>(from[j]));
    }
  }
}

// row[j] += the inner product of a and row j of b
template <class T>
void AddProducts(int64_t depth, int64_t n, const T* a, const T* b, int64_t stride, T* row) {
  using W = Wrapping<T>;
  for (int64_t j = 0; j < n; ++j) {
    const T* other = b + j * stride;
    W sum = 0;
    for (int64_t p = 0; p < depth; ++p) sum += static_cast<W>(a[p]) * static_cast<W>(other[p]);
    row[j] = static_cast<T>(static_cast<W>(row[j]) + sum);
  }
}

template <class T>
void Rows(int64_t begin, int64_t end, int64_t n, int64_t k, const Matrix<T>& a, Matrix<T> b, T* c) {
  for (int64_t i = begin; i < end; ++i) std::fill_n(c + i * n, n, T{0});
  if (n == 1 && b.stride == 1) b = {b.data, k, true};  // a contiguous column is a row
  std::array<T, kDepth> packed;
  for (int64_t first = 0; first < n; first += kColumns) {
    const int64_t columns = std::min(kColumns, n - first);
    // A contiguous row of a needs no packing: inner products take all of it at once.
    const int64_t step = a.transposed || !b.transposed ? kDepth : std::max<int64_t>(k, 1);
    for (int64_t p = 0; p < k; p += step) {
      const int64_t depth = std::min(step, k - p);
      for (int64_t i = begin; i < end; ++i) {
        if (a.transposed) {
          for (int64_t q = 0; q < depth; ++q) packed[q] = a.data[(p + q) * a.stride + i];
        }
        const T* line = a.transposed ? packed.data() : a.data + i * a.stride + p;
        T* row = c + i * n + first;
        if (b.transposed) {
          AddProducts(depth, columns, line, b.data + first * b.stride + p, b.stride, row);
        } else {
          AddRows(depth, columns, line, b.data + p * b.stride + first, b.stride, row);
        }
      }
    }
  }
}

void ByteRows(int64_t begin, int64_t end, int64_t n, int64_t k, const Matrix<uint8_t>& a,
              const Matrix<uint8_t>& b, uint8_t* c) {
  Rows(begin, end, n, k, a, b, c);
}
void IntRows(int64_t begin, int64_t end, int64_t n, int64_t k, const Matrix<int32_t>& a,
             const Matrix<int32_t>& b, int32_t* c) {
  Rows(begin, end, n, k, a, b, c);
}
void LongRows(int64_t begin, int64_t end, int64_t n, int64_t k, const Matrix<int64_t>& a,
              const Matrix<int64_t>& b, int64_t* c) {
  Rows(begin, end, n, k, a, b, c);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace blasgrad {
HWY_EXPORT(ByteRows);
HWY_EXPORT(IntRows);
HWY_EXPORT(LongRows);

void IntegerRows(int64_t begin, int64_t end, int64_t n, int64_t k, Matrix<uint8_t> a,
                 Matrix<uint8_t> b, uint8_t* c) {
  HWY_DYNAMIC_DISPATCH(ByteRows)(begin, end, n, k, a, b, c);
}
void IntegerRows(int64_t begin, int64_t end, int64_t n, int64_t k, Matrix<int32_t> a,
                 Matrix<int32_t> b, int32_t* c) {
  HWY_DYNAMIC_DISPATCH(IntRows)(begin, end, n, k, a, b, c);
}
void IntegerRows(int64_t begin, int64_t end, int64_t n, int64_t k, Matrix<int64_t> a,
                 Matrix<int64_t> b, int64_t* c) {
  HWY_DYNAMIC_DISPATCH(LongRows)(begin, end, n, k, a, b, c);
}
}  // namespace blasgrad
#endif
