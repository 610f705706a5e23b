// Sums and products of integers and booleans over n of contiguous (outer, n, inner). Results are int64, exact if
// they fit; they wrap around if not, as in PyTorch.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/reduce/integers.cc"
#include "hwy/foreach_target.h"
//
#include "ops/reduce/reduce-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

// True counts as 1; any byte other than 0 is true.
template <class F, DType kType>
struct OfIntegers : F {
  template <class D, class V>
  static HWY_INLINE V Load([[maybe_unused]] D d, V v) {
    if constexpr (kType == DType::boolean) {
      return hn::IfThenElseZero(hn::Ne(v, hn::Zero(d)), hn::Set(d, 1));
    } else {
      return v;
    }
  }
};

template <class F, DType kType>
void IntegerKernel(const Args& a) {
  Reduce<OfIntegers<F, kType>>(a.threads, a.in<CType<kType>>(0), a.size(0), a.size(1), a.size(2),
                               a.out<int64_t>(1), a.shared<int64_t>());
}

void Needs(const double* attr, int64_t* need) {
  need[0] = Elements(attr[0], attr[1], attr[2]);
  need[1] = Elements(attr[0], attr[2]);
}

ScratchBytes Scratch(const double* attr, size_t) {
  return {.shared = ReduceScratch(attr[0], attr[1], attr[2], sizeof(int64_t))};
}

template <class F>
Op IntegerOp(const char* name) {
  return {name,
          {{"x"}, {"out", Access::write, Element::int64}},
          {{"outer"}, {"n"}, {"inner"}},
          Needs,
          KernelsFor<kIntegers | kBooleans>([]<DType kType>() { return IntegerKernel<F, kType>; }),
          Scratch};
}

}  // namespace

std::vector<Op> IntegerSumOps() {
  return {IntegerOp<Sum>("sumInt64"), IntegerOp<Product>("prodInt64")};
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "ops/family.h"

namespace blasgrad {
HWY_EXPORT(IntegerSumOps);
std::vector<Op> IntegerSumOps() { return HWY_DYNAMIC_DISPATCH(IntegerSumOps)(); }
}  // namespace blasgrad
#endif
