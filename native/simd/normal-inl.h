// The error function and the normal distribution.
#if defined(BLASGRAD_NORMAL_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BLASGRAD_NORMAL_INL_H
#undef BLASGRAD_NORMAL_INL_H
#else
#define BLASGRAD_NORMAL_INL_H
#endif

#include <array>
#include <cmath>

#include "simd/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace vm {

// float32: erf(x) / x as a polynomial of x^2 below 1, -log(1 - erf(x)) as a polynomial of x from 1 to 4, both
// minimax fits with a relative error of 2e-9; above 4 the result is 1. float64: the C library.
template <class D, class V>
HWY_INLINE V Erf(D d, V x) {
  if constexpr (sizeof(ElementOf<D>) == 8) {
    return vm::PerLane(d, x, [](double v) { return std::erf(v); });
  } else {
    constexpr std::array<double, 7> kSmall = {1.128379166,    -0.3761262714,  0.1128360018,
                                              -0.0268544446,  0.005189535345, -0.0008020841326,
                                              7.889119682e-05};
    constexpr std::array<double, 8> kLarge = {-0.0001884690534, 1.129580318,    0.6332163841,
                                              0.1084221138,     -0.02521034909, 0.004205288321,
                                              -0.0004414733878, 2.169767746e-05};
    const V size = hn::Abs(x);
    const V small = hn::Mul(x, vm::Polynomial(d, hn::Mul(x, x), kSmall));
    const V bounded = hn::Min(size, vm::Const(d, 4.1));
    const V rest = vm::ExpNonPositive(d, hn::Neg(vm::Polynomial(d, bounded, kLarge)));
    const V large = hn::CopySignToAbs(hn::Sub(vm::Const(d, 1), rest), x);
    return hn::IfThenElse(hn::Ge(size, vm::Const(d, 1)), large, small);
  }
}

// Density of the standard normal distribution.
template <class D, class V>
HWY_INLINE V NormalDensity(D d, V x) {
  return hn::Mul(vm::Const(d, 0.3989422804014327),
                 vm::ExpNonPositive(d, hn::Mul(vm::Const(d, -0.5), hn::Mul(x, x))));
}

// The cumulative distribution function of the standard normal distribution. float32: the tail t beyond |x| is 2^-s,
// with (s - 1) / |x| a polynomial of |x|, fitted up to 5.5 by Remez's algorithm. The relative error of t is 5e-7
// and that of 1 - t is 1e-8: unlike in (1 + erf) / 2, nothing cancels below 0. At kLast the polynomial reaches 127,
// and t is 0 beyond it.
template <class D, class V>
HWY_INLINE V NormalDistribution(D d, V x) {
  const V one = vm::Const(d, 1);
  if constexpr (sizeof(ElementOf<D>) == 8) {
    const V erf = vm::Erf(d, hn::Mul(x, vm::Const(d, 0.7071067811865476)));
    return hn::Mul(vm::Const(d, 0.5), hn::Add(one, erf));
  } else {
    // Even and odd coefficients: two dependency chains of half the length.
    constexpr std::array<double, 5> kEven = {1.151104801, 0.05246351528, 3.123816227e-5,
                                             -7.196785436e-5, -7.916018172e-7};
    constexpr std::array<double, 5> kOdd = {0.4592144338, -0.006982950782, 0.0002642020013,
                                            1.0214406e-5, 2.637078783e-8};
    constexpr double kLast = 11.25;
    // (2^-r - 1) / r from -1/2 to 1/2, minimax with an error of 2e-9.
    constexpr std::array<double, 6> kPower = {-0.693147203,   0.240226479,     -0.05550332163,
                                              0.009618438601, -0.001339900341, 0.0001535325764};
    const V last = vm::Const(d, kLast);
    const V size = hn::IfThenElse(hn::Gt(hn::Abs(x), last), last, hn::Abs(x));  // NaN stays
    const V square = hn::Mul(size, size);
    const V slope =
        hn::MulAdd(vm::Polynomial(d, square, kOdd), size, vm::Polynomial(d, square, kEven));
    const V s = hn::MulAdd(slope, size, one);
    const V shifted = hn::Add(s, vm::Const(d, kRounder));  // see ExpNonPositive
    const V r = hn::Sub(s, hn::Sub(shifted, vm::Const(d, kRounder)));
    const V power = hn::MulAdd(vm::Polynomial(d, r, kPower), r, one);
    const hn::RebindToSigned<D> di;
    const auto exponent = hn::Sub(hn::Set(di, 127), hn::BitCast(di, shifted));
    const V t = hn::Mul(power, hn::BitCast(d, hn::ShiftLeft<23>(exponent)));
    return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), t, hn::Sub(one, t));
  }
}

}  // namespace vm
}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif
