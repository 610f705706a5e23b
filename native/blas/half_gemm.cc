#include "blas/half_gemm.h"

#include <algorithm>

#include "core/threads.h"
#include "simd/half.h"

namespace blasgrad {
namespace {

// The sides of a block of c, and the step along k. With a block of 512 x 512, one number of a or b is converted for
// every 256 multiply-adds. OpenBLAS packs 300 to 400 numbers along k at a time, so shorter steps would be slower.
constexpr int64_t kSide = 512;
constexpr int64_t kDepth = 384;

// The minimum number of multiply-adds per thread.
constexpr int64_t kThreadWork = 1 << 20;

int64_t RoundUp(int64_t n, int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }

// Copies a block of a stored matrix into `to`, row by row and contiguously.
template <class S>
void WidenMatrix(const S* from, int64_t stride, int64_t rows, int64_t columns, float* to) {
  if (stride == columns) {
    WidenBlock(from, rows * columns, to);
    return;
  }
  for (int64_t i = 0; i < rows; ++i) WidenBlock(from + i * stride, columns, to + i * columns);
}

// The block of op(matrix) that starts at (row, column), copied to `to`.
template <class S>
Matrix<float> WidenPart(const Matrix<S>& matrix, int64_t row, int64_t column, int64_t rows,
                        int64_t columns, float* to) {
  if (matrix.transposed) {
    WidenMatrix(matrix.data + column * matrix.stride + row, matrix.stride, columns, rows, to);
    return {to, rows, true};
  }
  WidenMatrix(matrix.data + row * matrix.stride + column, matrix.stride, rows, columns, to);
  return {to, columns, false};
}

// The block of c that starts at (row, column), at most kSide in both directions.
template <class S>
void Block(const HalfProduct<S>& p, int64_t row, int64_t column, int64_t rows, int64_t columns,
           float* scratch) {
  const int64_t depth = std::min(p.k, kDepth);
  float* c = scratch;
  float* a = c + RoundUp(rows * columns, 16);
  float* b = a + RoundUp(rows * depth, 16);
  S* to = p.c + row * p.ldc + column;
  double beta = p.beta;
  if (p.bias != nullptr) {
    beta = 1;
    WidenBlock(p.bias + column, columns, c);
    for (int64_t i = 1; i < rows; ++i) std::copy_n(c, columns, c + i * columns);
  } else if (beta != 0) {
    WidenMatrix(to, p.ldc, rows, columns, c);
  }
  Threads alone(1);
  int64_t done = 0;
  do {
    const int64_t some = std::min(p.k - done, depth);
    Gemm<float>(&alone, rows, columns, some, p.alpha, WidenPart(p.a, row, done, rows, some, a),
                WidenPart(p.b, done, column, some, columns, b), beta, c, columns);
    done += some;
    beta = 1;
  } while (done < p.k);
  if (p.ldc == columns) {
    NarrowBlock(c, rows * columns, to);
  } else {
    for (int64_t i = 0; i < rows; ++i) NarrowBlock(c + i * columns, columns, to + i * p.ldc);
  }
}

// Divides c into blocks of about the same size.
struct Blocks {
  Blocks(int64_t m, int64_t n, int64_t k, int64_t threads) {
    rows = Cut(m, kSide);
    columns = Cut(n, kSide);
    // Reduce the block size, as long as a block is worth a thread, until all threads get the same number of blocks.
    const auto even = [&] {
      const int64_t blocks = Count(m, n);
      return blocks % threads == 0 || blocks >= 4 * threads;
    };
    while (!even() && rows * columns * k >= 2 * kThreadWork && std::max(rows, columns) >= 64) {
      int64_t& longer = rows >= columns ? rows : columns;
      longer = Cut(longer, (longer + 1) / 2);
    }
    across = (n + columns - 1) / columns;
    count = Count(m, n);
  }
  int64_t rows, columns, across, count;

 private:
  // The side length for the fewest equal blocks of at most `most` each, as a multiple of 32, which suits OpenBLAS.
  static int64_t Cut(int64_t side, int64_t most) {
    const int64_t pieces = (side + most - 1) / most;
    return std::min(RoundUp((side + pieces - 1) / pieces, 32), std::max(most, int64_t{32}));
  }
  int64_t Count(int64_t m, int64_t n) const {
    return ((m + rows - 1) / rows) * ((n + columns - 1) / columns);
  }
};

template <class S>
void RunBlocks(const HalfProduct<S>& p, const Blocks& blocks, int64_t begin, int64_t end,
               float* scratch) {
  for (int64_t i = begin; i < end; ++i) {
    const int64_t row = i / blocks.across * blocks.rows,
                  column = i % blocks.across * blocks.columns;
    Block(p, row, column, std::min(blocks.rows, p.m - row), std::min(blocks.columns, p.n - column),
          scratch);
  }
}

}  // namespace

size_t HalfGemmScratch(double m, double n, double k) {
  const auto side = [](double v, int64_t most) {
    return static_cast<int64_t>(std::min(v, static_cast<double>(most)));
  };
  const int64_t rows = side(m, kSide), columns = side(n, kSide), depth = side(k, kDepth);
  const int64_t floats =
      RoundUp(rows * columns, 16) + RoundUp(rows * depth, 16) + RoundUp(depth * columns, 16);
  return static_cast<size_t>(floats) * sizeof(float);
}

template <class S>
void HalfGemmHere(const HalfProduct<S>& p, float* scratch) {
  if (p.m == 0 || p.n == 0) return;
  const Blocks blocks(p.m, p.n, p.k, 1);
  RunBlocks(p, blocks, 0, blocks.count, scratch);
}

template <class S>
void HalfGemm(const Args& args, const HalfProduct<S>& p) {
  if (p.m == 0 || p.n == 0) return;
  const Blocks blocks(p.m, p.n, p.k, args.threads->count());
  const int64_t grain =
      std::max<int64_t>(kThreadWork / std::max<int64_t>(blocks.rows * blocks.columns * p.k, 1), 1);
  args.threads->For(blocks.count, grain, [&](int64_t begin, int64_t end, int part) {
    RunBlocks(p, blocks, begin, end, args.perThread<float>(part));
  });
}

#define BLASGRAD_HALF_GEMM(S)                                \
  template void HalfGemmHere(const HalfProduct<S>&, float*); \
  template void HalfGemm(const Args&, const HalfProduct<S>&);
BLASGRAD_HALF_GEMM(Float16)
BLASGRAD_HALF_GEMM(BFloat16)
#undef BLASGRAD_HALF_GEMM

}  // namespace blasgrad
