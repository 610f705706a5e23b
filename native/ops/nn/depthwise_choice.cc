// Which convolutions the depthwise algorithm computes, and the memory that it needs.
#include "ops/nn/depthwise.h"
#include "ops/nn/depthwise_bands.h"

namespace blasgrad {
namespace {

// Larger numbers are left to another algorithm, so that no product of sizes overflows.
constexpr int64_t kMostSize = 1 << 24, kMostTaps = 1 << 12, kMostElements = 1 << 20;

bool Moderate(const ConvDim& d) {
  for (const int64_t size : {d.input, d.output, d.kernel, d.stride, d.dilation}) {
    if (size < 1 || size > kMostSize) return false;
  }
  return d.padding <= kMostSize && d.kernel <= kMostTaps &&
         (d.kernel - 1) * d.dilation < kMostSize && d.output * d.stride < kMostElements * 16;
}

}  // namespace

bool SuitsDepthwise(const ConvGeometry& g) {
  if (g.batch < 1 || g.groups < 2 || g.groups != g.inChannels || g.outChannels % g.groups != 0) {
    return false;
  }
  int64_t taps = g.outGroup();
  if (taps < 1 || taps > kMostTaps) return false;
  for (const ConvDim& d : g.dim) {
    if (!Moderate(d)) return false;
    taps *= d.kernel;
    if (taps > kMostTaps) return false;
  }
  // The copies that one row of the result reads.
  const Copy in = CopyOfInputs(g, 0, 1, 0, 1), out = CopyOfOutputs(g, 0, 1, 0, 1);
  for (const Copy& copy : {in, out}) {
    if (copy.depth.count * copy.height.count > kMostElements / copy.row()) return false;
  }
  return out.elements() * g.outGroup() <= kMostElements;
}

ScratchBytes DepthwiseScratch(const ConvGeometry& g, size_t elementBytes) {
  const Band band = InputBand(g);
  const int64_t elements = CopyOfInputs(g, 0, band.depth, 0, band.height).elements();
  return {0, DepthwiseBytes(elements, g.taps(), 0, elementBytes)};
}

ScratchBytes DepthwiseInputScratch(const ConvGeometry& g, size_t elementBytes) {
  const Band band = OutputBand(g);
  const int64_t elements = CopyOfOutputs(g, 0, band.depth, 0, band.height).elements();
  return {0, DepthwiseBytes(elements * g.outGroup(), g.taps() * g.outGroup(),
                            4 * Steps(g.dim[2]).count(), elementBytes)};
}

}  // namespace blasgrad
