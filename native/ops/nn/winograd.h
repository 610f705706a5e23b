// Winograd's algorithm F(4x4, 3x3) for convolutions of 3 x 3 weights: a quarter of the multiplications of the definition.
#pragma once

#include "core/op.h"
#include "ops/nn/conv_geometry.h"

namespace blasgrad {

// Whether the algorithm applies to the op and pays off; false for sizes that do not form a convolution.
bool SuitsWinograd(const ConvGeometry& g);
bool SuitsWinogradInput(const ConvGeometry& g);
bool SuitsWinogradWeight(const ConvGeometry& g);

// Scratch memory of each of the following.
ScratchBytes WinogradScratch(const ConvGeometry& g);
ScratchBytes WinogradInputScratch(const ConvGeometry& g);
ScratchBytes WinogradWeightScratch(const ConvGeometry& g);

// y = x * w + bias; bias may be null.
void WinogradConv(const Args& args, const ConvGeometry& g, const float* x, const float* w,
                  const float* bias, float* y);

// dx = the gradient of the input for a gradient dy of the output, plus a bias of the input's channels or null.
void WinogradConvInput(const Args& args, const ConvGeometry& g, const float* dy, const float* w,
                       const float* bias, float* dx);

// dw = the gradient of the weight.
void WinogradConvWeight(const Args& args, const ConvGeometry& g, const float* x, const float* dy,
                        float* dw);

}  // namespace blasgrad
