// cblas_sgemm of n^3 with one thread, to compare with the library's matrix product. Arguments: n, samples, seconds.
#include <cblas.h>
#include "timing.h"

typedef struct {
  int n;
  float *a, *b, *c;
} Product;

static void multiply(void* state) {
  const Product* p = state;
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, p->n, p->n, p->n, 1, p->a, p->n, p->b,
              p->n, 0, p->c, p->n);
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  Product p = {.n = atoi(argv[1])};
  const size_t size = (size_t)p.n * (size_t)p.n;
  p.a = malloc(size * sizeof(float));
  p.b = malloc(size * sizeof(float));
  p.c = malloc(size * sizeof(float));
  if (!p.a || !p.b || !p.c) return 3;
  for (size_t i = 0; i < size; ++i) {
    p.a[i] = (float)(i % 7) - 3;
    p.b[i] = (float)(i % 5) - 2;
  }
  openblas_set_num_threads(1);
  multiply(&p);
  double sum = 0;
  for (size_t i = 0; i < size; ++i) sum += p.c[i];
  printf("{\"check\": %.17g, ", sum);
  print_samples(multiply, &p, 1, atoi(argv[2]), atof(argv[3]));
  printf("}\n");
  return 0;
}
