// Softmax, log-softmax and log-sum-exp over n of contiguous (outer, n, inner).
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/reduce/softmax.cc"
#include "hwy/foreach_target.h"
//
#include "ops/reduce/lines-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

template <class Lines, class S, class State = typename Lines::State>
HWY_INLINE void FindPeak(const Lines& lines, const S* x, State& peak) {
  const auto d = lines.d;
  const auto lowest = hn::Neg(hn::Inf(d));
  Fill(lines, peak, lowest);
  lines.Each([&](size_t i, auto at) HWY_ATTR {
    at.Set(peak, vm::Maximum(d, at.Get(peak), at.OrElse(at.Load(x + i), lowest)));
  });
  lines.template Join<Largest>(peak);
}

// The sum of term(i, at) over each line.
template <class Lines, class Term, class State = typename Lines::State>
HWY_INLINE void SumTerms(const Lines& lines, State& sum, const Term& term) {
  const auto d = lines.d;
  Fill(lines, sum, hn::Zero(d));
  lines.Each([&](size_t i, auto at) HWY_ATTR {
    at.Set(sum, hn::Add(at.Get(sum), at.OrElse(term(i, at), hn::Zero(d))));
  });
  lines.template Join<Sum>(sum);
}

// y = exp(x - max x) / sum of exp(x - max x). The exponentials are stored in y, or on the stack if y would round
// them, so that the result is rounded once. For long or interleaved lines of halves they are computed twice.
struct Softmax {
  static constexpr size_t kMostOnStack = 4096;

  template <class Lines, class S>
  static HWY_INLINE void Run(const Lines& lines, const S* x, S* y) {
    [[maybe_unused]] const auto d = lines.d;
    if constexpr (!kIsHalf<S>) {
      Compute(
          lines, x, y, [&](size_t i, auto at, auto e) HWY_ATTR { at.Store(e, y + i); },
          [&](size_t i, auto at, const auto&) HWY_ATTR { return at.Load(y + i); });
      return;
    } else if constexpr (Lines::kOneLine) {
      if (lines.n <= kMostOnStack) {
        HWY_ALIGN float exponentials[kMostOnStack];
        Compute(
            lines, x, y,
            [&](size_t i, auto, auto e) HWY_ATTR { hn::Store(e, d, exponentials + i); },
            [&](size_t i, auto, const auto&) HWY_ATTR { return hn::Load(d, exponentials + i); });
        return;
      }
    }
    if constexpr (kIsHalf<S>) {
      Compute(
          lines, x, y, [](size_t, auto, auto) HWY_ATTR {},
          [](size_t i, auto at, const auto& again) HWY_ATTR { return again(i, at); });
    }
  }

 private:
  template <class Lines, class S, class Store, class Exponentials>
  static HWY_INLINE void Compute(const Lines& lines, const S* x, S* y, const Store& store,
                                 const Exponentials& stored) {
    const auto d = lines.d;
    typename Lines::State peak, sum;
    FindPeak(lines, x, peak);
    const auto exponential = [&](size_t i, auto at) HWY_ATTR {
      return vm::ExpNonPositive(d, hn::Sub(at.Load(x + i), at.Get(peak)));
    };
    SumTerms(lines, sum, [&](size_t i, auto at) HWY_ATTR {
      const auto e = exponential(i, at);
      store(i, at, e);
      return e;
    });
    lines.EachState([&](auto at) HWY_ATTR { at.Set(sum, hn::Div(vm::Const(d, 1), at.Get(sum))); });
    lines.Each([&](size_t i, auto at)
                   HWY_ATTR { at.Store(hn::Mul(stored(i, at, exponential), at.Get(sum)), y + i); });
  }
};

// log(sum of exp(x - peak))
template <class Lines, class S, class State = typename Lines::State>
HWY_INLINE void LogOfSum(const Lines& lines, const S* x, const State& peak, State& log) {
  const auto d = lines.d;
  SumTerms(lines, log, [&](size_t i, auto at) HWY_ATTR {
    return vm::ExpNonPositive(d, hn::Sub(at.Load(x + i), at.Get(peak)));
  });
  lines.EachState([&](auto at) HWY_ATTR { at.Set(log, vm::Log(d, at.Get(log))); });
}

// y = x - max x - log(sum of exp(x - max x))
struct LogSoftmax {
  template <class Lines, class S>
  static HWY_INLINE void Run(const Lines& lines, const S* x, S* y) {
    typename Lines::State peak, log;
    FindPeak(lines, x, peak);
    LogOfSum(lines, x, peak, log);
    lines.Each([&](size_t i, auto at) HWY_ATTR {
      at.Store(hn::Sub(hn::Sub(at.Load(x + i), at.Get(peak)), at.Get(log)), y + i);
    });
  }
};

// dx = y (dy - sum of dy y)
struct SoftmaxDerivative {
  template <class D, class V>
  static HWY_INLINE V Term(D, V dy, V y) {
    return hn::Mul(dy, y);
  }
  template <class D, class V>
  static HWY_INLINE V Derivative(D, V dy, V y, V sum) {
    return hn::Mul(y, hn::Sub(dy, sum));
  }
};

// dx = dy - exp(y) sum of dy
struct LogSoftmaxDerivative {
  template <class D, class V>
  static HWY_INLINE V Term(D, V dy, V) {
    return dy;
  }
  template <class D, class V>
  static HWY_INLINE V Derivative(D d, V dy, V y, V sum) {
    return hn::NegMulAdd(vm::Exp(d, y), sum, dy);
  }
};

template <class F, class Lines, class S>
HWY_INLINE void Backward(const Lines& lines, const S* dy, const S* y, S* dx) {
  const auto d = lines.d;
  typename Lines::State sum;
  SumTerms(lines, sum,
           [&](size_t i, auto at) HWY_ATTR { return F::Term(d, at.Load(dy + i), at.Load(y + i)); });
  lines.Each([&](size_t i, auto at) HWY_ATTR {
    at.Store(F::Derivative(d, at.Load(dy + i), at.Load(y + i), at.Get(sum)), dx + i);
  });
}

// y = log(sum of exp(x)), one number a line
template <class Lines, class S>
HWY_INLINE void LogSumExp(const Lines& lines, const S* x, S* y) {
  typename Lines::State peak, log;
  FindPeak(lines, x, peak);
  LogOfSum(lines, x, peak, log);
  // An infinite maximum is the result itself; x - max x would be NaN.
  lines.EachState([&](auto at) HWY_ATTR {
    const auto top = at.Get(peak);
    at.Set(log, hn::IfThenElse(hn::IsInf(top), top, hn::Add(at.Get(log), top)));
  });
  lines.Write(log, y);
}

template <class F, class S>
void ForwardKernel(const Args& a) {
  if (a.size(1) == 0) return;
  EachLine<S>(a, [&](const auto& lines, int64_t start, int64_t) {
    F::Run(lines, a.in<S>(0) + start, a.out<S>(1) + start);
  });
}
template <class F, class S>
void BackwardKernel(const Args& a) {
  if (a.size(1) == 0) return;
  EachLine<S>(a, [&](const auto& lines, int64_t start, int64_t) {
    Backward<F>(lines, a.in<S>(0) + start, a.in<S>(1) + start, a.out<S>(2) + start);
  });
}
template <class S>
void LogSumExpKernel(const Args& a) {
  EachLine<S>(a, [&](const auto& lines, int64_t start, int64_t line) {
    LogSumExp(lines, a.in<S>(0) + start, a.out<S>(1) + line);
  });
}

template <class F>
Variants ForwardVariants() {
  return KernelsFor<kFloating>([]<DType kType>() { return ForwardKernel<F, CType<kType>>; });
}
template <class F>
Variants BackwardVariants() {
  return KernelsFor<kFloating>([]<DType kType>() { return BackwardKernel<F, CType<kType>>; });
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

std::vector<Op> SoftmaxOps() {
  const std::vector<Attr> sizes = {{"outer"}, {"n"}, {"inner"}};
  const std::vector<Operand> forward = {{"x"}, {"y", Access::write}};
  const std::vector<Operand> backward = {{"dy"}, {"y"}, {"dx", Access::write}};
  return {
      {"softmax", forward, sizes, Needs, ForwardVariants<Softmax>()},
      {"softmaxBackward", backward, sizes, BackwardNeeds, BackwardVariants<SoftmaxDerivative>()},
      {"logSoftmax", forward, sizes, Needs, ForwardVariants<LogSoftmax>()},
      {"logSoftmaxBackward", backward, sizes, BackwardNeeds,
       BackwardVariants<LogSoftmaxDerivative>()},
      {"logsumexp", forward, sizes, LogSumExpNeeds,
       KernelsFor<kFloating>([]<DType kType>() { return LogSumExpKernel<CType<kType>>; })},
  };
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "ops/family.h"

namespace blasgrad {
HWY_EXPORT(SoftmaxOps);
std::vector<Op> SoftmaxOps() { return HWY_DYNAMIC_DISPATCH(SoftmaxOps)(); }
}  // namespace blasgrad
#endif
