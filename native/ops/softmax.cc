// Softmax, its logarithm and its normaliser over n of contiguous (outer, n, inner). A row of
// neighbouring elements (inner 1) is walked by vectors along it; otherwise each lane is a line.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/softmax.cc"
#include "hwy/foreach_target.h"
//
#include "ops/reduce-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

constexpr int64_t kLineGrain = 1 << 14;  // elements worth a thread

// How a vector is read and written: all lanes, or the first `count`.
template <class D, class T = hn::TFromD<D>>
struct Whole {
  D d;
  HWY_INLINE hn::Vec<D> Load(const T* p) const { return hn::LoadU(d, p); }
  HWY_INLINE void Store(hn::Vec<D> v, T* p) const { hn::StoreU(v, d, p); }
  HWY_INLINE hn::Vec<D> OrElse(hn::Vec<D> v, hn::Vec<D>) const { return v; }
};
template <class D, class T = hn::TFromD<D>>
struct First {
  D d;
  size_t count;
  HWY_INLINE hn::Vec<D> Load(const T* p) const { return LoadTail(d, p, count); }
  HWY_INLINE void Store(hn::Vec<D> v, T* p) const { StoreTail(d, v, p, count); }
  // v with what the unused lanes hold replaced.
  HWY_INLINE hn::Vec<D> OrElse(hn::Vec<D> v, hn::Vec<D> other) const {
    return hn::IfThenElse(hn::FirstN(d, count), v, other);
  }
};

// One line of n neighbouring elements.
template <class D>
struct Along {
  D d;
  size_t n;
  template <class Visit>
  HWY_INLINE void Each(const Visit& visit) const {
    const size_t lanes = hn::Lanes(d);
    size_t i = 0;
    for (; i + lanes <= n; i += lanes) visit(i, Whole<D>{d});
    if (i < n) visit(i, First<D>{d, n - i});
  }
  template <class F, class V>
  HWY_INLINE V Across(V v) const {
    return hn::Set(d, CombineLanes<F>(d, v));
  }
};

// As many lines as a vector has lanes (or `access` uses), their elements `stride` apart.
template <class D, class Access>
struct Beside {
  D d;
  size_t n;
  size_t stride;
  Access access;
  template <class Visit>
  HWY_INLINE void Each(const Visit& visit) const {
    for (size_t i = 0; i < n; ++i) visit(i * stride, access);
  }
  template <class F, class V>
  HWY_INLINE V Across(V v) const {
    return v;
  }
};

template <class D, class Walk, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> Peak(D d, const Walk& walk, const T* x) {
  const auto lowest = hn::Neg(hn::Inf(d));
  auto peak = lowest;
  walk.Each([&](size_t i, auto at)
                HWY_ATTR { peak = vm::Maximum(d, peak, at.OrElse(at.Load(x + i), lowest)); });
  return walk.template Across<Largest>(peak);
}

// sum of exp(x - peak)
template <class D, class Walk, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> ExpSum(D d, const Walk& walk, const T* x, hn::Vec<D> peak) {
  auto sum = hn::Zero(d);
  walk.Each([&](size_t i, auto at) HWY_ATTR {
    const auto e = vm::Exp(d, hn::Sub(at.Load(x + i), peak));
    sum = hn::Add(sum, at.OrElse(e, hn::Zero(d)));
  });
  return walk.template Across<Sum>(sum);
}

// y = exp(x - max x) / sum of exp(x - max x)
struct Softmax {
  template <class D, class Walk, class T>
  static HWY_INLINE void Line(D d, const Walk& walk, const T* x, T* y) {
    const auto peak = Peak(d, walk, x);
    auto sum = hn::Zero(d);
    walk.Each([&](size_t i, auto at) HWY_ATTR {
      const auto e = vm::Exp(d, hn::Sub(at.Load(x + i), peak));
      at.Store(e, y + i);
      sum = hn::Add(sum, at.OrElse(e, hn::Zero(d)));
    });
    const auto scale = hn::Div(vm::Const(d, 1), walk.template Across<Sum>(sum));
    walk.Each([&](size_t i, auto at) HWY_ATTR { at.Store(hn::Mul(at.Load(y + i), scale), y + i); });
  }
};

// y = x - max x - log(sum of exp(x - max x))
struct LogSoftmax {
  template <class D, class Walk, class T>
  static HWY_INLINE void Line(D d, const Walk& walk, const T* x, T* y) {
    const auto peak = Peak(d, walk, x);
    const auto log = vm::Log(d, ExpSum(d, walk, x, peak));
    walk.Each([&](size_t i, auto at)
                  HWY_ATTR { at.Store(hn::Sub(hn::Sub(at.Load(x + i), peak), log), y + i); });
  }
};

// dx = y (dy - sum of dy y)
struct SoftmaxSlope {
  template <class D, class V>
  static HWY_INLINE V Term(D, V dy, V y) {
    return hn::Mul(dy, y);
  }
  template <class D, class V>
  static HWY_INLINE V Slope(D, V dy, V y, V sum) {
    return hn::Mul(y, hn::Sub(dy, sum));
  }
};

// dx = dy - exp(y) sum of dy
struct LogSoftmaxSlope {
  template <class D, class V>
  static HWY_INLINE V Term(D, V dy, V) {
    return dy;
  }
  template <class D, class V>
  static HWY_INLINE V Slope(D d, V dy, V y, V sum) {
    return hn::NegMulAdd(vm::Exp(d, y), sum, dy);
  }
};

template <class F>
struct Backward {
  template <class D, class Walk, class T>
  static HWY_INLINE void Line(D d, const Walk& walk, const T* dy, const T* y, T* dx) {
    auto sum = hn::Zero(d);
    walk.Each([&](size_t i, auto at) HWY_ATTR {
      sum = hn::Add(sum, at.OrElse(F::Term(d, at.Load(dy + i), at.Load(y + i)), hn::Zero(d)));
    });
    sum = walk.template Across<Sum>(sum);
    walk.Each([&](size_t i, auto at) HWY_ATTR {
      at.Store(F::Slope(d, at.Load(dy + i), at.Load(y + i), sum), dx + i);
    });
  }
};

// F::Line over all lines of buffers of the same (outer, n, inner).
template <class F, class T, class... Buffer>
void Lines(const Args& a, Buffer*... buffer) {
  const int64_t outer = a.size(0), n = a.size(1), inner = a.size(2);
  if (outer == 0 || n == 0 || inner == 0) return;
  const hn::ScalableTag<T> d;
  using D = hn::ScalableTag<T>;
  const size_t length = static_cast<size_t>(n);
  const int64_t lanes = inner == 1 ? 1 : static_cast<int64_t>(hn::Lanes(d));
  const int64_t groups = (inner + lanes - 1) / lanes;
  const int64_t grain = std::max<int64_t>(kLineGrain / (n * lanes), 1);
  a.threads->For(outer * groups, grain, [&](int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; ++k) {
      const int64_t first = k % groups * lanes;
      const int64_t base = k / groups * n * inner + first;
      const size_t step = static_cast<size_t>(inner);
      if (inner == 1) {
        F::Line(d, Along<D>{d, length}, buffer + base...);
      } else if (first + lanes <= inner) {
        F::Line(d, Beside<D, Whole<D>>{d, length, step, {d}}, buffer + base...);
      } else {
        const First<D> some = {d, static_cast<size_t>(inner - first)};
        F::Line(d, Beside<D, First<D>>{d, length, step, some}, buffer + base...);
      }
    }
  });
}

template <class F, class T>
void ForwardKernel(const Args& a) {
  Lines<F, T>(a, a.in<T>(0), a.out<T>(1));
}
template <class F, class T>
void BackwardKernel(const Args& a) {
  Lines<Backward<F>, T>(a, a.in<T>(0), a.in<T>(1), a.out<T>(2));
}

// x (outer, n, inner) -> y (outer, inner), y = log(sum of exp(x))
template <class T>
void LogSumExpKernel(const Args& a) {
  const int64_t outer = a.size(0), n = a.size(1), inner = a.size(2);
  if (outer == 0 || inner == 0) return;
  const hn::ScalableTag<T> d;
  using D = hn::ScalableTag<T>;
  const T* x = a.in<T>(0);
  T* y = a.out<T>(1);
  const size_t length = static_cast<size_t>(n);
  const int64_t lanes = inner == 1 ? 1 : static_cast<int64_t>(hn::Lanes(d));
  const int64_t groups = (inner + lanes - 1) / lanes;
  const auto line = [&](const auto& walk, const T* from) HWY_ATTR {
    const auto peak = Peak(d, walk, from);
    // An infinite peak is the result itself; x - peak would be NaN.
    const auto finite = hn::IfThenElse(hn::IsInf(peak), hn::Zero(d), peak);
    return hn::Add(finite, vm::Log(d, ExpSum(d, walk, from, finite)));
  };
  const int64_t grain = std::max<int64_t>(kLineGrain / (std::max<int64_t>(n, 1) * lanes), 1);
  a.threads->For(outer * groups, grain, [&](int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; ++k) {
      const int64_t first = k % groups * lanes;
      const T* from = x + k / groups * n * inner + first;
      T* to = y + k / groups * inner + first;
      const First<D> some = {d, static_cast<size_t>(std::min(lanes, inner - first))};
      if (inner == 1) {
        *to = hn::GetLane(line(Along<D>{d, length}, from));
      } else {
        const size_t step = static_cast<size_t>(inner);
        some.Store(line(Beside<D, First<D>>{d, length, step, some}, from), to);
      }
    }
  });
}

void Needs(const double* attr, int64_t* need) {
  need[0] = need[1] = Elements(attr[0], attr[1], attr[2]);
}
void BackwardNeeds(const double* attr, int64_t* need) {
  need[0] = need[1] = need[2] = Elements(attr[0], attr[1], attr[2]);
}
void LogSumExpNeeds(const double* attr, int64_t* need) {
  need[0] = Elements(attr[0], attr[1], attr[2]);
  need[1] = Elements(attr[0], attr[2]);
}

}  // namespace

std::vector<Op> SoftmaxRows() {
  const std::vector<Attr> sizes = {{"outer"}, {"n"}, {"inner"}};
  const std::vector<Operand> forward = {{"x"}, {"y", Access::write}};
  const std::vector<Operand> backward = {{"dy"}, {"y"}, {"dx", Access::write}};
  return {
      {"softmax",
       forward,
       sizes,
       Needs,
       {ForwardKernel<Softmax, float>, ForwardKernel<Softmax, double>}},
      {"softmaxBackward",
       backward,
       sizes,
       BackwardNeeds,
       {BackwardKernel<SoftmaxSlope, float>, BackwardKernel<SoftmaxSlope, double>}},
      {"logSoftmax",
       forward,
       sizes,
       Needs,
       {ForwardKernel<LogSoftmax, float>, ForwardKernel<LogSoftmax, double>}},
      {"logSoftmaxBackward",
       backward,
       sizes,
       BackwardNeeds,
       {BackwardKernel<LogSoftmaxSlope, float>, BackwardKernel<LogSoftmaxSlope, double>}},
      {"logsumexp",
       forward,
       sizes,
       LogSumExpNeeds,
       {LogSumExpKernel<float>, LogSumExpKernel<double>}},
  };
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "ops/family.h"

namespace blasgrad {
HWY_EXPORT(SoftmaxRows);
std::vector<Op> SoftmaxRows() { return HWY_DYNAMIC_DISPATCH(SoftmaxRows)(); }
}  // namespace blasgrad
#endif
