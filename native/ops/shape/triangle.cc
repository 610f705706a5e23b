// The lower and the upper triangle of matrices. Elements are only moved and 0 is all bits 0, so dtypes of the same
// size share a kernel.
#include "core/for_rows.h"
#include "ops/family.h"

namespace blasgrad {
namespace {

// out (batch, rows, columns) = x on and below the diagonal (above it if kUpper), 0 elsewhere;
// diagonal 0 is the main one, 1 the one above it.
template <class T, bool kUpper>
void Triangle(const Args& a) {
  const int64_t rows = a.size(1), columns = a.size(2);
  const double shift =
      std::max(-9.0e15, std::min(9.0e15, a.attr[3]));  // NaN becomes the lower limit
  const auto diagonal = static_cast<int64_t>(shift) + (kUpper ? 0 : 1);
  const T* x = a.in<T>(0);
  T* out = a.out<T>(1);
  const int64_t count = Elements(a.attr[0], a.attr[1], a.attr[2]);
  ForRows(a, count, rows, columns, kRowGrain, [=](int64_t batch, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const T* __restrict from = x + (batch * rows + i) * columns;
      T* __restrict to = out + (batch * rows + i) * columns;
      const int64_t edge = std::clamp<int64_t>(i + diagonal, 0, columns);
      std::copy(from + (kUpper ? edge : 0), from + (kUpper ? columns : edge),
                to + (kUpper ? edge : 0));
      std::fill(to + (kUpper ? 0 : edge), to + (kUpper ? edge : columns), T{0});
    }
  });
}

template <bool kUpper>
Op TriangleOp(const char* name) {
  return {name,
          {{"x"}, {"out", Access::write}},
          {{"batch"}, {"rows"}, {"columns"}, {"diagonal", AttrKind::real}},
          [](const double* attr, int64_t* need) {
            need[0] = need[1] = Elements(attr[0], attr[1], attr[2]);
          },
          KernelsFor<kAll>([]<DType kType>() { return Triangle<Word<kType>, kUpper>; })};
}

}  // namespace

std::vector<Op> TriangleOps() { return {TriangleOp<false>("tril"), TriangleOp<true>("triu")}; }

}  // namespace blasgrad
