// Loops for ops that need all n numbers of a line to compute each of them, such as softmax, over contiguous (outer,
// n, inner). Elements are stored as S; vectors and states use the type of the arithmetic.
#if defined(BLASGRAD_LINES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BLASGRAD_LINES_INL_H
#undef BLASGRAD_LINES_INL_H
#else
#define BLASGRAD_LINES_INL_H
#endif

#include "ops/reduce/reduce-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {

inline constexpr int64_t kLineGrain = 1 << 14;  // minimum per thread

// Two ways to iterate over lines, with one interface: Each(visit) calls visit(i, at) for every vector of elements;
// i is its offset from the start, and `at` reads and writes it. A State holds one number for each line; at.Get and
// at.Set access the numbers of the vector's lines.

// One line of n contiguous elements. Its State is a vector, whose lanes are equal in the end.
template <class D, class S>
struct Along {
  static constexpr bool kOneLine = true;
  using V = hn::Vec<D>;
  struct State {
    V v;
  };
  struct Whole {
    D d;
    HWY_INLINE V Load(const S* p) const { return LoadAs(d, p); }
    HWY_INLINE void Store(V v, S* p) const { StoreAs(d, v, p); }
    HWY_INLINE V OrElse(V v, V) const { return v; }
    HWY_INLINE V Get(const State& s) const { return s.v; }
    HWY_INLINE void Set(State& s, V v) const { s.v = v; }
  };
  struct First : Whole {
    size_t count;
    HWY_INLINE V Load(const S* p) const { return LoadTailAs(this->d, p, count); }
    HWY_INLINE void Store(V v, S* p) const { StoreTailAs(this->d, v, p, count); }
    // v, with the unused lanes replaced.
    HWY_INLINE V OrElse(V v, V other) const {
      return hn::IfThenElse(hn::FirstN(this->d, count), v, other);
    }
  };

  D d;
  size_t n;

  template <class Visit>
  HWY_INLINE void Each(const Visit& visit) const {
    const size_t lanes = hn::Lanes(d);
    size_t i = 0;
    for (; i + lanes <= n; i += lanes) visit(i, Whole{d});
    if (i < n) visit(i, First{{d}, n - i});
  }
  template <class Visit>
  HWY_INLINE void EachState(const Visit& visit) const {
    visit(Whole{d});
  }
  template <class F>
  HWY_INLINE void Join(State& s) const {
    s.v = hn::Set(d, CombineLanes<F>(d, s.v));
  }
  HWY_INLINE void Write(const State& s, S* to) const { *to = Narrow<S>::From(hn::GetLane(s.v)); }
};

// `width` adjacent lines, at most kPanel, with elements `stride` apart.
template <class D, class S>
struct Beside {
  static constexpr bool kOneLine = false;
  using T = hn::TFromD<D>;
  using V = hn::Vec<D>;
  struct State {
    HWY_ALIGN T v[kPanel];
  };
  struct Whole {
    D d;
    size_t j;
    HWY_INLINE V Load(const S* p) const { return LoadAs(d, p); }
    HWY_INLINE void Store(V v, S* p) const { StoreAs(d, v, p); }
    HWY_INLINE V OrElse(V v, V) const { return v; }
    HWY_INLINE V Get(const State& s) const { return hn::LoadU(d, s.v + j); }
    HWY_INLINE void Set(State& s, V v) const { hn::StoreU(v, d, s.v + j); }
  };
  struct First : Whole {
    size_t count;
    HWY_INLINE V Load(const S* p) const { return LoadTailAs(this->d, p, count); }
    HWY_INLINE void Store(V v, S* p) const { StoreTailAs(this->d, v, p, count); }
  };

  D d;
  size_t n;
  size_t stride;
  size_t width;

  template <class Visit>
  HWY_INLINE void Each(const Visit& visit) const {
    const size_t lanes = hn::Lanes(d);
    for (size_t i = 0; i < n; ++i) {
      size_t j = 0;
      for (; j + lanes <= width; j += lanes) visit(i * stride + j, Whole{d, j});
      if (j < width) visit(i * stride + j, First{{d, j}, width - j});
    }
  }
  template <class Visit>
  HWY_INLINE void EachState(const Visit& visit) const {
    for (size_t j = 0; j < width; j += hn::Lanes(d)) visit(Whole{d, j});
  }
  template <class F>
  HWY_INLINE void Join(State&) const {}
  HWY_INLINE void Write(const State& s, S* to) const { StoreRounded(s.v, width, to); }
};

template <class Lines, class State = typename Lines::State>
HWY_INLINE void Fill(const Lines& lines, State& state, typename Lines::V v) {
  lines.EachState([&](auto at) HWY_ATTR { at.Set(state, v); });
}

// Calls run(lines, start, line) for all lines. `start` is the offset of their first elements, `line` the number of
// the first one.
template <class S, class Run>
void EachLine(const Args& a, const Run& run) {
  const int64_t outer = a.size(0), n = a.size(1), inner = a.size(2);
  if (outer == 0 || inner == 0) return;
  using D = hn::ScalableTag<ComputeOf<S>>;
  const D d;
  const int64_t panels = (inner + kPanel - 1) / kPanel;
  const int64_t elements = std::max<int64_t>(n * std::min(inner, kPanel), 1);
  const int64_t grain = std::max<int64_t>(kLineGrain / elements, 1);
  a.threads->For(outer * panels, grain, [&](int64_t begin, int64_t end) {
    const size_t length = static_cast<size_t>(n);
    if (inner == 1) {
      for (int64_t k = begin; k < end; ++k) run(Along<D, S>{d, length}, k * n, k);
      return;
    }
    for (int64_t k = begin; k < end; ++k) {
      const int64_t first = k % panels * kPanel;
      const size_t width = static_cast<size_t>(std::min(kPanel, inner - first));
      run(Beside<D, S>{d, length, static_cast<size_t>(inner), width},
          k / panels * n * inner + first, k / panels * inner + first);
    }
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif
