// The most float32 arithmetic one core does, measured.
#pragma once

namespace blasgrad {

// 1e9 operations a second (a multiply-add is two) of independent multiply-adds in the vectors of
// the SIMD target in use: the best of what runs in `milliseconds`.
double MeasurePeak(double milliseconds);

}  // namespace blasgrad
