#include "ops/nn/channel_sums.h"

#include <algorithm>

#include "core/threads.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/nn/channel_sums.cc"
#include "hwy/foreach_target.h"
//
#include "simd/half-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

// The minimum number of elements per thread.
constexpr int64_t kGrain = 1 << 17;
// Sums of so many elements are added in float64.
constexpr size_t kBlock = 4096;

template <class S>
double SumOf(const S* x, size_t n) {
  const hn::ScalableTag<ComputeOf<S>> d;
  using V = hn::Vec<decltype(d)>;
  const size_t lanes = hn::Lanes(d);
  V sums[4] = {hn::Zero(d), hn::Zero(d), hn::Zero(d), hn::Zero(d)};
  size_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    for (size_t v = 0; v < 4; ++v) sums[v] = hn::Add(sums[v], LoadAs(d, x + i + v * lanes));
  }
  for (; i + lanes <= n; i += lanes) sums[0] = hn::Add(sums[0], LoadAs(d, x + i));
  const V all = hn::Add(hn::Add(sums[0], sums[1]), hn::Add(sums[2], sums[3]));
  auto sum = static_cast<double>(hn::GetLane(hn::SumOfLanes(d, all)));
  for (; i < n; ++i) sum += static_cast<double>(Widen(x[i]));
  return sum;
}

template <class S>
void Sums(const Args& args, int64_t batch, int64_t channels, int64_t inner, const S* x, S* sums) {
  const auto n = static_cast<size_t>(inner);
  args.threads->For(channels, std::max<int64_t>(kGrain / (batch * inner), 1),
                    [&](int64_t begin, int64_t end) {
                      for (int64_t channel = begin; channel < end; ++channel) {
                        double sum = 0;
                        for (int64_t image = 0; image < batch; ++image) {
                          const S* plane = x + (image * channels + channel) * inner;
                          for (size_t i = 0; i < n; i += kBlock)
                            sum += SumOf(plane + i, std::min(kBlock, n - i));
                        }
                        sums[channel] = Narrow<S>::From(static_cast<ComputeOf<S>>(sum));
                      }
                    });
}

}  // namespace

#define BLASGRAD_CHANNEL_SUMS(NAME, S)                                                          \
  void Sums##NAME(const Args& args, int64_t batch, int64_t channels, int64_t inner, const S* x, \
                  S* sums) {                                                                    \
    Sums<S>(args, batch, channels, inner, x, sums);                                             \
  }
BLASGRAD_CHANNEL_SUMS(32, float)
BLASGRAD_CHANNEL_SUMS(64, double)
BLASGRAD_CHANNEL_SUMS(F16, Float16)
BLASGRAD_CHANNEL_SUMS(BF16, BFloat16)
#undef BLASGRAD_CHANNEL_SUMS

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace blasgrad {

#define BLASGRAD_CHANNEL_SUMS(NAME, S)                                                           \
  HWY_EXPORT(Sums##NAME);                                                                        \
  template <>                                                                                    \
  void ChannelSums(const Args& args, int64_t batch, int64_t channels, int64_t inner, const S* x, \
                   S* sums) {                                                                    \
    HWY_DYNAMIC_DISPATCH(Sums##NAME)(args, batch, channels, inner, x, sums);                     \
  }
BLASGRAD_CHANNEL_SUMS(32, float)
BLASGRAD_CHANNEL_SUMS(64, double)
BLASGRAD_CHANNEL_SUMS(F16, Float16)
BLASGRAD_CHANNEL_SUMS(BF16, BFloat16)
#undef BLASGRAD_CHANNEL_SUMS

}  // namespace blasgrad
#endif
