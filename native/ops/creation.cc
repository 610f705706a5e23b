// Sequences of numbers.
#include <limits>
#include <string>
#include <type_traits>

#include "core/threads.h"
#include "ops/family.h"

namespace blasgrad {
namespace {

constexpr int64_t kGrain = 1 << 16;

// Whether a number is one of T without its fraction.
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

// out[i] = start + i step
template <DType kType>
void Arange(const Args& a) {
  using T = CType<kType>;
  const double start = a.attr[0], step = a.attr[1];
  const int64_t n = a.size(2);
  if constexpr (std::is_integral_v<T>) {
    const double last = start + static_cast<double>(n - 1) * step;
    if (n > 0 && !(Holds<T>(start) && Holds<T>(last))) {
      throw DataError(std::string("expected numbers that ") + InfoOf(kType).name +
                      " holds for start and end, got " + std::to_string(start) + " and " +
                      std::to_string(last));
    }
  }
  a.threads->For(n, kGrain, [&](int64_t begin, int64_t end) {
    T* out = a.out<T>(0);
    for (int64_t i = begin; i < end; ++i) {
      out[i] = Convert<T>(start + static_cast<double>(i) * step);
    }
  });
}

// n numbers from start to end, both included; counted from the nearer end, so that both are exact.
template <class T>
void Linspace(const Args& a) {
  const double start = a.attr[0], last = a.attr[1];
  const int64_t n = a.size(2);
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
       KernelsFor<kFloating>([]<DType kType>() { return Linspace<CType<kType>>; })},
  };
}

}  // namespace blasgrad
