// Sums and products of rows, of which depthwise convolutions consist. Compiled once per instruction set, hence the unusual
// include guard.
#if defined(BLASGRAD_DEPTHWISE_ROWS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BLASGRAD_DEPTHWISE_ROWS_INL_H
#undef BLASGRAD_DEPTHWISE_ROWS_INL_H
#else
#define BLASGRAD_DEPTHWISE_ROWS_INL_H
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "simd/tails-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {

// The sums that SumOfRows computes.
template <class T>
struct RowSums {
  const int64_t* offset;
  const T* w;
  int64_t taps;
  T bias;
};

// Vector k < kCount of the result, at out + k * outStep: bias + the sum over t of w[t] * (from + k * fromStep)[offset[t]].
template <int64_t kCount, class T>
HWY_INLINE void SumVectors(const RowSums<T>& sums, const T* from, int64_t fromStep, T* out,
                           int64_t outStep, int64_t used) {
  const hn::ScalableTag<T> d;
  hn::Vec<decltype(d)> sum[kCount];
  for (auto& one : sum) one = hn::Set(d, sums.bias);
  for (int64_t t = 0; t < sums.taps; ++t) {
    const T* p = from + sums.offset[t];
    const auto weight = hn::Set(d, sums.w[t]);
    for (int64_t k = 0; k < kCount; ++k) {
      sum[k] = hn::MulAdd(weight, hn::LoadU(d, p + k * fromStep), sum[k]);
    }
  }
  const bool full = used == static_cast<int64_t>(hn::Lanes(d));
  for (int64_t k = 0; k < kCount; ++k) {
    if (full) {
      hn::StoreU(sum[k], d, out + k * outStep);
    } else {
      StoreTail(d, sum[k], out + k * outStep, static_cast<size_t>(used));
    }
  }
}

// `rows` rows of n sums, `fromRow` and `outRow` elements apart. Reads up to a vector beyond the end of a row.
template <class T>
void SumOfRows(const RowSums<T>& sums, const T* from, int64_t fromRow, T* out, int64_t outRow,
               int64_t rows, int64_t n) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(hn::ScalableTag<T>()));
  const int64_t wide = n / (4 * lanes) * (4 * lanes);
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t i = 0; i < wide; i += 4 * lanes) {
      SumVectors<4>(sums, from + r * fromRow + i, lanes, out + r * outRow + i, lanes, lanes);
    }
  }
  // The rest, of four rows at once. The last vector overlaps the one before it if the row is long enough.
  for (int64_t i = wide; i < n; i += lanes) {
    const int64_t at = n >= lanes ? std::min(i, n - lanes) : 0, used = std::min(n, lanes);
    int64_t r = 0;
    for (; r + 4 <= rows; r += 4) {
      SumVectors<4>(sums, from + r * fromRow + at, fromRow, out + r * outRow + at, outRow, used);
    }
    for (; r < rows; ++r) {
      SumVectors<1>(sums, from + r * fromRow + at, 0, out + r * outRow + at, 0, used);
    }
  }
}

// sums[t] += the sum over rows and i of dy[i] * from[offset[t] + i]; row r begins at dy + r * dyRow and from + r * row.
template <size_t kTaps, class T>
HWY_INLINE void ProductsOfRows(const T* from, int64_t row, const int64_t* offset, const T* dy,
                               int64_t dyRow, int64_t rows, int64_t n, double* sums) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  // Sums of more elements in float32 would lose a digit.
  const int64_t some = std::max<int64_t>(4096 / n, 1);
  // The last elements of a row: in the last lanes of a vector that overlaps the one before, or in the first lanes.
  const int64_t rest = n % lanes, last = std::max<int64_t>(n - lanes, 0);
  const auto inLast = n < lanes ? hn::FirstN(d, static_cast<size_t>(rest))
                                : hn::Not(hn::FirstN(d, static_cast<size_t>(lanes - rest)));
  for (int64_t first = 0; first < rows; first += some) {
    hn::Vec<decltype(d)> sum[kTaps];
    for (auto& one : sum) one = hn::Zero(d);
    for (int64_t r = first; r < std::min(first + some, rows); ++r) {
      const T* gradients = dy + r * dyRow;
      const T* p[kTaps];
      for (size_t t = 0; t < kTaps; ++t) p[t] = from + r * row + offset[t];
      for (int64_t i = 0; i + lanes <= n; i += lanes) {
        const auto gradient = hn::LoadU(d, gradients + i);
        for (size_t t = 0; t < kTaps; ++t) {
          sum[t] = hn::MulAdd(gradient, hn::LoadU(d, p[t] + i), sum[t]);
        }
      }
      if (rest == 0) continue;
      const auto gradient = n < lanes ? LoadTail(d, gradients, static_cast<size_t>(rest))
                                      : hn::IfThenElseZero(inLast, hn::LoadU(d, gradients + last));
      for (size_t t = 0; t < kTaps; ++t) {
        const auto x = hn::IfThenElseZero(inLast, hn::LoadU(d, p[t] + last));
        sum[t] = hn::MulAdd(gradient, x, sum[t]);
      }
    }
    for (size_t t = 0; t < kTaps; ++t) {
      sums[t] += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, sum[t])));
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif
