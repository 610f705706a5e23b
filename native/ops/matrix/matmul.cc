// Matrix products: GEMM, batched matmul, and Linear with its backward.
#include <algorithm>
#include <cstring>

#include "blas/few_rows.h"
#include "blas/gemm.h"
#include "blas/half_gemm.h"
#include "core/threads.h"
#include "ops/family.h"
#include "ops/matrix/integers.h"
#include "ops/reduce/reduce.h"

namespace blasgrad {
namespace {

// The minimum number of multiply-adds per thread: 1M take 10 us on one core, passing work to a thread takes 1 us.
constexpr int64_t kThreadWork = 1 << 20;

void RequireRowStride(const char* name, int64_t stride, int64_t columns) {
  if (stride >= columns) return;
  throw DataError("expected at least the " + std::to_string(columns) + " columns for " + name +
                  ", got " + std::to_string(stride));
}

// c (m x n, contiguous) = alpha op(a) op(b) + beta c, of any dtype, on all threads.
template <class T>
void Multiply(const Args& args, int64_t m, int64_t n, int64_t k, double alpha, Matrix<T> a,
              Matrix<T> b, double beta, T* c) {
  if constexpr (std::is_same_v<T, ComputeOf<T>>) {
    Gemm<T>(args.threads, m, n, k, alpha, a, b, beta, c, n);
  } else {
    HalfGemm<T>(args, {m, n, k, alpha, a, b, beta, nullptr, c, n});
  }
}

// The same on the calling thread; `part` is its range's number in Threads::For.
template <class T>
void MultiplyHere(const Args& args, int part, int64_t m, int64_t n, int64_t k, Matrix<T> a,
                  Matrix<T> b, T* c) {
  if constexpr (std::is_same_v<T, ComputeOf<T>>) {
    Threads alone(1);
    Gemm<T>(&alone, m, n, k, 1, a, b, 0, c, n);
  } else {
    HalfGemmHere<T>({m, n, k, 1, a, b, 0, nullptr, c, n}, args.perThread<float>(part));
  }
}

// a: m x k or its transpose, b: k x n or its transpose, c: m x n, all contiguous.
template <class T>
void GemmKernel(const Args& args) {
  const bool transA = args.flag(0), transB = args.flag(1);
  const int64_t m = args.size(2), n = args.size(3), k = args.size(4);
  RequireBlasSizes({m, n, k});
  Multiply<T>(args, m, n, k, args.attr[5], {args.in<T>(0), transA ? m : k, transA},
              {args.in<T>(1), transB ? k : n, transB}, args.attr[6], args.out<T>(2));
}

void GemmNeeds(const double* attr, int64_t* need) {
  need[0] = Elements(attr[2], attr[4]);
  need[1] = Elements(attr[4], attr[3]);
  need[2] = Elements(attr[2], attr[3]);
}

// Scratch memory of gemm and matmul: halves need blocks of floats.
ScratchBytes GemmScratch(const double* attr, size_t elementBytes) {
  if (elementBytes != sizeof(Float16)) return {};
  return {.perThread = HalfGemmScratch(attr[2], attr[3], attr[4])};
}

// `batch` products of a (m x k) and b (k x n), with given strides between rows and between matrices; a stride of 0
// uses one matrix for all products. out is contiguous.
template <class T>
void MatmulKernel(const Args& args) {
  const bool transA = args.flag(0), transB = args.flag(1);
  const int64_t m = args.size(2), n = args.size(3), k = args.size(4);
  const int64_t rowA = args.size(5), rowB = args.size(6);
  const int64_t batch = args.size(7), stepA = args.size(8), stepB = args.size(9);
  RequireBlasSizes({m, n, k, rowA, rowB});
  RequireRowStride("rowStrideA", rowA, transA ? m : k);
  RequireRowStride("rowStrideB", rowB, transB ? k : n);
  if (m == 0 || n == 0) return;  // empty, for any number of products
  const auto matrixA = [&](int64_t i) {
    return Matrix<T>{args.in<T>(0) + i * stepA, rowA, transA};
  };
  const auto matrixB = [&](int64_t i) {
    return Matrix<T>{args.in<T>(1) + i * stepB, rowB, transB};
  };
  T* out = args.out<T>(2);
  if (batch < 2 * args.threads->count()) {
    for (int64_t i = 0; i < batch; ++i) {
      Multiply<T>(args, m, n, k, 1, matrixA(i), matrixB(i), 0, out + i * m * n);
    }
    return;
  }
  const int64_t grain = std::max<int64_t>(kThreadWork / std::max<int64_t>(m * n * k, 1), 1);
  args.threads->For(batch, grain, [&](int64_t begin, int64_t end, int part) {
    for (int64_t i = begin; i < end; ++i) {
      MultiplyHere<T>(args, part, m, n, k, matrixA(i), matrixB(i), out + i * m * n);
    }
  });
}

// The same for integers, on all threads, split by the rows of all products.
template <class T>
void IntegerMatmulKernel(const Args& args) {
  const bool transA = args.flag(0), transB = args.flag(1);
  const int64_t m = args.size(2), n = args.size(3), k = args.size(4);
  const int64_t rowA = args.size(5), rowB = args.size(6);
  const int64_t batch = args.size(7), stepA = args.size(8), stepB = args.size(9);
  RequireRowStride("rowStrideA", rowA, transA ? m : k);
  RequireRowStride("rowStrideB", rowB, transB ? k : n);
  if (m == 0 || n == 0) return;
  const int64_t grain = std::max<int64_t>(kThreadWork / std::max<int64_t>(n * k, 1), 1);
  args.threads->For(batch * m, grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin / m; i * m < end; ++i) {
      IntegerRows(std::max(begin - i * m, int64_t{0}), std::min(end - i * m, m), n, k,
                  Matrix<T>{args.in<T>(0) + i * stepA, rowA, transA},
                  Matrix<T>{args.in<T>(1) + i * stepB, rowB, transB}, args.out<T>(2) + i * m * n);
    }
  });
}

void MatmulNeeds(const double* attr, int64_t* need) {
  const auto extent = [&](double rows, double columns, double row, double step) {
    if (rows == 0 || columns == 0 || attr[7] == 0) return int64_t{0};
    return Elements((attr[7] - 1) * step + (rows - 1) * row + columns);
  };
  const double m = attr[2], n = attr[3], k = attr[4];
  need[0] = attr[0] != 0 ? extent(k, m, attr[5], attr[8]) : extent(m, k, attr[5], attr[8]);
  need[1] = attr[1] != 0 ? extent(n, k, attr[6], attr[9]) : extent(k, n, attr[6], attr[9]);
  need[2] = Elements(attr[7], m, n);
}

// y (batch x out) = x (batch x in) weight^T (out x in) + bias (out)
template <class T>
void LinearKernel(const Args& args) {
  const int64_t batch = args.size(0), in = args.size(1), out = args.size(2);
  RequireBlasSizes({batch, in, out});
  if (out == 0) return;
  T* y = args.out<T>(3);
  const T* bias = args.in<T>(2);
  if (SuitsFewRows(batch, out, in)) {
    FewRowsProduct(args.threads, batch, out, in, args.in<T>(0), args.in<T>(1), bias, y,
                   args.shared<T>());
    return;
  }
  if (bias != nullptr) {
    for (int64_t i = 0; i < batch; ++i) {
      std::memcpy(y + i * out, bias, static_cast<size_t>(out) * sizeof(T));
    }
  }
  Gemm<T>(args.threads, batch, out, in, 1, {args.in<T>(0), in, false}, {args.in<T>(1), in, true},
          bias == nullptr ? 0 : 1, y, out);
}

template <class S>
void HalfLinearKernel(const Args& args) {
  const int64_t batch = args.size(0), in = args.size(1), out = args.size(2);
  RequireBlasSizes({batch, in, out});
  const S *x = args.in<S>(0), *weight = args.in<S>(1), *bias = args.in<S>(2);
  S* y = args.out<S>(3);
  if (SuitsFewHalfRows(batch, out, in)) {
    FewRowsProduct(args, batch, out, in, x, weight, bias, y);
  } else {
    HalfGemm<S>(args, {batch, out, in, 1, {x, in, false}, {weight, in, true}, 0, bias, y, out});
  }
}

void LinearNeeds(const double* attr, int64_t* need) {
  need[0] = Elements(attr[0], attr[1]);
  need[1] = Elements(attr[2], attr[1]);
  need[2] = Elements(attr[2]);
  need[3] = Elements(attr[0], attr[2]);
}

ScratchBytes LinearScratch(const double* attr, size_t elementBytes) {
  const auto size = [&](size_t i) { return static_cast<int64_t>(attr[i]); };
  if (elementBytes != sizeof(Float16)) return {.shared = FewRowsScratch(size(0), size(2), size(1))};
  if (SuitsFewHalfRows(size(0), size(2), size(1))) return FewHalfRowsScratch(size(0), size(1));
  return {.perThread = HalfGemmScratch(attr[0], attr[2], attr[1])};
}

// dx = dy weight, dWeight = dy^T x, dBias = sum of dy over the batch; each only if requested.
template <class T>
void LinearBackwardKernel(const Args& args) {
  const int64_t batch = args.size(0), in = args.size(1), out = args.size(2);
  RequireBlasSizes({batch, in, out});
  const T* dy = args.in<T>(2);
  if (T* dx = args.out<T>(3)) {
    Multiply<T>(args, batch, in, out, 1, {dy, out, false}, {args.in<T>(1), in, false}, 0, dx);
  }
  if (T* dWeight = args.out<T>(4)) {
    Multiply<T>(args, out, in, batch, 1, {dy, out, true}, {args.in<T>(0), in, false}, 0, dWeight);
  }
  if (T* dBias = args.out<T>(5)) {
    SumColumns(args.threads, dy, batch, out, dBias, args.shared<ComputeOf<T>>());
  }
}

void LinearBackwardNeeds(const double* attr, int64_t* need) {
  need[0] = need[3] = Elements(attr[0], attr[1]);
  need[1] = need[4] = Elements(attr[2], attr[1]);
  need[2] = Elements(attr[0], attr[2]);
  need[5] = Elements(attr[2]);
}

ScratchBytes LinearBackwardScratch(const double* attr, size_t elementBytes) {
  const bool half = elementBytes == sizeof(Float16);
  return {.shared = ReduceScratch(1, attr[0], attr[2], ComputeBytes(elementBytes)),
          .perThread = half ? std::max(HalfGemmScratch(attr[0], attr[1], attr[2]),
                                       HalfGemmScratch(attr[2], attr[1], attr[0]))
                            : 0};
}

}  // namespace

std::vector<Op> MatmulOps() {
  UseOneBlasThread();
  const Attr batch = {"batch"}, in = {"inFeatures"}, out = {"outFeatures"};
  const Attr transA = {"transA", AttrKind::flag}, transB = {"transB", AttrKind::flag};
  return {
      {"gemm",
       {{"a"}, {"b"}, {"c", Access::update}},
       {transA, transB, {"m"}, {"n"}, {"k"}, {"alpha", AttrKind::real}, {"beta", AttrKind::real}},
       GemmNeeds,
       KernelsFor<kFloating>([]<DType kType>() { return GemmKernel<CType<kType>>; }),
       GemmScratch},
      {"matmul",
       {{"a"}, {"b"}, {"out", Access::write}},
       {transA,
        transB,
        {"m"},
        {"n"},
        {"k"},
        {"rowStrideA"},
        {"rowStrideB"},
        {"batch"},
        {"batchStrideA"},
        {"batchStrideB"}},
       MatmulNeeds,
       KernelsFor<kNumbers>([]<DType kType>() {
         if constexpr (InfoOf(kType).in(kIntegers)) {
           return IntegerMatmulKernel<CType<kType>>;
         } else {
           return MatmulKernel<CType<kType>>;
         }
       }),
       GemmScratch},
      {"linearForward",
       {{"x"}, {"weight"}, {"bias", Access::read, Element::first, true}, {"y", Access::write}},
       {batch, in, out},
       LinearNeeds,
       KernelsFor<kFloating>([]<DType kType>() {
         if constexpr (IsHalf(kType)) {
           return HalfLinearKernel<CType<kType>>;
         } else {
           return LinearKernel<CType<kType>>;
         }
       }),
       LinearScratch},
      {"linearBackward",
       {{"x"},
        {"weight"},
        {"dy"},
        {"dx", Access::write, Element::first, true},
        {"dWeight", Access::write, Element::first, true},
        {"dBias", Access::write, Element::first, true}},
       {batch, in, out},
       LinearBackwardNeeds,
       KernelsFor<kFloating>([]<DType kType>() { return LinearBackwardKernel<CType<kType>>; }),
       LinearBackwardScratch},
  };
}

}  // namespace blasgrad
