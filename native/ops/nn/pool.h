// The geometry of pooling, always in three dimensions, and the memory that its ops need.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/op.h"

namespace blasgrad {

// One dimension of the windows: tap k of output o is at o * stride - low + k * dilation of the input.
struct PoolAxis {
  int64_t in, out, kernel, stride, low, dilation;

  int64_t start(int64_t o) const { return o * stride - low; }
  // The taps of output o inside the input: [first, end).
  int64_t first(int64_t o) const {
    const int64_t at = start(o);
    return at >= 0 ? 0 : (dilation - 1 - at) / dilation;
  }
  int64_t end(int64_t o) const {
    const int64_t rest = in - 1 - start(o);
    if (rest < 0) return 0;
    return std::min(kernel,
                    (dilation == 1 ? rest : rest / dilation) + 1);  // a division takes 10 ns
  }
  int64_t extent() const { return (kernel - 1) * dilation + 1; }
};

// Attributes: planes, then depth, height and width of each size.
struct PoolGeometry {
  explicit PoolGeometry(const double* attr) : planes(static_cast<int64_t>(attr[0])) {
    for (size_t i = 0; i < 3; ++i) {
      const auto size = [&](size_t kind) { return static_cast<int64_t>(attr[1 + 3 * kind + i]); };
      axis[i] = {size(0), size(1), size(2), size(3), size(4), size(5)};
    }
  }
  int64_t planeIn() const { return axis[0].in * axis[1].in * axis[2].in; }
  int64_t planeOut() const { return axis[0].out * axis[1].out * axis[2].out; }
  int64_t taps() const { return axis[0].kernel * axis[1].kernel * axis[2].kernel; }

  // The products of sizes overflow only for 0 planes.
  bool isEmpty() const { return planes == 0 || planeIn() == 0 || planeOut() == 0; }

  int64_t planes;
  std::array<PoolAxis, 3> axis;
};

inline constexpr size_t kPoolAttrs = 19;

inline std::vector<Attr> PoolAttrs() {
  return {{"planes"},  {"inD"},       {"inH"},       {"inW"},      {"outD"},
          {"outH"},    {"outW"},      {"kernelD"},   {"kernelH"},  {"kernelW"},
          {"strideD"}, {"strideH"},   {"strideW"},   {"lowD"},     {"lowH"},
          {"lowW"},    {"dilationD"}, {"dilationH"}, {"dilationW"}};
}

// Elements of the input and of the output. Geometries in which a window would start outside the padded input, or whose
// positions could overflow, need more elements than any buffer has.
inline void PoolSizes(const double* attr, int64_t* input, int64_t* output) {
  constexpr double kMost = 1 << 30;
  bool valid = attr[7] * attr[8] * attr[9] <= 1LL << 53;
  for (size_t i = 1; i < kPoolAttrs; ++i) valid = valid && attr[i] <= kMost;
  for (size_t i = 0; i < 3; ++i) {
    const double kernel = attr[7 + i], stride = attr[10 + i], low = attr[13 + i];
    const double dilation = attr[16 + i], in = attr[1 + i], out = attr[4 + i];
    valid = valid && kernel >= 1 && stride >= 1 && dilation >= 1 && low <= kernel * dilation &&
            (out == 0 || (out - 1) * stride < in + low);
  }
  *input = valid ? Elements(attr[0], attr[1], attr[2], attr[3]) : INT64_MAX;
  *output = valid ? Elements(attr[0], attr[4], attr[5], attr[6]) : INT64_MAX;
}

// The minimum number of planes per thread, for `work` elements of a plane.
inline int64_t PoolGrain(int64_t work) { return std::max<int64_t>((1 << 16) / (work + 1), 1); }

// The least value of T: every number but NaN is at least as large.
template <class T>
constexpr T LowestOf() {
  return std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                              : std::numeric_limits<T>::lowest();
}

// Whether `value` replaces the largest number so far: PyTorch takes the last NaN, and the first of equal numbers.
template <class T>
constexpr bool Replaces(T value, T best) {
  return value > best || value != value;
}

}  // namespace blasgrad
