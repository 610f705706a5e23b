// Convolution by plain loops, for sizes that no faster kernel supports.
#pragma once

#include "core/op.h"
#include "ops/nn/conv_geometry.h"

namespace blasgrad {

// y = x * w + bias; bias may be null. Dtypes are those of `args`' buffers.
template <class S>
void SimpleConv(const Args& args, const ConvGeometry& g, const S* x, const S* w, const S* bias,
                S* y);

// dx = the gradient of the input for a gradient dy of the output, plus a bias of the input's channels or null.
template <class S>
void SimpleConvInput(const Args& args, const ConvGeometry& g, const S* dy, const S* w,
                     const S* bias, S* dx);

// dw = the gradient of the weight.
template <class S>
void SimpleConvWeight(const Args& args, const ConvGeometry& g, const S* x, const S* dy, S* dw);

}  // namespace blasgrad
