// A bare cblas_sgemm of n^3, one thread: what the library's GEMM is measured against.
#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  const int n = argc > 1 ? atoi(argv[1]) : 1024;
  const int calls = argc > 2 ? atoi(argv[2]) : 20;
  const size_t size = (size_t)n * (size_t)n;
  float *a = malloc(size * sizeof(float)), *b = malloc(size * sizeof(float)), *c = malloc(size * sizeof(float));
  double *times = malloc((size_t)calls * sizeof(double));
  if (!a || !b || !c || !times) return 1;
  for (size_t i = 0; i < size; ++i) {
    a[i] = (float)(i % 7) - 3;
    b[i] = (float)(i % 5) - 2;
  }
  openblas_set_num_threads(1);
  for (int i = -3; i < calls; ++i) {
    const double start = seconds();
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a, n, b, n, 0, c, n);
    if (i >= 0) times[i] = seconds() - start;
  }
  double sum = 0;
  for (size_t i = 0; i < size; ++i) sum += c[i];
  qsort(times, (size_t)calls, sizeof(double), ascending);
  printf("{\"seconds\": %.9g, \"checksum\": %.17g, \"core\": \"%s\"}\n", times[calls / 2], sum, openblas_get_corename());
  return 0;
}
