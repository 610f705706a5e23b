// Gradients of rows with their own statistics and a weight for each element: layer and RMS norm.
#if defined(BLASGRAD_NORM_ROWS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BLASGRAD_NORM_ROWS_INL_H
#undef BLASGRAD_NORM_ROWS_INL_H
#else
#define BLASGRAD_NORM_ROWS_INL_H
#endif

#include <cmath>

#include "ops/nn/norm_gradients-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {

// The gradients of weight and bias of this many samples are added in the type of the arithmetic, and those of blocks
// in float64 in order, so that they do not depend on the number of threads.
inline constexpr int64_t kSamples = 64;

inline int64_t SampleBlocks(int64_t batch) { return (batch + kSamples - 1) / kSamples; }

// g = dy, or dy weight; g, and g (x - center).
template <class D, class S>
struct RowTerms {
  D d;
  const S* x;
  const S* dy;
  const S* weight;
  hn::Vec<D> center;
  template <class V>
  HWY_INLINE void Add(int64_t, int64_t i, V& a, V& b) const {
    const V g = hn::Mul(LoadAs(d, dy + i), LoadAs(d, weight + i));
    a = hn::Add(a, g);
    b = hn::MulAdd(g, hn::Sub(LoadAs(d, x + i), center), b);
  }
  template <class V>
  HWY_INLINE void AddTail(int64_t, int64_t i, size_t rest, V& a, V& b) const {
    const auto used = hn::FirstN(d, rest);
    const V product = hn::Mul(LoadTailAs(d, dy + i, rest), LoadTailAs(d, weight + i, rest));
    const V g = hn::IfThenElseZero(used, product);
    const V v = hn::Sub(LoadTailAs(d, x + i, rest), center);
    a = hn::Add(a, g);
    b = hn::MulAdd(g, hn::IfThenElseZero(used, v), b);
  }
};

template <class S>
struct RowGradients : Gradients<S> {
  using typename Gradients<S>::T;
  using typename Gradients<S>::V;
  using typename Gradients<S>::D;
  using typename Gradients<S>::Line;
  using Gradients<S>::Gradients;
  using Gradients<S>::a, Gradients<S>::shape, Gradients<S>::d, Gradients<S>::x, Gradients<S>::dy,
      Gradients<S>::weight, Gradients<S>::rstd, Gradients<S>::dx, Gradients<S>::dWeight,
      Gradients<S>::dBias;
  using Gradients<S>::CenterOf, Gradients<S>::GrainOf, Gradients<S>::LineOf,
      Gradients<S>::NeedsWeights, Gradients<S>::SetWeights;

  // One row with its own statistics and a weight for each element: dx, and the row's part of both sums.
  HWY_INLINE void Row(int64_t r, T* weightSum, T* biasSum) const {
    const int64_t n = shape.channels, at = r * n, offset = r % shape.groups * n;
    const S* w = weight == nullptr ? nullptr : weight + offset;
    const V m = hn::Set(d, CenterOf(r));
    if (dx != nullptr) {
      double sum = 0, product = 0;
      for (int64_t i = 0; i < n; i += kNormBlock) {
        const int64_t some = std::min(kNormBlock, n - i);
        if (w == nullptr) {
          TwoSums(d, 1, some, GradientTerms<D, S>{d, x + at + i, dy + at + i, 0, m}, &sum,
                  &product);
        } else {
          TwoSums(d, 1, some, RowTerms<D, S>{d, x + at + i, dy + at + i, w + i, m}, &sum, &product);
        }
      }
      const Line line = LineOf(r, static_cast<double>(n), sum, product);
      const V k = hn::Set(d, line.k), p = hn::Set(d, line.p), q = hn::Set(d, line.q);
      const auto of = [=](auto g, auto v)
                          HWY_ATTR { return hn::NegMulAdd(q, hn::Sub(v, m), hn::MulSub(k, g, p)); };
      if (w == nullptr) {
        MapVectors<false>(a, n, dx + at, of, dy + at, x + at);
      } else {
        MapVectors<false>(
            a, n, dx + at, [=](auto g, auto v, auto s) HWY_ATTR { return of(hn::Mul(g, s), v); },
            dy + at, x + at, w);
      }
    }
    if (biasSum != nullptr) AddRow(d, dy + at, n, biasSum + offset);
    if (weightSum != nullptr) AddProducts(r, weightSum + offset);
  }

  // sum += dy (x - center) rstd of one row.
  HWY_INLINE void AddProducts(int64_t r, T* sum) const {
    const int64_t n = shape.channels;
    const S* from = x + r * n;
    const S* g = dy + r * n;
    const V m = hn::Set(d, CenterOf(r)), k = hn::Set(d, static_cast<T>(rstd[r]));
    EachVector(
        d, n,
        [&](int64_t i) HWY_ATTR {
          const V v = hn::Mul(hn::Sub(LoadAs(d, from + i), m), k);
          hn::StoreU(hn::MulAdd(LoadAs(d, g + i), v, hn::LoadU(d, sum + i)), d, sum + i);
        },
        [&](int64_t i, size_t rest) HWY_ATTR {
          const V v = hn::Mul(hn::Sub(LoadTailAs(d, from + i, rest), m), k);
          const V all = hn::MulAdd(LoadTailAs(d, g + i, rest), v, LoadTail(d, sum + i, rest));
          StoreTail(d, all, sum + i, rest);
        });
  }

  // Scratch: the sums of weight and bias for each block of samples.
  void Run() const {
    const int64_t weights = shape.weights(), blocks = SampleBlocks(shape.batch);
    T* all = NeedsWeights() ? a.template shared<T>() : nullptr;
    a.threads->For(blocks, GrainOf(kSamples * weights), [&](int64_t begin, int64_t end) {
      for (int64_t block = begin; block < end; ++block) {
        T* own = all == nullptr ? nullptr : all + 2 * block * weights;
        if (own != nullptr) std::fill_n(own, 2 * weights, T{0});
        const int64_t first = block * kSamples;
        const int64_t last = std::min(first + kSamples, shape.batch);
        for (int64_t r = first * shape.groups; r < last * shape.groups; ++r) {
          Row(r, dWeight == nullptr ? nullptr : own, dBias == nullptr ? nullptr : own + weights);
        }
      }
    });
    if (all == nullptr) return;
    a.threads->For(weights, GrainOf(2 * blocks), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        double weightSum = 0, biasSum = 0;
        for (int64_t block = 0; block < blocks; ++block) {
          weightSum += static_cast<double>(all[2 * block * weights + i]);
          biasSum += static_cast<double>(all[(2 * block + 1) * weights + i]);
        }
        SetWeights(i, weightSum, biasSum);
      }
    });
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif
