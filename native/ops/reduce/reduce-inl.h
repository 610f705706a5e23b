// The loops of every reduction (outer, n, inner) -> (outer, inner). Summation is pairwise: the two halves of the
// elements are reduced separately and then combined, so that rounding errors grow with log n. The partition depends
// only on the sizes, so results are the same on any number of threads.
//
// Elements are stored as S and reduced as T, which is wider for halves and for sums of integers. Each is converted
// while it is loaded, and the result is rounded once to the type of `out`.
//
// A reduction F has: Start<T>(), the result for no elements; Load(d, v), applied to each element; Combine(d, a, b);
// Finish(r, n), applied to the result over n elements; and Merge, the reduction that combines partial results.
#if defined(BLASGRAD_REDUCE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BLASGRAD_REDUCE_INL_H
#undef BLASGRAD_REDUCE_INL_H
#else
#define BLASGRAD_REDUCE_INL_H
#endif

#include <algorithm>
#include <limits>

#include "ops/reduce/reduce.h"
#include "simd/half-inl.h"
#include "simd/loops-inl.h"
#include "simd/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {

// Loads elements stored as S in the type of D: halves become float32, integers int64.
template <class D, class V>
HWY_INLINE hn::Vec<D> PromoteInteger(D d, V v) {
  if constexpr (sizeof(hn::TFromV<V>) == 1) {  // Highway cannot convert from 1 byte to 8 directly
    const hn::Rebind<int32_t, D> middle;
    return hn::PromoteTo(d, hn::PromoteTo(middle, v));
  } else {
    return hn::PromoteTo(d, v);
  }
}
template <class D, class S>
inline constexpr bool kPromotes = std::is_integral_v<S> && sizeof(S) < sizeof(hn::TFromD<D>);

template <class D, class S>
HWY_INLINE hn::Vec<D> LoadWide(D d, const S* p) {
  if constexpr (kPromotes<D, S>) {
    const hn::Rebind<S, D> ds;
    return PromoteInteger(d, hn::LoadU(ds, p));
  } else {
    return LoadAs(d, p);
  }
}
template <class D, class S>
HWY_INLINE hn::Vec<D> LoadWideTail(D d, const S* p, size_t n) {
  if constexpr (kPromotes<D, S>) {
    const hn::Rebind<S, D> ds;
    return PromoteInteger(d, LoadTail(ds, p, n));
  } else {
    return LoadTailAs(d, p, n);
  }
}

// out[i] = x[i] for i < n, rounded to the type of out.
template <class T, class S>
void StoreRounded(const T* HWY_RESTRICT x, size_t n, S* HWY_RESTRICT out) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) StoreAs(d, hn::LoadU(d, x + i), out + i);
  if (i < n) StoreTailAs(d, LoadTail(d, x + i, n - i), out + i, n - i);
}

// Defaults that reductions share.
struct PlainReduction {
  template <class D, class V>
  static HWY_INLINE V Load(D, V v) {
    return v;
  }
  template <class T>
  static T Finish(T r, int64_t) {
    return r;
  }
};

struct Sum : PlainReduction {
  using Merge = Sum;
  template <class T>
  static constexpr T Start() {
    return 0;
  }
  template <class D, class V>
  static HWY_INLINE V Combine(D, V a, V b) {
    return hn::Add(a, b);
  }
};

struct Product : PlainReduction {
  using Merge = Product;
  template <class T>
  static constexpr T Start() {
    return 1;
  }
  template <class D, class V>
  static HWY_INLINE V Combine(D, V a, V b) {
    return hn::Mul(a, b);
  }
};

// The largest element, or NaN if there is one.
struct Largest : PlainReduction {
  using Merge = Largest;
  template <class T>
  static constexpr T Start() {
    using Limits = std::numeric_limits<T>;
    return Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
  }
  template <class D, class V>
  static HWY_INLINE V Combine(D d, V a, V b) {
    return vm::Maximum(d, a, b);
  }
};

struct Smallest : PlainReduction {
  using Merge = Smallest;
  template <class T>
  static constexpr T Start() {
    using Limits = std::numeric_limits<T>;
    return Limits::has_infinity ? Limits::infinity() : Limits::max();
  }
  template <class D, class V>
  static HWY_INLINE V Combine(D d, V a, V b) {
    return vm::Minimum(d, a, b);
  }
};

template <class F, class T>
HWY_INLINE T CombineTwo(T a, T b) {
  const hn::CappedTag<T, 1> d;
  return hn::GetLane(F::Combine(d, hn::Set(d, a), hn::Set(d, b)));
}

template <class F, class D, class V>
HWY_INLINE hn::TFromD<D> CombineLanes([[maybe_unused]] D d, V v) {
#if HWY_TARGET == HWY_SCALAR
  return hn::GetLane(v);
#else
  if constexpr (hn::MaxLanes(D()) == 1) {
    return hn::GetLane(v);
  } else {
    const hn::Half<D> half;
    return CombineLanes<F>(half, F::Combine(half, hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  }
#endif
}

// Reduces n contiguous elements in one loop, lane by lane.
template <class F, class D, class S>
HWY_INLINE hn::Vec<D> ReduceRun(D d, const S* HWY_RESTRICT x, size_t n) {
  const size_t lanes = hn::Lanes(d);
  const auto start = hn::Set(d, F::template Start<hn::TFromD<D>>());
  auto a = start, b = start, c = start, e = start;
  size_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    a = F::Combine(d, a, F::Load(d, LoadWide(d, x + i)));
    b = F::Combine(d, b, F::Load(d, LoadWide(d, x + i + lanes)));
    c = F::Combine(d, c, F::Load(d, LoadWide(d, x + i + 2 * lanes)));
    e = F::Combine(d, e, F::Load(d, LoadWide(d, x + i + 3 * lanes)));
  }
  for (; i + lanes <= n; i += lanes) a = F::Combine(d, a, F::Load(d, LoadWide(d, x + i)));
  if (i < n) {
    const auto tail = F::Load(d, LoadWideTail(d, x + i, n - i));
    b = F::Combine(d, b, hn::IfThenElse(hn::FirstN(d, n - i), tail, start));
  }
  return F::Combine(d, F::Combine(d, a, b), F::Combine(d, c, e));
}

// Reduces many contiguous elements: runs of 32 vectors, combined pairwise with a stack of partial results, like the
// carries of a binary counter. The loop reads 4 MB in 43 to 53 us; a recursive version, with gaps between its runs,
// took 57.
template <class F, class T, class S>
HWY_NOINLINE T ReduceLong(const S* x, size_t n) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  const size_t run = 32 * lanes;
  constexpr size_t kDepth = 64;
  HWY_ALIGN T stack[kDepth * hn::MaxLanes(hn::ScalableTag<T>())];
  size_t depth = 0;
  const auto pop = [&](auto v) HWY_ATTR {
    --depth;
    return F::Combine(d, hn::Load(d, stack + depth * lanes), v);
  };
  const size_t runs = n / run;
  for (size_t k = 0; k < runs; ++k) {
    auto v = ReduceRun<F>(d, x + k * run, run);
    for (size_t carry = k; carry % 2 == 1; carry /= 2) v = pop(v);
    hn::Store(v, d, stack + depth * lanes);
    ++depth;
  }
  auto v = ReduceRun<F>(d, x + runs * run, n - runs * run);
  while (depth > 0) v = pop(v);
  return CombineLanes<F>(d, v);
}

// Reduces n contiguous elements.
template <class F, class T, class S>
T ReduceRow(const S* x, int64_t n) {
  const hn::ScalableTag<T> d;
  const size_t count = static_cast<size_t>(n);
  if (count > 64 * hn::Lanes(d)) return ReduceLong<F, T>(x, count);
  return CombineLanes<F>(d, ReduceRun<F>(d, x, count));
}

// out[j] = out[j] combined with eight rows, or with one.
template <class F, bool kEight, class D, class S, class Load>
HWY_INLINE hn::Vec<D> CombineRows(D d, hn::Vec<D> so, const S* x, int64_t stride,
                                  const Load& load) {
  const auto row = [&](int64_t i) HWY_ATTR { return F::Load(d, load(x + i * stride)); };
  if constexpr (kEight) {
    const auto low = F::Combine(d, F::Combine(d, row(0), row(1)), F::Combine(d, row(2), row(3)));
    const auto high = F::Combine(d, F::Combine(d, row(4), row(5)), F::Combine(d, row(6), row(7)));
    return F::Combine(d, so, F::Combine(d, low, high));
  } else {
    return F::Combine(d, so, row(0));
  }
}

template <class F, bool kEight, class S, class T>
HWY_INLINE void AddRows(const S* HWY_RESTRICT x, int64_t stride, size_t width,
                        T* HWY_RESTRICT out) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  size_t j = 0;
  for (; j + lanes <= width; j += lanes) {
    const auto load = [d](const S* p) HWY_ATTR { return LoadWide(d, p); };
    hn::StoreU(CombineRows<F, kEight>(d, hn::LoadU(d, out + j), x + j, stride, load), d, out + j);
  }
  if (j < width) {
    const size_t rest = width - j;
    const auto load = [d, rest](const S* p) HWY_ATTR { return LoadWideTail(d, p, rest); };
    const auto so = LoadTail(d, out + j, rest);
    StoreTail(d, CombineRows<F, kEight>(d, so, x + j, stride, load), out + j, rest);
  }
}

// out[j] = reduction of x[i * stride + j] over i < n, for j < width <= kPanel.
template <class F, class S, class T>
void ReduceColumns(const S* x, int64_t n, int64_t stride, int64_t width, T* out) {
  constexpr int64_t kRun = 64;
  const size_t columns = static_cast<size_t>(width);
  if (n > kRun) {
    const int64_t half = (n / 2 + kRun - 1) / kRun * kRun;
    HWY_ALIGN T second[kPanel];
    ReduceColumns<F>(x, half, stride, width, out);
    ReduceColumns<F>(x + half * stride, n - half, stride, width, second);
    AddRows<typename F::Merge, false>(second, 0, columns, out);
    return;
  }
  std::fill_n(out, width, F::template Start<T>());
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) AddRows<F, true>(x + i * stride, stride, columns, out);
  for (; i < n; ++i) AddRows<F, false>(x + i * stride, stride, columns, out);
}

// x (outer, n, inner) -> out (outer, inner); `partial` is scratch memory of ReduceScratch bytes.
template <class F, class S, class T, class Out>
void Reduce(Threads* threads, const S* x, int64_t outer, int64_t n, int64_t inner, Out* out,
            T* partial) {
  if (outer == 0 || inner == 0) return;
  const ReduceSplit split(outer, n, inner);
  const int64_t panels = split.panels, items = split.items, widest = split.widest;
  // Rows [begin, end) of one panel.
  const auto rows = [=](int64_t item, int64_t begin, int64_t end, T* to) {
    const int64_t first = item % panels * kPanel;
    const S* from = x + (item / panels * n + begin) * inner + first;
    if (inner == 1) {
      *to = ReduceRow<F, T>(from, end - begin);
    } else {
      ReduceColumns<F>(from, end - begin, inner, std::min(widest, inner - first), to);
    }
  };
  // Calls reduce(to) for the results of one item, then finishes them and rounds them if they are wider than `out`.
  const auto write = [=](int64_t item, const auto& reduce) {
    Out* place = out + item / panels * inner + item % panels * kPanel;
    const int64_t width = std::min(widest, inner - item % panels * kPanel);
    const auto finished = [&](T* to) {
      reduce(to);
      for (int64_t j = 0; j < width; ++j) to[j] = F::Finish(to[j], n);
    };
    if constexpr (std::is_same_v<T, Out>) {
      finished(place);
    } else {
      T wide[kPanel];
      finished(wide);
      StoreRounded(wide, static_cast<size_t>(width), place);
    }
  };
  if (split.parts == 1) {
    const int64_t grain = std::max<int64_t>(kReduceGrain / std::max<int64_t>(n * widest, 1), 1);
    threads->For(items, grain, [&](int64_t begin, int64_t end) {
      for (int64_t item = begin; item < end; ++item) {
        write(item, [&](T* to) { rows(item, 0, n, to); });
      }
    });
    return;
  }
  // A few long reductions: split each into parts.
  const int64_t parts = split.parts;
  const int64_t length = (n + parts - 1) / parts;
  threads->For(items * parts, 1, [&](int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; ++k) {
      const int64_t from = std::min(k % parts * length, n);
      rows(k / parts, from, std::min(from + length, n), partial + k * widest);
    }
  });
  for (int64_t item = 0; item < items; ++item) {
    const int64_t width = std::min(widest, inner - item % panels * kPanel);
    write(item, [&](T* to) {
      ReduceColumns<typename F::Merge>(partial + item * parts * widest, parts, widest, width, to);
    });
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif
