// The padded copies of parts of a plane that depthwise convolutions read.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "ops/nn/conv_geometry.h"

namespace blasgrad {

// Positions [first, first + count) of one dimension; those outside the plane are zeros.
struct Extent {
  int64_t first, count;
};

// A copy is [depth][height][phase][column]: column i of phase p is position i * stride + p of the row, so that positions
// one stride apart are adjacent.
struct Copy {
  Extent depth, height, width;
  int64_t phases;

  int64_t columns() const { return (width.count + phases - 1) / phases; }
  int64_t row() const { return columns() * phases; }
  int64_t plane() const { return height.count * row(); }
  int64_t elements() const { return depth.count * plane(); }
};

template <class T>
void CopyRow(const T* from, int64_t size, const Extent& width, int64_t phases, int64_t columns,
             T* to) {
  if (phases == 1) {
    const int64_t begin = std::clamp<int64_t>(-width.first, 0, width.count);
    const int64_t end = std::clamp<int64_t>(size - width.first, begin, width.count);
    std::fill_n(to, begin, T{0});
    if (begin < end) std::copy_n(from + width.first + begin, end - begin, to + begin);
    std::fill(to + end, to + width.count, T{0});
    return;
  }
  for (int64_t p = 0; p < phases; ++p, to += columns) {
    for (int64_t i = 0, at = width.first + p; i < columns; ++i, at += phases) {
      to[i] = at >= 0 && at < size ? from[at] : T{0};
    }
  }
}

// Copies a part of a plane of `size`.
template <class T>
void CopyPart(const T* plane, const std::array<int64_t, 3>& size, const Copy& copy, T* to) {
  const int64_t row = copy.row();
  for (int64_t z = copy.depth.first; z < copy.depth.first + copy.depth.count; ++z) {
    for (int64_t y = copy.height.first; y < copy.height.first + copy.height.count; ++y, to += row) {
      if (z < 0 || z >= size[0] || y < 0 || y >= size[1]) {
        std::fill_n(to, row, T{0});
      } else {
        CopyRow(plane + (z * size[1] + y) * size[2], size[2], copy.width, copy.phases,
                copy.columns(), to);
      }
    }
  }
}

// How many positions of the first two dimensions are computed from one copy.
struct Band {
  int64_t depth, height;
};

// Bands whose copies have at most 2^16 elements if one row allows it: 256 KB of floats, which fit in L2.
template <class CopyOf>
Band ChooseBand(int64_t depth, int64_t height, const CopyOf& copyOf) {
  constexpr int64_t kMostElements = 1 << 16;
  Band band = {depth, height};
  const auto large = [&] { return copyOf(band).elements() > kMostElements; };
  while (large() && band.depth > 1) band.depth = (band.depth + 1) / 2;
  while (large() && band.height > 1) band.height = (band.height + 1) / 2;
  return band;
}

// Calls visit(z, zEnd, y, yEnd) for each band.
template <class Visit>
void EachBand(int64_t depth, int64_t height, const Band& band, const Visit& visit) {
  for (int64_t z = 0; z < depth; z += band.depth) {
    for (int64_t y = 0; y < height; y += band.height) {
      visit(z, std::min(z + band.depth, depth), y, std::min(y + band.height, height));
    }
  }
}

// What outputs [begin, end) of one dimension read.
inline Extent ReadBy(const ConvDim& d, int64_t begin, int64_t end) {
  return {begin * d.stride - d.padding,
          (end - begin - 1) * d.stride + (d.kernel - 1) * d.dilation + 1};
}

// Position i of the input has the phase (i + padding) % stride and the step (i + padding) / stride. Tap k belongs to the
// phase k * dilation % stride, and there step q receives the gradient of output q - k * dilation / stride.
struct Steps {
  int64_t first, end, reach;  // steps of the input, and the largest k * dilation / stride

  explicit Steps(const ConvDim& d)
      : first(d.padding / d.stride),
        end((d.input - 1 + d.padding) / d.stride + 1),
        reach((d.kernel - 1) * d.dilation / d.stride) {}
  int64_t count() const { return end - first; }
  // The outputs that steps first + [begin, end) receive.
  Extent outputs(int64_t from, int64_t to) const {
    return {first + from - reach, to - from + reach};
  }
};

inline Copy CopyOfInputs(const ConvGeometry& g, int64_t z, int64_t zEnd, int64_t y, int64_t yEnd) {
  const auto& d = g.dim;
  return {ReadBy(d[0], z, zEnd), ReadBy(d[1], y, yEnd), ReadBy(d[2], 0, d[2].output), d[2].stride};
}

inline Copy CopyOfOutputs(const ConvGeometry& g, int64_t z, int64_t zEnd, int64_t y, int64_t yEnd) {
  const Steps depth(g.dim[0]), height(g.dim[1]), width(g.dim[2]);
  return {depth.outputs(z, zEnd), height.outputs(y, yEnd), width.outputs(0, width.count()), 1};
}

inline Band InputBand(const ConvGeometry& g) {
  return ChooseBand(g.dim[0].output, g.dim[1].output,
                    [&](const Band& b) { return CopyOfInputs(g, 0, b.depth, 0, b.height); });
}

inline Band OutputBand(const ConvGeometry& g) {
  return ChooseBand(Steps(g.dim[0]).count(), Steps(g.dim[1]).count(),
                    [&](const Band& b) { return CopyOfOutputs(g, 0, b.depth, 0, b.height); });
}

// The bytes of a copy, with room for a vector that is read beyond its end.
inline size_t DepthwiseCopyBytes(int64_t elements, size_t elementBytes) {
  return (static_cast<size_t>(elements) * elementBytes + 2 * 64) / 64 * 64;
}

// The bytes of a thread: a copy, an offset, a sum and a weight for each tap, and rows of a result.
inline size_t DepthwiseBytes(int64_t copyElements, int64_t taps, int64_t width,
                             size_t elementBytes) {
  return DepthwiseCopyBytes(copyElements, elementBytes) +
         static_cast<size_t>(taps) * (sizeof(int64_t) + sizeof(double) + elementBytes) +
         static_cast<size_t>(width) * elementBytes;
}

}  // namespace blasgrad
