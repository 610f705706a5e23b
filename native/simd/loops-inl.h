// Loops over vectors: whole ones, and a shorter last one. Compiled once per instruction set, hence the odd guard.
#if defined(BLASGRAD_LOOPS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BLASGRAD_LOOPS_INL_H
#undef BLASGRAD_LOOPS_INL_H
#else
#define BLASGRAD_LOOPS_INL_H
#endif

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

#include "core/elementwise.h"
#include "core/op.h"
#include "core/threads.h"
#include "hwy/cache_control.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

BLASGRAD_DEFINE_ELEMENTWISE

// The first n < Lanes(d) elements at p; what the other lanes hold is never stored.
template <class D, class T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> LoadTail(D d, const T* p, size_t n) {
#if HWY_MEM_OPS_MIGHT_FAULT
  HWY_ALIGN T lanes[hn::MaxLanes(D())] = {};
  std::memcpy(lanes, p, n * sizeof(T));
  return hn::Load(d, lanes);
#else
  return hn::MaskedLoad(hn::FirstN(d, n), d, p);
#endif
}

template <class D, class T = hn::TFromD<D>>
HWY_INLINE void StoreTail(D d, hn::Vec<D> v, T* p, size_t n) {
#if HWY_MEM_OPS_MIGHT_FAULT
  HWY_ALIGN T lanes[hn::MaxLanes(D())];
  hn::Store(v, d, lanes);
  std::memcpy(p, lanes, n * sizeof(T));
#else
  hn::BlendedStore(v, hn::FirstN(d, n), d, p);
#endif
}

// out[i] = f(in[i]...) with whole vectors; f is inlined.
template <bool kStreams, class T, class F, class... In>
HWY_INLINE void MapVectors(const Args& a, int64_t count, T* HWY_RESTRICT out, const F& f,
                           const In*... in) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  const size_t n = static_cast<size_t>(count);
  size_t i = 0;
  if (kStreams && a.stream) {
    const size_t past = reinterpret_cast<uintptr_t>(out) / sizeof(T) % lanes;
    if (past != 0) {
      i = std::min(lanes - past, n);
      StoreTail(d, f(LoadTail(d, in, i)...), out, i);
    }
    for (; i + lanes <= n; i += lanes) hn::Stream(f(hn::LoadU(d, in + i)...), d, out + i);
  } else {
    for (; i + lanes <= n; i += lanes) hn::StoreU(f(hn::LoadU(d, in + i)...), d, out + i);
  }
  if (i < n) StoreTail(d, f(LoadTail(d, in + i, n - i)...), out + i, n - i);
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif
