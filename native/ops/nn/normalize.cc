// Normalised channels: (x - mean) / std, of bytes (x / 255 - mean) / std, each step rounded as PyTorch rounds it.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/nn/normalize.cc"
#include "hwy/foreach_target.h"
//
#include "simd/half-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

constexpr int64_t kGrain = 1 << 17;

// x / 255 for whole numbers up to 255, rounded to nearest: a product, corrected by its remainder, which FMA computes
// exactly. With a division a batch of 3.1M bytes took 0.66 ms, this way 0.46.
template <class D>
HWY_INLINE hn::Vec<D> Over255(D d, hn::Vec<D> x) {
#if HWY_NATIVE_FMA
  const auto inverse = hn::Set(d, 1.0f / 255);
  const auto quotient = hn::Mul(x, inverse);
  return hn::MulAdd(hn::NegMulAdd(quotient, hn::Set(d, 255.0f), x), inverse, quotient);
#else
  return hn::Div(x, hn::Set(d, 255.0f));
#endif
}

// Not `Load`: a call would find hn::Load, which wants aligned memory.
template <class D, class X>
HWY_INLINE hn::Vec<D> LoadNumbers(D d, const X* x) {
  if constexpr (std::is_same_v<X, uint8_t>) {
    const hn::Rebind<uint8_t, D> bytes;
    const hn::RebindToSigned<D> words;
    return Over255(d, hn::ConvertTo(d, hn::PromoteTo(words, hn::LoadU(bytes, x))));
  } else {
    return LoadAs(d, x);
  }
}

template <class D, class X>
HWY_INLINE hn::Vec<D> LoadFirstNumbers(D d, const X* x, size_t n) {
  if constexpr (std::is_same_v<X, uint8_t>) {
    HWY_ALIGN uint8_t lanes[hn::MaxLanes(D())] = {};
    std::memcpy(lanes, x, n);
    return LoadNumbers(d, lanes);
  } else {
    return LoadTailAs(d, x, n);
  }
}

// n elements of one channel.
template <bool kStream, class X, class Y, class T>
void Channel(const X* x, size_t n, T mean, T std, Y* y) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  const auto center = hn::Set(d, mean), scale = hn::Set(d, std);
  const auto normalize = [&](auto v) HWY_ATTR { return hn::Div(hn::Sub(v, center), scale); };
  size_t i = 0;
  if constexpr (kStream) {
    const size_t past = reinterpret_cast<uintptr_t>(y) / sizeof(T) % lanes;
    if (past != 0) {
      i = std::min(lanes - past, n);
      StoreTail(d, normalize(LoadFirstNumbers(d, x, i)), y, i);
    }
    for (; i + lanes <= n; i += lanes) hn::Stream(normalize(LoadNumbers(d, x + i)), d, y + i);
  } else {
    for (; i + lanes <= n; i += lanes) StoreAs(d, normalize(LoadNumbers(d, x + i)), y + i);
  }
  if (i < n) StoreTailAs(d, normalize(LoadFirstNumbers(d, x + i, n - i)), y + i, n - i);
}

// x (outer, channels, inner), mean and std (channels), y as x; without a mean it is 0.
template <class X, class Y>
void NormalizeChannels(const Args& a) {
  using T = ComputeOf<Y>;
  const X* x = a.in<X>(0);
  const double* mean = a.in<double>(1);
  const double* std = a.in<double>(2);
  Y* y = a.out<Y>(3);
  const int64_t channels = a.size(1), inner = a.size(2);
  const int64_t count = a.size(0) * channels * inner;
  const bool stream = a.mayStream && count * static_cast<int64_t>(sizeof(Y)) >= kStreamBytes;
  a.threads->For(
      count, kGrain,
      [&](int64_t at, int64_t end) {
        while (at < end) {
          const int64_t plane = at / inner;
          const int64_t stop = std::min(end, (plane + 1) * inner);
          const T center = mean == nullptr ? T{0} : static_cast<T>(mean[plane % channels]);
          const T scale = static_cast<T>(std[plane % channels]);
          const size_t n = static_cast<size_t>(stop - at);
          if constexpr (std::is_same_v<Y, T>) {
            if (stream) {
              Channel<true>(x + at, n, center, scale, y + at);
            } else {
              Channel<false>(x + at, n, center, scale, y + at);
            }
          } else {
            Channel<false>(x + at, n, center, scale, y + at);
          }
          at = stop;
        }
        if (stream) hwy::FlushStream();
      },
      64);
}

void Needs(const double* attr, int64_t* need) {
  need[0] = need[3] = Elements(attr[0], attr[1], attr[2]);
  need[1] = need[2] = Elements(attr[1]);
}

Variants NormalizeVariants() {
  Variants all = {
      {DType::uint8,
       DType::float32,
       NormalizeChannels<uint8_t, float>},
  };
  EachDType<kFloating>([&]<DType kType>() {
    all.push_back({kType, kType, NormalizeChannels<CType<kType>, CType<kType>>});
  });
  return all;
}

}  // namespace

std::vector<Op> NormalizeOps() {
  return {{"normalizeChannels",
           {{"x"},
            {"mean", Access::read, Element::float64, true},
            {"std", Access::read, Element::float64},
            {"out", Access::write, Element::second}},
           {{"outer"}, {"channels"}, {"inner"}},
           Needs,
           NormalizeVariants()}};
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "ops/family.h"

namespace blasgrad {
HWY_EXPORT(NormalizeOps);
std::vector<Op> NormalizeOps() { return HWY_DYNAMIC_DISPATCH(NormalizeOps)(); }
}  // namespace blasgrad
#endif
