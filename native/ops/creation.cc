// Sequences of numbers.
#include <cmath>
#include <type_traits>

#include "core/threads.h"
#include "ops/family.h"

namespace blasgrad {
namespace {

constexpr int64_t kGrain = 1 << 16;

// out[i] = start + i step
template <class T>
void Arange(const Args& a) {
  const double start = a.attr[0], step = a.attr[1];
  const int64_t n = a.size(2);
  if constexpr (std::is_same_v<T, int32_t>) {
    const double last = start + static_cast<double>(n - 1) * step;
    const auto fits = [](double v) { return v > -2147483649.0 && v < 2147483648.0; };
    if (n > 0 && !(fits(start) && fits(last))) {
      throw DataError("expected numbers that int32 holds for start and end, got " +
                      std::to_string(start) + " and " + std::to_string(last));
    }
  }
  a.threads->For(n, kGrain, [&](int64_t begin, int64_t end) {
    T* out = a.out<T>(0);
    for (int64_t i = begin; i < end; ++i) {
      out[i] = static_cast<T>(start + static_cast<double>(i) * step);
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
      out[i] = static_cast<T>(i < n / 2 || n == 1 ? start + static_cast<double>(i) * step
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
       KernelsFor<kNumbers>([]<DType kType>() { return Arange<CType<kType>>; })},
      {"linspace",
       {out},
       {start, {"end", AttrKind::real}, n},
       SequenceNeeds,
       KernelsFor<kFloating>([]<DType kType>() { return Linspace<CType<kType>>; })},
  };
}

}  // namespace blasgrad
