// Reductions of contiguous (outer, n, inner) over n: sums, products, extremes, norms, logic.
#include <cmath>

#include "ops/reduce/reduce.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/reduce/reduce.cc"
#include "hwy/foreach_target.h"
//
#include "ops/reduce/reduce-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

struct Mean : Sum {
  template <class T>
  static T Finish(T r, int64_t n) {
    return r / static_cast<T>(n);
  }
};

struct Product : PlainReduction {
  template <class T>
  static constexpr T Start() {
    return 1;
  }
  template <class D, class V>
  static HWY_INLINE V Combine(D, V a, V b) {
    return hn::Mul(a, b);
  }
};

// sum of |x|
struct Norm1 : Sum {
  template <class D, class V>
  static HWY_INLINE V Load(D, V v) {
    return hn::Abs(v);
  }
};

// sqrt(sum of x^2)
struct Norm2 : Sum {
  template <class D, class V>
  static HWY_INLINE V Load(D, V v) {
    return hn::Mul(v, v);
  }
  template <class T>
  static T Finish(T r, int64_t) {
    return std::sqrt(r);
  }
};

// Logic on bytes, of which every other than 0 stands for true.
struct Any : Largest {
  template <class T>
  static T Finish(T r, int64_t) {
    return r != 0;
  }
};
struct All : Smallest {
  template <class T>
  static T Finish(T r, int64_t) {
    return r != 0;
  }
};

template <class F, class T>
void Kernel(const Args& a) {
  Reduce<F>(a.threads, a.in<T>(0), a.size(0), a.size(1), a.size(2), a.out<T>(1));
}

void Needs(const double* attr, int64_t* need) {
  need[0] = Elements(attr[0], attr[1], attr[2]);
  need[1] = Elements(attr[0], attr[2]);
}

template <class F>
constexpr Kernels kFloats = {Kernel<F, float>, Kernel<F, double>, nullptr, nullptr};
template <class F>
constexpr Kernels kNumbers = {Kernel<F, float>, Kernel<F, double>, Kernel<F, int32_t>, nullptr};
template <class F>
constexpr Kernels kEvery = {Kernel<F, float>, Kernel<F, double>, Kernel<F, int32_t>,
                            Kernel<F, uint8_t>};
template <class F>
constexpr Kernels kLogic = {nullptr, nullptr, nullptr, Kernel<F, uint8_t>};

Op Row(const char* name, const Kernels& kernels) {
  return {name, {{"x"}, {"out", Access::write}}, {{"outer"}, {"n"}, {"inner"}}, Needs, kernels};
}

}  // namespace

std::vector<Op> ReduceRows() {
  return {
      Row("sum", kNumbers<Sum>),    Row("mean", kFloats<Mean>),    Row("prod", kNumbers<Product>),
      Row("amax", kEvery<Largest>), Row("amin", kEvery<Smallest>), Row("norm1", kFloats<Norm1>),
      Row("norm2", kFloats<Norm2>), Row("any", kLogic<Any>),       Row("all", kLogic<All>),
  };
}

void SumColumns32(Threads* threads, const float* x, int64_t rows, int64_t columns, float* out) {
  Reduce<Sum>(threads, x, 1, rows, columns, out);
}
void SumColumns64(Threads* threads, const double* x, int64_t rows, int64_t columns, double* out) {
  Reduce<Sum>(threads, x, 1, rows, columns, out);
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "ops/family.h"

namespace blasgrad {
HWY_EXPORT(ReduceRows);
std::vector<Op> ReduceRows() { return HWY_DYNAMIC_DISPATCH(ReduceRows)(); }

HWY_EXPORT(SumColumns32);
void SumColumns(Threads* threads, const float* x, int64_t rows, int64_t columns, float* out) {
  HWY_DYNAMIC_DISPATCH(SumColumns32)(threads, x, rows, columns, out);
}
HWY_EXPORT(SumColumns64);
void SumColumns(Threads* threads, const double* x, int64_t rows, int64_t columns, double* out) {
  HWY_DYNAMIC_DISPATCH(SumColumns64)(threads, x, rows, columns, out);
}
}  // namespace blasgrad
#endif
