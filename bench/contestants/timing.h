// Time measurement for contestants in C, the same as timing.ts and timing.py.
#pragma once
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double time_of(void (*run)(void*), void* state, long calls) {
  const double start = now();
  for (long i = 0; i < calls; ++i) run(state);
  return now() - start;
}

// Prints "seconds": [...], the time for one unit of work in each sample; a call does `units` of them. A sample has as many
// calls as it needs to take long enough, which also warms up caches.
static void print_samples(void (*run)(void*), void* state, double units, int samples,
                          double seconds) {
  long calls = 1;
  double taken = time_of(run, state, calls);
  while (taken < seconds / 2) {
    calls = taken > seconds / 16 ? (long)ceil((double)calls * seconds / taken) : calls * 8;
    taken = time_of(run, state, calls);
  }
  printf("\"seconds\": [");
  for (int i = 0; i < samples; ++i) {
    printf("%s%.9g", i > 0 ? ", " : "", time_of(run, state, calls) / (double)calls / units);
  }
  printf("]");
}

#ifdef __clang__
#define COMPILER __VERSION__
#else
#define COMPILER "GCC " __VERSION__
#endif

// The largest resident set of this program, in bytes; getrusage's would count the parent before exec as well.
static inline double peak_rss(void) {
  FILE* file = fopen("/proc/self/status", "r");
  if (!file) return 0;
  char line[256];
  double kib = 0;
  while (fgets(line, sizeof line, file)) {
    if (strncmp(line, "VmHWM:", 6) == 0) kib = atof(line + 6);
  }
  fclose(file);
  return kib * 1024;
}
