// Writing elements at indices, with data and sizes as in gather.cc. scatter, scatterAdd and scatterMultiply have an
// index for each element; indexCopy and indexAdd have one for each row.
#include "core/for_rows.h"
#include "ops/family.h"
#include "ops/index/indices.h"

namespace blasgrad {
namespace {

struct Assign {
  template <class T>
  static T Of(T, T b) {
    return b;
  }
};

struct Add {
  template <class T>
  static T Of(T a, T b) {
    if constexpr (std::is_integral_v<T>) {  // wraps
      using Unsigned = std::make_unsigned_t<T>;
      return static_cast<T>(static_cast<Unsigned>(a) + static_cast<Unsigned>(b));
    } else {
      return a + b;
    }
  }
};

struct Multiply {
  template <class T>
  static T Of(T a, T b) {
    if constexpr (std::is_integral_v<T>) {
      // Wraps around. Not computed in T itself, because products of bytes would be computed in int.
      using Unsigned = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;
      return static_cast<T>(static_cast<Unsigned>(a) * static_cast<Unsigned>(b));
    } else {
      return a * b;
    }
  }
};

// out (outer, n, inner) at index = its combination with source (outer, m, inner), in the order of the source. If
// indices are equal, the last one is assigned. Sums do not depend on the number of threads, because threads split
// the outer or the inner dimension.
template <class T, class I, class Combine, bool kRows>
void Put(const Args& a) {
  const int64_t outer = a.size(0), n = a.size(1), m = a.size(2), inner = a.size(3);
  T* out = a.out<T>(0);
  const I* index = a.in<I>(1);
  const T* source = a.in<T>(2);
  const int64_t count = Elements(a.attr[0], a.attr[2], a.attr[3]);
  RequireIndices(index, kRows ? m : count, n);
  if (count == 0) return;
  const BoundedIndex<I> bounded(n);
  const auto part = [=](int64_t outerBegin, int64_t outerEnd, int64_t begin, int64_t end) {
    for (int64_t o = outerBegin; o < outerEnd; ++o) {
      T* __restrict to = out + o * n * inner;
      const T* __restrict from = source + o * m * inner;
      const I* __restrict at = kRows ? index : index + o * m * inner;
      if (inner == 1) {
        for (int64_t j = 0; j < m; ++j) {
          T& place = to[bounded(at + j)];
          place = Combine::Of(place, from[j]);
        }
        continue;
      }
      for (int64_t j = 0; j < m; ++j) {
        const T* __restrict row = from + j * inner;
        if constexpr (kRows) {
          T* __restrict place = to + bounded(at + j) * inner;
          for (int64_t i = begin; i < end; ++i) place[i] = Combine::Of(place[i], row[i]);
        } else {
          for (int64_t i = begin; i < end; ++i) {
            T& place = to[bounded(at + j * inner + i) * inner + i];
            place = Combine::Of(place, row[i]);
          }
        }
      }
    }
  };
  const int64_t grain = kRows && inner >= 16 ? kRowGrain : kIndexGrain;
  if (outer >= inner) {
    a.threads->For(outer, std::max<int64_t>(grain / (m * inner), 1),
                   [&](int64_t begin, int64_t end) { part(begin, end, 0, inner); });
  } else {
    a.threads->For(
        inner, std::max<int64_t>(grain / (outer * m), 64),
        [&](int64_t begin, int64_t end) { part(0, outer, begin, end); }, 64);
  }
}

void ScatterNeeds(const double* attr, int64_t* need) {
  need[0] = Elements(attr[0], attr[1], attr[3]);
  need[1] = need[2] = Elements(attr[0], attr[2], attr[3]);
}
void IndexPutNeeds(const double* attr, int64_t* need) {
  ScatterNeeds(attr, need);
  need[1] = Elements(attr[2]);
}

template <class Combine, bool kRows, Group kGroup>
Op PutOp(const char* name) {
  constexpr bool kMoves =
      std::is_same_v<Combine, Assign>;  // dtypes of the same size share a kernel
  return {name,
          {{"out", Access::update}, {"index", Access::read, Element::second}, {"source"}},
          {{"outer"}, {"n"}, {"m"}, {"inner"}},
          kRows ? IndexPutNeeds : ScatterNeeds,
          KernelsForPairs<kGroup, kIndices>([]<DType kType, DType kIndex>() {
            using T = std::conditional_t<kMoves, Word<kType>, CType<kType>>;
            return Put<T, CType<kIndex>, Combine, kRows>;
          })};
}

}  // namespace

std::vector<Op> ScatterOps() {
  // The caller computes sums and products of halves in float32, so that they are rounded once.
  constexpr Group kAdded = kWide | kIntegers;
  return {
      PutOp<Assign, false, kAll>("scatter"),
      PutOp<Add, false, kAdded>("scatterAdd"),
      PutOp<Multiply, false, kAdded>("scatterMultiply"),
      PutOp<Assign, true, kAll>("indexCopy"),
      PutOp<Add, true, kAdded>("indexAdd"),
  };
}

}  // namespace blasgrad
