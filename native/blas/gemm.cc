// OpenBLAS runs on the calling thread only. Large products are split over the library's thread pool, so that one
// setting controls all threads, and environments do not wait for OpenBLAS's global lock.
#include "blas/gemm.h"

#include <cblas.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <semaphore>
#include <string>

#include "core/op.h"
#include "core/threads.h"

namespace blasgrad {
namespace {

// The minimum number of multiply-adds per thread: 1M take 10 us on one core, passing work to a thread takes 1 us.
constexpr int64_t kThreadWork = 1 << 20;

void Blas(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, double alpha, const float* a,
          int lda, const float* b, int ldb, double beta, float* c, int ldc) {
  cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, static_cast<float>(alpha), a, lda, b, ldb,
              static_cast<float>(beta), c, ldc);
}
void Blas(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k, double alpha,
          const double* a, int lda, const double* b, int ldb, double beta, double* c, int ldc) {
  cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

// OpenBLAS has two buffers for each thread that it was built for, and its own threads hold one each. It ends the
// process if many more calls need one at the same time, so a semaphore limits the calls of all threads of the
// process.
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

// Up to this many multiply-adds a loop is faster than OpenBLAS if a is transposed: OpenBLAS has no small kernel for
// that case, so it takes a lock and packs first (the weight gradient of 10 x 10 at batch 1: 20 ns instead of 150).
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

}  // namespace

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
  // Split the longer side of c into multiples of 32, which suit OpenBLAS's kernels.
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

template void Gemm<float>(Threads*, int64_t, int64_t, int64_t, double, Matrix<float>, Matrix<float>,
                          double, float*, int64_t);
template void Gemm<double>(Threads*, int64_t, int64_t, int64_t, double, Matrix<double>,
                           Matrix<double>, double, double*, int64_t);

void RequireBlasSizes(std::initializer_list<int64_t> sizes) {
  for (const int64_t size : sizes) {
    if (size > INT_MAX) {
      throw DataError(
          "expected at most 2147483647 (BLAS counts in 32 bits) for a side or stride, got " +
          std::to_string(size));
    }
  }
}

void UseOneBlasThread() { openblas_set_num_threads(1); }

std::string BlasVersion() {
  const std::string config = openblas_get_config();
  const std::string name = "OpenBLAS ";
  if (config.rfind(name, 0) != 0) return config;
  return config.substr(name.size(), config.find(' ', name.size()) - name.size());
}

std::string BlasCoreType() { return openblas_get_corename(); }

}  // namespace blasgrad
