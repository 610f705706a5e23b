// Winograd's transform of weights and of their gradient. Compiled once per instruction set, hence the unusual include
// guard.
#if defined(BLASGRAD_WINOGRAD_WEIGHTS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BLASGRAD_WINOGRAD_WEIGHTS_INL_H
#undef BLASGRAD_WINOGRAD_WEIGHTS_INL_H
#else
#define BLASGRAD_WINOGRAD_WEIGHTS_INL_H
#endif

#include <algorithm>
#include <cstdint>

#include "ops/nn/winograd_panels-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {

// Loads the nine weights of 4 pairs of channels (or `count`), [pair][weight][lane], with `lanes` pairs in the lanes.
// Weight k of pair i in lane l is w[l * stride + 9 * i + k]; other lanes are 0.
inline void LoadWeights(const float* w, int64_t stride, int64_t lanes, int64_t count, float* nine) {
  const WinogradTag d;
  if (lanes == kPanel && count == 4) {
    for (int64_t i = 0; i < 36; i += 4) {
      WinogradVector v[4];
      LoadTransposed4(d, w + i, static_cast<size_t>(stride), v);
      for (int64_t j = 0; j < 4; ++j) hn::StoreU(v[j], d, nine + (i + j) * kPanel);
    }
    return;
  }
  std::fill_n(nine, 36 * kPanel, 0.0f);
  for (int64_t l = 0; l < lanes; ++l) {
    for (int64_t i = 0; i < 9 * count; ++i) nine[i * kPanel + l] = w[l * stride + i];
  }
}

// The same for one pair, with adjacent pairs in the lanes, and the weights turned by 180 degrees.
inline void LoadTurned(const float* w, int64_t lanes, float* nine) {
  const WinogradTag d;
  if (lanes < kPanel) {
    std::fill_n(nine, 9 * kPanel, 0.0f);
    for (int64_t l = 0; l < lanes; ++l) {
      for (int64_t k = 0; k < 9; ++k) nine[(8 - k) * kPanel + l] = w[9 * l + k];
    }
    return;
  }
  for (const int64_t first : {0, 4, 5}) {
    WinogradVector v[4];
    LoadTransposed4(d, w + first, 9, v);
    for (int64_t j = 0; j < 4; ++j) hn::StoreU(v[j], d, nine + (8 - first - j) * kPanel);
  }
}

// u = G w G^T for one panel of output channels, [36][inChannels][lanes], from weights w (panel, inChannels, 3, 3).
inline void TransformWeights(const float* w, int64_t inChannels, int64_t lanes, float* u,
                             int64_t step, int64_t stride) {
  HWY_ALIGN float nine[36 * kPanel];
  for (int64_t c = 0; c < inChannels; c += 4) {
    const int64_t count = std::min<int64_t>(inChannels - c, 4);
    LoadWeights(w + 9 * c, 9 * inChannels, lanes, count, nine);
    for (int64_t i = 0; i < count; ++i) {
      ApplyBoth(WeightTransform(), nine + i * 9 * kPanel, kPanel, u + (c + i) * step,
                static_cast<size_t>(stride));
    }
  }
}

// The same with turned weights for one panel of input channels, [36][outChannels][lanes]; w begins with the first channel
// of the panel.
inline void TransformTurnedWeights(const float* w, int64_t inChannels, int64_t outChannels,
                                   int64_t lanes, float* u, int64_t step, int64_t stride) {
  HWY_ALIGN float nine[9 * kPanel];
  for (int64_t o = 0; o < outChannels; ++o) {
    LoadTurned(w + 9 * o * inChannels, lanes, nine);
    ApplyBoth(WeightTransform(), nine, kPanel, u + o * step, static_cast<size_t>(stride));
  }
}

// dw = G^T du G for one panel of output channels.
inline void TransformWeightGradient(const float* du, int64_t step, int64_t stride,
                                    int64_t inChannels, int64_t lanes, float* dw) {
  const WinogradTag d;
  HWY_ALIGN float nine[36 * kPanel];
  for (int64_t c = 0; c < inChannels; c += 4) {
    const int64_t count = std::min<int64_t>(inChannels - c, 4);
    for (int64_t i = 0; i < count; ++i) {
      ApplyBoth(WeightGradientTransform(), du + (c + i) * step, static_cast<size_t>(stride),
                nine + i * 9 * kPanel, kPanel);
    }
    float* to = dw + 9 * c;
    if (lanes == kPanel && count == 4) {
      for (int64_t i = 0; i < 36; i += 4) {
        WinogradVector v[4];
        for (int64_t j = 0; j < 4; ++j) v[j] = hn::LoadU(d, nine + (i + j) * kPanel);
        StoreTransposed4(d, v, to + i, static_cast<size_t>(9 * inChannels));
      }
      continue;
    }
    for (int64_t l = 0; l < lanes; ++l) {
      for (int64_t i = 0; i < 9 * count; ++i) to[l * 9 * inChannels + i] = nine[i * kPanel + l];
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif
