// Moving elements: copies between layouts, dtype conversion, filling, selection. The compiler vectorises these
// loops; with SSE2 only, `where` of 1M elements would take 1.44 times as long.
#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <string>
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

// Conversion to an integer as C does on x86: NaN and values out of range become the smallest integer; uint8 takes
// the last eight bits of int64, as in PyTorch. Halves are passed as floats.
template <DType kTo, class From>
ComputeType<kTo> Convert(From v) {
  using To = ComputeType<kTo>;
  if constexpr (kTo == DType::boolean) {
    return v != 0;
  } else if constexpr (kTo == DType::uint8 && std::is_same_v<From, float>) {
    return static_cast<To>(Convert<DType::int32>(v));  // floats beyond int32 are multiples of 256
  } else if constexpr (kTo == DType::uint8 && std::is_floating_point_v<From>) {
    return static_cast<To>(Convert<DType::int64>(v));
  } else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    constexpr From kLimit = -static_cast<From>(std::numeric_limits<To>::min());
    return v >= -kLimit && v < kLimit ? static_cast<To>(v) : std::numeric_limits<To>::min();
  } else {
    return static_cast<To>(v);
  }
}

template <DType kTo>
struct Cast {
  static constexpr int64_t kGrain = kElementwiseGrain;
  template <class Out, class In>
  static void Run(const Args& a, int64_t n, Out* __restrict out, const In* __restrict x) {
    int64_t i = 0;
    if (a.stream && reinterpret_cast<uintptr_t>(out) % 64 == 0) {
      HWY_ALIGN_MAX std::array<Out, kStreamed> block;
      for (; i + kStreamed <= n; i += kStreamed) {
        for (int64_t k = 0; k < kStreamed; ++k) block[k] = Convert<kTo>(x[i + k]);
        MapVectors<true>(a, kStreamed, out + i, [](auto v) HWY_ATTR { return v; }, block.data());
      }
    }
    for (; i < n; ++i) out[i] = Convert<kTo>(x[i]);
  }

 private:
  // Elements computed in L1 before they are stored with streaming stores.
  static constexpr int64_t kStreamed = 512;
};

// The same with a check for NaN, which no integer represents.
template <DType kFrom, DType kTo>
void CheckedCast(const Args& a) {
  if (HasNaN<CType<kFrom>>(a, 0)) {
    throw DataError(std::string("expected numbers that ") + InfoOf(kTo).name +
                    " can represent for this, got NaN");
  }
  constexpr Kernel kKernel = Elementwise<Cast<kTo>, kTo, kFrom>;
  kKernel(a);
}

// Conversion from halves and bytes to float32, and from float32 to halves, done by the loads and stores.
struct CastByLoading {
  static constexpr int64_t kGrain = kElementwiseGrain;
  static constexpr int64_t kStreamFrom = int64_t{2} << 20;
  template <class Out, class In>
  static void Run(const Args& a, int64_t n, Out* out, const In* x) {
    MapVectors<true>(a, n, out, [](auto v) HWY_ATTR { return v; }, x);
  }
};

template <DType kFrom, DType kTo>
Kernel CastKernel() {
  using From = CType<kFrom>;
  using To = CType<kTo>;
  constexpr bool kIsNarrow = sizeof(From) <= 2 && kFrom != DType::boolean;
  if constexpr ((kIsNarrow && kTo == DType::float32) || (kFrom == DType::float32 && IsHalf(kTo))) {
    return ElementwiseWords<CastByLoading, To, From>;
  } else if constexpr (InfoOf(kFrom).in(kFloating) && InfoOf(kTo).in(kIntegers) &&
                       kTo != DType::int32) {  // int32 keeps NaN as the smallest number
    return CheckedCast<kFrom, kTo>;
  } else {
    return Elementwise<Cast<kTo>, kTo, kFrom>;
  }
}

template <DType kType>
struct Fill {
  static constexpr int64_t kGrain = kElementwiseGrain;
  template <class T>
  static void Run(const Args& a, int64_t n, T* out) {
    std::fill_n(out, n, Narrow<T>::From(Convert<kType>(a.attr[0])));
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
         return ElementwiseWords<Copy, Word<kType>, Word<kType>>;
       })},
      {"to",
       {{"x"}, {"out", Access::write, Element::second}},
       {},
       nullptr,
       KernelsForPairs<kAll, kAll>(
           []<DType kFrom, DType kTo>() { return CastKernel<kFrom, kTo>(); })},
      {"fill",
       {{"out", Access::write}},
       {{"value", AttrKind::real}},
       nullptr,
       KernelsFor<kAll>([]<DType kType>() { return ElementwiseWords<Fill<kType>, CType<kType>>; })},
      {"where",
       {{"condition", Access::read, Element::boolean}, {"x"}, {"y"}, {"out", Access::write}},
       {},
       nullptr,
       KernelsFor<kAll>([]<DType kType>() {
         return ElementwiseWords<Where, Word<kType>, CType<DType::boolean>, Word<kType>,
                                 Word<kType>>;
       })},
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
