// Vector functions with PyTorch's special cases: NaN stays NaN, overflow gives infinity, the sign of zero is
// preserved. Based on Highway's math, which leaves those cases to its caller.
#if defined(BLASGRAD_VECTOR_MATH_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BLASGRAD_VECTOR_MATH_INL_H
#undef BLASGRAD_VECTOR_MATH_INL_H
#else
#define BLASGRAD_VECTOR_MATH_INL_H
#endif

#include <array>
#include <cmath>
#include <limits>
#include <type_traits>

#include "hwy/contrib/math/math-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace vm {  // always qualified in calls: Highway has functions of the same names

template <class D>
using ElementOf = hn::TFromD<D>;

// A constant of the vector's type.
template <class D>
HWY_INLINE hn::Vec<D> Const(D d, double value) {
  return hn::Set(d, static_cast<ElementOf<D>>(value));
}

// Applies a scalar function lane by lane, for functions that no hot loop uses.
template <class D, class V, class F>
HWY_INLINE V PerLane(D d, V x, const F& f) {
  HWY_ALIGN ElementOf<D> lanes[hn::MaxLanes(D())];
  hn::Store(x, d, lanes);
  for (size_t i = 0; i < hn::Lanes(d); ++i) lanes[i] = f(lanes[i]);
  return hn::Load(d, lanes);
}
template <class D, class V, class F>
HWY_INLINE V PerLane(D d, V x, V y, const F& f) {
  HWY_ALIGN ElementOf<D> a[hn::MaxLanes(D())];
  HWY_ALIGN ElementOf<D> b[hn::MaxLanes(D())];
  hn::Store(x, d, a);
  hn::Store(y, d, b);
  for (size_t i = 0; i < hn::Lanes(d); ++i) a[i] = f(a[i], b[i]);
  return hn::Load(d, a);
}

// coefficients[0] + coefficients[1] x + ...
template <class D, class V, size_t kCount>
HWY_INLINE V Polynomial(D d, V x, const std::array<double, kCount>& coefficients) {
  V y = vm::Const(d, coefficients[kCount - 1]);
  for (size_t i = kCount - 1; i-- > 0;) y = hn::MulAdd(y, x, vm::Const(d, coefficients[i]));
  return y;
}

template <class D, class V>
HWY_INLINE V Exp(D d, V x) {
  using T = ElementOf<D>;
  // Outside this range the result is infinite or 0; Highway's argument reduction needs a bounded argument.
  constexpr double kMax = sizeof(T) == 4 ? 88.72283935546875 : 709.782712893384;
  constexpr double kMin = sizeof(T) == 4 ? -104.0 : -746.0;
  const V y = hn::Exp(d, hn::Max(hn::Min(x, vm::Const(d, kMax)), vm::Const(d, kMin)));
  const V high = hn::IfThenElse(hn::Gt(x, vm::Const(d, kMax)), hn::Inf(d), y);
  return hn::IfThenElse(hn::IsNaN(x), x, high);
}

// Exp of x <= 0 (or slightly above, by rounding). float32: x = q ln 2 + r with an integer q, which adding 1.5 *
// 2^23 leaves in the low bits; e^r - 1 - r is r^2 times a minimax polynomial, with an error of 1.3e-8. Needs half
// as many instructions as Exp.
constexpr double kRounder = 12582912;  // 1.5 * 2^23
template <class D, class V>
HWY_INLINE V ExpNonPositive(D d, V x) {
  if constexpr (sizeof(ElementOf<D>) == 8) {
    return vm::Exp(d, x);
  } else {
    constexpr std::array<double, 5> kExp = {0.4999999814, 0.1666654318, 0.04166720176,
                                            0.008366580341, 0.00138825113};
    const V low = vm::Const(d, -104);  // the result rounds to 0 below it; NaN stays
    const V y = hn::IfThenElse(hn::Lt(x, low), low, x);
    const V shifted = hn::MulAdd(y, vm::Const(d, 1.4426950408889634), vm::Const(d, kRounder));
    const V q = hn::Sub(shifted, vm::Const(d, kRounder));
    const V high = hn::NegMulAdd(q, vm::Const(d, 0.693145751953125), y);
    const V r = hn::NegMulAdd(q, vm::Const(d, 1.428606820309417e-6), high);
    const V e = hn::Add(hn::MulAdd(hn::Mul(r, r), vm::Polynomial(d, r, kExp), r), vm::Const(d, 1));
    // 2^q in two factors, 2^(q + 64) and 2^-64, the second of which may round to a subnormal.
    const hn::RebindToSigned<D> di;
    const auto exponent = hn::Add(hn::BitCast(di, shifted), hn::Set(di, 127 + 64));
    const V scale = hn::BitCast(d, hn::ShiftLeft<23>(exponent));
    return hn::Mul(hn::Mul(e, scale), vm::Const(d, 5.421010862427522e-20));
  }
}

template <class D, class V>
HWY_INLINE V Expm1(D d, V x) {
  using T = ElementOf<D>;
  constexpr double kMax = sizeof(T) == 4 ? 88.72283935546875 : 709.782712893384;
  const V y = hn::Expm1(d, hn::Max(hn::Min(x, vm::Const(d, kMax)), vm::Const(d, -100.0)));
  const V high = hn::IfThenElse(hn::Gt(x, vm::Const(d, kMax)), hn::Inf(d), y);
  return hn::IfThenElse(hn::Or(hn::IsNaN(x), hn::Eq(x, hn::Zero(d))), x, high);
}

// Applies log's special cases to a value that is right inside (0, inf).
template <class D, class V>
HWY_INLINE V LogLimits(D d, V x, V inside) {
  const V zero = hn::Zero(d);
  const V low = hn::IfThenElse(hn::Eq(x, zero), hn::Neg(hn::Inf(d)), inside);
  const V high = hn::IfThenElse(hn::Eq(x, hn::Inf(d)), x, low);
  return hn::IfThenElse(hn::Or(hn::Lt(x, zero), hn::IsNaN(x)), hn::NaN(d), high);
}

template <class D, class V>
HWY_INLINE V Log(D d, V x) {
  return vm::LogLimits(d, x, hn::Log(d, x));
}

template <class D, class V>
HWY_INLINE V Log1p(D d, V x) {
  const V y = vm::LogLimits(d, hn::Add(x, vm::Const(d, 1)), hn::Log1p(d, x));
  // For values too small to change 1, and for zeros, the result is the value itself.
  const V tiny = vm::Const(d, std::numeric_limits<ElementOf<D>>::epsilon() / 4);
  return hn::IfThenElse(hn::Lt(hn::Abs(x), tiny), x, y);
}

template <class D, class V>
HWY_INLINE V Log2(D d, V x) {
  return hn::Mul(vm::Log(d, x), vm::Const(d, 1.4426950408889634));
}

template <class D, class V>
HWY_INLINE V Log10(D d, V x) {
  return hn::Mul(vm::Log(d, x), vm::Const(d, 0.4342944819032518));
}

// Highway reduces angles up to this size; the C library handles larger ones, infinity and NaN.
constexpr double kMaxAngle = 30000;
template <class D, class V>
HWY_INLINE bool SmallAngles(D d, V x) {
  return hn::AllTrue(d, hn::Le(hn::Abs(x), vm::Const(d, kMaxAngle)));
}
template <class D, class V>
HWY_INLINE V Sin(D d, V x) {
  // Highway's reduction loses the sign of zero without fused multiply-add.
  if (vm::SmallAngles(d, x)) return hn::IfThenElse(hn::Eq(x, hn::Zero(d)), x, hn::Sin(d, x));
  return vm::PerLane(d, x, [](auto v) { return std::sin(v); });
}
template <class D, class V>
HWY_INLINE V Cos(D d, V x) {
  if (vm::SmallAngles(d, x)) return hn::Cos(d, x);
  return vm::PerLane(d, x, [](auto v) { return std::cos(v); });
}
template <class D, class V>
HWY_INLINE V Tan(D d, V x) {
  return vm::PerLane(d, x, [](auto v) { return std::tan(v); });
}

template <class D, class V>
HWY_INLINE V Asin(D d, V x) {
  const auto outside = hn::Not(hn::Le(hn::Abs(x), vm::Const(d, 1)));
  return hn::IfThenElse(outside, hn::NaN(d), hn::Asin(d, x));
}
template <class D, class V>
HWY_INLINE V Acos(D d, V x) {
  const auto outside = hn::Not(hn::Le(hn::Abs(x), vm::Const(d, 1)));
  return hn::IfThenElse(outside, hn::NaN(d), hn::Acos(d, x));
}
template <class D, class V>
HWY_INLINE V Atan(D d, V x) {
  return hn::IfThenElse(hn::IsNaN(x), x, hn::Atan(d, x));
}

// exp(x / 2), whose square does not overflow before cosh and sinh do.
template <class D, class V>
HWY_INLINE V Cosh(D d, V x) {
  const V half = vm::Exp(d, hn::Mul(vm::Const(d, 0.5), hn::Abs(x)));
  const V up = hn::Mul(hn::Mul(vm::Const(d, 0.5), half), half);
  return hn::Add(up, hn::Div(vm::Const(d, 0.5), hn::Mul(half, half)));
}
template <class D, class V>
HWY_INLINE V Sinh(D d, V x) {
  const V half = vm::Exp(d, hn::Mul(vm::Const(d, 0.5), hn::Abs(x)));
  const V large = hn::Mul(hn::Mul(vm::Const(d, 0.5), half), half);
  const V y = vm::Expm1(d, hn::Min(hn::Abs(x), vm::Const(d, 20)));
  const V small = hn::Mul(vm::Const(d, 0.5), hn::Add(y, hn::Div(y, hn::Add(y, vm::Const(d, 1)))));
  const V magnitude = hn::IfThenElse(hn::Gt(hn::Abs(x), vm::Const(d, 20)), large, small);
  return hn::IfThenElse(hn::IsNaN(x), x, hn::CopySignToAbs(magnitude, x));
}

template <class D, class V>
HWY_INLINE V Tanh(D d, V x) {
  const V limit = vm::Const(d, 20);
  const V bounded = hn::Min(hn::Abs(x), limit);
  const V y = hn::Expm1(d, hn::Add(bounded, bounded));
  const V magnitude = hn::Div(y, hn::Add(y, vm::Const(d, 2)));
  return hn::IfThenElse(hn::IsNaN(x), x, hn::CopySignToAbs(magnitude, x));
}

// From e^-|x|, which cannot overflow: 1 / (1 + e^-x) would be 0 for x below -88.
template <class D, class V>
HWY_INLINE V Sigmoid(D d, V x) {
  const V one = vm::Const(d, 1);
  const V e = vm::ExpNonPositive(d, hn::Neg(hn::Abs(x)));
  return hn::Div(hn::IfThenElse(hn::Lt(x, hn::Zero(d)), e, one), hn::Add(one, e));
}

// log(1 + exp(x)) without overflow.
template <class D, class V>
HWY_INLINE V Log1pExp(D d, V x) {
  return hn::Add(hn::Max(x, hn::Zero(d)), vm::Log1p(d, vm::ExpNonPositive(d, hn::Neg(hn::Abs(x)))));
}

// -1, 0 or 1; 0 of NaN, as in PyTorch.
template <class D, class V>
HWY_INLINE V Sign(D d, V x) {
  const V zero = hn::Zero(d);
  const V up = hn::IfThenElseZero(hn::Gt(x, zero), vm::Const(d, 1));
  return hn::IfThenElse(hn::Lt(x, zero), vm::Const(d, -1), up);
}

// The larger and the smaller value; NaN if either is NaN.
template <class D, class V>
HWY_INLINE V Maximum(D, V a, V b) {
  if constexpr (std::is_floating_point_v<ElementOf<D>>) {
    const V y = hn::IfThenElse(hn::Gt(a, b), a, b);
    return hn::IfThenElse(hn::IsNaN(a), a, y);
  } else {
    return hn::Max(a, b);
  }
}
template <class D, class V>
HWY_INLINE V Minimum(D, V a, V b) {
  if constexpr (std::is_floating_point_v<ElementOf<D>>) {
    const V y = hn::IfThenElse(hn::Lt(a, b), a, b);
    return hn::IfThenElse(hn::IsNaN(a), a, y);
  } else {
    return hn::Min(a, b);
  }
}

}  // namespace vm
}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif
