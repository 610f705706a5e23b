// The elements of an image or a volume around the points of a grid, and their weights.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "core/op.h"

namespace blasgrad::grid {

enum class Mode : uint8_t { bilinear, nearest, bicubic };
enum class Edge : uint8_t { zeros, border, reflection };

inline constexpr int64_t kBlock = 64;     // points whose neighbours are computed together
inline constexpr int64_t kMostTaps = 64;  // 4 * 4 * 4

// Attributes: batch, channels, depth, height, width, points, rank, mode, edge, alignCorners.
struct Layout {
  explicit Layout(const Args& a)
      : batch(a.size(0)),
        channels(a.size(1)),
        points(a.size(5)),
        rank(a.attr[6] >= 3 ? 3 : 2),
        mode(static_cast<Mode>(std::min<double>(a.attr[7], 2))),
        edge(static_cast<Edge>(std::min<double>(a.attr[8], 2))),
        alignCorners(a.flag(9)),
        size{a.size(4), a.size(3), rank == 3 ? a.size(2) : 1},
        plane(size[0] * size[1] * size[2]) {}

  int64_t taps() const { return mode == Mode::bicubic ? 4 : mode == Mode::bilinear ? 2 : 1; }
  int64_t allTaps() const { return rank == 3 ? taps() * taps() * taps() : taps() * taps(); }

  int64_t batch, channels, points, rank;
  Mode mode;
  Edge edge;
  bool alignCorners;
  std::array<int64_t, 3> size;  // width first, as coordinates are
  int64_t plane;
};

// Neighbours along one dimension: positions, -1 for outside, weights and their derivatives.
template <class T>
struct Taps {
  std::array<int64_t, 4> index;
  std::array<T, 4> weight;
  std::array<T, 4> derivative;
};

// A position in [0, size - 1] for one outside, and its derivative.
template <class T>
T Bounded(const Layout& l, T at, int64_t size, T* derivative) {
  if (l.edge == Edge::zeros) return at;
  const T last = static_cast<T>(size - 1);
  if (l.edge == Edge::reflection) {
    const T low = l.alignCorners ? T{0} : T(-0.5);
    const T span = l.alignCorners ? last : static_cast<T>(size);
    if (span == 0) {
      *derivative = 0;
      return 0;
    }
    at -= low;
    if (at < 0) {
      at = -at;
      *derivative = -*derivative;
    }
    const T extra = std::fmod(at, span);
    const bool odd = std::fmod(std::floor(at / span), T{2}) != 0;
    if (odd) *derivative = -*derivative;
    at = (odd ? span - extra : extra) + low;
  }
  if (!(at > 0)) {
    *derivative = 0;
    return 0;
  }
  if (at >= last) {
    *derivative = 0;
    return last;
  }
  return at;
}

// A whole position as an index; outside of every tensor for NaN and huge numbers.
template <class T>
int64_t Whole(T at) {
  return std::abs(at) < T(1e9) ? static_cast<int64_t>(at) : -100;
}

template <class T>
Taps<T> TapsAt(const Layout& l, T coordinate, int64_t size) {
  Taps<T> taps = {};
  const auto n = static_cast<T>(size);
  T slope = l.alignCorners ? (n - 1) / 2 : n / 2;
  T at = l.alignCorners ? (coordinate + 1) / 2 * (n - 1) : ((coordinate + 1) * n - 1) / 2;
  if (l.mode != Mode::bicubic) at = Bounded(l, at, size, &slope);
  if (l.mode == Mode::nearest) {
    taps.index[0] = Whole(std::nearbyint(at));
    taps.weight[0] = 1;
  } else {
    const T low = std::floor(at), t = at - low;
    if (l.mode == Mode::bilinear) {
      taps.index = {Whole(low), Whole(low) + 1};
      taps.weight = {1 - t, t};
      taps.derivative = {-slope, slope};
    } else {
      constexpr T kA = T(-0.75);
      const auto near = [](T x) { return ((kA + 2) * x - (kA + 3)) * x * x + 1; };
      const auto far = [](T x) { return ((kA * x - 5 * kA) * x + 8 * kA) * x - 4 * kA; };
      const auto dNear = [](T x) { return (3 * (kA + 2) * x - 2 * (kA + 3)) * x; };
      const auto dFar = [](T x) { return (3 * kA * x - 10 * kA) * x + 8 * kA; };
      taps.weight = {far(t + 1), near(t), near(1 - t), far(2 - t)};
      taps.derivative = {dFar(t + 1) * slope, dNear(t) * slope, -dNear(1 - t) * slope,
                         -dFar(2 - t) * slope};
      for (int64_t k = 0; k < 4; ++k) {
        T unused = 0;
        const int64_t whole = Whole(low);
        taps.index[k] = Whole(Bounded(l, static_cast<T>(whole - 1 + k), size, &unused));
      }
    }
  }
  for (int64_t& index : taps.index) {
    if (index < 0 || index >= size) index = -1;
  }
  return taps;
}

// Neighbours of up to kBlock points: [tap][point]; an offset in a plane, or -1 for outside.
template <class T>
struct Block {
  int32_t offset[kMostTaps * kBlock];
  T weight[kMostTaps * kBlock];
  T derivative[3][kMostTaps * kBlock];
};

// Computes the neighbours of points [first, first + n) of one sample; kDerivatives: also those of the weights.
template <bool kDerivatives, class T>
void FindNeighbours(const Layout& l, const T* grid, int64_t first, int64_t n, Block<T>* block) {
  const int64_t taps = l.taps(), deep = l.rank == 3 ? taps : 1;
  for (int64_t p = 0; p < n; ++p) {
    const T* point = grid + (first + p) * l.rank;
    const Taps<T> x = TapsAt(l, point[0], l.size[0]), y = TapsAt(l, point[1], l.size[1]);
    Taps<T> z = {{0}, {1}, {0}};
    if (l.rank == 3) z = TapsAt(l, point[2], l.size[2]);
    int64_t at = p;
    for (int64_t k = 0; k < deep; ++k) {
      for (int64_t j = 0; j < taps; ++j) {
        for (int64_t i = 0; i < taps; ++i, at += kBlock) {
          const bool inside = x.index[i] >= 0 && y.index[j] >= 0 && z.index[k] >= 0;
          const int64_t offset = (z.index[k] * l.size[1] + y.index[j]) * l.size[0] + x.index[i];
          block->offset[at] = inside ? static_cast<int32_t>(offset) : -1;
          block->weight[at] = x.weight[i] * y.weight[j] * z.weight[k];
          if constexpr (kDerivatives) {
            block->derivative[0][at] = x.derivative[i] * y.weight[j] * z.weight[k];
            block->derivative[1][at] = x.weight[i] * y.derivative[j] * z.weight[k];
            block->derivative[2][at] = x.weight[i] * y.weight[j] * z.derivative[k];
          }
        }
      }
    }
  }
}

}  // namespace blasgrad::grid
