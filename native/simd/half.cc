#include "simd/half.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "simd/half.cc"
#include "hwy/foreach_target.h"
//
#include "simd/half-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

template <class From, class To>
void Convert(const From* from, int64_t count, To* to) {
  const hn::ScalableTag<float> d;
  const size_t n = static_cast<size_t>(count), lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) StoreAs(d, LoadAs(d, from + i), to + i);
  if (i < n) StoreTailAs(d, LoadTailAs(d, from + i, n - i), to + i, n - i);
}

void WidenFloat16(const Float16* from, int64_t n, float* to) { Convert(from, n, to); }
void WidenBFloat16(const BFloat16* from, int64_t n, float* to) { Convert(from, n, to); }
void NarrowFloat16(const float* from, int64_t n, Float16* to) { Convert(from, n, to); }
void NarrowBFloat16(const float* from, int64_t n, BFloat16* to) { Convert(from, n, to); }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace blasgrad {
HWY_EXPORT(WidenFloat16);
HWY_EXPORT(WidenBFloat16);
HWY_EXPORT(NarrowFloat16);
HWY_EXPORT(NarrowBFloat16);

void WidenBlock(const Float16* from, int64_t n, float* to) {
  HWY_DYNAMIC_DISPATCH(WidenFloat16)(from, n, to);
}
void WidenBlock(const BFloat16* from, int64_t n, float* to) {
  HWY_DYNAMIC_DISPATCH(WidenBFloat16)(from, n, to);
}
void NarrowBlock(const float* from, int64_t n, Float16* to) {
  HWY_DYNAMIC_DISPATCH(NarrowFloat16)(from, n, to);
}
void NarrowBlock(const float* from, int64_t n, BFloat16* to) {
  HWY_DYNAMIC_DISPATCH(NarrowBFloat16)(from, n, to);
}
}  // namespace blasgrad
#endif
