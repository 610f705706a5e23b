// Defines two ops for a function of one number: the function and its derivative.
#if defined(BLASGRAD_UNARY_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BLASGRAD_UNARY_INL_H
#undef BLASGRAD_UNARY_INL_H
#else
#define BLASGRAD_UNARY_INL_H
#endif

#include <array>
#include <vector>

#include "simd/loops-inl.h"
#include "simd/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {

// F::Forward(d, x, p, q) and F::Backward(d, dy, saved, p, q), with p and q the op's attributes.
template <class F>
struct ForwardLoop {
  static constexpr int64_t kGrain = F::kGrain;
  static constexpr bool kHalves = kMayStream<F>;
  template <class T>
  static void Run(const Args& a, int64_t n, T* out, const T* x) {
    const hn::ScalableTag<ComputeOf<T>> d;
    const auto p = vm::Const(d, F::kAttrs > 0 ? a.attr[0] : 0);
    const auto q = vm::Const(d, F::kAttrs > 1 ? a.attr[1] : 0);
    MapVectors<kMayStream<F>>(
        a, n, out, [d, p, q](auto v) HWY_ATTR { return F::Forward(d, v, p, q); }, x);
  }
};

template <class F>
struct BackwardLoop {
  static constexpr int64_t kGrain = F::kGrain;
  static constexpr bool kHalves = kMayStream<F>;
  template <class T>
  static void Run(const Args& a, int64_t n, T* out, const T* dy, const T* saved) {
    const hn::ScalableTag<ComputeOf<T>> d;
    const auto p = vm::Const(d, F::kAttrs > 0 ? a.attr[0] : 0);
    const auto q = vm::Const(d, F::kAttrs > 1 ? a.attr[1] : 0);
    MapVectors<kMayStream<F>>(
        a, n, out, [d, p, q](auto g, auto s) HWY_ATTR { return F::Backward(d, g, s, p, q); }, dy,
        saved);
  }
};

template <class F>
void AddUnaryOps(std::vector<Op>& ops, const char* name, const char* backwardName,
                 const char* saved, const std::vector<Attr>& attrs) {
  ops.push_back({name,
                 {{"x"}, {"out", Access::write}},
                 attrs,
                 nullptr,
                 KernelsFor<kFloating>(
                     []<DType kType>() { return Elementwise<ForwardLoop<F>, kType, kType>; })});
  ops.push_back({backwardName,
                 {{"dy"}, {saved}, {"dx", Access::write}},
                 attrs,
                 nullptr,
                 KernelsFor<kFloating>([]<DType kType>() {
                   return Elementwise<BackwardLoop<F>, kType, kType, kType>;
                 })});
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif

// A family is a list of lines OP(name, grain, saved, attributes, function, derivative). `derivative` is dy times
// the derivative, computed from the tensor that forward saves, x or y. p and q are the attributes.
// BLASGRAD_DEFINE_UNARY turns a line into a functor, BLASGRAD_ADD_UNARY into two ops.
#ifndef BLASGRAD_DEFINE_UNARY
#define BLASGRAD_DEFINE_UNARY(NAME, GRAIN, SAVED, ATTRS, FORWARD, BACKWARD)                       \
  struct NAME {                                                                                   \
    static constexpr int64_t kGrain = GRAIN;                                                      \
    static constexpr size_t kAttrs = ATTRS.size();                                                \
    template <class D, class V>                                                                   \
    static HWY_INLINE V Forward([[maybe_unused]] D d, [[maybe_unused]] V x, [[maybe_unused]] V p, \
                                [[maybe_unused]] V q) {                                           \
      return FORWARD;                                                                             \
    }                                                                                             \
    template <class D, class V>                                                                   \
    static HWY_INLINE V Backward([[maybe_unused]] D d, [[maybe_unused]] V dy,                     \
                                 [[maybe_unused]] V SAVED, [[maybe_unused]] V p,                  \
                                 [[maybe_unused]] V q) {                                          \
      return BACKWARD;                                                                            \
    }                                                                                             \
  };
#define BLASGRAD_ADD_UNARY(NAME, GRAIN, SAVED, ATTRS, FORWARD, BACKWARD) \
  AddUnaryOps<functions::NAME>(ops, #NAME, #NAME "Backward", #SAVED, {ATTRS.begin(), ATTRS.end()});

namespace blasgrad {
inline constexpr std::array<Attr, 0> kNoAttrs = {};
// The minimum number of elements per thread, for a loop limited by memory and for one limited by arithmetic.
inline constexpr int64_t kCheap = 1 << 17;
inline constexpr int64_t kCostly = 1 << 14;
}  // namespace blasgrad
#endif
