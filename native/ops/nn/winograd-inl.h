// Winograd's transforms of vectors of channels, from the matrices in winograd_matrices.h. Points of both signs share
// products: the even and odd parts of a row are computed once. Compiled once per instruction set, hence the unusual
// include guard.
#if defined(BLASGRAD_WINOGRAD_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BLASGRAD_WINOGRAD_INL_H
#undef BLASGRAD_WINOGRAD_INL_H
#else
#define BLASGRAD_WINOGRAD_INL_H
#endif

#include <cstddef>

#include "hwy/highway.h"
#include "ops/nn/winograd_matrices.h"
#include "simd/transpose_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using WinogradTag = hn::ScalableTag<float>;
using WinogradVector = hn::Vec<WinogradTag>;

HWY_INLINE WinogradVector Constant(double value) {
  return hn::Set(WinogradTag(), static_cast<float>(value));
}

// out = B^T in, 6 to 6.
struct InputTransform {
  static constexpr size_t kIn = 6, kOut = 6;

  HWY_INLINE void operator()(const WinogradVector* in, WinogradVector* out) const {
    constexpr auto& m = winograd::kB;
    const auto first0 = hn::MulAdd(in[2], Constant(m[0][2]), in[4]);
    const auto last0 = hn::MulAdd(in[3], Constant(m[5][3]), in[5]);
    const auto evenA = hn::MulAdd(in[2], Constant(m[1][2]), in[4]);
    const auto evenB = hn::MulAdd(in[2], Constant(m[3][2]), in[4]);
    const auto oddA = hn::MulAdd(in[1], Constant(m[1][1] / m[1][3]), in[3]);
    const auto oddB = hn::MulAdd(in[1], Constant(m[3][1] / m[3][3]), in[3]);
    out[0] = hn::MulAdd(in[0], Constant(m[0][0]), first0);
    out[1] = hn::MulAdd(oddA, Constant(m[1][3]), evenA);
    out[2] = hn::NegMulAdd(oddA, Constant(m[1][3]), evenA);
    out[3] = hn::MulAdd(oddB, Constant(m[3][3]), evenB);
    out[4] = hn::NegMulAdd(oddB, Constant(m[3][3]), evenB);
    out[5] = hn::MulAdd(in[1], Constant(m[5][1]), last0);
  }
};

// out = A^T in, 6 to 4.
struct OutputTransform {
  static constexpr size_t kIn = 6, kOut = 4;

  HWY_INLINE void operator()(const WinogradVector* in, WinogradVector* out) const {
    constexpr auto& m = winograd::kA;
    const auto evenA = hn::Add(in[1], in[2]), oddA = hn::Sub(in[1], in[2]);
    const auto evenB = hn::Add(in[3], in[4]), oddB = hn::Sub(in[3], in[4]);
    out[0] = hn::Add(hn::Add(in[0], evenA), evenB);
    out[1] = hn::MulAdd(oddB, Constant(m[1][3]), hn::Mul(oddA, Constant(m[1][1])));
    out[2] = hn::MulAdd(evenB, Constant(m[2][3]), hn::Mul(evenA, Constant(m[2][1])));
    out[3] = hn::MulAdd(oddB, Constant(m[3][3]), hn::MulAdd(oddA, Constant(m[3][1]), in[5]));
  }
};

// out = A in, 4 to 6: the gradient of the output transform.
struct GradientTransform {
  static constexpr size_t kIn = 4, kOut = 6;

  HWY_INLINE void operator()(const WinogradVector* in, WinogradVector* out) const {
    constexpr auto& m = winograd::kA;
    const auto evenA = hn::MulAdd(in[2], Constant(m[2][1]), in[0]);
    const auto evenB = hn::MulAdd(in[2], Constant(m[2][3]), in[0]);
    const auto oddA = hn::MulAdd(in[3], Constant(m[3][1] / m[1][1]), in[1]);
    const auto oddB = hn::MulAdd(in[3], Constant(m[3][3] / m[1][3]), in[1]);
    out[0] = in[0];
    out[1] = hn::MulAdd(oddA, Constant(m[1][1]), evenA);
    out[2] = hn::NegMulAdd(oddA, Constant(m[1][1]), evenA);
    out[3] = hn::MulAdd(oddB, Constant(m[1][3]), evenB);
    out[4] = hn::NegMulAdd(oddB, Constant(m[1][3]), evenB);
    out[5] = in[3];
  }
};

// out = G in, 3 to 6.
struct WeightTransform {
  static constexpr size_t kIn = 3, kOut = 6;

  HWY_INLINE void operator()(const WinogradVector* in, WinogradVector* out) const {
    constexpr auto& m = winograd::kG;
    constexpr auto& by = winograd::kDivisor;
    const auto evenA =
        hn::MulAdd(in[2], Constant(m[1][2] / by[1]), hn::Mul(in[0], Constant(1 / by[1])));
    const auto evenB =
        hn::MulAdd(in[2], Constant(m[3][2] / by[3]), hn::Mul(in[0], Constant(1 / by[3])));
    const auto scaleA = Constant(m[1][1] / by[1]), scaleB = Constant(m[3][1] / by[3]);
    out[0] = hn::Mul(in[0], Constant(1 / by[0]));
    out[1] = hn::MulAdd(in[1], scaleA, evenA);
    out[2] = hn::NegMulAdd(in[1], scaleA, evenA);
    out[3] = hn::MulAdd(in[1], scaleB, evenB);
    out[4] = hn::NegMulAdd(in[1], scaleB, evenB);
    out[5] = in[2];
  }
};

// out = G^T in, 6 to 3: the gradient of the transform of the weights.
struct WeightGradientTransform {
  static constexpr size_t kIn = 6, kOut = 3;

  HWY_INLINE void operator()(const WinogradVector* in, WinogradVector* out) const {
    constexpr auto& m = winograd::kG;
    constexpr auto& by = winograd::kDivisor;
    const auto evenA = hn::Add(in[1], in[2]), oddA = hn::Sub(in[1], in[2]);
    const auto evenB = hn::Add(in[3], in[4]), oddB = hn::Sub(in[3], in[4]);
    const auto some = hn::MulAdd(evenA, Constant(1 / by[1]), hn::Mul(evenB, Constant(1 / by[3])));
    out[0] = hn::MulAdd(in[0], Constant(1 / by[0]), some);
    out[1] = hn::MulAdd(oddA, Constant(m[1][1] / by[1]), hn::Mul(oddB, Constant(m[3][1] / by[3])));
    out[2] = hn::MulAdd(evenA, Constant(m[1][2] / by[1]),
                        hn::MulAdd(evenB, Constant(m[3][2] / by[3]), in[5]));
  }
};

// Applies a transform to kIn vectors, which lie `inStride` floats apart.
template <class Transform>
HWY_INLINE void Apply(const Transform& transform, const float* in, size_t inStride, float* out,
                      size_t outStride) {
  const WinogradTag d;
  WinogradVector from[Transform::kIn], to[Transform::kOut];
  for (size_t i = 0; i < Transform::kIn; ++i) from[i] = hn::LoadU(d, in + i * inStride);
  transform(from, to);
  for (size_t i = 0; i < Transform::kOut; ++i) hn::StoreU(to[i], d, out + i * outStride);
}

// out = M in M^T for one tile of kIn x kIn vectors, `inStride` and `outStride` floats apart.
template <class Transform>
HWY_INLINE void ApplyBoth(const Transform& transform, const float* in, size_t inStride, float* out,
                          size_t outStride) {
  constexpr size_t kLanes = hn::MaxLanes(WinogradTag()), kIn = Transform::kIn;
  constexpr size_t kOut = Transform::kOut;
  HWY_ALIGN float rows[kOut * kIn * kLanes];
  for (size_t j = 0; j < kIn; ++j) {
    Apply(transform, in + j * inStride, kIn * inStride, rows + j * kLanes, kIn * kLanes);
  }
  for (size_t i = 0; i < kOut; ++i) {
    Apply(transform, rows + i * kIn * kLanes, kLanes, out + i * kOut * outStride, outStride);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif
