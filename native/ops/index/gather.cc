// Reading elements at indices. Data is treated as (outer, n, inner) with the indexed dimension in the middle, of
// which m positions are read. gather has an index for each element, (outer, m, inner); indexSelect has one for each
// row of inner elements, (m). Plain loops: cache misses dominate the time.
#include <cstring>

#include "core/for_rows.h"
#include "ops/family.h"
#include "ops/index/indices.h"

namespace blasgrad {
namespace {

// out (outer, m, inner) = x (outer, n, inner) at index (outer, m, inner)
template <class T, class I>
void Gather(const Args& a) {
  const int64_t n = a.size(1), m = a.size(2), inner = a.size(3);
  const T* x = a.in<T>(0);
  const I* index = a.in<I>(1);
  T* out = a.out<T>(2);
  const int64_t count = Elements(a.attr[0], a.attr[2], a.attr[3]);
  RequireIndices(index, count, n);
  const BoundedIndex<I> bounded(n);
  ForRows(a, count, m, inner, kIndexGrain, [=](int64_t o, int64_t begin, int64_t end) {
    const T* __restrict from = x + o * n * inner;
    const I* __restrict at = index + o * m * inner;
    T* __restrict to = out + o * m * inner;
    if (inner == 1) {
      for (int64_t j = begin; j < end; ++j) to[j] = from[bounded(at + j)];
      return;
    }
    for (int64_t j = begin; j < end; ++j) {
      for (int64_t i = 0; i < inner; ++i) {
        to[j * inner + i] = from[bounded(at + j * inner + i) * inner + i];
      }
    }
  });
}

void GatherNeeds(const double* attr, int64_t* need) {
  need[0] = Elements(attr[0], attr[1], attr[3]);
  need[1] = need[2] = Elements(attr[0], attr[2], attr[3]);
}

// out (outer, m, inner) = rows of x (outer, n, inner) at index (m)
template <class T, class I>
void IndexSelect(const Args& a) {
  const int64_t n = a.size(1), m = a.size(2), inner = a.size(3);
  const T* x = a.in<T>(0);
  const I* __restrict at = a.in<I>(1);
  T* out = a.out<T>(2);
  RequireIndices(at, m, n);
  const BoundedIndex<I> bounded(n);
  const int64_t count = Elements(a.attr[0], a.attr[2], a.attr[3]);
  ForRows(a, count, m, inner, inner < 16 ? kIndexGrain : kRowGrain,
          [=](int64_t o, int64_t begin, int64_t end) {
            const T* __restrict from = x + o * n * inner;
            T* __restrict to = out + o * m * inner;
            if (inner == 1) {
              for (int64_t j = begin; j < end; ++j) to[j] = from[bounded(at + j)];
            } else if (inner < 16) {  // too short to call memcpy
              for (int64_t j = begin; j < end; ++j) {
                const T* row = from + bounded(at + j) * inner;
                for (int64_t i = 0; i < inner; ++i) to[j * inner + i] = row[i];
              }
            } else {
              const size_t row = static_cast<size_t>(inner) * sizeof(T);
              for (int64_t j = begin, run; j < end; j += run) {
                // Copy consecutive rows at once: rows of 3 KB in order take four fifths of the time.
                const int64_t first = bounded(at + j);
                for (run = 1; j + run < end && bounded(at + j + run) == first + run;) ++run;
                std::memcpy(to + j * inner, from + first * inner, static_cast<size_t>(run) * row);
              }
            }
          });
}

void IndexSelectNeeds(const double* attr, int64_t* need) {
  GatherNeeds(attr, need);
  need[1] = Elements(attr[2]);
}

}  // namespace

std::vector<Op> GatherOps() {
  const std::vector<Operand> operands = {
      {"x"}, {"index", Access::read, Element::second}, {"out", Access::write}};
  const std::vector<Attr> sizes = {{"outer"}, {"n"}, {"m"}, {"inner"}};
  return {
      {"gather", operands, sizes, GatherNeeds,
       KernelsForPairs<kAll, kIndices>(
           []<DType kType, DType kIndex>() { return Gather<Word<kType>, CType<kIndex>>; })},
      {"indexSelect", operands, sizes, IndexSelectNeeds,
       KernelsForPairs<kAll, kIndices>(
           []<DType kType, DType kIndex>() { return IndexSelect<Word<kType>, CType<kIndex>>; })},
  };
}

}  // namespace blasgrad
