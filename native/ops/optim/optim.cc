// Optimizer updates: SGD, and methods that scale by the size of the gradients, as in torch.optim of PyTorch 2.15.
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/optim/optim.cc"
#include "hwy/foreach_target.h"
//
#include "ops/optim/optim-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

// hyper: lr, momentum, dampening, weightDecay, nesterov, maximize. Steps are counted only if there is a momentum
// buffer.
template <class T>
void Sgd(const Args& a) {
  const double* h = a.in<double>(kHyper);
  const Gradient<T> gradient(h[3], h[5]);
  const auto lr = Number<T>(h[0]), momentum = Number<T>(h[1]);
  T* param = a.out<T>(kParam);
  const T* grad = a.in<T>(kGrad);
  T* buffer = a.out<T>(kState);
  if (buffer == nullptr) {
    Sweep(
        a, [=](auto& p, auto& g) HWY_ATTR { p = hn::NegMulAdd(lr, gradient(g, p), p); }, param,
        grad);
    return;
  }
  double* steps = a.out<double>(kStep);
  const bool first = steps == nullptr || *steps == 0;  // the buffer starts as the first gradient
  const bool nesterov = h[4] != 0;
  const auto fresh = Number<T>(1 - h[2]);
  if (steps != nullptr) *steps += 1;
  Sweep(
      a,
      [=](auto& p, auto& g, auto& b) HWY_ATTR {
        const auto d = gradient(g, p);
        b = first ? d : hn::MulAdd(fresh, d, hn::Mul(momentum, b));
        p = hn::NegMulAdd(lr, nesterov ? hn::MulAdd(momentum, b, d) : b, p);
      },
      param, grad, buffer);
}

// The difference of two averages, at least 0: rounding errors may exceed it. NaN stays NaN.
template <class V>
HWY_INLINE V NotNegative(V v) {
  const auto zero = hn::Zero(hn::DFromV<V>());
  return hn::IfThenElse(hn::Lt(v, zero), zero, v);
}

// RMSprop (Tieleman and Hinton 2012), centered (Graves 2013) if an average of gradients is given. hyper: lr, alpha,
// eps, weightDecay, momentum, maximize
template <class T>
void RmsProp(const Args& a) {
  const double* h = a.in<double>(kHyper);
  *a.out<double>(kStep) += 1;
  const Gradient<T> gradient(h[3], h[5]);
  const Average<T> average(h[1]);
  const auto lr = Number<T>(h[0]), eps = Number<T>(h[2]), momentum = Number<T>(h[4]);
  const T* grad = a.in<T>(kGrad);
  T* gradAverage = a.out<T>(kState + 1);
  T* buffer = a.out<T>(kState + 2);
  const bool centered = gradAverage != nullptr, heavy = buffer != nullptr;
  WithOptional(gradAverage, grad, [&](auto* center) {
    WithOptional(buffer, grad, [&](auto* velocity) {
      Sweep(
          a,
          [=](auto& p, auto& g, auto& v, auto& c, auto& b) HWY_ATTR {
            const auto d = gradient(g, p);
            v = average.Squared(v, d);
            if (centered) c = average(c, d);
            const auto variance = centered ? NotNegative(hn::NegMulAdd(c, c, v)) : v;
            const auto move = hn::Div(d, hn::Add(hn::Sqrt(variance), eps));
            if (heavy) b = hn::MulAdd(momentum, b, move);
            p = hn::NegMulAdd(lr, heavy ? b : move, p);
          },
          a.out<T>(kParam), grad, a.out<T>(kState), center, velocity);
    });
  });
}

// Adagrad (Duchi et al. 2011). hyper: lr, lrDecay, weightDecay, eps, maximize
template <class T>
void Adagrad(const Args& a) {
  const double* h = a.in<double>(kHyper);
  const double t = *a.out<double>(kStep) += 1;
  const Gradient<T> gradient(h[2], h[4]);
  const auto lr = Number<T>(h[0] / (1 + (t - 1) * h[1])), eps = Number<T>(h[3]);
  Sweep(
      a,
      [=](auto& p, auto& g, auto& sum) HWY_ATTR {
        const auto d = gradient(g, p);
        sum = hn::MulAdd(d, d, sum);
        p = hn::NegMulAdd(lr, hn::Div(d, hn::Add(hn::Sqrt(sum), eps)), p);
      },
      a.out<T>(kParam), a.in<T>(kGrad), a.out<T>(kState));
}

// Adadelta (Zeiler 2012). hyper: lr, rho, eps, weightDecay, maximize
template <class T>
void Adadelta(const Args& a) {
  const double* h = a.in<double>(kHyper);
  *a.out<double>(kStep) += 1;
  const Gradient<T> gradient(h[3], h[4]);
  const Average<T> average(h[1]);
  const auto lr = Number<T>(h[0]), eps = Number<T>(h[2]);
  Sweep(
      a,
      [=](auto& p, auto& g, auto& square, auto& moved) HWY_ATTR {
        const auto d = gradient(g, p);
        square = average.Squared(square, d);
        const auto ratio = hn::Div(hn::Sqrt(hn::Add(moved, eps)), hn::Sqrt(hn::Add(square, eps)));
        const auto move = hn::Mul(ratio, d);
        moved = average.Squared(moved, move);
        p = hn::NegMulAdd(lr, move, p);
      },
      a.out<T>(kParam), a.in<T>(kGrad), a.out<T>(kState), a.out<T>(kState + 1));
}

}  // namespace

std::vector<Op> OptimOps() {
  const Attr n = {"n"};
  return {
      {"sgd",
       Operands({Optional("momentumBuffer")}, false),
       {n},
       OptimNeeds<6, 3>,
       KernelsFor<kWide>([]<DType kType>() { return Sgd<CType<kType>>; })},
      {"rmsprop",
       Operands({State("squareAvg"), Optional("gradAvg"), Optional("momentumBuffer")}),
       {n},
       OptimNeeds<6, 5>,
       KernelsFor<kWide>([]<DType kType>() { return RmsProp<CType<kType>>; })},
      {"adagrad",
       Operands({State("sum")}),
       {n},
       OptimNeeds<5, 3>,
       KernelsFor<kWide>([]<DType kType>() { return Adagrad<CType<kType>>; })},
      {"adadelta",
       Operands({State("squareAvg"), State("accDelta")}),
       {n},
       OptimNeeds<5, 4>,
       KernelsFor<kWide>([]<DType kType>() { return Adadelta<CType<kType>>; })},
  };
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "ops/family.h"

namespace blasgrad {
HWY_EXPORT(OptimOps);
std::vector<Op> OptimOps() { return HWY_DYNAMIC_DISPATCH(OptimOps)(); }
}  // namespace blasgrad
#endif
