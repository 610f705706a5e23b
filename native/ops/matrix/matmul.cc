// Matrix products, all through cblas: GEMM, batched matmul, and Linear with its backward.
// OpenBLAS runs on the calling thread alone; large products are split over the library's own pool,
// so one knob rules all threads and environments do not queue behind OpenBLAS's global lock.
#include "ops/matrix/matmul.h"

#include <cblas.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <semaphore>

#include "core/threads.h"
#include "ops/family.h"
#include "blas/few_rows.h"
#include "ops/reduce/reduce.h"

namespace blasgrad {
namespace {

// Multiply-adds that are worth a thread of their own: 1M take 10 us on one core, a hand-over 1 us.
constexpr int64_t kThreadWork = 1 << 20;

template <class T>
struct Matrix {
  const T* data;
  int64_t stride;  // elements between rows as stored
  bool transposed;
};

void Blas(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, double alpha, const float* a,
          int lda, const float* b, int ldb, double beta, float* c, int ldc) {
  cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, static_cast<float>(alpha), a, lda, b, ldb,
              static_cast<float>(beta), c, ldc);
}
void Blas(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, double alpha,
          const double* a, int lda, const double* b, int ldb, double beta, double* c, int ldc) {
  cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

// OpenBLAS has two buffers for each thread that it was built for, of which its own threads hold one, and ends
// the process where many more calls want one at a time: all threads of the process take turns.
class Turn {
 public:
  Turn() { Free().acquire(); }
  ~Turn() { Free().release(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  static std::counting_semaphore<>& Free() {
    static std::counting_semaphore<> free([] {
      const std::string config = openblas_get_config(), name = "MAX_THREADS=";
      const size_t at = config.find(name);
      const int built = at == std::string::npos ? 0 : std::atoi(config.c_str() + at + name.size());
      return built > 0 ? built : 16;
    }());
    return free;
  }
};

template <class T>
void GemmOnThisThread(int64_t m, int64_t n, int64_t k, double alpha, Matrix<T> a, Matrix<T> b,
                      double beta, T* c, int64_t ldc) {
  const auto whole = [](int64_t v) { return static_cast<int>(std::max<int64_t>(v, 1)); };
  const Turn turn;
  Blas(a.transposed ? CblasTrans : CblasNoTrans, b.transposed ? CblasTrans : CblasNoTrans,
       static_cast<int>(m), static_cast<int>(n), static_cast<int>(k), alpha, a.data,
       whole(a.stride), b.data, whole(b.stride), beta, c, whole(ldc));
}

// Up to this many multiply-adds a loop beats OpenBLAS where a is transposed: it has no small kernel for
// that, and takes a lock and packs first (the weight gradient of 10 x 10 at batch 1: 20 ns, not 150).
constexpr int64_t kTinyWork = 1 << 11;

template <class T>
void TinyGemm(int64_t m, int64_t n, int64_t k, double alpha, const Matrix<T>& a, const Matrix<T>& b,
              double beta, T* c, int64_t ldc) {
  for (int64_t i = 0; i < m; ++i) {
    T* row = c + i * ldc;
    for (int64_t j = 0; j < n; ++j) row[j] = beta == 0 ? T{0} : static_cast<T>(beta) * row[j];
    for (int64_t p = 0; p < k; ++p) {
      const T factor = static_cast<T>(alpha) * a.data[p * a.stride + i];
      const T* from = b.data + p * b.stride;
      for (int64_t j = 0; j < n; ++j) row[j] += factor * from[j];
    }
  }
}

// c (m x n, rows ldc apart) = alpha op(a) op(b) + beta c. With beta 0 what c held is not read; with
// alpha or k 0 neither a nor b is.
template <class T>
void Gemm(Threads* threads, int64_t m, int64_t n, int64_t k, double alpha, Matrix<T> a, Matrix<T> b,
          double beta, T* c, int64_t ldc) {
  if (m == 0 || n == 0) return;
  if (k == 0 || alpha == 0) {
    for (int64_t i = 0; i < m; ++i) {
      for (int64_t j = 0; j < n; ++j) {
        T& v = c[i * ldc + j];
        v = beta == 0 ? T{0} : static_cast<T>(beta) * v;
      }
    }
    return;
  }
  if (a.transposed && !b.transposed && m * n <= kTinyWork && m * n * k <= kTinyWork) {
    TinyGemm(m, n, k, alpha, a, b, beta, c, ldc);
    return;
  }
  // Split the longer side of c in multiples of 32, which OpenBLAS's kernels like.
  const bool byRows = m >= n;
  const int64_t side = byRows ? m : n;
  const int64_t perLine = std::max<int64_t>((byRows ? n : m) * k, 1);
  const int64_t grain = std::max<int64_t>(kThreadWork / perLine, 32);
  threads->For(
      side, grain,
      [&](int64_t begin, int64_t end) {
        if (byRows) {
          const Matrix<T> rows = {a.data + begin * (a.transposed ? 1 : a.stride), a.stride,
                                  a.transposed};
          GemmOnThisThread(end - begin, n, k, alpha, rows, b, beta, c + begin * ldc, ldc);
        } else {
          const Matrix<T> columns = {b.data + begin * (b.transposed ? b.stride : 1), b.stride,
                                     b.transposed};
          GemmOnThisThread(m, end - begin, k, alpha, a, columns, beta, c + begin, ldc);
        }
      },
      32);
}

void RequireBlasSizes(std::initializer_list<int64_t> sizes) {
  for (const int64_t size : sizes) {
    if (size > INT_MAX) {
      throw DataError(
          "expected at most 2147483647 (BLAS counts in 32 bits) for a side or stride, got " +
          std::to_string(size));
    }
  }
}

void RequireRowStride(const char* name, int64_t stride, int64_t columns) {
  if (stride >= columns) return;
  throw DataError("expected at least the " + std::to_string(columns) + " columns for " + name +
                  ", got " + std::to_string(stride));
}

// a: m x k or its transpose, b: k x n or its transpose, c: m x n, all without gaps.
template <class T>
void GemmKernel(const Args& args) {
  const bool transA = args.flag(0), transB = args.flag(1);
  const int64_t m = args.size(2), n = args.size(3), k = args.size(4);
  RequireBlasSizes({m, n, k});
  Gemm<T>(args.threads, m, n, k, args.attr[5], {args.in<T>(0), transA ? m : k, transA},
          {args.in<T>(1), transB ? k : n, transB}, args.attr[6], args.out<T>(2), n);
}

void GemmNeeds(const double* attr, int64_t* need) {
  need[0] = Elements(attr[2], attr[4]);
  need[1] = Elements(attr[4], attr[3]);
  need[2] = Elements(attr[2], attr[3]);
}

// batch products of a (m x k) and b (k x n), each matrix's rows and the matrices at given strides;
// a stride of 0 uses one matrix for all. out is contiguous.
template <class T>
void MatmulKernel(const Args& args) {
  const bool transA = args.flag(0), transB = args.flag(1);
  const int64_t m = args.size(2), n = args.size(3), k = args.size(4);
  const int64_t rowA = args.size(5), rowB = args.size(6);
  const int64_t batch = args.size(7), stepA = args.size(8), stepB = args.size(9);
  RequireBlasSizes({m, n, k, rowA, rowB});
  RequireRowStride("rowStrideA", rowA, transA ? m : k);
  RequireRowStride("rowStrideB", rowB, transB ? k : n);
  if (m == 0 || n == 0) return;  // however many times nothing
  const auto product = [&](Threads* threads, int64_t i) {
    Gemm<T>(threads, m, n, k, 1, {args.in<T>(0) + i * stepA, rowA, transA},
            {args.in<T>(1) + i * stepB, rowB, transB}, 0, args.out<T>(2) + i * m * n, n);
  };
  if (batch < 2 * args.threads->count()) {
    for (int64_t i = 0; i < batch; ++i) product(args.threads, i);
    return;
  }
  const int64_t grain = std::max<int64_t>(kThreadWork / std::max<int64_t>(m * n * k, 1), 1);
  args.threads->For(batch, grain, [&](int64_t begin, int64_t end) {
    Threads alone(1);
    for (int64_t i = begin; i < end; ++i) product(&alone, i);
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
    FewRowsProduct(args.threads, batch, out, in, args.in<T>(0), args.in<T>(1), bias, y);
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

void LinearNeeds(const double* attr, int64_t* need) {
  need[0] = Elements(attr[0], attr[1]);
  need[1] = Elements(attr[2], attr[1]);
  need[2] = Elements(attr[2]);
  need[3] = Elements(attr[0], attr[2]);
}

// dx = dy weight, dWeight = dy^T x, dBias = sum of dy over the batch; each only where asked for.
template <class T>
void LinearBackwardKernel(const Args& args) {
  const int64_t batch = args.size(0), in = args.size(1), out = args.size(2);
  RequireBlasSizes({batch, in, out});
  const T* dy = args.in<T>(2);
  if (T* dx = args.out<T>(3)) {
    Gemm<T>(args.threads, batch, in, out, 1, {dy, out, false}, {args.in<T>(1), in, false}, 0, dx,
            in);
  }
  if (T* dWeight = args.out<T>(4)) {
    Gemm<T>(args.threads, out, in, batch, 1, {dy, out, true}, {args.in<T>(0), in, false}, 0,
            dWeight, in);
  }
  if (T* dBias = args.out<T>(5)) SumColumns(args.threads, dy, batch, out, dBias);
}

void LinearBackwardNeeds(const double* attr, int64_t* need) {
  need[0] = need[3] = Elements(attr[0], attr[1]);
  need[1] = need[4] = Elements(attr[2], attr[1]);
  need[2] = Elements(attr[0], attr[2]);
  need[5] = Elements(attr[2]);
}

}  // namespace

std::string BlasVersion() {
  const std::string config = openblas_get_config();
  const std::string name = "OpenBLAS ";
  if (config.rfind(name, 0) != 0) return config;
  return config.substr(name.size(), config.find(' ', name.size()) - name.size());
}

std::string BlasCoreType() { return openblas_get_corename(); }

std::vector<Op> MatmulRows() {
  openblas_set_num_threads(1);
  const Attr batch = {"batch"}, in = {"inFeatures"}, out = {"outFeatures"};
  const Attr transA = {"transA", AttrKind::flag}, transB = {"transB", AttrKind::flag};
  return {
      {"gemm",
       {{"a"}, {"b"}, {"c", Access::update}},
       {transA, transB, {"m"}, {"n"}, {"k"}, {"alpha", AttrKind::real}, {"beta", AttrKind::real}},
       GemmNeeds,
       {GemmKernel<float>, GemmKernel<double>}},
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
       {MatmulKernel<float>, MatmulKernel<double>}},
      {"linearForward",
       {{"x"}, {"weight"}, {"bias", Access::read, Element::typed, true}, {"y", Access::write}},
       {batch, in, out},
       LinearNeeds,
       {LinearKernel<float>, LinearKernel<double>}},
      {"linearBackward",
       {{"x"},
        {"weight"},
        {"dy"},
        {"dx", Access::write, Element::typed, true},
        {"dWeight", Access::write, Element::typed, true},
        {"dBias", Access::write, Element::typed, true}},
       {batch, in, out},
       LinearBackwardNeeds,
       {LinearBackwardKernel<float>, LinearBackwardKernel<double>}},
  };
}

}  // namespace blasgrad
