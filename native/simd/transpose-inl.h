// Transposed copies of matrices. Compiled once per instruction set, hence the unusual include guard.
#if defined(BLASGRAD_TRANSPOSE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BLASGRAD_TRANSPOSE_INL_H
#undef BLASGRAD_TRANSPOSE_INL_H
#else
#define BLASGRAD_TRANSPOSE_INL_H
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "hwy/highway.h"
#include "simd/half-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Blocks of 16 bytes square: 4 x 4 floats or 2 x 2 doubles.
template <class T>
inline constexpr int64_t kTransposeSide = 16 / sizeof(T);

template <class V>
HWY_INLINE void TransposeBlock(hn::FixedTag<float, 4> d, V* rows) {
  const hn::FixedTag<uint64_t, 2> pairs;
  const auto low = [&](V a, V b)
                       HWY_ATTR { return hn::BitCast(pairs, hn::InterleaveLower(d, a, b)); };
  const auto high = [&](V a, V b)
                        HWY_ATTR { return hn::BitCast(pairs, hn::InterleaveUpper(d, a, b)); };
  const auto a = low(rows[0], rows[1]), b = high(rows[0], rows[1]);
  const auto c = low(rows[2], rows[3]), e = high(rows[2], rows[3]);
  rows[0] = hn::BitCast(d, hn::InterleaveLower(pairs, a, c));
  rows[1] = hn::BitCast(d, hn::InterleaveUpper(pairs, a, c));
  rows[2] = hn::BitCast(d, hn::InterleaveLower(pairs, b, e));
  rows[3] = hn::BitCast(d, hn::InterleaveUpper(pairs, b, e));
}
template <class V>
HWY_INLINE void TransposeBlock(hn::FixedTag<double, 2> d, V* rows) {
  const V a = rows[0], b = rows[1];
  rows[0] = hn::InterleaveLower(d, a, b);
  rows[1] = hn::InterleaveUpper(d, a, b);
}

// to(c)[r] = from[r * stride + c] + shift(c) for r < rows and c < columns, where `to` returns the start of a line, and
// `shift` a number. kColumns columns are copied at a time: 16 use whole cache lines of `from`, and one block writes fewer
// lines at once.
template <int64_t kColumns, class From, class To, class Shift>
HWY_INLINE void Transpose(const From* from, int64_t stride, int64_t rows, int64_t columns,
                          const To& to, const Shift& shift) {
  using Out = std::remove_reference_t<decltype(*to(0))>;
  using T = ComputeOf<From>;
  constexpr int64_t kSide = kTransposeSide<T>;
  const hn::FixedTag<T, static_cast<size_t>(kSide)> d;
  using V = hn::Vec<decltype(d)>;
  const auto one = [&](int64_t r, int64_t c) {
    to(c)[r] = Narrow<Out>::From(Widen(from[r * stride + c]) + shift(c));
  };
  for (int64_t first = 0; first < columns; first += kColumns) {
    const int64_t end = std::min(columns, first + kColumns);
    int64_t r = 0;
    for (; r + kSide <= rows; r += kSide) {
      int64_t c = first;
      for (; c + kSide <= end; c += kSide) {
        V lines[kSide];
        for (int64_t i = 0; i < kSide; ++i) lines[i] = LoadAs(d, from + (r + i) * stride + c);
        TransposeBlock(d, lines);
        for (int64_t i = 0; i < kSide; ++i) {
          StoreAs(d, hn::Add(lines[i], hn::Set(d, shift(c + i))), to(c + i) + r);
        }
      }
      for (; c < end; ++c) {
        for (int64_t i = 0; i < kSide; ++i) one(r + i, c);
      }
    }
    for (; r < rows; ++r) {
      for (int64_t c = first; c < end; ++c) one(r, c);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif
