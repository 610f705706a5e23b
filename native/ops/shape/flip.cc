// Elements in reverse order along a dimension. Elements are only moved, so dtypes of the same size share a kernel.
#include "core/for_rows.h"
#include "ops/family.h"

namespace blasgrad {
namespace {

// out (outer, n, inner) = x with the middle dimension in reverse order
template <class T>
void Flip(const Args& a) {
  const int64_t n = a.size(1), inner = a.size(2);
  const T* x = a.in<T>(0);
  T* out = a.out<T>(1);
  const int64_t count = Elements(a.attr[0], a.attr[1], a.attr[2]);
  ForRows(a, count, n, inner, kRowGrain, [=](int64_t o, int64_t begin, int64_t end) {
    const T* __restrict from = x + o * n * inner;
    T* __restrict to = out + o * n * inner;
    if (inner == 1) {
      std::reverse_copy(from + n - end, from + n - begin, to + begin);
      return;
    }
    for (int64_t j = begin; j < end; ++j) {
      std::copy_n(from + (n - 1 - j) * inner, inner, to + j * inner);
    }
  });
}

void FlipNeeds(const double* attr, int64_t* need) {
  need[0] = need[1] = Elements(attr[0], attr[1], attr[2]);
}

}  // namespace

std::vector<Op> FlipOps() {
  return {{"flip",
           {{"x"}, {"out", Access::write}},
           {{"outer"}, {"n"}, {"inner"}},
           FlipNeeds,
           KernelsFor<kAll>([]<DType kType>() { return Flip<Word<kType>>; })}};
}

}  // namespace blasgrad
