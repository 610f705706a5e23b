// Activation functions, with the formulas of torch.nn.functional.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/elementwise/activation.cc"
#include "hwy/foreach_target.h"
//
#include "ops/elementwise/unary-inl.h"
#include "simd/normal-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace functions {

using vm::Const;
inline constexpr std::array<Attr, 1> kAlpha = {{{"alpha", AttrKind::real}}};
inline constexpr std::array<Attr, 1> kNegativeSlope = {{{"negativeSlope", AttrKind::real}}};
inline constexpr std::array<Attr, 1> kLambda = {{{"lambda", AttrKind::real}}};
inline constexpr std::array<Attr, 2> kRange = {
    {{"minVal", AttrKind::real}, {"maxVal", AttrKind::real}}};
inline constexpr std::array<Attr, 2> kThreshold = {
    {{"threshold", AttrKind::real}, {"value", AttrKind::real}}};
inline constexpr std::array<Attr, 2> kSoftplus = {
    {{"beta", AttrKind::real}, {"threshold", AttrKind::real}}};

constexpr double kSeluAlpha = 1.6732632423543772848170429916717;
constexpr double kSeluScale = 1.0507009873554804934193349852946;

// `below` where x <= 0, `above` elsewhere and for NaN.
template <class D, class V>
HWY_INLINE V Below(D d, V x, V below, V above) {
  return hn::IfThenElse(hn::Le(x, hn::Zero(d)), below, above);
}

// x + 3, clamped to [0, 6].
template <class D, class V>
HWY_INLINE V Relu6Of3(D d, V x) {
  return vm::Minimum(d, vm::Maximum(d, hn::Add(x, Const(d, 3)), hn::Zero(d)), Const(d, 6));
}

// GELU's tanh form (Hendrycks and Gimpel 2016): x t(x) with t = (1 + tanh(c (x + 0.044715 x^3))) / 2.
constexpr double kGeluScale = 0.7978845608028654;
template <class D, class V>
HWY_INLINE V GeluGate(D d, V x) {
  const V inner =
      hn::Mul(hn::MulAdd(hn::Mul(Const(d, 0.044715), hn::Mul(x, x)), x, x), Const(d, kGeluScale));
  return vm::Sigmoid(d, hn::Add(inner, inner));
}
template <class D, class V>
HWY_INLINE V GeluTanhDerivative(D d, V x) {
  const V t = GeluGate(d, x);
  const V inner =
      hn::MulAdd(Const(d, 3 * 0.044715 * kGeluScale * 2), hn::Mul(x, x), Const(d, kGeluScale * 2));
  return hn::MulAdd(hn::Mul(x, hn::NegMulAdd(t, t, t)), inner, t);
}

template <class D, class V>
HWY_INLINE V Square(D, V x) {
  return hn::Mul(x, x);
}

// dy / (1 + |x|)^2; NaN for infinities, as in PyTorch.
template <class D, class V>
HWY_INLINE V SoftsignDerivative(D d, V dy, V x) {
  return hn::MulAdd(x, hn::Zero(d), hn::Div(dy, Square(d, hn::Add(Const(d, 1), hn::Abs(x)))));
}

// PyTorch's derivatives of celu and hardsigmoid round alpha and 1 / 6 to float32, even for float64. These do the
// same to give equal numbers.
template <class D, class V>
HWY_INLINE V CeluDerivative(D d, V x, V alpha) {
  V rounded = alpha;
  if constexpr (sizeof(vm::ElementOf<D>) == 8) {
    rounded = hn::PromoteTo(d, hn::DemoteTo(hn::Rebind<float, D>(), alpha));
  }
  return hn::Mul(hn::Div(alpha, rounded), vm::Exp(d, hn::Div(x, rounded)));
}

template <class D, class V>
HWY_INLINE V MishDerivative(D d, V x) {
  const V t = vm::Tanh(d, vm::Log1pExp(d, x));
  return hn::MulAdd(hn::Mul(x, vm::Sigmoid(d, x)), hn::NegMulAdd(t, t, Const(d, 1)), t);
}

// clang-format off: one line, one function
#define BLASGRAD_ACTIVATION_LIST(OP)                                                                                   \
  OP(relu, kCheap, y, kNoAttrs, hn::IfThenZeroElse(hn::Le(x, hn::Zero(d)), x),                                         \
      hn::IfThenZeroElse(hn::Le(y, hn::Zero(d)), dy))                                                                   \
  OP(leakyRelu, kCheap, x, kNegativeSlope, Below(d, x, hn::Mul(x, p), x),                                            \
      hn::IfThenElse(hn::Gt(x, hn::Zero(d)), dy, hn::Mul(dy, p)))                                                       \
  OP(threshold, kCheap, x, kThreshold, hn::IfThenElse(hn::Le(x, p), q, x), hn::IfThenZeroElse(hn::Le(x, p), dy))       \
  OP(hardtanh, kCheap, x, kRange, vm::Minimum(d, vm::Maximum(d, x, p), q),                                             \
      hn::IfThenZeroElse(hn::Or(hn::Le(x, p), hn::Ge(x, q)), dy))                                                       \
  OP(hardsigmoid, kCheap, x, kNoAttrs, hn::Mul(Relu6Of3(d, x), Const(d, 1.0 / 6)),                                     \
      hn::IfThenElseZero(hn::Lt(hn::Abs(x), Const(d, 3)), hn::Mul(dy, Const(d, 1.0F / 6.0F))))                              \
  OP(hardswish, kCheap, x, kNoAttrs, hn::Mul(x, hn::Mul(Relu6Of3(d, x), Const(d, 1.0 / 6))),                           \
      hn::IfThenZeroElse(hn::Le(x, Const(d, -3)),                                                                       \
          hn::IfThenElse(hn::Lt(x, Const(d, 3)), hn::Mul(dy, hn::MulAdd(x, Const(d, 1.0 / 3), Const(d, 0.5))), dy)))    \
  OP(hardshrink, kCheap, x, kLambda, hn::IfThenZeroElse(hn::Le(hn::Abs(x), p), x),                                     \
      hn::IfThenZeroElse(hn::Le(hn::Abs(x), p), dy))                                                                    \
  OP(softshrink, kCheap, x, kLambda, hn::IfThenZeroElse(hn::Le(hn::Abs(x), p), hn::Sub(x, hn::CopySign(p, x))),        \
      hn::IfThenZeroElse(hn::Le(hn::Abs(x), p), dy))                                                                    \
  OP(softsign, kCheap, x, kNoAttrs, hn::Div(x, hn::Add(Const(d, 1), hn::Abs(x))),                                      \
      SoftsignDerivative(d, dy, x))                                                                                     \
  OP(elu, kCostly, x, kAlpha, Below(d, x, hn::Mul(p, vm::Expm1(d, x)), x),                                             \
      Below(d, x, hn::Mul(dy, hn::Mul(p, vm::Exp(d, x))), dy))                                                          \
  OP(celu, kCostly, x, kAlpha, Below(d, x, hn::Mul(p, vm::Expm1(d, hn::Div(x, p))), x),                                \
      Below(d, x, hn::Mul(dy, CeluDerivative(d, x, p)), dy))                                                                                 \
  OP(selu, kCostly, x, kNoAttrs,                                                                                       \
      Below(d, x, hn::Mul(Const(d, kSeluScale * kSeluAlpha), vm::Expm1(d, x)), hn::Mul(Const(d, kSeluScale), x)),       \
      hn::Mul(dy, Below(d, x, hn::Mul(Const(d, kSeluScale * kSeluAlpha), vm::Exp(d, x)), Const(d, kSeluScale))))        \
  OP(gelu, kCostly, x, kNoAttrs, hn::Mul(x, vm::NormalDistribution(d, x)),                                             \
      hn::Mul(dy, hn::MulAdd(x, vm::NormalDensity(d, x), vm::NormalDistribution(d, x))))                                \
  OP(geluTanh, kCostly, x, kNoAttrs, hn::Mul(x, GeluGate(d, x)), hn::Mul(dy, GeluTanhDerivative(d, x)))                     \
  OP(silu, kCostly, x, kNoAttrs, hn::Mul(x, vm::Sigmoid(d, x)),                                                        \
      hn::Mul(hn::Mul(dy, vm::Sigmoid(d, x)), hn::MulAdd(x, vm::Sigmoid(d, hn::Neg(x)), Const(d, 1))))                  \
  OP(mish, kCostly, x, kNoAttrs, hn::Mul(x, vm::Tanh(d, vm::Log1pExp(d, x))), hn::Mul(dy, MishDerivative(d, x)))            \
  OP(softplus, kCostly, x, kSoftplus,                                                                                  \
      hn::IfThenElse(hn::Gt(hn::Mul(x, p), q), x, hn::Div(vm::Log1pExp(d, hn::Mul(x, p)), p)),                          \
      hn::IfThenElse(hn::Gt(hn::Mul(x, p), q), dy, hn::Mul(dy, vm::Sigmoid(d, hn::Mul(x, p)))))                         \
  OP(logsigmoid, kCostly, x, kNoAttrs, hn::Neg(vm::Log1pExp(d, hn::Neg(x))),                                           \
      hn::Mul(dy, vm::Sigmoid(d, hn::Neg(x))))                                                                          \
  OP(tanhshrink, kCostly, x, kNoAttrs, hn::Sub(x, vm::Tanh(d, x)), hn::Mul(dy, Square(d, vm::Tanh(d, x))))
// clang-format on

BLASGRAD_ACTIVATION_LIST(BLASGRAD_DEFINE_UNARY)

}  // namespace functions

std::vector<Op> ActivationOps() {
  using namespace functions;
  std::vector<Op> ops;
  BLASGRAD_ACTIVATION_LIST(BLASGRAD_ADD_UNARY)
  return ops;
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "ops/family.h"

namespace blasgrad {
HWY_EXPORT(ActivationOps);
std::vector<Op> ActivationOps() { return HWY_DYNAMIC_DISPATCH(ActivationOps)(); }
}  // namespace blasgrad
#endif
