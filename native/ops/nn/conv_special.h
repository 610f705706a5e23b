// Convolutions with an algorithm of their own: depthwise ones, and Winograd's.
#pragma once

#include <type_traits>

#include "core/op.h"
#include "ops/nn/conv_geometry.h"
#include "ops/nn/depthwise.h"
#include "ops/nn/winograd.h"

namespace blasgrad {

enum class ConvPassKind { forward, input, weight };

// Half types take the general algorithm, which converts them.
template <class S>
inline constexpr bool kHasDepthwise = std::is_same_v<S, float> || std::is_same_v<S, double>;

inline bool TakesDepthwise(const ConvGeometry& g, size_t elementBytes) {
  return elementBytes >= sizeof(float) && SuitsDepthwise(g);
}

// Each of these computes the result of an op and returns true, or returns false if no special algorithm suits.

// y = x * w + bias; bias may be null.
template <class S>
bool SpecialConv(const Args& args, const ConvGeometry& g, const S* x, const S* w, const S* bias,
                 S* y) {
  if constexpr (kHasDepthwise<S>) {
    if (SuitsDepthwise(g)) return DepthwiseConv(args, g, x, w, bias, y), true;
  }
  if constexpr (std::is_same_v<S, float>) {
    if (args.winograd && SuitsWinograd(g)) return WinogradConv(args, g, x, w, bias, y), true;
  }
  return false;
}

// dx = the gradient of the input for a gradient dy of the output, plus a bias of the input's channels or null.
template <class S>
bool SpecialConvInput(const Args& args, const ConvGeometry& g, const S* dy, const S* w,
                      const S* bias, S* dx) {
  if constexpr (kHasDepthwise<S>) {
    if (SuitsDepthwise(g)) return DepthwiseConvInput(args, g, dy, w, bias, dx), true;
  }
  if constexpr (std::is_same_v<S, float>) {
    if (args.winograd && SuitsWinogradInput(g)) {
      return WinogradConvInput(args, g, dy, w, bias, dx), true;
    }
  }
  return false;
}

// dw = the gradient of the weight.
template <class S>
bool SpecialConvWeight(const Args& args, const ConvGeometry& g, const S* x, const S* dy, S* dw) {
  if constexpr (kHasDepthwise<S>) {
    if (SuitsDepthwise(g)) return DepthwiseConvWeight(args, g, x, dy, dw), true;
  }
  if constexpr (std::is_same_v<S, float>) {
    if (args.winograd && SuitsWinogradWeight(g)) {
      return WinogradConvWeight(args, g, x, dy, dw), true;
    }
  }
  return false;
}

// The scratch memory of each of them; of a convolution that is not empty.
inline ScratchBytes SpecialConvScratch(const ConvGeometry& g, ConvPassKind kind,
                                       size_t elementBytes) {
  const bool input = kind == ConvPassKind::input;
  if (TakesDepthwise(g, elementBytes)) {
    return input ? DepthwiseInputScratch(g, elementBytes) : DepthwiseScratch(g, elementBytes);
  }
  if (elementBytes != sizeof(float)) return {};
  if (!(input ? SuitsWinogradInput(g) : SuitsWinograd(g))) return {};
  switch (kind) {
    case ConvPassKind::forward:
      return WinogradScratch(g);
    case ConvPassKind::input:
      return WinogradInputScratch(g);
    case ConvPassKind::weight:
      return WinogradWeightScratch(g);
  }
  return {};
}

}  // namespace blasgrad
