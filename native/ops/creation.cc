// Sequences of numbers.
#include <limits>
#include <string>
#include <type_traits>

#include "core/threads.h"
#include "ops/family.h"

namespace blasgrad {
namespace {

constexpr int64_t kGrain = 1 << 16;

// Whether a number, truncated, fits in T.
template <class T>
bool Holds(double v) {
  constexpr double kEnd = static_cast<double>(std::numeric_limits<T>::max() / 2 + 1) * 2;
  constexpr auto kFirst = static_cast<double>(std::numeric_limits<T>::min());
  return sizeof(T) == 8 ? v >= kFirst && v < kEnd : v > kFirst - 1 && v < kEnd;
}

template <class T>
T Convert(double v) {
  if constexpr (std::is_arithmetic_v<T>) {
    return static_cast<T>(v);
  } else {
    return Narrow<T>::From(static_cast<float>(v));
  }
}

// Throws unless the integer dtype can hold the first and the last number.
template <DType kType>
void RequireEnds(double first, double last) {
  using T = CType<kType>;
  if constexpr (std::is_integral_v<T>) {
    if (Holds<T>(first) && Holds<T>(last)) return;
    throw DataError(std::string("expected numbers that ") + InfoOf(kType).name +
                    " holds for start and end, got " + std::to_string(first) + " and " +
                    std::to_string(last));
  }
}

// out[i] = start + i step
template <DType kType>
void Arange(const Args& a) {
  using T = CType<kType>;
  const double start = a.attr[0], step = a.attr[1];
  const int64_t n = a.size(2);
  if (n > 0) RequireEnds<kType>(start, start + static_cast<double>(n - 1) * step);
  a.threads->For(n, kGrain, [&](int64_t begin, int64_t end) {
    T* out = a.out<T>(0);
    for (int64_t i = begin; i < end; ++i) {
      out[i] = Convert<T>(start + static_cast<double>(i) * step);
    }
  });
}

// n numbers from start to end, inclusive, counted from the nearer end so that both are exact. Computed in the
// dtype, as in PyTorch: integers drop the fractions of start, end and the numbers between.
template <DType kType>
void Linspace(const Args& a) {
  using T = CType<kType>;
  const int64_t n = a.size(2);
  if (n > 0) RequireEnds<kType>(a.attr[0], a.attr[1]);
  const auto rounded = [](double v) { return static_cast<double>(Widen(Convert<T>(v))); };
  const double start = n > 0 ? rounded(a.attr[0]) : 0, last = n > 0 ? rounded(a.attr[1]) : 0;
  const double step = n > 1 ? (last - start) / static_cast<double>(n - 1) : 0;
  a.threads->For(n, kGrain, [&](int64_t begin, int64_t end) {
    T* out = a.out<T>(0);
    for (int64_t i = begin; i < end; ++i) {
      out[i] = Convert<T>(i < n / 2 || n == 1 ? start + static_cast<double>(i) * step
                                              : last - static_cast<double>(n - 1 - i) * step);
    }
  });
}

void SequenceNeeds(const double* attr, int64_t* need) { need[0] = Elements(attr[2]); }

}  // namespace

std::vector<Op> CreationOps() {
  const Operand out = {"out", Access::write};
  const Attr start = {"start", AttrKind::real}, n = {"n"};
  return {
      {"arange",
       {out},
       {start, {"step", AttrKind::real}, n},
       SequenceNeeds,
       KernelsFor<kNumbers>([]<DType kType>() { return Arange<kType>; })},
      {"linspace",
       {out},
       {start, {"end", AttrKind::real}, n},
       SequenceNeeds,
       KernelsFor<kNumbers>([]<DType kType>() { return Linspace<kType>; })},
  };
}

}  // namespace blasgrad
