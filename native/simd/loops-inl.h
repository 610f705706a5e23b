// Loops over full vectors and a partial last one. Compiled once per instruction set, hence the unusual include
// guard.
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
#include "simd/half-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

BLASGRAD_DEFINE_ELEMENTWISE

// out[i] = f(in[i]...) with full vectors of the type used for arithmetic on the output; f is inlined.
template <bool kStreams, class Out, class F, class... In>
HWY_INLINE void MapVectors(const Args& a, int64_t count, Out* HWY_RESTRICT out, const F& f,
                           const In*... in) {
  const hn::ScalableTag<ComputeOf<Out>> d;
  const size_t lanes = hn::Lanes(d);
  const size_t n = static_cast<size_t>(count);
  size_t i = 0;
  if constexpr (kStreams) {
    if (a.stream) {
      const size_t past = reinterpret_cast<uintptr_t>(out) / sizeof(Out) % lanes;
      if (past != 0) {
        i = std::min(lanes - past, n);
        StoreTailAs(d, f(LoadTailAs(d, in, i)...), out, i);
      }
      for (; i + lanes <= n; i += lanes) StreamAs(d, f(LoadAs(d, in + i)...), out + i);
    }
  }
  for (; i + lanes <= n; i += lanes) StoreAs(d, f(LoadAs(d, in + i)...), out + i);
  if (i < n) StoreTailAs(d, f(LoadTailAs(d, in + i, n - i)...), out + i, n - i);
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif
