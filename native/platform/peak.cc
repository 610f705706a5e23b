#include "platform/peak.h"

#include <algorithm>
#include <chrono>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "platform/peak.cc"
#include "hwy/foreach_target.h"
//
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Two FMA units with a latency of four or five cycles need 8 to 10 independent chains; 12 chains and two constants
// fit in the 16 registers of AVX2. Variables instead of an array, which would be stored in memory.
#define BLASGRAD_CHAINS(DO) \
  DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11)
#define BLASGRAD_START(i) auto chain##i = hn::Set(d, 1e-6f * (i + 1));
#define BLASGRAD_ADVANCE(i) chain##i = hn::MulAdd(chain##i, factor, term);
#define BLASGRAD_COLLECT(i) sum = hn::Add(sum, chain##i);

// Returns the number of operations. Stores their result in `result`, so that the compiler does not remove them.
double MultiplyAdds(int rounds, float* result) {
  const hn::ScalableTag<float> d;
  const auto factor = hn::Set(d, 0.999999f);
  const auto term = hn::Set(d, 1e-6f);
  BLASGRAD_CHAINS(BLASGRAD_START)
  for (int round = 0; round < rounds; ++round) {
    BLASGRAD_CHAINS(BLASGRAD_ADVANCE)
  }
  auto sum = hn::Zero(d);
  BLASGRAD_CHAINS(BLASGRAD_COLLECT)
  *result = hn::GetLane(sum);
  return 2.0 * 12 * rounds * static_cast<double>(hn::Lanes(d));
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace blasgrad {

HWY_EXPORT(MultiplyAdds);

double MeasurePeak(double milliseconds) {
  using Clock = std::chrono::steady_clock;
  const auto loop = HWY_DYNAMIC_DISPATCH(MultiplyAdds);
  volatile float sink = 0;
  double best = 0;
  const auto start = Clock::now();
  for (auto begin = start;
       begin - start < std::chrono::duration<double, std::milli>(milliseconds);) {
    float result = 0;
    const double operations = loop(10000, &result);
    sink = result;
    const auto end = Clock::now();
    best =
        std::max(best, operations / std::chrono::duration<double, std::nano>(end - begin).count());
    begin = end;
  }
  (void)sink;
  return best;
}

}  // namespace blasgrad
#endif
