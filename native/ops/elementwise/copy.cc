// Moving elements: copies between layouts, conversion of dtypes, filling, choosing. The compiler vectorises these loops;
// for SSE2 alone `where` of 1M elements would take 1.44 times as long.
#include <algorithm>
#include <cstring>
#include <limits>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/elementwise/copy.cc"
#include "hwy/foreach_target.h"
//
#include "simd/loops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

constexpr int64_t kElementwiseGrain = 1 << 17;

struct Copy {
  static constexpr int64_t kGrain = kElementwiseGrain;
  template <class T>
  static void Run(const Args&, int64_t n, T* out, const T* x) {
    std::memmove(out, x, static_cast<size_t>(n) * sizeof(T));
  }
};

// To a whole number as C does, with everything that does not fit, and NaN, at the smallest one.
template <DType kTo, class From>
CType<kTo> Convert(From v) {
  using To = CType<kTo>;
  if constexpr (kTo == DType::boolean) {
    return v != 0;
  } else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    constexpr From kLimit = -static_cast<From>(std::numeric_limits<To>::min());
    return v > -kLimit - 1 && v < kLimit ? static_cast<To>(v) : std::numeric_limits<To>::min();
  } else {
    return static_cast<To>(v);
  }
}

template <DType kTo>
struct Cast {
  static constexpr int64_t kGrain = kElementwiseGrain;
  template <class Out, class In>
  static void Run(const Args&, int64_t n, Out* __restrict out, const In* __restrict x) {
    for (int64_t i = 0; i < n; ++i) out[i] = Convert<kTo>(x[i]);
  }
};

template <DType kType>
struct Fill {
  static constexpr int64_t kGrain = kElementwiseGrain;
  template <class T>
  static void Run(const Args& a, int64_t n, T* out) {
    std::fill_n(out, n, Convert<kType>(a.attr[0]));
  }
};

struct Where {
  static constexpr int64_t kGrain = kElementwiseGrain;
  template <class T>
  static void Run(const Args&, int64_t n, T* out, const CType<DType::boolean>* condition,
                  const T* x, const T* y) {
    for (int64_t i = 0; i < n; ++i) out[i] = condition[i] ? x[i] : y[i];
  }
};

}  // namespace

std::vector<Op> CopyOps() {
  return {
      {"copy", {{"x"}, {"out", Access::write}}, {}, nullptr, KernelsFor<kAll>([]<DType kType>() {
         return Elementwise<Copy, kType, kType>;
       })},
      {"to",
       {{"x"}, {"out", Access::write, Element::second}},
       {},
       nullptr,
       KernelsForPairs<kAll, kAll>(
           []<DType kFrom, DType kTo>() { return Elementwise<Cast<kTo>, kTo, kFrom>; })},
      {"fill",
       {{"out", Access::write}},
       {{"value", AttrKind::real}},
       nullptr,
       KernelsFor<kAll>([]<DType kType>() { return Elementwise<Fill<kType>, kType>; })},
      {"where",
       {{"condition", Access::read, Element::boolean}, {"x"}, {"y"}, {"out", Access::write}},
       {},
       nullptr,
       KernelsFor<kAll>(
           []<DType kType>() { return Elementwise<Where, kType, DType::boolean, kType, kType>; })},
  };
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "ops/family.h"

namespace blasgrad {
HWY_EXPORT(CopyOps);
std::vector<Op> CopyOps() { return HWY_DYNAMIC_DISPATCH(CopyOps)(); }
}  // namespace blasgrad
#endif
