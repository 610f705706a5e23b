// The 36 matrix products of Winograd's algorithm. Compiled once per instruction set, hence the unusual include guard.
#if defined(BLASGRAD_WINOGRAD_PRODUCTS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BLASGRAD_WINOGRAD_PRODUCTS_INL_H
#undef BLASGRAD_WINOGRAD_PRODUCTS_INL_H
#else
#define BLASGRAD_WINOGRAD_PRODUCTS_INL_H
#endif

#include <algorithm>
#include <cstdint>

#include "ops/nn/winograd_panels-inl.h"
#include "simd/offset_gemm-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {

constexpr int64_t kPositions = 36;
constexpr int64_t kRows = static_cast<int64_t>(kTileRows);

inline int64_t RoundUp(int64_t n, int64_t multiple) {
  return (n + multiple - 1) / multiple * multiple;
}

// A matrix of (rows x channels) for each of the 36 positions, in groups of up to `width` panels: [group][row][panel][lane].
struct Matrices {
  float* data;
  int64_t rows, panels, width;
  int64_t stride;  // floats from one position to the next

  static int64_t PanelsOf(int64_t channels) { return (channels + kPanel - 1) / kPanel; }
  // 128 bytes more than a multiple of 4096, so that the 36 positions of a tile lie in different sets of the L1 cache.
  static int64_t Stride(int64_t rows, int64_t channels) {
    return RoundUp(rows * PanelsOf(channels) * kPanel, 1024) + 32;
  }
  static int64_t Bytes(int64_t rows, int64_t channels) {
    return kPositions * Stride(rows, channels) * static_cast<int64_t>(sizeof(float));
  }
  // Advances `memory` beyond the matrices.
  static Matrices At(char** memory, int64_t rows, int64_t channels, int64_t width) {
    const Matrices m = {reinterpret_cast<float*>(*memory), rows, PanelsOf(channels), width,
                        Stride(rows, channels)};
    *memory += Bytes(rows, channels);
    return m;
  }

  int64_t groupWidth(int64_t p) const { return std::min(width, panels - p / width * width); }
  // Of the first position: where panel p begins, and the floats from one row to the next.
  float* panel(int64_t p) const { return data + (p / width * width * rows + p % width) * kPanel; }
  int64_t step(int64_t p) const { return groupWidth(p) * kPanel; }
};

constexpr auto kGroupPanels = static_cast<int64_t>(kTileVectors);

// The rows of the left factors and of the results, and the offsets of the columns of the left factors.
struct ProductTables {
  int32_t *row, *outRow, *offset;

  static int64_t Bytes(int64_t rows, int64_t depth) {
    return (2 * RoundUp(rows, kRows) + RoundUp(depth, 16)) * static_cast<int64_t>(sizeof(int32_t));
  }
  // For panels of `panelRows` x lanes as left factors, read by rows, or transposed.
  ProductTables(char* memory, int64_t rows, int64_t columns, int64_t panelRows, bool transposed)
      : row(reinterpret_cast<int32_t*>(memory)),
        outRow(row + RoundUp(rows, kRows)),
        offset(outRow + RoundUp(rows, kRows)) {
    const auto byChannel = [&](int64_t c) {
      return static_cast<int32_t>(c / kPanel * panelRows * kPanel + c % kPanel);
    };
    for (int64_t i = 0; i < RoundUp(rows, kRows); ++i) {
      row[i] = transposed ? byChannel(std::min(i, rows - 1)) : static_cast<int32_t>(i * kPanel);
      outRow[i] = static_cast<int32_t>(i);
    }
    for (int64_t t = 0; t < columns; ++t) {
      offset[t] = transposed ? static_cast<int32_t>(t * kPanel) : byChannel(t);
    }
  }
};

// The first `rows` rows of out (+)= left right, for one position and the group of panels that begins with panel p.
inline void Multiply(const Matrices& left, const Matrices& right, const Matrices& out,
                     const ProductTables& tables, int64_t depth, int64_t position, int64_t p,
                     int64_t rows, bool add) {
  const OffsetProduct<float> product = {left.data + position * left.stride,
                                        tables.row,
                                        tables.outRow,
                                        tables.offset,
                                        static_cast<size_t>(depth),
                                        right.panel(p) + position * right.stride,
                                        out.panel(p) + position * out.stride,
                                        add};
  // Tiles of kRows rows only, because sums of fewer rows are added in another order.
  MultiplyOffsets(product, static_cast<size_t>(out.step(p)), 0,
                  static_cast<size_t>(RoundUp(rows, kRows)));
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif
