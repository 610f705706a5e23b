// Functions of one number: powers, logarithms, trigonometry, rounding.
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/elementwise/unary.cc"
#include "hwy/foreach_target.h"
//
#include "ops/elementwise/unary-inl.h"
#include "simd/normal-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace functions {

using vm::Const;
inline constexpr std::array<Attr, 1> kExponent = {{{"exponent", AttrKind::real}}};
inline constexpr std::array<Attr, 2> kBounds = {{{"min", AttrKind::real}, {"max", AttrKind::real}}};

// dy / sqrt(1 - x^2), the derivative of arc sine.
template <class D, class V>
HWY_INLINE V OverRoot(D d, V dy, V x) {
  return hn::Div(dy, hn::Sqrt(hn::NegMulAdd(x, x, Const(d, 1))));
}

// pow and sqrt differ for -infinity; PyTorch uses sqrt.
template <class D, class V>
HWY_INLINE V Power(D d, V x, V p) {
  return vm::PerLane(d, x, p, [](auto v, auto e) {
    using T = decltype(v);
    if (e == T{0.5}) return std::sqrt(v);
    return e == T{-0.5} ? T{1} / std::sqrt(v) : std::pow(v, e);
  });
}

// Whether x lies strictly between the bounds. An infinite bound has no effect.
template <class D, class V>
HWY_INLINE auto Within(D d, V x, V low, V high) {
  const auto above = hn::Or(hn::Gt(x, low), hn::Eq(low, hn::Neg(hn::Inf(d))));
  return hn::And(above, hn::Or(hn::Lt(x, high), hn::Eq(high, hn::Inf(d))));
}

// Uses the C library: in float32, 2 NormalDistribution(-sqrt(2) x) is 74 ulp off near x = 4 and 0 from x = 8 on.
template <class D, class V>
HWY_INLINE V Erfc(D d, V x) {
  return vm::PerLane(d, x, [](auto v) { return std::erfc(v); });
}

// clang-format off: one line, one function
#define BLASGRAD_UNARY_LIST(OP)                                                                                        \
  OP(abs, kCheap, x, kNoAttrs, hn::Abs(x), hn::Mul(dy, vm::Sign(d, x)))                                                \
  OP(neg, kCheap, x, kNoAttrs, hn::Neg(x), hn::Neg(dy))                                                                \
  OP(sign, kCheap, x, kNoAttrs, vm::Sign(d, x), hn::Zero(d))                                                           \
  OP(ceil, kCheap, x, kNoAttrs, hn::Ceil(x), hn::Zero(d))                                                              \
  OP(floor, kCheap, x, kNoAttrs, hn::Floor(x), hn::Zero(d))                                                            \
  OP(round, kCheap, x, kNoAttrs, hn::Round(x), hn::Zero(d))                                                            \
  OP(trunc, kCheap, x, kNoAttrs, hn::Trunc(x), hn::Zero(d))                                                            \
  OP(clamp, kCheap, x, kBounds, vm::Minimum(d, vm::Maximum(d, x, p), q),                                               \
      hn::IfThenElseZero(Within(d, x, p, q), dy))                                                                       \
  OP(square, kCheap, x, kNoAttrs, hn::Mul(x, x), hn::Mul(hn::Add(x, x), dy))                                           \
  OP(sqrt, kCheap, y, kNoAttrs, hn::Sqrt(x), hn::Div(dy, hn::Add(y, y)))                                               \
  OP(rsqrt, kCheap, y, kNoAttrs, hn::Div(Const(d, 1), hn::Sqrt(x)),                                                    \
      hn::Mul(hn::Mul(Const(d, -0.5), dy), hn::Mul(y, hn::Mul(y, y))))                                                  \
  OP(reciprocal, kCheap, y, kNoAttrs, hn::Div(Const(d, 1), x), hn::Neg(hn::Mul(dy, hn::Mul(y, y))))                    \
  OP(powScalar, kCostly, x, kExponent, Power(d, x, p),                                                                 \
      hn::IfThenZeroElse(hn::Eq(p, hn::Zero(d)), hn::Mul(dy, hn::Mul(p, Power(d, x, hn::Sub(p, Const(d, 1)))))))        \
  OP(exp, kCostly, y, kNoAttrs, vm::Exp(d, x), hn::Mul(dy, y))                                                         \
  OP(expm1, kCostly, y, kNoAttrs, vm::Expm1(d, x), hn::MulAdd(dy, y, dy))                                              \
  OP(log, kCostly, x, kNoAttrs, vm::Log(d, x), hn::Div(dy, x))                                                         \
  OP(log1p, kCostly, x, kNoAttrs, vm::Log1p(d, x), hn::Div(dy, hn::Add(x, Const(d, 1))))                               \
  OP(log2, kCostly, x, kNoAttrs, vm::Log2(d, x), hn::Div(dy, hn::Mul(x, Const(d, 0.6931471805599453))))                \
  OP(log10, kCostly, x, kNoAttrs, vm::Log10(d, x), hn::Div(dy, hn::Mul(x, Const(d, 2.302585092994046))))               \
  OP(sin, kCostly, x, kNoAttrs, vm::Sin(d, x), hn::Mul(dy, vm::Cos(d, x)))                                             \
  OP(cos, kCostly, x, kNoAttrs, vm::Cos(d, x), hn::Neg(hn::Mul(dy, vm::Sin(d, x))))                                    \
  OP(tan, kCostly, y, kNoAttrs, vm::Tan(d, x), hn::MulAdd(hn::Mul(dy, y), y, dy))                                      \
  OP(asin, kCostly, x, kNoAttrs, vm::Asin(d, x), OverRoot(d, dy, x))                                                   \
  OP(acos, kCostly, x, kNoAttrs, vm::Acos(d, x), hn::Neg(OverRoot(d, dy, x)))                                          \
  OP(atan, kCostly, x, kNoAttrs, vm::Atan(d, x), hn::Div(dy, hn::MulAdd(x, x, Const(d, 1))))                           \
  OP(sinh, kCostly, x, kNoAttrs, vm::Sinh(d, x), hn::Mul(dy, vm::Cosh(d, x)))                                          \
  OP(cosh, kCostly, x, kNoAttrs, vm::Cosh(d, x), hn::Mul(dy, vm::Sinh(d, x)))                                          \
  OP(tanh, kCostly, y, kNoAttrs, vm::Tanh(d, x), hn::NegMulAdd(hn::Mul(dy, y), y, dy))                                 \
  OP(sigmoid, kCostly, y, kNoAttrs, vm::Sigmoid(d, x), hn::Mul(dy, hn::NegMulAdd(y, y, y)))                            \
  OP(erf, kCostly, x, kNoAttrs, vm::Erf(d, x),                                                                         \
      hn::Mul(dy, hn::Mul(Const(d, 1.1283791670955126), vm::Exp(d, hn::Neg(hn::Mul(x, x))))))                           \
  OP(erfc, kCostly, x, kNoAttrs, Erfc(d, x),                                                                           \
      hn::Mul(dy, hn::Mul(Const(d, -1.1283791670955126), vm::Exp(d, hn::Neg(hn::Mul(x, x))))))
// clang-format on

BLASGRAD_UNARY_LIST(BLASGRAD_DEFINE_UNARY)

}  // namespace functions

std::vector<Op> UnaryOps() {
  using namespace functions;
  std::vector<Op> ops;
  BLASGRAD_UNARY_LIST(BLASGRAD_ADD_UNARY)
  return ops;
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "ops/family.h"

namespace blasgrad {
HWY_EXPORT(UnaryOps);
std::vector<Op> UnaryOps() { return HWY_DYNAMIC_DISPATCH(UnaryOps)(); }
}  // namespace blasgrad
#endif
