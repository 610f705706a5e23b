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

template <size_t kRows, size_t kVectors, class D, class T = hn::TFromD<D>>
HWY_NOINLINE void OffsetTile(D d, const OffsetProduct<T>& p, size_t first) {
  using V = hn::Vec<D>;
  const size_t lanes = hn::Lanes(d);
  // Two sums for each element if there are too few to hide the latency of additions.
  constexpr size_t kChains = kRows * kVectors < 8 ? 2 : 1;
  const T* at[kRows];
  V sums[kRows][kChains * kVectors];
  for (size_t r = 0; r < kRows; ++r) {
    at[r] = p.base + p.row[first + r];
    for (V& sum : sums[r]) sum = hn::Zero(d);
  }
  const T* HWY_RESTRICT panel = p.panel;
  const int32_t* HWY_RESTRICT offset = p.offset;
  const auto step = [&](size_t chain) HWY_ATTR {
    const ptrdiff_t t = offset[chain];
    V columns[kVectors];
    for (size_t v = 0; v < kVectors; ++v) {
      columns[v] = hn::Load(d, panel + (chain * kVectors + v) * lanes);
    }
    for (size_t r = 0; r < kRows; ++r) {
      const V value = hn::Set(d, at[r][t]);
      for (size_t v = 0; v < kVectors; ++v) {
        V& sum = sums[r][chain * kVectors + v];
        sum = hn::MulAdd(value, columns[v], sum);
      }
    }
  };
  const int32_t* end = offset + p.depth / kChains * kChains;
  for (; offset != end; offset += kChains) {
    for (size_t chain = 0; chain < kChains; ++chain) step(chain);
    panel += kChains * kVectors * lanes;
  }
  if (p.depth % kChains != 0) step(0);
  for (size_t r = 0; r < kRows; ++r) {
    T* out = p.out + static_cast<size_t>(p.outRow[first + r]) * (kVectors * lanes);
    for (size_t v = 0; v < kVectors; ++v) {
      V sum = sums[r][v];
      for (size_t c = 1; c < kChains; ++c) sum = hn::Add(sum, sums[r][c * kVectors + v]);
      hn::Store(p.add ? hn::Add(sum, hn::Load(d, out + v * lanes)) : sum, d, out + v * lanes);
    }
  }
}

template <size_t kVectors, class D, class T>
void OffsetTiles(D d, const OffsetProduct<T>& p, size_t begin, size_t end) {
  size_t i = begin;
  for (; i + kTileRows / 2 < end; i += kTileRows) OffsetTile<kTileRows, kVectors>(d, p, i);
  if (i < end) OffsetTile<kTileRows / 2, kVectors>(d, p, i);
}

// Half a vector, or a vector where it has only 128 bits.
template <class T>
using NarrowTag = hn::CappedTag<T, (HWY_MAX_BYTES > 32 ? 32 : 16) / sizeof(T)>;

// Rows [begin, end) of the result, whose lines have `width` elements: a multiple of a vector, or a narrow one. The
// tables go on to a multiple of kTileRows / 2 rows after `begin`.
template <class T>
void MultiplyOffsets(const OffsetProduct<T>& p, size_t width, size_t begin, size_t end) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  if (width < lanes) return OffsetTiles<1>(NarrowTag<T>(), p, begin, end);
  switch (width / lanes) {
    case 1:
      return OffsetTiles<1>(d, p, begin, end);
    case 2:
      return OffsetTiles<2>(d, p, begin, end);
    case 3:
      if constexpr (kTileVectors >= 3) return OffsetTiles<3>(d, p, begin, end);
      return;
    default:
      if constexpr (kTileVectors >= 4) return OffsetTiles<4>(d, p, begin, end);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif
