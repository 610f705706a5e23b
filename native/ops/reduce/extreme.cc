// Largest and smallest elements with their indices, over n of contiguous (outer, n, inner). Of equal elements the
// first is taken; NaN takes precedence over all numbers.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/reduce/extreme.cc"
#include "hwy/foreach_target.h"
//
#include "ops/reduce/reduce-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

// Whether `a` replaces the best element so far; true if either is NaN.
struct Above {
  using Reduction = Largest;
  template <class T>
  static HWY_INLINE bool Beats(T a, T best) {
    return !(a <= best);
  }
};
struct Below {
  using Reduction = Smallest;
  template <class T>
  static HWY_INLINE bool Beats(T a, T best) {
    return !(a >= best);
  }
};

// The first position of `value` in n contiguous elements that contain it; NaN matches NaN.
template <class S, class T>
int32_t PlaceOf(const S* x, int64_t n, T value) {
  const hn::ScalableTag<T> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const auto wanted = hn::Set(d, value);
  int64_t i = 0;
  if (value == value) {
    for (; i + lanes <= n; i += lanes) {
      const intptr_t at = hn::FindFirstTrue(d, hn::Eq(LoadAs(d, x + i), wanted));
      if (at >= 0) return static_cast<int32_t>(i + at);
    }
  }
  const auto found = [&](T v) { return v == value || (value != value && v != v); };
  while (i < n && !found(Widen(x[i]))) ++i;
  return static_cast<int32_t>(std::min(i, n - 1));
}

// The first `width` elements at x in the type used for comparison; `wide` holds them if that is another type.
template <class S, class T>
const T* WideRow(const S* x, int64_t width, T* wide) {
  if constexpr (std::is_same_v<S, T>) {
    return x;
  } else {
    const hn::ScalableTag<T> d;
    const size_t n = static_cast<size_t>(width), lanes = hn::Lanes(d);
    size_t i = 0;
    for (; i + lanes <= n; i += lanes) hn::StoreU(LoadAs(d, x + i), d, wide + i);
    if (i < n) StoreTail(d, LoadTailAs(d, x + i, n - i), wide + i, n - i);
    return wide;
  }
}

// values (outer, inner), may be null; indices (outer, inner) along n.
template <class F, class S>
void ExtremeKernel(const Args& a) {
  using T = ComputeOf<S>;
  const int64_t outer = a.size(0), n = a.size(1), inner = a.size(2);
  if (outer == 0 || inner == 0) return;
  if (n < 1 || n > std::numeric_limits<int32_t>::max()) {
    throw DataError("expected 1 to 2147483647 elements for n, got " + std::to_string(n));
  }
  const S* x = a.in<S>(0);
  S* values = a.out<S>(1);
  int32_t* indices = a.out<int32_t>(2);
  if (inner == 1) {
    a.threads->For(outer, std::max<int64_t>(kReduceGrain / n, 1), [&](int64_t begin, int64_t end) {
      for (int64_t k = begin; k < end; ++k) {
        const T value = ReduceRow<typename F::Reduction, T>(x + k * n, n);
        if (values != nullptr) values[k] = Narrow<S>::From(value);
        indices[k] = PlaceOf(x + k * n, n, value);
      }
    });
    return;
  }
  const int64_t panels = (inner + kPanel - 1) / kPanel;
  const int64_t grain = std::max<int64_t>(kReduceGrain / (n * std::min(inner, kPanel)), 1);
  a.threads->For(outer * panels, grain, [&](int64_t begin, int64_t end) {
    T best[kPanel], wide[kPanel];
    for (int64_t k = begin; k < end; ++k) {
      const int64_t first = k % panels * kPanel;
      const int64_t width = std::min(kPanel, inner - first);
      const S* from = x + k / panels * n * inner + first;
      int32_t* HWY_RESTRICT place = indices + k / panels * inner + first;
      std::copy_n(WideRow(from, width, wide), width, best);
      std::fill_n(place, width, 0);
      for (int64_t i = 1; i < n; ++i) {
        const T* HWY_RESTRICT row = WideRow(from + i * inner, width, wide);
        for (int64_t j = 0; j < width; ++j) {
          const bool wins = F::Beats(row[j], best[j]) && best[j] == best[j];
          best[j] = wins ? row[j] : best[j];
          place[j] = wins ? static_cast<int32_t>(i) : place[j];
        }
      }
      if (values != nullptr) {
        StoreRounded(best, static_cast<size_t>(width), values + k / panels * inner + first);
      }
    }
  });
}

void Needs(const double* attr, int64_t* need) {
  need[0] = Elements(attr[0], attr[1], attr[2]);
  need[1] = need[2] = Elements(attr[0], attr[2]);
}

template <class F>
Op ExtremeOp(const char* name) {
  return {name,
          {{"x"},
           {"values", Access::write, Element::first, true},
           {"indices", Access::write, Element::int32}},
          {{"outer"}, {"n"}, {"inner"}},
          Needs,
          KernelsFor<kAll>([]<DType kType>() { return ExtremeKernel<F, CType<kType>>; })};
}

}  // namespace

std::vector<Op> ExtremeOps() { return {ExtremeOp<Above>("max"), ExtremeOp<Below>("min")}; }

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "ops/family.h"

namespace blasgrad {
HWY_EXPORT(ExtremeOps);
std::vector<Op> ExtremeOps() { return HWY_DYNAMIC_DISPATCH(ExtremeOps)(); }
}  // namespace blasgrad
#endif
