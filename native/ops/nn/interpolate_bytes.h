// Interpolation of bytes.
#pragma once

#include "core/op.h"

namespace blasgrad {

// ResampleOps adds it to the ops for floats.
Op InterpolateBytesOp();

}  // namespace blasgrad
