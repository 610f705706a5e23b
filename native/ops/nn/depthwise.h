// Convolutions in which each output channel reads one input channel: depthwise ones, with any channel multiplier.
#pragma once

#include "core/op.h"
#include "ops/nn/conv_geometry.h"

namespace blasgrad {

// Whether the algorithm applies; false for sizes that do not form a convolution.
bool SuitsDepthwise(const ConvGeometry& g);

// Scratch memory of each of the following.
ScratchBytes DepthwiseScratch(const ConvGeometry& g, size_t elementBytes);
ScratchBytes DepthwiseInputScratch(const ConvGeometry& g, size_t elementBytes);

// y = x * w + bias; bias may be null.
void DepthwiseConv(const Args& args, const ConvGeometry& g, const float* x, const float* w,
                   const float* bias, float* y);
void DepthwiseConv(const Args& args, const ConvGeometry& g, const double* x, const double* w,
                   const double* bias, double* y);

// dx = the gradient of the input for a gradient dy of the output, plus a bias of the input's channels or null.
void DepthwiseConvInput(const Args& args, const ConvGeometry& g, const float* dy, const float* w,
                        const float* bias, float* dx);
void DepthwiseConvInput(const Args& args, const ConvGeometry& g, const double* dy, const double* w,
                        const double* bias, double* dx);

// dw = the gradient of the weight; needs the scratch memory of the first.
void DepthwiseConvWeight(const Args& args, const ConvGeometry& g, const float* x, const float* dy,
                         float* dw);
void DepthwiseConvWeight(const Args& args, const ConvGeometry& g, const double* x, const double* dy,
                         double* dw);

}  // namespace blasgrad
