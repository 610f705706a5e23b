// The sizes of a convolution over batch x channels x 3 dimensions. Fewer dimensions have leading sizes of 1.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "core/op.h"

namespace blasgrad {

// Output position o reads the inputs o * stride + tap * dilation - padding for each tap in [0, kernel). Inputs outside
// [0, input) are 0, so the padding at the end follows from the sizes.
struct ConvDim {
  int64_t input, output, kernel, stride, padding, dilation;

  // The length of the padded input that the outputs read.
  int64_t padded() const {
    return output == 0 ? 0 : (output - 1) * stride + (kernel - 1) * dilation + 1;
  }
};

// x (batch, inChannels, input...), w (outChannels, inChannels / groups, kernel...), y (batch, outChannels, output...).
struct ConvGeometry {
  int64_t batch, inChannels, outChannels, groups;
  std::array<ConvDim, 3> dim;

  int64_t inGroup() const { return inChannels / groups; }
  int64_t outGroup() const { return outChannels / groups; }
  int64_t inputs() const { return dim[0].input * dim[1].input * dim[2].input; }
  int64_t outputs() const { return dim[0].output * dim[1].output * dim[2].output; }
  int64_t taps() const { return dim[0].kernel * dim[1].kernel * dim[2].kernel; }
};

// The attributes of all three ops, in order.
inline constexpr size_t kConvAttrs = 22;
enum ConvAttr : size_t { kBatch, kInChannels, kOutChannels, kGroups, kFirstDim };
enum ConvDimAttr : size_t { kInput, kOutput, kKernel, kStride, kPadding, kDilation, kDimAttrs };

inline ConvGeometry ConvGeometryOf(const double* attr) {
  const auto size = [&](size_t i) { return static_cast<int64_t>(attr[i]); };
  ConvGeometry g = {size(kBatch), size(kInChannels), size(kOutChannels), size(kGroups), {}};
  for (size_t d = 0; d < 3; ++d) {
    const size_t at = kFirstDim + d * kDimAttrs;
    g.dim[d] = {size(at + kInput),  size(at + kOutput),  size(at + kKernel),
                size(at + kStride), size(at + kPadding), size(at + kDilation)};
  }
  return g;
}

// Throws a DataError unless the channels divide by the groups, and strides, dilations and kernels are positive.
inline void RequireConvGeometry(const ConvGeometry& g) {
  const auto refuse = [](const char* what, const char* name, int64_t actual) {
    throw DataError(std::string("expected ") + what + " for " + name + ", got " +
                    std::to_string(actual));
  };
  if (g.groups == 0 || g.inChannels % g.groups != 0 || g.outChannels % g.groups != 0) {
    refuse("a divisor of the channels", "groups", g.groups);
  }
  // So that no product of two of these numbers overflows.
  constexpr int64_t kMost = int64_t{1} << 30;
  for (const ConvDim& d : g.dim) {
    if (d.stride < 1 || d.stride > kMost) refuse("1 to 2^30", "stride", d.stride);
    if (d.dilation < 1 || d.dilation > kMost) refuse("1 to 2^30", "dilation", d.dilation);
    if (d.kernel < 1 || d.kernel > kMost) refuse("1 to 2^30", "kernel", d.kernel);
    if (d.padding > kMost) refuse("at most 2^30", "padding", d.padding);
    if (d.input > kMost) refuse("at most 2^30", "input", d.input);
    if (d.output > kMost) refuse("at most 2^30", "output", d.output);
  }
}

// Whether RequireConvGeometry accepts it.
inline bool IsConvGeometry(const ConvGeometry& g) {
  try {
    RequireConvGeometry(g);
    return true;
  } catch (const DataError&) {
    return false;
  }
}

}  // namespace blasgrad
