// Optimizer updates: Adam and its variants, as in torch.optim of PyTorch 2.15.
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/optim/adam.cc"
#include "hwy/foreach_target.h"
//
#include "ops/optim/optim-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

// Weight decay: an L2 penalty added to the gradient, or decoupled from it as a factor of the parameter (Loshchilov
// and Hutter 2019).
template <class T>
struct Decay {
  Decay(double lr, double weightDecay, double decoupled)
      : ofGradient(decoupled != 0 ? 0 : weightDecay),
        factor(Number<T>(decoupled != 0 ? 1 - lr * weightDecay : 1)) {}
  HWY_INLINE Vector<T> operator()(Vector<T> param) const { return hn::Mul(param, factor); }
  double ofGradient;
  Vector<T> factor;
};

// Adam (Kingma and Ba 2015), with amsgrad (Reddi et al. 2018) if a maximum average is given; AdamW if decay is
// decoupled. hyper: lr, beta1, beta2, eps, weightDecay, maximize, decoupled
template <class T>
void Adam(const Args& a) {
  const double* h = a.in<double>(kHyper);
  const double t = *a.out<double>(kStep) += 1;
  const Decay<T> decay(h[0], h[4], h[6]);
  const Gradient<T> gradient(decay.ofGradient, h[5]);
  const Average<T> mean(h[1]), square(h[2]);
  const auto size = Number<T>(h[0] / (1 - std::pow(h[1], t)));
  const auto scale = Number<T>(1 / std::sqrt(1 - std::pow(h[2], t)));
  const auto eps = Number<T>(h[3]);
  const T* grad = a.in<T>(kGrad);
  T* largest = a.out<T>(kState + 2);
  const bool amsgrad = largest != nullptr;
  WithOptional(largest, grad, [&](auto* top) {
    Sweep(
        a,
        [=](auto& p, auto& g, auto& m, auto& v, auto& high) HWY_ATTR {
          const hn::ScalableTag<T> d;
          const auto dp = gradient(g, p);
          m = mean(m, dp);
          v = square.Squared(v, dp);
          if (amsgrad) high = vm::Maximum(d, high, v);
          const auto root = hn::MulAdd(hn::Sqrt(amsgrad ? high : v), scale, eps);
          p = hn::NegMulAdd(size, hn::Div(m, root), decay(p));
        },
        a.out<T>(kParam), grad, a.out<T>(kState), a.out<T>(kState + 1), top);
  });
}

// Adamax (Kingma and Ba 2015). hyper: lr, beta1, beta2, eps, weightDecay, maximize
template <class T>
void Adamax(const Args& a) {
  const double* h = a.in<double>(kHyper);
  const double t = *a.out<double>(kStep) += 1;
  const Gradient<T> gradient(h[4], h[5]);
  const Average<T> mean(h[1]);
  const auto size = Number<T>(h[0] / (1 - std::pow(h[1], t)));
  const auto keep = Number<T>(h[2]), eps = Number<T>(h[3]);
  Sweep(
      a,
      [=](auto& p, auto& g, auto& m, auto& norm) HWY_ATTR {
        const hn::ScalableTag<T> d;
        const auto dp = gradient(g, p);
        m = mean(m, dp);
        norm = vm::Maximum(d, hn::Mul(keep, norm), hn::Add(hn::Abs(dp), eps));
        p = hn::NegMulAdd(size, hn::Div(m, norm), p);
      },
      a.out<T>(kParam), a.in<T>(kGrad), a.out<T>(kState), a.out<T>(kState + 1));
}

// NAdam (Dozat 2016). hyper: lr, beta1, beta2, eps, weightDecay, momentumDecay, maximize, decoupled
template <class T>
void NAdam(const Args& a) {
  const double* h = a.in<double>(kHyper);
  const double t = *a.out<double>(kStep) += 1;
  const auto momentum = [&](double at) { return h[1] * (1 - 0.5 * std::pow(0.96, at * h[5])); };
  const double mu = momentum(t), next = momentum(t + 1);
  // In float32, as in PyTorch: results differ from those in float64 in the eighth digit.
  double& product = *a.out<double>(kState + 2);
  product = static_cast<float>(product) * static_cast<float>(mu);
  const Decay<T> decay(h[0], h[4], h[7]);
  const Gradient<T> gradient(decay.ofGradient, h[6]);
  const Average<T> mean(h[1]), square(h[2]);
  const auto scale = Number<T>(1 / (1 - std::pow(h[2], t))), eps = Number<T>(h[3]);
  const auto ofGrad = Number<T>(h[0] * (1 - mu) / (1 - product));
  const auto ofMean = Number<T>(h[0] * next / (1 - product * next));
  Sweep(
      a,
      [=](auto& p, auto& g, auto& m, auto& v) HWY_ATTR {
        const auto d = gradient(g, p);
        m = mean(m, d);
        v = square.Squared(v, d);
        const auto root = hn::Add(hn::Sqrt(hn::Mul(v, scale)), eps);
        p = hn::Sub(decay(p), hn::Div(hn::MulAdd(ofGrad, d, hn::Mul(ofMean, m)), root));
      },
      a.out<T>(kParam), a.in<T>(kGrad), a.out<T>(kState), a.out<T>(kState + 1));
}

// RAdam (Liu et al. 2020). hyper: lr, beta1, beta2, eps, weightDecay, maximize, decoupled
template <class T>
void RAdam(const Args& a) {
  const double* h = a.in<double>(kHyper);
  const double t = *a.out<double>(kStep) += 1;
  const Decay<T> decay(h[0], h[4], h[6]);
  const Gradient<T> gradient(decay.ofGradient, h[5]);
  const Average<T> mean(h[1]), square(h[2]);
  const double power = std::pow(h[2], t), correction = 1 - power;
  const double limit = 2 / (1 - h[2]) - 1;
  const double length = limit - 2 * t * power / correction;  // of the average of squares, in steps
  const bool rectified = length > 5;
  const double rectifier = rectified ? std::sqrt((length - 4) * (length - 2) * limit * correction /
                                                 ((limit - 4) * (limit - 2) * length))
                                     : 1;
  const auto size = Number<T>(h[0] * rectifier / (1 - std::pow(h[1], t)));
  const auto eps = Number<T>(h[3]);
  Sweep(
      a,
      [=](auto& p, auto& g, auto& m, auto& v) HWY_ATTR {
        const auto d = gradient(g, p);
        m = mean(m, d);
        v = square.Squared(v, d);
        p = hn::NegMulAdd(size, rectified ? hn::Div(m, hn::Add(hn::Sqrt(v), eps)) : m, decay(p));
      },
      a.out<T>(kParam), a.in<T>(kGrad), a.out<T>(kState), a.out<T>(kState + 1));
}

}  // namespace

std::vector<Op> AdamOps() {
  const Attr n = {"n"};
  const Operand expAvg = State("expAvg"), expAvgSq = State("expAvgSq");
  return {
      {"adam",
       Operands({expAvg, expAvgSq, Optional("maxExpAvgSq")}),
       {n},
       OptimNeeds<7, 5>,
       KernelsFor<kWide>([]<DType kType>() { return Adam<CType<kType>>; })},
      {"adamax",
       Operands({expAvg, State("expInf")}),
       {n},
       OptimNeeds<6, 4>,
       KernelsFor<kWide>([]<DType kType>() { return Adamax<CType<kType>>; })},
      {"nadam",
       Operands({expAvg, expAvgSq, {"muProduct", Access::update, Element::float64}}),
       {n},
       OptimNeeds<8, 4, 1>,
       KernelsFor<kWide>([]<DType kType>() { return NAdam<CType<kType>>; })},
      {"radam",
       Operands({expAvg, expAvgSq}),
       {n},
       OptimNeeds<7, 4>,
       KernelsFor<kWide>([]<DType kType>() { return RAdam<CType<kType>>; })},
  };
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "ops/family.h"

namespace blasgrad {
HWY_EXPORT(AdamOps);
std::vector<Op> AdamOps() { return HWY_DYNAMIC_DISPATCH(AdamOps)(); }
}  // namespace blasgrad
#endif
