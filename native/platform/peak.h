// Measures the peak float32 performance of one core.
#pragma once

namespace blasgrad {

// The best rate within `milliseconds` of independent multiply-adds in the vectors of the current SIMD target, in
// 1e9 operations per second (a multiply-add counts as two).
double MeasurePeak(double milliseconds);

}  // namespace blasgrad
