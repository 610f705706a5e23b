// Convolution as products that read a padded copy of the input by offsets: no column matrix in memory. The results do
// not depend on the number of threads.
#pragma once

#include "core/op.h"
#include "ops/nn/conv_geometry.h"

namespace blasgrad {

// Whether the offsets fit in 32 bits, and there are few phases of the stride; `gradient` is that of the input.
bool OffsetConvFits(const ConvGeometry& g, bool gradient);

// y = x * w + bias, or with `gradient`, the gradient of the input: x is dy, and y is dx. bias may be null.
template <class S>
void OffsetConv(const Args& args, const ConvGeometry& g, bool gradient, const S* x, const S* w,
                const S* bias, S* y);
ScratchBytes OffsetConvScratch(const ConvGeometry& g, bool gradient, size_t computeBytes);

template <class S>
void OffsetConvWeight(const Args& args, const ConvGeometry& g, const S* x, const S* dy, S* dw);
ScratchBytes OffsetConvWeightScratch(const ConvGeometry& g, size_t computeBytes);

}  // namespace blasgrad
