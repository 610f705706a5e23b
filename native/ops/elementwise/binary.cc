// Functions of two numbers: arithmetic, comparison, logic. Either operand may be broadcast.
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/elementwise/binary.cc"
#include "hwy/foreach_target.h"
//
#include "simd/loops-inl.h"
#include "simd/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

// Arithmetic on vectors.
#define BLASGRAD_ARITHMETIC(NAME, EXPRESSION)                                      \
  struct NAME {                                                                    \
    static constexpr int64_t kGrain = 1 << 17;                                     \
    template <class T>                                                             \
    static void Run(const Args& args, int64_t n, T* out, const T* x, const T* y) { \
      [[maybe_unused]] const hn::ScalableTag<T> d;                                 \
      MapVectors<kMayStream<NAME>>(                                                \
          args, n, out,                                                            \
          [d](auto a, auto b) HWY_ATTR {                                           \
            (void)d;                                                               \
            return EXPRESSION;                                                     \
          },                                                                       \
          x, y);                                                                   \
    }                                                                              \
  };
BLASGRAD_ARITHMETIC(Add, hn::Add(a, b))
BLASGRAD_ARITHMETIC(Sub, hn::Sub(a, b))
BLASGRAD_ARITHMETIC(Mul, hn::Mul(a, b))
BLASGRAD_ARITHMETIC(Div, hn::Div(a, b))
BLASGRAD_ARITHMETIC(Maximum, vm::Maximum(d, a, b))
BLASGRAD_ARITHMETIC(Minimum, vm::Minimum(d, a, b))

// Everything else on numbers: loops the compiler vectorises where it can.
#define BLASGRAD_SCALAR(NAME, GRAIN, OUT, EXPRESSION)                                        \
  struct NAME {                                                                              \
    static constexpr int64_t kGrain = GRAIN;                                                 \
    template <class T>                                                                       \
    static void Run(const Args&, int64_t n, OUT* HWY_RESTRICT out, const T* x, const T* y) { \
      for (int64_t i = 0; i < n; ++i) {                                                      \
        const T a = x[i];                                                                    \
        const T b = y[i];                                                                    \
        out[i] = static_cast<OUT>(EXPRESSION);                                               \
      }                                                                                      \
    }                                                                                        \
  };

// Remainder with the sign of the divisor, as Python's %; whole numbers divide by 0 to 0.
template <class T>
T Remainder(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    const T r = std::fmod(a, b);
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
  } else {
    if (b == 0 || b == -1) return 0;
    const T r = a % b;
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
  }
}
template <class T>
T Fmod(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::fmod(a, b);
  } else {
    return b == 0 || b == -1 ? 0 : a % b;
  }
}
// Whole powers by squaring, wrapping as int32 does; a negative exponent leaves 1, -1 or 0.
template <class T>
T Pow(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::pow(a, b);
  } else {
    if (b < 0) return a == 1 ? 1 : a == -1 ? (b % 2 == 0 ? 1 : -1) : 0;
    uint32_t result = 1;
    uint32_t base = static_cast<uint32_t>(a);
    for (; b > 0; b >>= 1, base *= base) {
      if (b & 1) result *= base;
    }
    return static_cast<T>(result);
  }
}

BLASGRAD_SCALAR(PowLoop, 1 << 13, T, (Pow<T>(a, b)))
BLASGRAD_SCALAR(Atan2, 1 << 13, T, std::atan2(a, b))
BLASGRAD_SCALAR(FmodLoop, 1 << 13, T, (Fmod<T>(a, b)))
BLASGRAD_SCALAR(RemainderLoop, 1 << 13, T, (Remainder<T>(a, b)))
BLASGRAD_SCALAR(Eq, 1 << 17, uint8_t, a == b)
BLASGRAD_SCALAR(Ne, 1 << 17, uint8_t, a != b)
BLASGRAD_SCALAR(Lt, 1 << 17, uint8_t, a < b)
BLASGRAD_SCALAR(Le, 1 << 17, uint8_t, a <= b)
BLASGRAD_SCALAR(Gt, 1 << 17, uint8_t, a > b)
BLASGRAD_SCALAR(Ge, 1 << 17, uint8_t, a >= b)
BLASGRAD_SCALAR(LogicalAnd, 1 << 17, uint8_t, a != 0 && b != 0)
BLASGRAD_SCALAR(LogicalOr, 1 << 17, uint8_t, a != 0 || b != 0)
BLASGRAD_SCALAR(LogicalXor, 1 << 17, uint8_t, (a != 0) != (b != 0))

template <class F, Group kGroup>
Op Arithmetic(const char* name) {
  return {name,
          {{"a"}, {"b"}, {"out", Access::write}},
          {},
          nullptr,
          KernelsFor<kGroup>([]<DType kType>() { return Elementwise<F, kType, kType, kType>; })};
}

template <class F>
Op Predicate(const char* name) {
  return {
      name,
      {{"a"}, {"b"}, {"out", Access::write, Element::boolean}},
      {},
      nullptr,
      KernelsFor<kAll>([]<DType kType>() { return Elementwise<F, DType::boolean, kType, kType>; })};
}

}  // namespace

std::vector<Op> BinaryOps() {
  return {
      Arithmetic<Add, kNumbers>("add"),
      Arithmetic<Sub, kNumbers>("sub"),
      Arithmetic<Mul, kNumbers>("mul"),
      Arithmetic<Div, kFloating>("div"),
      Arithmetic<PowLoop, kNumbers>("pow"),
      Arithmetic<Atan2, kFloating>("atan2"),
      Arithmetic<FmodLoop, kNumbers>("fmod"),
      Arithmetic<RemainderLoop, kNumbers>("remainder"),
      Arithmetic<Maximum, kNumbers>("maximum"),
      Arithmetic<Minimum, kNumbers>("minimum"),
      Predicate<Eq>("eq"),
      Predicate<Ne>("ne"),
      Predicate<Lt>("lt"),
      Predicate<Le>("le"),
      Predicate<Gt>("gt"),
      Predicate<Ge>("ge"),
      Predicate<LogicalAnd>("logicalAnd"),
      Predicate<LogicalOr>("logicalOr"),
      Predicate<LogicalXor>("logicalXor"),
  };
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "ops/family.h"

namespace blasgrad {
HWY_EXPORT(BinaryOps);
std::vector<Op> BinaryOps() { return HWY_DYNAMIC_DISPATCH(BinaryOps)(); }
}  // namespace blasgrad
#endif
