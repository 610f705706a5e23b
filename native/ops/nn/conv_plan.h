// How a pass of a convolution is divided: which part of a tensor is copied with its padding, and where in that copy the
// elements of a product are. The convolution reads x; the gradient of the input reads dy.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "ops/nn/conv_geometry.h"

namespace blasgrad {

// One dimension. In the gradient, the positions of the result are divided into phases: those with the same remainder
// by the stride, which need the same taps.
struct ConvAxis {
  int64_t source, result, kernel, stride, padding, dilation;
  bool gradient;
  int64_t reach;  // of the gradient: how far the last tap lies before the first

  int64_t phases() const { return gradient ? stride : 1; }
  int64_t phaseOfTap(int64_t tap) const { return gradient ? tap * dilation % stride : 0; }
  // The first position of a phase in [from, ...), and the distance to the next.
  int64_t first(int64_t from, int64_t phase) const {
    return gradient ? from + (phase + stride - (from + padding) % stride) % stride : from;
  }
  int64_t step() const { return gradient ? stride : 1; }

  // The copy for positions [from, from + count): `length` elements of the source, from `begin` on, `skip` apart.
  int64_t begin(int64_t from) const {
    return gradient ? (from + padding) / stride - reach : from * stride - padding;
  }
  int64_t length(int64_t count) const {
    if (gradient) return (count + stride - 2) / stride + 1 + reach;
    return kernel == 1 ? count : (count - 1) * stride + (kernel - 1) * dilation + 1;
  }
  int64_t skip() const { return !gradient && kernel == 1 ? stride : 1; }
  // Places in the copy.
  int64_t place(int64_t position, int64_t from) const {
    if (gradient) return (position + padding) / stride - (from + padding) / stride;
    return (position - from) * (kernel == 1 ? 1 : stride);
  }
  int64_t tapPlace(int64_t tap) const {
    return gradient ? reach - tap * dilation / stride : tap * dilation;
  }
};

// Result channels per group are sums over source channels per group and taps.
struct ConvPass {
  int64_t batch, groups, from, to;
  std::array<ConvAxis, 3> axis;

  static ConvPass Of(const ConvGeometry& g, bool gradient) {
    ConvPass pass = {g.batch, g.groups, g.inGroup(), g.outGroup(), {}};
    if (gradient) std::swap(pass.from, pass.to);
    for (size_t i = 0; i < 3; ++i) {
      const ConvDim& d = g.dim[i];
      pass.axis[i] = {gradient ? d.output : d.input,
                      gradient ? d.input : d.output,
                      d.kernel,
                      d.stride,
                      d.padding,
                      d.dilation,
                      gradient,
                      gradient ? (d.kernel - 1) * d.dilation / d.stride : 0};
    }
    return pass;
  }
  int64_t taps() const { return axis[0].kernel * axis[1].kernel * axis[2].kernel; }
  int64_t depth() const { return from * taps(); }
  int64_t phases() const { return axis[0].phases() * axis[1].phases() * axis[2].phases(); }
  int64_t positions() const { return axis[0].result * axis[1].result * axis[2].result; }
  int64_t sources() const { return axis[0].source * axis[1].source * axis[2].source; }
};

// A chunk of the work: some images, or a range of one image's positions along the first dimension that has more than
// one.
struct ConvChunk {
  int64_t image, images, from, count;

  // Whether the tables of rows are the same.
  bool sameShape(const ConvChunk& other) const {
    return images == other.images && from == other.from && count == other.count;
  }
};

class ConvChunks {
 public:
  // `channels` channels of the chunk's positions should stay in L2.
  ConvChunks(const ConvPass& pass, int64_t channels, size_t elementBytes) : batch_(pass.batch) {
    while (split < 2 && pass.axis[split].result == 1) ++split;
    length_ = pass.axis[split].result;
    inner = pass.positions() / length_;
    // L2 has 512 KB or more, but a tile of weights is read for at least 256 positions.
    const int64_t fits = kCopyBytes / (channels * static_cast<int64_t>(elementBytes));
    const int64_t wanted = std::clamp<int64_t>(fits, kFewest, kMost);
    if (pass.positions() >= wanted) {
      images = 1;
      count = Even(length_, std::max<int64_t>(wanted / inner, 1));
    } else {
      images = Even(batch_, (wanted + pass.positions() - 1) / pass.positions());
      count = length_;
    }
    int64_t elements = 1;
    for (size_t d = 0; d < 3; ++d) {
      copied[d] = pass.axis[d].length(d == split ? count : pass.axis[d].result);
      elements = Saturated(elements, copied[d]);
    }
    // An odd number of cache lines, so that the channels of a position are spread over the sets of the caches.
    const int64_t line = 64 / static_cast<int64_t>(elementBytes);
    plane = ((elements + line - 1) / line | 1) * line;
    copyElements = Saturated(Saturated(images, pass.from), plane);
  }

  int64_t perImage() const { return (length_ + count - 1) / count; }
  int64_t size() const { return (batch_ + images - 1) / images * perImage(); }
  int64_t mostPositions() const { return images * count * inner; }
  ConvChunk operator[](int64_t i) const {
    const int64_t image = i / perImage() * images, from = i % perImage() * count;
    return {image, std::min(images, batch_ - image), from, std::min(count, length_ - from)};
  }

  size_t split = 0;               // the dimension that is divided
  int64_t inner;                  // positions for each index of it
  int64_t images, count;          // of all but the last chunks
  std::array<int64_t, 3> copied;  // sizes of the copy of an image's channel
  int64_t plane;                  // elements from one channel of the copy to the next
  int64_t copyElements;

 private:
  static constexpr int64_t kCopyBytes = 256 << 10;
  static constexpr int64_t kFewest = 256, kMost = 1024;

  static int64_t Saturated(int64_t a, int64_t b) {
    const double product = static_cast<double>(a) * static_cast<double>(b);
    return product < 1e15 ? a * b : int64_t{1} << 50;
  }
  // Pieces of at most `most`, of about the same length.
  static int64_t Even(int64_t length, int64_t most) {
    const int64_t pieces = (length + most - 1) / most;
    return (length + pieces - 1) / pieces;
  }

  int64_t batch_, length_;
};

}  // namespace blasgrad
