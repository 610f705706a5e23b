// Functions of two numbers: arithmetic, comparison, logic, bit operations. Either operand may be broadcast.
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
    static constexpr bool kHalves = true;                                          \
    template <class T>                                                             \
    static void Run(const Args& args, int64_t n, T* out, const T* x, const T* y) { \
      [[maybe_unused]] const hn::ScalableTag<ComputeOf<T>> d;                      \
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
BLASGRAD_ARITHMETIC(Div, hn::Div(a, b))
BLASGRAD_ARITHMETIC(Maximum, vm::Maximum(d, a, b))
BLASGRAD_ARITHMETIC(Minimum, vm::Minimum(d, a, b))

// Other functions: scalar loops, which the compiler vectorises if it can.
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

// The unsigned type for integer arithmetic, so that it wraps around and is not promoted to int.
template <class T>
using Wrapping = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;

template <class T>
T Product(T a, T b) {
  return static_cast<T>(static_cast<Wrapping<T>>(a) * static_cast<Wrapping<T>>(b));
}

// Highway cannot multiply bytes, nor 64-bit integers without AVX-512.
struct Mul {
  static constexpr int64_t kGrain = 1 << 17;
  static constexpr bool kHalves = true;
  template <class T>
  static void Run(const Args& args, int64_t n, T* out, const T* x, const T* y) {
    if constexpr (std::is_integral_v<T> && sizeof(T) != 4) {
      for (int64_t i = 0; i < n; ++i) out[i] = Product(x[i], y[i]);
    } else {
      MapVectors<kMayStream<Mul>>(
          args, n, out, [](auto a, auto b) HWY_ATTR { return hn::Mul(a, b); }, x, y);
    }
  }
};

template <class T>
bool IsMinusOne(T v) {
  return std::is_signed_v<T> && v == static_cast<T>(-1);
}

// Remainder with the sign of the divisor, as Python's %. Dividing the smallest integer by -1 overflows, so it is
// handled separately.
template <class T>
T Remainder(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    const T r = std::fmod(a, b);
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
  } else {
    if (b == 0 || IsMinusOne(b)) return 0;
    const auto r = static_cast<T>(a % b);
    return static_cast<T>(r != 0 && (r < 0) != (b < 0) ? r + b : r);
  }
}
template <class T>
T Fmod(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::fmod(a, b);
  } else {
    return b == 0 || IsMinusOne(b) ? T{0} : static_cast<T>(a % b);
  }
}
// The quotient rounded down; for floats as Python's //, which subtracts the remainder first.
template <class T>
T FloorDivide(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (b == 0) return a / b;
    const T r = std::fmod(a, b);
    T quotient = (a - r) / b;
    if (r != 0 && (r < 0) != (b < 0)) quotient -= 1;
    if (quotient == 0) return std::copysign(T{0}, a / b);
    const T floor = std::floor(quotient);
    return quotient - floor > static_cast<T>(0.5) ? floor + 1 : floor;
  } else {
    if (b == 0) return 0;
    if (IsMinusOne(b)) return static_cast<T>(-static_cast<Wrapping<T>>(a));
    const auto quotient = static_cast<T>(a / b);
    return static_cast<T>(a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient);
  }
}
// Integer powers by repeated squaring, wrapping around; a negative exponent gives 1, -1 or 0.
template <class T>
T Pow(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::pow(a, b);
  } else {
    if (b < 0) return static_cast<T>(a == 1 ? 1 : IsMinusOne(a) ? (b % 2 == 0 ? 1 : -1) : 0);
    Wrapping<T> result = 1;
    auto base = static_cast<Wrapping<T>>(a);
    for (auto left = static_cast<Wrapping<T>>(b); left > 0; left >>= 1, base *= base) {
      if (left & 1) result *= base;
    }
    return static_cast<T>(result);
  }
}
// Shifts. Shifting by a negative number, or by at least the number of bits, shifts out all bits; the sign fills a
// right shift.
template <class T>
T LeftShift(T a, T b) {
  const auto bits = static_cast<std::make_unsigned_t<T>>(b);
  return bits >= 8 * sizeof(T) ? T{0} : static_cast<T>(static_cast<Wrapping<T>>(a) << bits);
}
template <class T>
T RightShift(T a, T b) {
  constexpr unsigned kMost = 8 * sizeof(T) - 1;
  const auto bits = static_cast<std::make_unsigned_t<T>>(b);
  if (bits > kMost) return static_cast<T>(std::is_signed_v<T> ? a >> kMost : 0);
  return static_cast<T>(a >> bits);
}

BLASGRAD_SCALAR(PowLoop, 1 << 13, T, (Pow<T>(a, b)))
BLASGRAD_SCALAR(Atan2, 1 << 13, T, std::atan2(a, b))
BLASGRAD_SCALAR(FmodLoop, 1 << 13, T, (Fmod<T>(a, b)))
BLASGRAD_SCALAR(RemainderLoop, 1 << 13, T, (Remainder<T>(a, b)))
BLASGRAD_SCALAR(FloorDivideLoop, 1 << 13, T, (FloorDivide<T>(a, b)))
BLASGRAD_SCALAR(BitwiseAnd, 1 << 17, T, (a & b))
BLASGRAD_SCALAR(BitwiseOr, 1 << 17, T, (a | b))
BLASGRAD_SCALAR(BitwiseXor, 1 << 17, T, (a ^ b))
BLASGRAD_SCALAR(LeftShiftLoop, 1 << 17, T, (LeftShift<T>(a, b)))
BLASGRAD_SCALAR(RightShiftLoop, 1 << 17, T, (RightShift<T>(a, b)))
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

// The same for halves, with an operand that is not rounded to a half first.
template <class F>
Op WithNumber(const char* name) {
  return {name,
          {{"a"}, {"b", Access::read, Element::float32}, {"out", Access::write}},
          {},
          nullptr,
          KernelsFor<kHalves>(
              []<DType kType>() { return Elementwise<F, kType, kType, DType::float32>; })};
}

// Integer division by 0 is an error, raised before anything is computed.
template <class F, DType kType>
void Division(const Args& a) {
  if constexpr (InfoOf(kType).in(kIntegers)) {
    if (HasZero<CType<kType>>(a, 1)) {
      throw DataError("expected nonzero integers for other, got 0");
    }
  }
  constexpr Kernel kKernel = Elementwise<F, kType, kType, kType>;
  kKernel(a);
}
template <class F>
Op DivisionOp(const char* name) {
  return {name,
          {{"a"}, {"b"}, {"out", Access::write}},
          {},
          nullptr,
          KernelsFor<kNumbers>([]<DType kType>() { return Division<F, kType>; })};
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
      DivisionOp<FmodLoop>("fmod"),
      DivisionOp<RemainderLoop>("remainder"),
      DivisionOp<FloorDivideLoop>("floorDivide"),
      WithNumber<Mul>("mulNumber"),
      WithNumber<Div>("divNumber"),
      WithNumber<FloorDivideLoop>("floorDivideNumber"),
      Arithmetic<BitwiseAnd, kIntegers | kBooleans>("bitwiseAnd"),
      Arithmetic<BitwiseOr, kIntegers | kBooleans>("bitwiseOr"),
      Arithmetic<BitwiseXor, kIntegers | kBooleans>("bitwiseXor"),
      Arithmetic<LeftShiftLoop, kIntegers>("bitwiseLeftShift"),
      Arithmetic<RightShiftLoop, kIntegers>("bitwiseRightShift"),
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
