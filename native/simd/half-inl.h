// Conversion between vectors of half-precision numbers and float32, rounded to nearest even. For float and double
// these are ordinary loads and stores, so that one loop serves all storage types. Compiled once per instruction
// set, hence the unusual include guard.
#if defined(BLASGRAD_HALF_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BLASGRAD_HALF_INL_H
#undef BLASGRAD_HALF_INL_H
#else
#define BLASGRAD_HALF_INL_H
#endif

#include <type_traits>

#include "core/dtype.h"
#include "simd/tails-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {

// Converts the bits of a half, in the low 16 bits of each word, to those of a float and back. NaN becomes a quiet
// NaN and keeps the part of its payload that fits in the half.
template <class Half>
struct HalfBits;

template <>
struct HalfBits<BFloat16> {
  template <class D, class V>
  static HWY_INLINE V Widen(D, V half) {
    return hn::ShiftLeft<16>(half);
  }
  template <class D, class V>
  static HWY_INLINE V Narrow(D d, V bits) {
    const auto isNaN = hn::RebindMask(d, hn::IsNaN(hn::BitCast(hn::RebindToFloat<D>(), bits)));
    const V odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(d, 1));
    const V rounded = hn::Add(hn::Add(bits, hn::Set(d, 0x7fff)), odd);
    const V quiet = hn::Or(bits, hn::Set(d, 0x400000));
    return hn::ShiftRight<16>(hn::IfThenElse(isNaN, quiet, rounded));
  }
};

// Exponents differ by 112. Subnormal halves are converted in both directions by an addition in float32, which
// rounds correctly.
template <>
struct HalfBits<Float16> {
  template <class D, class V>
  static HWY_INLINE V Widen(D d, V half) {
    const hn::RebindToFloat<D> df;
    const V sign = hn::ShiftLeft<16>(hn::And(half, hn::Set(d, 0x8000)));
    const V rest = hn::ShiftLeft<13>(hn::And(half, hn::Set(d, 0x7fff)));
    const V bias = hn::Set(d, 112 << 23), infinity = hn::Set(d, 0x0f800000);
    const V normal = hn::Add(rest, bias);
    const V smallest = hn::Set(d, 113 << 23);
    const V subnormal = hn::BitCast(
        d, hn::Sub(hn::BitCast(df, hn::Add(rest, smallest)), hn::BitCast(df, smallest)));
    V bits = hn::IfThenElse(hn::Lt(rest, infinity), normal, hn::Add(normal, bias));
    bits = hn::IfThenElse(hn::Lt(rest, hn::Set(d, 0x00800000)), subnormal, bits);
    return hn::Or(bits, sign);
  }
  template <class D, class V>
  static HWY_INLINE V Narrow(D d, V bits) {
    const hn::RebindToFloat<D> df;
    const V sign = hn::And(bits, hn::Set(d, 0x80000000));
    const V size = hn::Xor(bits, sign);
    const V odd = hn::And(hn::ShiftRight<13>(size), hn::Set(d, 1));
    const V normal = hn::ShiftRight<13>(
        hn::Add(hn::Sub(size, hn::Set(d, 112 << 23)), hn::Add(odd, hn::Set(d, 0xfff))));
    // Adding 2^-1 aligns the last bit of the significand with that of subnormal halves.
    const V align = hn::Set(d, 126 << 23);
    const V subnormal =
        hn::Sub(hn::BitCast(d, hn::Add(hn::BitCast(df, size), hn::BitCast(df, align))), align);
    const V payload = hn::And(hn::ShiftRight<13>(size), hn::Set(d, 0x3ff));
    const V nan = hn::Or(payload, hn::Set(d, 0x7e00));
    V half = hn::IfThenElse(hn::Lt(size, hn::Set(d, 113 << 23)), subnormal, normal);
    half = hn::IfThenElse(hn::Lt(size, hn::Set(d, 143 << 23)), half, hn::Set(d, 0x7c00));
    half = hn::IfThenElse(hn::Gt(size, hn::Set(d, 0x7f800000)), nan, half);
    return hn::Or(half, hn::ShiftRight<16>(sign));
  }
};

// Whether the CPU converts float16 in hardware: one instruction instead of a dozen.
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2 && !defined(HWY_DISABLE_F16C)
template <class Half>
inline constexpr bool kConverts = std::is_same_v<Half, Float16>;
#else
template <class Half>
inline constexpr bool kConverts = false;
#endif

template <class D, class Half>
HWY_INLINE hn::Vec<D> FromHalfBits(D d, hn::Vec<hn::Rebind<uint16_t, D>> bits) {
  if constexpr (kConverts<Half>) {
    const hn::Rebind<hwy::float16_t, D> dh;
    return hn::PromoteTo(d, hn::BitCast(dh, bits));
  } else {
    const hn::RebindToUnsigned<D> du;
    return hn::BitCast(d, HalfBits<Half>::Widen(du, hn::PromoteTo(du, bits)));
  }
}
template <class Half, class D>
HWY_INLINE hn::Vec<hn::Rebind<uint16_t, D>> ToHalfBits([[maybe_unused]] D d, hn::Vec<D> v) {
  const hn::Rebind<uint16_t, D> bits;
  if constexpr (kConverts<Half>) {
    const hn::Rebind<hwy::float16_t, D> dh;
    return hn::BitCast(bits, hn::DemoteTo(dh, v));
  } else {
    const hn::RebindToUnsigned<D> du;
    return hn::TruncateTo(bits, HalfBits<Half>::Narrow(du, hn::BitCast(du, v)));
  }
}

template <class T>
inline constexpr bool kIsHalf = std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>;

// Converts bytes to floats.
template <class D>
HWY_INLINE hn::Vec<D> FromBytes(D d, hn::Vec<hn::Rebind<uint8_t, D>> bytes) {
  return hn::ConvertTo(d, hn::PromoteTo(hn::RebindToSigned<D>(), bytes));
}
template <class D, class S>
inline constexpr bool kFromBytes = std::is_same_v<S, uint8_t> && !std::is_same_v<hn::TFromD<D>, S>;

// hn::LoadU of elements stored as S, converted to the type of the arithmetic.
template <class D, class S>
HWY_INLINE hn::Vec<D> LoadAs(D d, const S* p) {
  if constexpr (kFromBytes<D, S>) {
    return FromBytes(d, hn::LoadU(hn::Rebind<uint8_t, D>(), p));
  } else if constexpr (kIsHalf<S>) {
    const hn::Rebind<uint16_t, D> dh;
    return FromHalfBits<D, S>(d, hn::LoadU(dh, reinterpret_cast<const uint16_t*>(p)));
  } else {
    return hn::LoadU(d, p);
  }
}

template <class D, class S>
HWY_INLINE void StoreAs(D d, hn::Vec<D> v, S* p) {
  if constexpr (kIsHalf<S>) {
    const hn::Rebind<uint16_t, D> dh;
    hn::StoreU(ToHalfBits<S>(d, v), dh, reinterpret_cast<uint16_t*>(p));
  } else {
    hn::StoreU(v, d, p);
  }
}

// A streaming store, to an address that is a multiple of the vector's size.
template <class D, class S>
HWY_INLINE void StreamAs(D d, hn::Vec<D> v, S* p) {
  if constexpr (kIsHalf<S>) {
    const hn::Rebind<uint16_t, D> dh;
    hn::Stream(ToHalfBits<S>(d, v), dh, reinterpret_cast<uint16_t*>(p));
  } else {
    hn::Stream(v, d, p);
  }
}

// The same for the first n < Lanes(d) elements.
template <class D, class S>
HWY_INLINE hn::Vec<D> LoadTailAs(D d, const S* p, size_t n) {
  if constexpr (kFromBytes<D, S>) {
    return FromBytes(d, LoadTail(hn::Rebind<uint8_t, D>(), p, n));
  } else if constexpr (kIsHalf<S>) {
    const hn::Rebind<uint16_t, D> dh;
    return FromHalfBits<D, S>(d, LoadTail(dh, reinterpret_cast<const uint16_t*>(p), n));
  } else {
    return LoadTail(d, p, n);
  }
}

template <class D, class S>
HWY_INLINE void StoreTailAs(D d, hn::Vec<D> v, S* p, size_t n) {
  if constexpr (kIsHalf<S>) {
    const hn::Rebind<uint16_t, D> dh;
    StoreTail(dh, ToHalfBits<S>(d, v), reinterpret_cast<uint16_t*>(p), n);
  } else {
    StoreTail(d, v, p, n);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif
