// y = x weight^T for few rows of x, computed in one of two ways: a tile of dot products of contiguous vectors at a
// time, or, if there are enough rows to fill vectors, with one row of x in each lane.
#include "blas/few_rows.h"

#include <algorithm>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "blas/few_rows.cc"
#include "hwy/foreach_target.h"
//
#include "simd/half-inl.h"
#include "simd/loops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

// The number of vector registers limits the tile: 32 with AVX-512, otherwise 16.
constexpr size_t kTileRows = HWY_TARGET <= HWY_AVX3 ? 5 : 2;
constexpr size_t kTileColumns = 4;

// The minimum number of multiply-adds per thread.
constexpr int64_t kThreadWork = 1 << 18;

// Elements are stored as S and multiplied as T. For halves, x points to a copy converted to T.
template <class S, class T = ComputeOf<S>>
struct Product {
  int64_t n, k;
  const T* x;
  const S *weight, *bias;
  S* y;
};

template <class S>
void WidenRun(const S* from, int64_t n, float* to) {
  const hn::ScalableTag<float> d;
  const size_t count = static_cast<size_t>(n), lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(LoadAs(d, from + i), d, to + i);
  if (i < count) StoreTail(d, LoadTailAs(d, from + i, count - i), to + i, count - i);
}

// Computes y[i..i + kRows)[j..j + kColumns); w points to the weights of column j, stored as S or converted to T.
template <size_t kRows, size_t kColumns, class S, class W>
HWY_INLINE void Tile(const Product<S>& p, int64_t i, int64_t j, const W* w) {
  using T = ComputeOf<S>;
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  const size_t lanes = hn::Lanes(d), k = static_cast<size_t>(p.k);
  const T* x = p.x + i * p.k;
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
    step([&](const auto* from) HWY_ATTR { return LoadAs(d, from + at); });
  }
  if (at < k) {
    // Lanes beyond the end must be 0; a load for storing back does not guarantee that.
    const auto inside = hn::FirstN(d, k - at);
    step([&](const auto* from)
             HWY_ATTR { return hn::IfThenElseZero(inside, LoadTailAs(d, from + at, k - at)); });
  }
  for (size_t r = 0; r < kRows; ++r) {
    S* out = p.y + (i + static_cast<int64_t>(r)) * p.n + j;
    for (size_t c = 0; c < kColumns; ++c) {
      const T sum = hn::GetLane(hn::SumOfLanes(d, sums[r][c]));
      const bool plain = p.bias == nullptr;
      out[c] = Narrow<S>::From(plain ? sum : sum + Widen(p.bias[j + static_cast<int64_t>(c)]));
    }
  }
}

// Rows [0, rows) in tiles, while the weights of the columns stay in L1.
template <size_t kColumns, class S, class W>
HWY_INLINE void TileRows(const Product<S>& p, int64_t rows, int64_t j, const W* w) {
  int64_t i = 0;
  constexpr auto kRows = static_cast<int64_t>(kTileRows);
  for (; i + kRows <= rows; i += kRows) Tile<kTileRows, kColumns>(p, i, j, w);
  for (; i + 2 <= rows; i += 2) Tile<2, kColumns>(p, i, j, w);
  if (i < rows) Tile<1, kColumns>(p, i, j, w);
}

// Halves that more than one tile reads are converted first; `wide` has room for kColumns columns of at most
// kMostInTile elements.
template <size_t kColumns, class S, class T>
HWY_INLINE void Columns(const Product<S>& p, int64_t rows, int64_t j, [[maybe_unused]] T* wide) {
  const S* w = p.weight + j * p.k;
  if constexpr (kIsHalf<S>) {
    if (rows > static_cast<int64_t>(kTileRows) && p.k <= kMostInTile) {
      WidenRun(w, static_cast<int64_t>(kColumns) * p.k, wide);
      TileRows<kColumns>(p, rows, j, wide);
      return;
    }
  }
  TileRows<kColumns>(p, rows, j, w);
}

// wideOf(part) returns the memory for converted weights, or null if none is needed.
template <class S, class WideOf>
void DotProducts(Threads* threads, int64_t rows, const Product<S>& p, const WideOf& wideOf) {
  constexpr auto kWidest = static_cast<int64_t>(kTileColumns);
  const int64_t grain = std::max<int64_t>(kThreadWork / std::max<int64_t>(rows * p.k, 1), kWidest);
  threads->For(
      p.n, grain,
      [&](int64_t begin, int64_t end, int part) {
        int64_t j = begin;
        ComputeOf<S>* wide = wideOf(part);
        // A single row needs more sums in parallel to hide the latency of additions
        if (rows == 1) {
          for (; j + 2 * kWidest <= end; j += 2 * kWidest) {
            Tile<1, 2 * kTileColumns>(p, 0, j, p.weight + j * p.k);
          }
        }
        for (; j + kWidest <= end; j += kWidest) Columns<kTileColumns>(p, rows, j, wide);
        for (; j < end; ++j) Columns<1>(p, rows, j, wide);
      },
      2 * kWidest);
}

// --- A row of x in each lane ---------------------------------------------------------------------

constexpr size_t kLaneColumns = HWY_TARGET <= HWY_AVX3 ? 8 : 4;

// A block of x, k x (vectors of rows), and the destination of its rows.
template <class T>
struct Block {
  const T* x;
  int64_t first, rows;
};

// w points to the weights of column j, converted to T.
template <size_t kVectors, size_t kColumns, class S, class T>
HWY_INLINE void LaneTile(const Product<S>& p, const Block<T>& block, int64_t j, const T* w) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  const size_t lanes = hn::Lanes(d), k = static_cast<size_t>(p.k);
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
  HWY_ALIGN S out[kColumns * kVectors * hn::MaxLanes(d)];
  for (size_t c = 0; c < kColumns; ++c) {
    const V bias =
        p.bias == nullptr ? hn::Zero(d) : hn::Set(d, Widen(p.bias[j + static_cast<int64_t>(c)]));
    for (size_t v = 0; v < kVectors; ++v) {
      StoreAs(d, hn::Add(sums[v][c], bias), out + (c * kVectors + v) * lanes);
    }
  }
  S* y = p.y + block.first * p.n + j;
  for (int64_t r = 0; r < block.rows; ++r, y += p.n) {
    for (size_t c = 0; c < kColumns; ++c) y[c] = out[c * kVectors * lanes + static_cast<size_t>(r)];
  }
}

template <size_t kColumns, class S, class T>
HWY_INLINE void AnyLaneTile(const Product<S>& p, const Block<T>& block, int64_t j, const T* w) {
  if (block.rows <= static_cast<int64_t>(hn::Lanes(hn::ScalableTag<T>()))) {
    LaneTile<1, kColumns>(p, block, j, w);
  } else {
    LaneTile<2, kColumns>(p, block, j, w);
  }
}

// Transposes rows of x into lanes, some columns at a time so that the output stays in L1. Lanes beyond the last row
// hold zeros.
template <class S, class T>
void Transpose(const S* x, int64_t rows, int64_t k, int64_t width, T* to) {
  constexpr int64_t kSome = 16;
  for (int64_t from = 0; from < k; from += kSome) {
    const int64_t end = std::min(k, from + kSome);
    for (int64_t r = 0; r < rows; ++r) {
      const T* row;
      [[maybe_unused]] T wide[kSome];
      if constexpr (kIsHalf<S>) {
        WidenRun(x + r * k + from, end - from, wide);
        row = wide;
      } else {
        row = x + r * k + from;
      }
      T* lane = to + from * width + r;
      if (end - from == kSome) {
        for (int64_t at = 0; at < kSome; ++at) lane[at * width] = row[at];
      } else {
        for (int64_t at = 0; at < end - from; ++at) lane[at * width] = row[at];
      }
    }
    for (int64_t at = from; at < end; ++at) {
      std::fill(to + at * width + rows, to + (at + 1) * width, T{0});
    }
  }
}

// Calls visit(first, rows, width) for each block of rows that fills one or two vectors of `width` lanes.
template <class T, class Visit>
void EachBlock(int64_t rows, const Visit& visit) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(hn::ScalableTag<T>()));
  for (int64_t first = 0; first < rows; first += 2 * lanes) {
    const int64_t some = std::min(rows - first, 2 * lanes);
    visit(first, some, some <= lanes ? lanes : 2 * lanes);
  }
}

template <class S, class Column>
void EachLaneTile(Threads* threads, int64_t rows, const Product<S>& p, const Column& column) {
  constexpr auto kWidest = static_cast<int64_t>(kLaneColumns);
  const int64_t grain = std::max<int64_t>(kThreadWork / std::max<int64_t>(rows * p.k, 1), kWidest);
  threads->For(
      p.n, grain,
      [&](int64_t begin, int64_t end, int part) {
        int64_t j = begin;
        for (; j + kWidest <= end; j += kWidest) {
          column(std::integral_constant<size_t, kLaneColumns>(), j, part);
        }
        for (; j < end; ++j) column(std::integral_constant<size_t, 1>(), j, part);
      },
      kWidest);
}

// One block of rows after another, in the same memory.
template <class T>
void Lanes(Threads* threads, int64_t rows, const Product<T>& p, T* scratch) {
  EachBlock<T>(rows, [&](int64_t first, int64_t some, int64_t width) {
    Transpose(p.x + first * p.k, some, p.k, width, scratch);
    const Block<T> block = {scratch, first, some};
    EachLaneTile(threads, some, p, [&](auto columns, int64_t j, int) HWY_ATTR {
      AnyLaneTile<decltype(columns)::value>(p, block, j, p.weight + j * p.k);
    });
  });
}

// Transposes all blocks first, so that each tile of weights is converted only once.
template <class S>
void LanesOfHalves(const Args& args, int64_t rows, const Product<S>& p, const S* x) {
  float* turned = args.shared<float>();
  EachBlock<float>(rows, [&](int64_t first, int64_t some, int64_t width) {
    Transpose(x + first * p.k, some, p.k, width, turned + first * p.k);
  });
  EachLaneTile(args.threads, rows, p, [&](auto columns, int64_t j, int part) {
    float* wide = args.perThread<float>(part);
    WidenRun(p.weight + j * p.k, static_cast<int64_t>(decltype(columns)::value) * p.k, wide);
    EachBlock<float>(rows, [&](int64_t first, int64_t some, int64_t) HWY_ATTR {
      AnyLaneTile<decltype(columns)::value>(p, Block<float>{turned + first * p.k, first, some}, j,
                                            wide);
    });
  });
}

// Transposing x pays off if many columns use it and the vectors are nearly full.
template <class T>
bool SuitsLanes(int64_t rows, int64_t n, int64_t k) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(hn::ScalableTag<T>()));
  const int64_t padded = (rows + lanes - 1) / lanes * lanes;
  return rows >= 16 && n >= 256 && k <= kMostInLanes && padded * 4 <= rows * 5;
}

template <class T>
void Run(Threads* threads, int64_t rows, const Product<T>& p, T* scratch) {
  if (SuitsLanes<T>(rows, p.n, p.k)) {
    Lanes(threads, rows, p, scratch);
  } else {
    DotProducts(threads, rows, p, [](int) { return static_cast<T*>(nullptr); });
  }
}

template <class S>
void RunHalves(const Args& args, int64_t rows, Product<S> p, const S* x) {
  if (SuitsLanes<float>(rows, p.n, p.k)) {
    LanesOfHalves(args, rows, p, x);
  } else {
    float* wide = args.shared<float>();
    WidenRun(x, rows * p.k, wide);
    p.x = wide;
    DotProducts(args.threads, rows, p, [&](int part) { return args.perThread<float>(part); });
  }
}

}  // namespace

void FewRowsProduct32(Threads* threads, int64_t rows, int64_t n, int64_t k, const float* x,
                      const float* weight, const float* bias, float* y, float* scratch) {
  Run<float>(threads, rows, {n, k, x, weight, bias, y}, scratch);
}
void FewRowsProduct64(Threads* threads, int64_t rows, int64_t n, int64_t k, const double* x,
                      const double* weight, const double* bias, double* y, double* scratch) {
  Run<double>(threads, rows, {n, k, x, weight, bias, y}, scratch);
}
void FewRowsProductF16(const Args& args, int64_t rows, int64_t n, int64_t k, const Float16* x,
                       const Float16* weight, const Float16* bias, Float16* y) {
  RunHalves<Float16>(args, rows, {n, k, nullptr, weight, bias, y}, x);
}
void FewRowsProductBF16(const Args& args, int64_t rows, int64_t n, int64_t k, const BFloat16* x,
                        const BFloat16* weight, const BFloat16* bias, BFloat16* y) {
  RunHalves<BFloat16>(args, rows, {n, k, nullptr, weight, bias, y}, x);
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
HWY_EXPORT(FewRowsProductF16);
void FewRowsProduct(const Args& args, int64_t rows, int64_t n, int64_t k, const Float16* x,
                    const Float16* weight, const Float16* bias, Float16* y) {
  HWY_DYNAMIC_DISPATCH(FewRowsProductF16)(args, rows, n, k, x, weight, bias, y);
}
HWY_EXPORT(FewRowsProductBF16);
void FewRowsProduct(const Args& args, int64_t rows, int64_t n, int64_t k, const BFloat16* x,
                    const BFloat16* weight, const BFloat16* bias, BFloat16* y) {
  HWY_DYNAMIC_DISPATCH(FewRowsProductBF16)(args, rows, n, k, x, weight, bias, y);
}
}  // namespace blasgrad
#endif
