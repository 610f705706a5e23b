// The product of rows that are read by offsets and packed panels of vectors. Compiled once per instruction set, hence
// the unusual include guard.
#if defined(BLASGRAD_OFFSET_GEMM_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BLASGRAD_OFFSET_GEMM_INL_H
#undef BLASGRAD_OFFSET_GEMM_INL_H
#else
#define BLASGRAD_OFFSET_GEMM_INL_H
#endif

#include <cstddef>
#include <cstdint>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// The registers hold a tile of 6 rows by as many vectors: 12 of 16 registers, or 24 of 32.
inline constexpr size_t kTileRows = 6;
inline constexpr size_t kTileVectors = HWY_TARGET <= HWY_AVX3 || HWY_ARCH_ARM_A64 ? 4 : 2;

// Element (i, t) of the left factor is base[row[i] + offset[t]]. The right factor has `depth` lines of `vectors`
// vectors. Row i of the result is written to line outRow[i] of `out`, which has lines like the right factor.
template <class T>
struct OffsetProduct {
  const T* base;
  const int32_t* row;
  const int32_t* outRow;
  const int32_t* offset;
  size_t depth;
  const T* panel;
  T* out;
  bool add;  // to the contents of `out`
};

template <size_t kRows, size_t kVectors, class T>
HWY_NOINLINE void OffsetTile(const OffsetProduct<T>& p, size_t first) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  const size_t lanes = hn::Lanes(d);
  const T* at[kRows];
  V sums[kRows][kVectors];
  for (size_t r = 0; r < kRows; ++r) {
    at[r] = p.base + p.row[first + r];
    for (V& sum : sums[r]) sum = hn::Zero(d);
  }
  const T* HWY_RESTRICT panel = p.panel;
  const int32_t* HWY_RESTRICT offset = p.offset;
  for (const int32_t* end = offset + p.depth; offset != end; ++offset) {
    const ptrdiff_t t = *offset;
    V columns[kVectors];
    for (size_t v = 0; v < kVectors; ++v) columns[v] = hn::Load(d, panel + v * lanes);
    for (size_t r = 0; r < kRows; ++r) {
      const V value = hn::Set(d, at[r][t]);
      for (size_t v = 0; v < kVectors; ++v) sums[r][v] = hn::MulAdd(value, columns[v], sums[r][v]);
    }
    panel += kVectors * lanes;
  }
  for (size_t r = 0; r < kRows; ++r) {
    T* out = p.out + static_cast<size_t>(p.outRow[first + r]) * (kVectors * lanes);
    for (size_t v = 0; v < kVectors; ++v) {
      const V sum = sums[r][v];
      hn::Store(p.add ? hn::Add(sum, hn::Load(d, out + v * lanes)) : sum, d, out + v * lanes);
    }
  }
}

template <size_t kVectors, class T>
void OffsetTiles(const OffsetProduct<T>& p, size_t begin, size_t end) {
  size_t i = begin;
  for (; i + kTileRows / 2 < end; i += kTileRows) OffsetTile<kTileRows, kVectors>(p, i);
  if (i < end) OffsetTile<kTileRows / 2, kVectors>(p, i);
}

// Rows [begin, end) of the result. The tables go on to a multiple of kTileRows / 2 rows after `begin`.
template <class T>
void MultiplyOffsets(const OffsetProduct<T>& p, size_t vectors, size_t begin, size_t end) {
  switch (vectors) {
    case 1:
      return OffsetTiles<1>(p, begin, end);
    case 2:
      return OffsetTiles<2>(p, begin, end);
    case 3:
      if constexpr (kTileVectors >= 3) return OffsetTiles<3>(p, begin, end);
      return;
    default:
      if constexpr (kTileVectors >= 4) return OffsetTiles<4>(p, begin, end);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif
