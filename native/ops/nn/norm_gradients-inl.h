// The operands of the backward of normalisation, and the coefficients of a gradient.
#if defined(BLASGRAD_NORM_GRADIENTS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BLASGRAD_NORM_GRADIENTS_INL_H
#undef BLASGRAD_NORM_GRADIENTS_INL_H
#else
#define BLASGRAD_NORM_GRADIENTS_INL_H
#endif

#include "ops/nn/norm-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {

template <class S>
struct Gradients {
  using T = ComputeOf<S>;
  using D = hn::ScalableTag<T>;
  using V = hn::Vec<D>;

  explicit Gradients(const Args& args)
      : a(args),
        shape(args.attr),
        x(args.in<S>(0)),
        dy(args.in<S>(1)),
        weight(args.in<S>(2)),
        mean(args.in<double>(3)),
        rstd(args.in<double>(4)),
        dx(args.out<S>(5)),
        dWeight(args.out<S>(6)),
        dBias(args.out<S>(7)) {}

  double WeightOf(int64_t i) const {
    return weight == nullptr ? 1 : static_cast<double>(Widen(weight[i]));
  }
  T CenterOf(int64_t i) const { return mean == nullptr ? T{0} : static_cast<T>(mean[i]); }
  bool NeedsWeights() const { return dWeight != nullptr || dBias != nullptr; }

  // dx = k g - p - q (x - center)
  struct Line {
    T k, p, q, center;
  };

  // From the sums of g and of g (x - center) over `count` elements; k excludes the weight.
  Line LineOf(int64_t statistic, double count, double sum, double product) const {
    const double r = rstd[statistic];
    if (shape.fixed) return {static_cast<T>(r), T{0}, T{0}, T{0}};
    return {static_cast<T>(r), shape.centered ? static_cast<T>(r * sum / count) : T{0},
            static_cast<T>(r * r * r * product / count), CenterOf(statistic)};
  }

  void SetWeights(int64_t i, double weightSum, double biasSum) const {
    if (dWeight != nullptr) dWeight[i] = Narrow<S>::From(static_cast<T>(weightSum));
    if (dBias != nullptr) dBias[i] = Narrow<S>::From(static_cast<T>(biasSum));
  }

  static int64_t GrainOf(int64_t elements) {
    return std::max<int64_t>(1, kNormGrain / std::max<int64_t>(elements, 1));
  }

  const Args& a;
  const NormShape shape;
  const D d{};
  const S* x;
  const S* dy;
  const S* weight;
  const double* mean;
  const double* rstd;
  S* dx;
  S* dWeight;
  S* dBias;
};

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif
