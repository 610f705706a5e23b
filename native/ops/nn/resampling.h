// The families of interpolation and of sampling at grid points.
#pragma once

#include <vector>

#include "core/op.h"

namespace blasgrad {

std::vector<Op> ResampleOps();
std::vector<Op> GridSampleOps();

// The op for bytes, which ResampleOps adds to those for floats.
Op InterpolateBytesOp();

}  // namespace blasgrad
