// Converting indices to positions and back, one-hot encoding, and positions of nonzero elements.
#include "core/elementwise.h"
#include "ops/family.h"
#include "ops/index/indices.h"

namespace blasgrad {
namespace {

// The offsets of indices into a dimension of `size` with stride `step`. Negative indices count from the end. If
// `accumulate`, the offsets are added to those of other dimensions.
template <class I>
void Index(const Args& a) {
  using Unsigned = std::make_unsigned_t<I>;
  const int64_t n = a.size(0), size = a.size(1), step = a.size(2);
  const I* index = a.in<I>(0);
  I* out = a.out<I>(1);
  RequireIndices(index, n, size, true);
  const auto add = static_cast<Unsigned>(size), times = static_cast<Unsigned>(step);
  const bool accumulate = a.flag(3);
  for (int64_t i = 0; i < n; ++i) {
    const I position = index[i];
    const Unsigned at = static_cast<Unsigned>(position) + (position < 0 ? add : 0);
    const Unsigned before = accumulate ? static_cast<Unsigned>(out[i]) : 0;
    out[i] = static_cast<I>(before + at * times);
  }
}

// out (count, classes) = 1 at each index, 0 elsewhere
template <class I>
void OneHot(const Args& a) {
  const int64_t count = a.size(0), classes = a.size(1);
  const I* index = a.in<I>(0);
  I* out = a.out<I>(1);
  RequireIndices(index, count, classes);
  std::fill_n(out, Elements(a.attr[0], a.attr[1]), I{0});
  const BoundedIndex<I> bounded(classes);
  for (int64_t i = 0; i < count; ++i) out[i * classes + bounded(index + i)] = 1;
}

template <class T>
bool IsNonzero(T v) {
  if constexpr (sizeof(T) == 2) {
    return (v.bits & 0x7fff) != 0;  // halves: -0 is 0 too
  } else {
    return v != 0;
  }
}

// positions[0, count) = the positions of the nonzero elements of x, in order
template <class T>
void Nonzero(const Args& a) {
  const int64_t n = std::min<int64_t>(a.size(0), INT32_MAX);
  const T* __restrict x = a.in<T>(0);
  int32_t* __restrict positions = a.out<int32_t>(1);
  int32_t found = 0;
  for (int32_t i = 0; i < n; ++i) {
    positions[found] = i;
    found += IsNonzero(x[i]);
  }
  *a.out<int32_t>(2) = found;
}

// The coordinate of a position along a dimension of `size` with stride `step`.
struct Coordinate {
  static constexpr int64_t kGrain = kIndexGrain;
  template <class I>
  static void Run(const Args& a, int64_t n, I* out, const I* x) {
    const int64_t size = std::max<int64_t>(a.size(0), 1), step = std::max<int64_t>(a.size(1), 1);
    for (int64_t i = 0; i < n; ++i) out[i] = static_cast<I>(x[i] / step % size);
  }
};

}  // namespace

std::vector<Op> PositionOps() {
  return {
      {"index",
       {{"index"}, {"out", Access::update}},
       {{"count"}, {"size"}, {"step"}, {"accumulate", AttrKind::flag}},
       [](const double* attr, int64_t* need) { need[0] = need[1] = Elements(attr[0]); },
       KernelsFor<kIndices>([]<DType kType>() { return Index<CType<kType>>; })},
      {"oneHot",
       {{"index"}, {"out", Access::write}},
       {{"count"}, {"classes"}},
       [](const double* attr, int64_t* need) {
         need[0] = Elements(attr[0]);
         need[1] = Elements(attr[0], attr[1]);
       },
       KernelsFor<kIndices>([]<DType kType>() { return OneHot<CType<kType>>; })},
      {"nonzero",
       {{"x"},
        {"positions", Access::write, Element::int32},
        {"count", Access::write, Element::int32}},
       {{"n"}},
       [](const double* attr, int64_t* need) {
         need[0] = need[1] = Elements(attr[0]);
         need[2] = 1;
       },
       KernelsFor<kAll>([]<DType kType>() { return Nonzero<CType<kType>>; })},
      {"coordinate",
       {{"x"}, {"out", Access::write}},
       {{"size"}, {"step"}},
       nullptr,
       KernelsFor<kIndices>([]<DType kType>() { return Elementwise<Coordinate, kType, kType>; })},
  };
}

}  // namespace blasgrad
