// Half-precision numbers as stored, and scalar conversions; simd/half-inl.h converts vectors. Arithmetic on halves
// uses float32.
#pragma once

#include <bit>
#include <cstdint>

namespace blasgrad {

// IEEE 754 binary16: 5 bits of exponent, 10 of significand.
struct Float16 {
  uint16_t bits;
};
// The upper 16 bits of a float32: 8 bits of exponent, 7 of significand.
struct BFloat16 {
  uint16_t bits;
};

// Numbers of all other types are unchanged.
template <class T>
constexpr T Widen(T v) {
  return v;
}
constexpr float Widen(BFloat16 v) {
  return std::bit_cast<float>(static_cast<uint32_t>(v.bits) << 16);
}
constexpr float Widen(Float16 v) {
  const uint32_t sign = static_cast<uint32_t>(v.bits & 0x8000) << 16;
  const uint32_t rest = static_cast<uint32_t>(v.bits & 0x7fff) << 13;
  constexpr uint32_t kBias = 112 << 23, kInfinity = 0x0f800000;
  uint32_t bits = rest + kBias;
  if (rest >= kInfinity) {
    bits += kBias;  // infinity, NaN
  } else if (rest < 0x00800000) {
    // A subnormal half is a multiple of 2^-24, which a subtraction normalises.
    constexpr uint32_t kSmallest = 113 << 23;
    bits = std::bit_cast<uint32_t>(std::bit_cast<float>(rest + kSmallest) -
                                   std::bit_cast<float>(kSmallest));
  }
  return std::bit_cast<float>(bits | sign);
}

// Rounds to nearest, ties to even.
template <class T>
struct Narrow {
  static constexpr T From(T v) { return v; }
};
template <>
struct Narrow<BFloat16> {
  static constexpr BFloat16 From(float v) {
    const uint32_t bits = std::bit_cast<uint32_t>(v);
    if ((bits & 0x7fffffff) > 0x7f800000) {
      return {static_cast<uint16_t>(bits >> 16 | 0x40)};  // quiet NaN
    }
    return {static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16)};
  }
};
template <>
struct Narrow<Float16> {
  static constexpr Float16 From(float v) {
    const uint32_t bits = std::bit_cast<uint32_t>(v), sign = bits & 0x80000000;
    const uint32_t size = bits ^ sign;
    uint32_t half = 0;
    if (size > 0x7f800000) {
      half = 0x7e00 | (size >> 13 & 0x3ff);  // quiet NaN
    } else if (size >= 143 << 23) {
      half = 0x7c00;
    } else if (size < 113 << 23) {
      // Adding 2^-1 aligns the last bit of the significand with that of subnormal halves.
      constexpr uint32_t kAlign = 126 << 23;
      half = std::bit_cast<uint32_t>(std::bit_cast<float>(size) + std::bit_cast<float>(kAlign)) -
             kAlign;
    } else {
      half = (size - (112 << 23) + 0xfff + (size >> 13 & 1)) >> 13;
    }
    return {static_cast<uint16_t>(half | sign >> 16)};
  }
};

}  // namespace blasgrad
