// Moving elements: copies between layouts, conversion of element types, filling, choosing.
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/elementwise/copy.cc"
#include "hwy/foreach_target.h"
//
#include "simd/elementwise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

constexpr int64_t kGrain_ = 1 << 17;

struct Copy {
  static constexpr int64_t kGrain = kGrain_;
  template <class T>
  static void Run(const Args&, int64_t n, T* out, const T* x) {
    std::memmove(out, x, static_cast<size_t>(n) * sizeof(T));
  }
};

// To a whole number as C does, with everything that does not fit, and NaN, at the smallest one.
template <class To, class From>
To Convert(From v) {
  if constexpr (std::is_same_v<To, bool>) {
    return v != 0;
  } else if constexpr (std::is_same_v<To, int32_t> && std::is_floating_point_v<From>) {
    constexpr From kLimit = 2147483648.0;
    return v > -kLimit - 1 && v < kLimit ? static_cast<int32_t>(v)
                                         : std::numeric_limits<int32_t>::min();
  } else {
    return static_cast<To>(v);
  }
}

template <class To>
struct Cast {
  static constexpr int64_t kGrain = kGrain_;
  template <class Out, class In>
  static void Run(const Args&, int64_t n, Out* HWY_RESTRICT out, const In* HWY_RESTRICT x) {
    for (int64_t i = 0; i < n; ++i) out[i] = Convert<To>(x[i]);
  }
};

struct Fill {
  static constexpr int64_t kGrain = kGrain_;
  template <class T>
  static void Run(const Args& a, int64_t n, T* out) {
    std::fill_n(out, n,
                Convert<std::conditional_t<std::is_same_v<T, uint8_t>, bool, T>>(a.attr[0]));
  }
};

struct Where {
  static constexpr int64_t kGrain = kGrain_;
  template <class T>
  static void Run(const Args&, int64_t n, T* out, const uint8_t* condition, const T* x,
                  const T* y) {
    for (int64_t i = 0; i < n; ++i) out[i] = condition[i] ? x[i] : y[i];
  }
};

template <class To, class Out>
Op CastRow(const char* name, Element element) {
  return {name,
          {{"x"}, {"out", Access::write, element}},
          {},
          nullptr,
          {Map<Cast<To>, Out, float>, Map<Cast<To>, Out, double>, Map<Cast<To>, Out, int32_t>,
           Map<Cast<To>, Out, uint8_t>}};
}

}  // namespace

std::vector<Op> CopyRows() {
  return {
      {"copy",
       {{"x"}, {"out", Access::write}},
       {},
       nullptr,
       {Map<Copy, float, float>, Map<Copy, double, double>, Map<Copy, int32_t, int32_t>,
        Map<Copy, uint8_t, uint8_t>}},
      CastRow<float, float>("toFloat32", Element::float32),
      CastRow<double, double>("toFloat64", Element::float64),
      CastRow<int32_t, int32_t>("toInt32", Element::int32),
      CastRow<bool, uint8_t>("toBool", Element::boolean),
      {"fill",
       {{"out", Access::write}},
       {{"value", AttrKind::real}},
       nullptr,
       {Map<Fill, float>, Map<Fill, double>, Map<Fill, int32_t>, Map<Fill, uint8_t>}},
      {"where",
       {{"condition", Access::read, Element::boolean}, {"x"}, {"y"}, {"out", Access::write}},
       {},
       nullptr,
       {Map<Where, float, uint8_t, float, float>, Map<Where, double, uint8_t, double, double>,
        Map<Where, int32_t, uint8_t, int32_t, int32_t>,
        Map<Where, uint8_t, uint8_t, uint8_t, uint8_t>}},
  };
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "ops/family.h"

namespace blasgrad {
HWY_EXPORT(CopyRows);
std::vector<Op> CopyRows() { return HWY_DYNAMIC_DISPATCH(CopyRows)(); }
}  // namespace blasgrad
#endif
