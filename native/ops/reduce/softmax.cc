// Softmax, its logarithm and its normaliser over n of contiguous (outer, n, inner).
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/reduce/softmax.cc"
#include "hwy/foreach_target.h"
//
#include "ops/reduce/lines-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

template <class Walk, class S, class State = typename Walk::State>
HWY_INLINE void FindPeak(const Walk& walk, const S* x, State& peak) {
  const auto d = walk.d;
  const auto lowest = hn::Neg(hn::Inf(d));
  Fill(walk, peak, lowest);
  walk.Each([&](size_t i, auto at) HWY_ATTR {
    at.Set(peak, vm::Maximum(d, at.Get(peak), at.OrElse(at.Load(x + i), lowest)));
  });
  walk.template Join<Largest>(peak);
}

// The sum of term(i, at) over each line.
template <class Walk, class Term, class State = typename Walk::State>
HWY_INLINE void SumTerms(const Walk& walk, State& sum, const Term& term) {
  const auto d = walk.d;
  Fill(walk, sum, hn::Zero(d));
  walk.Each([&](size_t i, auto at) HWY_ATTR {
    at.Set(sum, hn::Add(at.Get(sum), at.OrElse(term(i, at), hn::Zero(d))));
  });
  walk.template Join<Sum>(sum);
}

// y = exp(x - max x) / sum of exp(x - max x). The exponentials are kept in y, or on the stack where y would round them:
// the result is rounded once. Those of long or interleaved lines of halves are computed twice.
struct Softmax {
  static constexpr size_t kMostKept = 4096;

  template <class Walk, class S>
  static HWY_INLINE void Run(const Walk& walk, const S* x, S* y) {
    [[maybe_unused]] const auto d = walk.d;
    if constexpr (!kIsHalf<S>) {
      Compute(
          walk, x, y, [&](size_t i, auto at, auto e) HWY_ATTR { at.Store(e, y + i); },
          [&](size_t i, auto at, const auto&) HWY_ATTR { return at.Load(y + i); });
      return;
    } else if constexpr (Walk::kOneLine) {
      if (walk.n <= kMostKept) {
        HWY_ALIGN float kept[kMostKept];
        Compute(
            walk, x, y, [&](size_t i, auto, auto e) HWY_ATTR { hn::Store(e, d, kept + i); },
            [&](size_t i, auto, const auto&) HWY_ATTR { return hn::Load(d, kept + i); });
        return;
      }
    }
    if constexpr (kIsHalf<S>) {
      Compute(
          walk, x, y, [](size_t, auto, auto) HWY_ATTR {},
          [](size_t i, auto at, const auto& again) HWY_ATTR { return again(i, at); });
    }
  }

 private:
  template <class Walk, class S, class Keep, class Kept>
  static HWY_INLINE void Compute(const Walk& walk, const S* x, S* y, const Keep& keep,
                                 const Kept& kept) {
    const auto d = walk.d;
    typename Walk::State peak, sum;
    FindPeak(walk, x, peak);
    const auto exponential = [&](size_t i, auto at) HWY_ATTR {
      return vm::ExpNonPositive(d, hn::Sub(at.Load(x + i), at.Get(peak)));
    };
    SumTerms(walk, sum, [&](size_t i, auto at) HWY_ATTR {
      const auto e = exponential(i, at);
      keep(i, at, e);
      return e;
    });
    walk.EachState([&](auto at) HWY_ATTR { at.Set(sum, hn::Div(vm::Const(d, 1), at.Get(sum))); });
    walk.Each([&](size_t i, auto at)
                  HWY_ATTR { at.Store(hn::Mul(kept(i, at, exponential), at.Get(sum)), y + i); });
  }
};

// log(sum of exp(x - peak))
template <class Walk, class S, class State = typename Walk::State>
HWY_INLINE void LogOfSum(const Walk& walk, const S* x, const State& peak, State& log) {
  const auto d = walk.d;
  SumTerms(walk, log, [&](size_t i, auto at) HWY_ATTR {
    return vm::ExpNonPositive(d, hn::Sub(at.Load(x + i), at.Get(peak)));
  });
  walk.EachState([&](auto at) HWY_ATTR { at.Set(log, vm::Log(d, at.Get(log))); });
}

// y = x - max x - log(sum of exp(x - max x))
struct LogSoftmax {
  template <class Walk, class S>
  static HWY_INLINE void Run(const Walk& walk, const S* x, S* y) {
    typename Walk::State peak, log;
    FindPeak(walk, x, peak);
    LogOfSum(walk, x, peak, log);
    walk.Each([&](size_t i, auto at) HWY_ATTR {
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

template <class F, class Walk, class S>
HWY_INLINE void Backward(const Walk& walk, const S* dy, const S* y, S* dx) {
  const auto d = walk.d;
  typename Walk::State sum;
  SumTerms(walk, sum,
           [&](size_t i, auto at) HWY_ATTR { return F::Term(d, at.Load(dy + i), at.Load(y + i)); });
  walk.Each([&](size_t i, auto at) HWY_ATTR {
    at.Store(F::Derivative(d, at.Load(dy + i), at.Load(y + i), at.Get(sum)), dx + i);
  });
}

// y = log(sum of exp(x)), one number a line
template <class Walk, class S>
HWY_INLINE void LogSumExp(const Walk& walk, const S* x, S* y) {
  typename Walk::State peak, log;
  FindPeak(walk, x, peak);
  LogOfSum(walk, x, peak, log);
  // An infinite peak is the result itself; x - peak is NaN.
  walk.EachState([&](auto at) HWY_ATTR {
    const auto top = at.Get(peak);
    at.Set(log, hn::IfThenElse(hn::IsInf(top), top, hn::Add(at.Get(log), top)));
  });
  walk.Write(log, y);
}

template <class F, class S>
void ForwardKernel(const Args& a) {
  if (a.size(1) == 0) return;
  EachLine<S>(a, [&](const auto& walk, int64_t start, int64_t) {
    F::Run(walk, a.in<S>(0) + start, a.out<S>(1) + start);
  });
}
template <class F, class S>
void BackwardKernel(const Args& a) {
  if (a.size(1) == 0) return;
  EachLine<S>(a, [&](const auto& walk, int64_t start, int64_t) {
    Backward<F>(walk, a.in<S>(0) + start, a.in<S>(1) + start, a.out<S>(2) + start);
  });
}
template <class S>
void LogSumExpKernel(const Args& a) {
  EachLine<S>(a, [&](const auto& walk, int64_t start, int64_t line) {
    LogSumExp(walk, a.in<S>(0) + start, a.out<S>(1) + line);
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
