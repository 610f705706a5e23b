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
#include <type_traits>
#include <utility>

#include "hwy/highway.h"
#include "simd/half-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The shift of a transposed copy that only copies.
struct NoShift {};

// Blocks of 16 bytes square, 4 x 4 floats or 2 x 2 doubles: one in each 128-bit part of the vectors.
template <class T>
inline constexpr int64_t kTransposeSide = 16 / sizeof(T);

#if HWY_TARGET == HWY_SCALAR

template <int64_t kColumns, class From, class To, class Shift = NoShift>
void Transpose(const From* from, int64_t stride, int64_t rows, int64_t columns, const To& to,
               const Shift& shift = {}) {
  using Out = std::remove_reference_t<decltype(*to(0))>;
  for (int64_t c = 0; c < columns; ++c) {
    for (int64_t r = 0; r < rows; ++r) {
      ComputeOf<From> value = Widen(from[r * stride + c]);
      if constexpr (!std::is_same_v<Shift, NoShift>) value += shift(c);
      to(c)[r] = Narrow<Out>::From(value);
    }
  }
}

#else

template <class D, class V>
HWY_INLINE void TransposeBlocks(D d, V* rows) {
  if constexpr (kTransposeSide<hn::TFromD<D> > == 2) {
    const V a = rows[0], b = rows[1];
    rows[0] = hn::InterleaveLower(d, a, b);
    rows[1] = hn::InterleaveUpper(d, a, b);
  } else {
    const hn::Repartition<uint64_t, D> pairs;
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
}

// A square block below another one, if vectors hold two of them; otherwise one.
template <class From, class To, class Shift>
class Transposer {
 public:
  using T = ComputeOf<From>;
  using Out = std::remove_reference_t<decltype(*std::declval<const To&>()(0))>;
  static constexpr int64_t kSide = kTransposeSide<T>;

  Transposer(const From* from, int64_t stride, const To& to, const Shift& shift)
      : from_(from), stride_(stride), to_(to), shift_(shift) {}

  template <int64_t kBlocks>
  HWY_INLINE void Copy(int64_t r, int64_t c) const {
    const hn::FixedTag<T, static_cast<size_t>(kBlocks * kSide)> d;
    hn::Vec<decltype(d)> lines[kSide];
    for (int64_t i = 0; i < kSide; ++i) lines[i] = Load<kBlocks>(from_ + (r + i) * stride_ + c);
    TransposeBlocks(d, lines);
    for (int64_t i = 0; i < kSide; ++i) {
      if constexpr (!std::is_same_v<Shift, NoShift>) {
        lines[i] = hn::Add(lines[i], hn::Set(d, shift_(c + i)));
      }
      StoreAs(d, lines[i], to_(c + i) + r);
    }
  }
  HWY_INLINE void CopyOne(int64_t r, int64_t c) const {
    T value = Widen(from_[r * stride_ + c]);
    if constexpr (!std::is_same_v<Shift, NoShift>) value += shift_(c);
    to_(c)[r] = Narrow<Out>::From(value);
  }

 private:
  template <int64_t kBlocks>
  HWY_INLINE auto Load(const From* from) const {
    const hn::FixedTag<T, static_cast<size_t>(kSide)> d;
    if constexpr (kBlocks == 1) {
      return LoadAs(d, from);
    } else {
      const hn::FixedTag<T, static_cast<size_t>(2 * kSide)> both;
      return hn::Combine(both, LoadAs(d, from + kSide * stride_), LoadAs(d, from));
    }
  }

  const From* from_;
  int64_t stride_;
  const To& to_;
  const Shift& shift_;
};

// to(c)[r] = from[r * stride + c] + shift(c) for r < rows and c < columns, where `to` returns the start of a line, and
// `shift` a number. kColumns columns are copied at a time: 16 use whole cache lines of `from`, and one block writes
// fewer lines at once.
template <int64_t kColumns, class From, class To, class Shift = NoShift>
HWY_INLINE void Transpose(const From* from, int64_t stride, int64_t rows, int64_t columns,
                          const To& to, const Shift& shift = {}) {
  const Transposer<From, To, Shift> transposer(from, stride, to, shift);
  constexpr int64_t kSide = kTransposeSide<ComputeOf<From> >;
  constexpr int64_t kBlocks = HWY_MAX_BYTES >= 32 ? 2 : 1;
  for (int64_t first = 0; first < columns; first += kColumns) {
    const int64_t end = std::min(columns, first + kColumns);
    const int64_t whole = first + (end - first) / kSide * kSide;
    int64_t r = 0;
    for (; r + kBlocks * kSide <= rows; r += kBlocks * kSide) {
      int64_t c = first;
      for (; c < whole; c += kSide) transposer.template Copy<kBlocks>(r, c);
      for (; c < end; ++c) {
        for (int64_t i = 0; i < kBlocks * kSide; ++i) transposer.CopyOne(r + i, c);
      }
    }
    if (kBlocks > 1 && r + kSide <= rows) {
      int64_t c = first;
      for (; c < whole; c += kSide) transposer.template Copy<1>(r, c);
      for (; c < end; ++c) {
        for (int64_t i = 0; i < kSide; ++i) transposer.CopyOne(r + i, c);
      }
      r += kSide;
    }
    for (; r < rows; ++r) {
      for (int64_t c = first; c < end; ++c) transposer.CopyOne(r, c);
    }
  }
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif
