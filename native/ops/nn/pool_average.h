// The geometry of average pooling.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "ops/nn/pool.h"

namespace blasgrad {

// Further attributes: padding behind the input, whether padding counts, and a divisor to use instead of the number of
// elements, or 0.
struct AverageGeometry : PoolGeometry {
  explicit AverageGeometry(const double* attr)
      : PoolGeometry(attr),
        high{static_cast<int64_t>(attr[19]), static_cast<int64_t>(attr[20]),
             static_cast<int64_t>(attr[21])},
        countsPadding(attr[22] != 0),
        // Integers only, so that no integer is divided by 0.
        divisor(std::abs(attr[23]) >= 1 && std::abs(attr[23]) <= 1LL << 53 ? std::trunc(attr[23])
                                                                           : 0) {}

  // The number of elements of the window of output o along dimension i; at least 1, for windows without any.
  int64_t count(size_t i, int64_t o) const {
    const PoolAxis& a = axis[i];
    if (!countsPadding) return std::max<int64_t>(a.end(o) - a.first(o), 1);
    const int64_t last = a.in + high[i] - 1 - a.start(o);
    return std::max<int64_t>(last < 0 ? 0 : std::min(a.kernel, last / a.dilation + 1), 1);
  }
  // The divisor of a row of outputs, without the factor of each column.
  template <class T>
  T rowDivisor(int64_t oz, int64_t oy) const {
    return static_cast<T>(divisor != 0 ? divisor
                                       : static_cast<double>(count(0, oz) * count(1, oy)));
  }
  // Writes the factor of each column.
  template <class T>
  void ColumnCounts(T* counts) const {
    for (int64_t o = 0; o < axis[2].out; ++o) {
      counts[o] = divisor != 0 ? T{1} : static_cast<T>(count(2, o));
    }
  }
  // Whether the window is the plane.
  bool isWhole() const {
    bool whole = planeIn() > 0;
    for (const PoolAxis& a : axis) {
      whole = whole && a.out == 1 && a.kernel == a.in && a.low == 0 && a.dilation == 1;
    }
    return whole;
  }

  std::array<int64_t, 3> high;
  bool countsPadding;
  double divisor;
};

// Calls begin(output, divisor) and end(output) for each output, and tap(position) for each element of its window.
template <class T, class Begin, class Tap, class End>
void EachWindow(const AverageGeometry& g, const Begin& begin, const Tap& tap, const End& end) {
  const auto& [az, ay, ax] = g.axis;
  int64_t at = 0;
  for (int64_t oz = 0; oz < az.out; ++oz) {
    for (int64_t oy = 0; oy < ay.out; ++oy) {
      for (int64_t ox = 0; ox < ax.out; ++ox, ++at) {
        const T columns = g.divisor != 0 ? T{1} : static_cast<T>(g.count(2, ox));
        begin(at, g.rowDivisor<T>(oz, oy) * columns);
        for (int64_t kz = az.first(oz); kz < az.end(oz); ++kz) {
          for (int64_t ky = ay.first(oy); ky < ay.end(oy); ++ky) {
            const int64_t iz = az.start(oz) + kz * az.dilation;
            const int64_t iy = ay.start(oy) + ky * ay.dilation;
            const int64_t row = (iz * ay.in + iy) * ax.in + ax.start(ox);
            for (int64_t kx = ax.first(ox); kx < ax.end(ox); ++kx) tap(row + kx * ax.dilation);
          }
        }
        end(at);
      }
    }
  }
}

inline std::vector<Attr> AveragePoolAttrs() {
  std::vector<Attr> attrs = PoolAttrs();
  for (const char* name : {"highD", "highH", "highW"}) attrs.push_back({name});
  attrs.push_back({"countIncludePad", AttrKind::flag});
  attrs.push_back({"divisor", AttrKind::real});
  return attrs;
}

// Bytes of the type in which elements of this size are averaged.
inline size_t PoolComputeBytes(size_t elementBytes) { return elementBytes == 8 ? 8 : 4; }

}  // namespace blasgrad
