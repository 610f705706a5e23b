// What the forward and the backward of normalisation share: the geometry, moments, and sums over runs of elements.
#if defined(BLASGRAD_NORM_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BLASGRAD_NORM_INL_H
#undef BLASGRAD_NORM_INL_H
#else
#define BLASGRAD_NORM_INL_H
#endif

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "ops/nn/norm.h"
#include "simd/loops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {

// float32 sums cover at most this many elements, 16 to 64 for each lane; float64 adds them up.
inline constexpr int64_t kNormBlock = 1024;
inline constexpr int64_t kNormGrain = 1 << 14;  // minimum number of elements per thread
// Columns of a batch are processed in panels of this many, and in blocks of rows that stay in L1.
inline constexpr int64_t kNormPanel = 64;
inline constexpr int64_t kNormRows = 32;

// Two sums over `segments` runs of n elements each. terms.Add(segment, i, a, b) adds the terms of a vector to a and
// b, AddTail those of the last elements of a run.
template <class D, class Terms>
HWY_INLINE void TwoSums(D d, int64_t segments, int64_t n, const Terms& terms, double* first,
                        double* second) {
  using V = hn::Vec<D>;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  V a0 = hn::Zero(d), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (int64_t s = 0; s < segments; ++s) {
    int64_t i = 0;
    for (; i + 4 * lanes <= n; i += 4 * lanes) {
      terms.Add(s, i, a0, b0);
      terms.Add(s, i + lanes, a1, b1);
      terms.Add(s, i + 2 * lanes, a2, b2);
      terms.Add(s, i + 3 * lanes, a3, b3);
    }
    for (; i + lanes <= n; i += lanes) terms.Add(s, i, a0, b0);
    if (i < n) terms.AddTail(s, i, static_cast<size_t>(n - i), a1, b1);
  }
  const V a = hn::Add(hn::Add(a0, a1), hn::Add(a2, a3));
  const V b = hn::Add(hn::Add(b0, b1), hn::Add(b2, b3));
  *first += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, a)));
  *second += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, b)));
}

// TwoSums in blocks of about kNormBlock elements, each added in float64. make(segment, i) returns the terms that
// start there.
template <class D, class Make>
HWY_INLINE void TwoLongSums(D d, int64_t segments, int64_t n, const Make& make, double* first,
                            double* second) {
  if (n > kNormBlock) {
    for (int64_t s = 0; s < segments; ++s) {
      for (int64_t i = 0; i < n; i += kNormBlock) {
        TwoSums(d, 1, std::min(kNormBlock, n - i), make(s, i), first, second);
      }
    }
    return;
  }
  const int64_t some = kNormBlock / std::max<int64_t>(n, 1);
  for (int64_t s = 0; s < segments; s += some) {
    TwoSums(d, std::min(some, segments - s), n, make(s, 0), first, second);
  }
}

template <class D, class S>
struct PlainTerms {
  D d;
  const S* x;
  int64_t stride;
  template <class V>
  HWY_INLINE void Add(int64_t s, int64_t i, V& a, V&) const {
    a = hn::Add(a, LoadAs(d, x + s * stride + i));
  }
  template <class V>
  HWY_INLINE void AddTail(int64_t s, int64_t i, size_t rest, V& a, V&) const {
    const V v = LoadTailAs(d, x + s * stride + i, rest);
    a = hn::Add(a, hn::IfThenElseZero(hn::FirstN(d, rest), v));
  }
};

// x - center, and its square.
template <class D, class S>
struct CenteredTerms {
  D d;
  const S* x;
  int64_t stride;
  hn::Vec<D> center;
  template <class V>
  HWY_INLINE void Add(int64_t s, int64_t i, V& a, V& b) const {
    const V v = hn::Sub(LoadAs(d, x + s * stride + i), center);
    a = hn::Add(a, v);
    b = hn::MulAdd(v, v, b);
  }
  template <class V>
  HWY_INLINE void AddTail(int64_t s, int64_t i, size_t rest, V& a, V& b) const {
    const V all = hn::Sub(LoadTailAs(d, x + s * stride + i, rest), center);
    const V v = hn::IfThenElseZero(hn::FirstN(d, rest), all);
    a = hn::Add(a, v);
    b = hn::MulAdd(v, v, b);
  }
};

// dy, and dy (x - center).
template <class D, class S>
struct GradientTerms {
  D d;
  const S* x;
  const S* dy;
  int64_t stride;
  hn::Vec<D> center;
  template <class V>
  HWY_INLINE void Add(int64_t s, int64_t i, V& a, V& b) const {
    const V g = LoadAs(d, dy + s * stride + i);
    a = hn::Add(a, g);
    b = hn::MulAdd(g, hn::Sub(LoadAs(d, x + s * stride + i), center), b);
  }
  template <class V>
  HWY_INLINE void AddTail(int64_t s, int64_t i, size_t rest, V& a, V& b) const {
    const auto used = hn::FirstN(d, rest);
    const V g = hn::IfThenElseZero(used, LoadTailAs(d, dy + s * stride + i, rest));
    const V v = hn::Sub(LoadTailAs(d, x + s * stride + i, rest), center);
    a = hn::Add(a, g);
    b = hn::MulAdd(g, hn::IfThenElseZero(used, v), b);
  }
};

// The number of elements, their mean, and the sum of squared differences from it.
struct Moments {
  double count = 0;
  double mean = 0;
  double squares = 0;

  // Joins two sets (Chan et al. 1983).
  void Add(const Moments& other) {
    if (other.count == 0) return;
    const double total = count + other.count;
    const double delta = other.mean - mean;
    const double between = count == 0 ? 0 : delta * delta * count * (other.count / total);
    mean = mean * (count / total) + other.mean * (other.count / total);
    squares += other.squares + between;
    count = total;
  }

  // From sums of differences from `center`, and of their squares.
  static Moments Around(double count, double center, double sum, double sumOfSquares) {
    const double shift = sum / count;
    return {count, std::isfinite(center) ? center + shift : center,
            sumOfSquares - (count > 1 ? sum * shift : sumOfSquares)};
  }
};

// The moments of at most kNormBlock elements in two passes: the mean, then squared differences from it.
template <class D, class S>
HWY_INLINE Moments BlockMoments(D d, const S* x, int64_t stride, int64_t segments, int64_t n) {
  using T = hn::TFromD<D>;
  const double count = static_cast<double>(segments * n);
  double sum = 0, shift = 0, squares = 0, unused = 0;
  TwoSums(d, segments, n, PlainTerms<D, S>{d, x, stride}, &sum, &unused);
  const T center = static_cast<T>(sum / count);
  TwoSums(d, segments, n, CenteredTerms<D, S>{d, x, stride, hn::Set(d, center)}, &shift, &squares);
  return Moments::Around(count, static_cast<double>(center), shift, squares);
}

// The moments of `segments` runs of n elements, `stride` apart.
template <class D, class S>
HWY_INLINE Moments RunMoments(D d, const S* x, int64_t stride, int64_t segments, int64_t n) {
  Moments all;
  if (n > kNormBlock) {
    for (int64_t s = 0; s < segments; ++s) {
      for (int64_t i = 0; i < n; i += kNormBlock) {
        all.Add(BlockMoments(d, x + s * stride + i, 0, 1, std::min(kNormBlock, n - i)));
      }
    }
    return all;
  }
  if (n == 0) return all;
  const int64_t some = kNormBlock / n;
  for (int64_t s = 0; s < segments; s += some) {
    all.Add(BlockMoments(d, x + s * stride, stride, std::min(some, segments - s), n));
  }
  return all;
}

// Calls full(i) for each vector of n elements and tail(i, rest) for the last ones.
template <class D, class Full, class Tail>
HWY_INLINE void EachVector(D d, int64_t n, const Full& full, const Tail& tail) {
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) full(i);
  if (i < n) tail(i, static_cast<size_t>(n - i));
}

// sum += row, n elements.
template <class D, class S>
HWY_INLINE void AddRow(D d, const S* row, int64_t n, hn::TFromD<D>* sum) {
  EachVector(
      d, n,
      [&](int64_t i)
          HWY_ATTR { hn::StoreU(hn::Add(hn::LoadU(d, sum + i), LoadAs(d, row + i)), d, sum + i); },
      [&](int64_t i, size_t rest) HWY_ATTR {
        const auto v = hn::Add(LoadTail(d, sum + i, rest), LoadTailAs(d, row + i, rest));
        StoreTail(d, v, sum + i, rest);
      });
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif
