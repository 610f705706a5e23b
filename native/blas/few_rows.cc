// y = x weight^T for few rows of x, in one of two ways: dot products of contiguous vectors, a tile of
// them at a time; or, for as many rows as fill vectors, one row of x in each lane.
#include "blas/few_rows.h"

#include <algorithm>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "blas/few_rows.cc"
#include "hwy/foreach_target.h"
//
#include "simd/loops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

// Registers bound the tile: 32 with AVX-512, 16 before.
constexpr size_t kTileRows = HWY_TARGET <= HWY_AVX3 ? 5 : 2;
constexpr size_t kTileColumns = 4;

// Multiply-adds that are worth a thread of their own.
constexpr int64_t kThreadWork = 1 << 18;

template <class T>
struct Product {
  int64_t n, k;
  const T *x, *weight, *bias;
  T* y;
  T* scratch;
};

// y[i..i + kRows)[j..j + kColumns)
template <size_t kRows, size_t kColumns, class T>
HWY_INLINE void Tile(const Product<T>& p, int64_t i, int64_t j) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  const size_t lanes = hn::Lanes(d), k = static_cast<size_t>(p.k);
  const T* x = p.x + i * p.k;
  const T* w = p.weight + j * p.k;
  V sums[kRows][kColumns];
  for (auto& row : sums) {
    for (V& sum : row) sum = hn::Zero(d);
  }
  const auto step = [&](const auto& load) HWY_ATTR {
    V columns[kColumns];
    for (size_t c = 0; c < kColumns; ++c) columns[c] = load(w + c * k);
    for (size_t r = 0; r < kRows; ++r) {
      const V row = load(x + r * k);
      for (size_t c = 0; c < kColumns; ++c) sums[r][c] = hn::MulAdd(row, columns[c], sums[r][c]);
    }
  };
  size_t at = 0;
  for (; at + lanes <= k; at += lanes) {
    step([&](const T* from) HWY_ATTR { return hn::LoadU(d, from + at); });
  }
  if (at < k) {
    // Lanes beyond the end must be 0, which a load for storing back need not promise.
    const auto inside = hn::FirstN(d, k - at);
    step([&](const T* from)
             HWY_ATTR { return hn::IfThenElseZero(inside, LoadTail(d, from + at, k - at)); });
  }
  for (size_t r = 0; r < kRows; ++r) {
    T* out = p.y + (i + static_cast<int64_t>(r)) * p.n + j;
    for (size_t c = 0; c < kColumns; ++c) {
      const T sum = hn::GetLane(hn::SumOfLanes(d, sums[r][c]));
      out[c] = p.bias == nullptr ? sum : sum + p.bias[j + static_cast<int64_t>(c)];
    }
  }
}

// Rows [0, rows) in tiles; the weights of the columns stay in L1 meanwhile.
template <size_t kColumns, class T>
HWY_INLINE void Columns(const Product<T>& p, int64_t rows, int64_t j) {
  int64_t i = 0;
  constexpr auto kRows = static_cast<int64_t>(kTileRows);
  for (; i + kRows <= rows; i += kRows) Tile<kTileRows, kColumns>(p, i, j);
  for (; i + 2 <= rows; i += 2) Tile<2, kColumns>(p, i, j);
  if (i < rows) Tile<1, kColumns>(p, i, j);
}

template <class T>
void DotProducts(Threads* threads, int64_t rows, const Product<T>& p) {
  constexpr auto kWide = static_cast<int64_t>(kTileColumns);
  const int64_t grain = std::max<int64_t>(kThreadWork / std::max<int64_t>(rows * p.k, 1), kWide);
  threads->For(
      p.n, grain,
      [&](int64_t begin, int64_t end) {
        int64_t j = begin;
        // A single row needs more sums at a time to hide the latency of adding.
        if (rows == 1) {
          for (; j + 2 * kWide <= end; j += 2 * kWide) Tile<1, 2 * kTileColumns>(p, 0, j);
        }
        for (; j + kWide <= end; j += kWide) Columns<kTileColumns>(p, rows, j);
        for (; j < end; ++j) Columns<1>(p, rows, j);
      },
      2 * kWide);
}

// --- A row of x in each lane ---------------------------------------------------------------------

constexpr size_t kLaneColumns = HWY_TARGET <= HWY_AVX3 ? 8 : 4;

// The block of x, k x (vectors of rows), and where its rows go.
template <class T>
struct Block {
  const T* x;
  int64_t first, rows;
};

template <size_t kVectors, size_t kColumns, class T>
HWY_INLINE void LaneTile(const Product<T>& p, const Block<T>& block, int64_t j) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  const size_t lanes = hn::Lanes(d), k = static_cast<size_t>(p.k);
  const T* w = p.weight + j * p.k;
  const T* x = block.x;
  V sums[kVectors][kColumns];
  for (auto& row : sums) {
    for (V& sum : row) sum = hn::Zero(d);
  }
  for (size_t at = 0; at < k; ++at, x += kVectors * lanes) {
    V rows[kVectors];
    for (size_t v = 0; v < kVectors; ++v) rows[v] = hn::Load(d, x + v * lanes);
    for (size_t c = 0; c < kColumns; ++c) {
      const V weight = hn::Set(d, w[c * k + at]);
      for (size_t v = 0; v < kVectors; ++v) sums[v][c] = hn::MulAdd(rows[v], weight, sums[v][c]);
    }
  }
  HWY_ALIGN T out[kColumns * kVectors * hn::MaxLanes(d)];
  for (size_t c = 0; c < kColumns; ++c) {
    const V bias =
        p.bias == nullptr ? hn::Zero(d) : hn::Set(d, p.bias[j + static_cast<int64_t>(c)]);
    for (size_t v = 0; v < kVectors; ++v) {
      hn::Store(hn::Add(sums[v][c], bias), d, out + (c * kVectors + v) * lanes);
    }
  }
  T* y = p.y + block.first * p.n + j;
  for (int64_t r = 0; r < block.rows; ++r, y += p.n) {
    for (size_t c = 0; c < kColumns; ++c) y[c] = out[c * kVectors * lanes + static_cast<size_t>(r)];
  }
}

template <size_t kVectors, class T>
void LaneColumns(Threads* threads, const Product<T>& p, const Block<T>& block) {
  constexpr auto kWide = static_cast<int64_t>(kLaneColumns);
  const int64_t grain =
      std::max<int64_t>(kThreadWork / std::max<int64_t>(block.rows * p.k, 1), kWide);
  threads->For(
      p.n, grain,
      [&](int64_t begin, int64_t end) {
        int64_t j = begin;
        for (; j + kWide <= end; j += kWide) LaneTile<kVectors, kLaneColumns>(p, block, j);
        for (; j < end; ++j) LaneTile<kVectors, 1>(p, block, j);
      },
      kWide);
}

// Turns rows of x into lanes, some columns at a time so that what is written stays in L1; lanes beyond
// the last row hold zeros.
template <class T>
void Transpose(const T* x, int64_t rows, int64_t k, int64_t width, T* to) {
  constexpr int64_t kSome = 16;
  for (int64_t from = 0; from < k; from += kSome) {
    const int64_t end = std::min(k, from + kSome);
    for (int64_t r = 0; r < rows; ++r) {
      const T* row = x + r * k;
      T* lane = to + r;
      if (end - from == kSome) {
        for (int64_t at = 0; at < kSome; ++at) lane[(from + at) * width] = row[from + at];
      } else {
        for (int64_t at = from; at < end; ++at) lane[at * width] = row[at];
      }
    }
    for (int64_t at = from; at < end; ++at) {
      std::fill(to + at * width + rows, to + (at + 1) * width, T{0});
    }
  }
}

template <class T>
void Lanes(Threads* threads, int64_t rows, const Product<T>& p) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t first = 0; first < rows; first += 2 * lanes) {
    const int64_t some = std::min(rows - first, 2 * lanes);
    const int64_t width = some <= lanes ? lanes : 2 * lanes;
    Transpose(p.x + first * p.k, some, p.k, width, p.scratch);
    const Block<T> block = {p.scratch, first, some};
    if (width == lanes) {
      LaneColumns<1>(threads, p, block);
    } else {
      LaneColumns<2>(threads, p, block);
    }
  }
}

template <class T>
void Run(Threads* threads, int64_t rows, const Product<T>& p) {
  // Turning x pays where many columns use it, and vectors are full enough.
  const auto lanes = static_cast<int64_t>(hn::Lanes(hn::ScalableTag<T>()));
  const int64_t padded = (rows + lanes - 1) / lanes * lanes;
  if (rows >= 16 && p.n >= 256 && p.k <= kMostInLanes && padded * 4 <= rows * 5) {
    Lanes(threads, rows, p);
  } else {
    DotProducts(threads, rows, p);
  }
}

}  // namespace

void FewRowsProduct32(Threads* threads, int64_t rows, int64_t n, int64_t k, const float* x,
                      const float* weight, const float* bias, float* y, float* scratch) {
  Run<float>(threads, rows, {n, k, x, weight, bias, y, scratch});
}
void FewRowsProduct64(Threads* threads, int64_t rows, int64_t n, int64_t k, const double* x,
                      const double* weight, const double* bias, double* y, double* scratch) {
  Run<double>(threads, rows, {n, k, x, weight, bias, y, scratch});
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace blasgrad {
HWY_EXPORT(FewRowsProduct32);
void FewRowsProduct(Threads* threads, int64_t rows, int64_t n, int64_t k, const float* x,
                    const float* weight, const float* bias, float* y, float* scratch) {
  HWY_DYNAMIC_DISPATCH(FewRowsProduct32)(threads, rows, n, k, x, weight, bias, y, scratch);
}
HWY_EXPORT(FewRowsProduct64);
void FewRowsProduct(Threads* threads, int64_t rows, int64_t n, int64_t k, const double* x,
                    const double* weight, const double* bias, double* y, double* scratch) {
  HWY_DYNAMIC_DISPATCH(FewRowsProduct64)(threads, rows, n, k, x, weight, bias, y, scratch);
}
}  // namespace blasgrad
#endif
