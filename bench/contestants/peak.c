// The peak float32 speed of one core: independent fused multiply-adds on the widest vectors of the CPU, chosen at run time.
// Arguments: n (the time is that of the 2 n^3 operations of a product), samples, seconds.
#include "timing.h"

// Two units of four or five cycles' latency are busy with 8 to 10 chains; 12 and two constants fit in AVX2's 16 registers.
#define CHAINS 12
#define EACH(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11)
#define START(i) chain##i = term * (float)(i + 1);
#define ADVANCE(i) chain##i = chain##i * factor + term;
#define COLLECT(i) sum += chain##i;
#define ROUNDS 10000

// Variables, not an array, which would live in memory. Not compiled with -ffast-math: it could merge the chains.
#define FMA_LOOP(NAME, TARGET, WIDTH)                                                         \
  typedef float NAME##_vector __attribute__((vector_size((WIDTH) * 4)));                      \
  TARGET static float NAME(void) {                                                            \
    const NAME##_vector zero = {0}, factor = zero + 0.999999f, term = zero + 1e-6f;           \
    NAME##_vector sum = zero, chain0, chain1, chain2, chain3, chain4, chain5, chain6, chain7, \
                  chain8, chain9, chain10, chain11;                                           \
    EACH(START)                                                                               \
    for (int round = 0; round < ROUNDS; ++round) {                                            \
      EACH(ADVANCE)                                                                           \
    }                                                                                         \
    EACH(COLLECT)                                                                             \
    float total = 0;                                                                          \
    for (int j = 0; j < (WIDTH); ++j) total += sum[j];                                        \
    return total;                                                                             \
  }

#if defined(__x86_64__)
FMA_LOOP(fma_512, __attribute__((target("avx512f,fma"))), 16)
FMA_LOOP(fma_256, __attribute__((target("avx2,fma"))), 8)
FMA_LOOP(fma_128, , 4)
#elif defined(__aarch64__)
FMA_LOOP(fma_128, , 4)
#else
#error "peak: expected x86-64 or AArch64"
#endif

typedef struct {
  float (*loop)(void);
  int width;
  const char* name;
  float sink;
} Peak;

static Peak widest(void) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return (Peak){fma_512, 16, "AVX-512", 0};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return (Peak){fma_256, 8, "AVX2", 0};
  return (Peak){fma_128, 4, "SSE2", 0};
#else
  return (Peak){fma_128, 4, "NEON", 0};
#endif
}

static void run(void* state) {
  Peak* peak = state;
  peak->sink += peak->loop();
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const double n = atof(argv[1]);
  Peak peak = widest();
  const double operations = 2.0 * CHAINS * ROUNDS * peak.width;
  printf("{");
  print_samples(run, &peak, operations / (2 * n * n * n), atoi(argv[2]), atof(argv[3]));
  printf(", \"version\": \"%s\", \"sink\": %.3g}\n", peak.name, (double)peak.sink);
  return 0;
}
