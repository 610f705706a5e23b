// Conversion between blocks of half-precision numbers and float32, rounded to nearest even.
#pragma once

#include <cstdint>

#include "core/half.h"

namespace blasgrad {

void WidenBlock(const Float16* from, int64_t n, float* to);
void WidenBlock(const BFloat16* from, int64_t n, float* to);
void NarrowBlock(const float* from, int64_t n, Float16* to);
void NarrowBlock(const float* from, int64_t n, BFloat16* to);

}  // namespace blasgrad
