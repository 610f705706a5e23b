// Transposes between rows of channels and vectors of one position. Compiled once per instruction set, hence the
// unusual include guard.
#if defined(BLASGRAD_TRANSPOSE_LANES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BLASGRAD_TRANSPOSE_LANES_INL_H
#undef BLASGRAD_TRANSPOSE_LANES_INL_H
#else
#define BLASGRAD_TRANSPOSE_LANES_INL_H
#endif

#include <cstddef>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR

// One row: its four elements.
template <class D>
HWY_INLINE void LoadTransposed4(D d, const float* p, size_t, hn::Vec<D>* v) {
  for (size_t j = 0; j < 4; ++j) v[j] = hn::LoadU(d, p + j);
}
template <class D>
HWY_INLINE void StoreTransposed4(D d, const hn::Vec<D>* v, float* p, size_t) {
  for (size_t j = 0; j < 4; ++j) hn::StoreU(v[j], d, p + j);
}

#else

// Four floats of each 128-bit block: block b is loaded from p + b * stride.
template <class D>
HWY_INLINE hn::Vec<D> LoadBlocks(D d, const float* p, size_t stride) {
  if constexpr (hn::MaxLanes(D()) <= 4) {
    (void)stride;
    return hn::LoadU(d, p);
  } else {
    const hn::Half<D> half;
    const auto low = LoadBlocks(half, p, stride);
    return hn::Combine(d, LoadBlocks(half, p + stride * (hn::MaxLanes(half) / 4), stride), low);
  }
}

template <class D>
HWY_INLINE void StoreBlocks(D d, hn::Vec<D> v, float* p, size_t stride) {
  if constexpr (hn::MaxLanes(D()) <= 4) {
    (void)stride;
    hn::StoreU(v, d, p);
  } else {
    const hn::Half<D> half;
    StoreBlocks(half, hn::LowerHalf(half, v), p, stride);
    StoreBlocks(half, hn::UpperHalf(half, v), p + stride * (hn::MaxLanes(half) / 4), stride);
  }
}

// Transposes the 4 x 4 matrix that block b of the four vectors forms, for each b.
template <class D>
HWY_INLINE void TransposeBlocks(D d, hn::Vec<D>* v) {
  const auto even0 = hn::InterleaveLower(d, v[0], v[2]), odd0 = hn::InterleaveLower(d, v[1], v[3]);
  const auto even1 = hn::InterleaveUpper(d, v[0], v[2]), odd1 = hn::InterleaveUpper(d, v[1], v[3]);
  v[0] = hn::InterleaveLower(d, even0, odd0);
  v[1] = hn::InterleaveUpper(d, even0, odd0);
  v[2] = hn::InterleaveLower(d, even1, odd1);
  v[3] = hn::InterleaveUpper(d, even1, odd1);
}

// v[j] = element j of each row: lane r is p[r * stride + j], for j < 4.
template <class D>
HWY_INLINE void LoadTransposed4(D d, const float* p, size_t stride, hn::Vec<D>* v) {
  for (size_t r = 0; r < 4; ++r) v[r] = LoadBlocks(d, p + r * stride, 4 * stride);
  TransposeBlocks(d, v);
}

// The reverse; changes v.
template <class D>
HWY_INLINE void StoreTransposed4(D d, hn::Vec<D>* v, float* p, size_t stride) {
  TransposeBlocks(d, v);
  for (size_t r = 0; r < 4; ++r) StoreBlocks(d, v[r], p + r * stride, 4 * stride);
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif
