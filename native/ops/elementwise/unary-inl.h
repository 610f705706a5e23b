// How a one-input function becomes two rows: itself and its derivative.
#if defined(BLASGRAD_UNARY_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BLASGRAD_UNARY_INL_H
#undef BLASGRAD_UNARY_INL_H
#else
#define BLASGRAD_UNARY_INL_H
#endif

#include <array>
#include <vector>

#include "simd/elementwise-inl.h"
#include "simd/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {

// F::Forward(d, x, p, q) and F::Backward(d, dy, kept, p, q), with p and q the row's attributes.
template <class F>
struct ForwardLoop {
  static constexpr int64_t kGrain = F::kGrain;
  template <class T>
  static void Run(const Args& a, int64_t n, T* out, const T* x) {
    const hn::ScalableTag<T> d;
    const auto p = vm::Const(d, F::kAttrs > 0 ? a.attr[0] : 0);
    const auto q = vm::Const(d, F::kAttrs > 1 ? a.attr[1] : 0);
    MapVectors<kMayStream<F>>(
        a, n, out, [d, p, q](auto v) HWY_ATTR { return F::Forward(d, v, p, q); }, x);
  }
};

template <class F>
struct BackwardLoop {
  static constexpr int64_t kGrain = F::kGrain;
  template <class T>
  static void Run(const Args& a, int64_t n, T* out, const T* dy, const T* kept) {
    const hn::ScalableTag<T> d;
    const auto p = vm::Const(d, F::kAttrs > 0 ? a.attr[0] : 0);
    const auto q = vm::Const(d, F::kAttrs > 1 ? a.attr[1] : 0);
    MapVectors<kMayStream<F>>(
        a, n, out, [d, p, q](auto g, auto k) HWY_ATTR { return F::Backward(d, g, k, p, q); }, dy,
        kept);
  }
};

template <class F>
void AddUnaryRows(std::vector<Op>& rows, const char* name, const char* backwardName,
                  const char* kept, const std::vector<Attr>& attrs) {
  rows.push_back({name,
                  {{"x"}, {"out", Access::write}},
                  attrs,
                  nullptr,
                  {Map<ForwardLoop<F>, float, float>, Map<ForwardLoop<F>, double, double>}});
  rows.push_back(
      {backwardName,
       {{"dy"}, {kept}, {"dx", Access::write}},
       attrs,
       nullptr,
       {Map<BackwardLoop<F>, float, float, float>, Map<BackwardLoop<F>, double, double, double>}});
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif

// A family is a list of lines ROW(name, grain, kept, attributes, function, derivative): the function
// of x, and dy times its derivative, from what forward keeps, which is x or y. p and q are the
// attributes. BLASGRAD_DEFINE_UNARY turns a line into a functor, BLASGRAD_ADD_UNARY into two rows.
#ifndef BLASGRAD_DEFINE_UNARY
#define BLASGRAD_DEFINE_UNARY(NAME, GRAIN, KEPT, ATTRS, FORWARD, BACKWARD)                        \
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
                                 [[maybe_unused]] V KEPT, [[maybe_unused]] V p,                   \
                                 [[maybe_unused]] V q) {                                          \
      return BACKWARD;                                                                            \
    }                                                                                             \
  };
#define BLASGRAD_ADD_UNARY(NAME, GRAIN, KEPT, ATTRS, FORWARD, BACKWARD) \
  AddUnaryRows<functions::NAME>(rows, #NAME, #NAME "Backward", #KEPT, {ATTRS.begin(), ATTRS.end()});

namespace blasgrad {
inline constexpr std::array<Attr, 0> kNoAttrs = {};
// Fewest elements worth a thread: of a loop that memory bounds, and of one that arithmetic bounds.
inline constexpr int64_t kCheap = 1 << 17;
inline constexpr int64_t kCostly = 1 << 14;
}  // namespace blasgrad
#endif
