// Rows of a plane, prepared so that each tap of a pooling window reads contiguous vectors. Compiled once per
// instruction set, hence the unusual include guard.
#if defined(BLASGRAD_POOL_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BLASGRAD_POOL_INL_H
#undef BLASGRAD_POOL_INL_H
#else
#define BLASGRAD_POOL_INL_H
#endif

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "core/threads.h"
#include "ops/nn/pool.h"
#include "simd/half-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {

// The widest vectors that rows of n elements fill. Blocks at the end of a row overlap those before, so that no block
// is partial: run(d, first) for the first element of each block.
template <class D, class Run>
HWY_INLINE void EachBlock(D d, int64_t n, const Run& run) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  if constexpr (hn::MaxLanes(D()) > 1) {
    if (n < lanes) {
      EachBlock(hn::CappedTag<hn::TFromD<D>, hn::MaxLanes(D()) / 2>(), n, run);
      return;
    }
  }
  int64_t i = 0;
  for (; i + lanes <= n; i += lanes) run(d, i);
  if (i < n) run(d, n - lanes);
}

// Whether a plane is two-dimensional, and its windows are 2 x 2 without padding, dilation or overlap. Windows that are
// only partly inside are excluded.
inline bool IsTwoByTwo(const PoolGeometry& g) {
  const PoolAxis& depth = g.axis[0];
  bool two = depth.kernel == 1 && depth.stride == 1 && depth.low == 0 && depth.out == depth.in;
  for (size_t i = 1; i < 3; ++i) {
    const PoolAxis& a = g.axis[i];
    two =
        two && a.kernel == 2 && a.stride == 2 && a.low == 0 && a.dilation == 1 && 2 * a.out <= a.in;
  }
  return two;
}

// The positions of a padded row by their remainder modulo the stride: tap k of output o is element o + k * dilation /
// stride of the phase k * dilation % stride.
struct PhaseRows {
  explicit PhaseRows(const PoolGeometry& g)
      : axis(g.axis[2]),
        rows(g.axis[0].in * g.axis[1].in),
        length(axis.out + (axis.extent() - 1) / axis.stride),
        even(place(axis.low)),
        odd(place(axis.low + 1)) {}

  // Whether vectors are worthwhile, and padding takes little memory.
  bool suits() const {
    return axis.out > 1 && axis.stride <= 4 && axis.extent() <= 64 && axis.kernel <= 16;
  }
  int64_t row() const { return axis.stride * length; }
  int64_t elements() const { return rows * row(); }
  // Where a position of the padded row lies in a row of phases.
  int64_t place(int64_t position) const {
    return position % axis.stride * length + position / axis.stride;
  }
  int64_t offset(int64_t tap) const { return place(tap * axis.dilation); }

  // Copies one row of the input, n = axis.in elements, between positions that keep their padding.
  template <class S, class T>
  HWY_INLINE void Fill(const S* x, T* phases) const {
    const int64_t stride = axis.stride, n = std::min(axis.in, stride * length - axis.low);
    const hn::ScalableTag<T> d;
    const auto lanes = static_cast<int64_t>(hn::Lanes(d));
    if (stride == 1) {
      T* to = phases + axis.low;
      int64_t i = 0;
      for (; i + lanes <= n; i += lanes) hn::StoreU(LoadAs(d, x + i), d, to + i);
      for (; i < n; ++i) to[i] = Widen(x[i]);
      return;
    }
    int64_t i = 0;
    if constexpr (std::is_same_v<S, T>) {
      if (stride == 2) {
        for (; i + 2 * lanes <= n; i += 2 * lanes) {
          hn::Vec<decltype(d)> a, b;
          hn::LoadInterleaved2(d, x + i, a, b);
          hn::StoreU(a, d, phases + even + i / 2);
          hn::StoreU(b, d, phases + odd + i / 2);
        }
      }
    }
    EachPlace(i, n, [&](int64_t from, int64_t at) HWY_ATTR { phases[at] = Widen(x[from]); });
  }

  // Adds up the phases of one row of gradients: the reverse of Fill. Positions beyond the windows become 0.
  template <class S, class T>
  HWY_INLINE void Collect(const T* phases, S* dx) const {
    const int64_t stride = axis.stride;
    const int64_t n = std::clamp<int64_t>(stride * length - axis.low, 0, axis.in);
    const hn::ScalableTag<T> d;
    const auto lanes = static_cast<int64_t>(hn::Lanes(d));
    int64_t i = 0;
    if (stride == 1) {
      const T* from = phases + axis.low;
      for (; i + lanes <= n; i += lanes) StoreAs(d, hn::LoadU(d, from + i), dx + i);
    } else if (stride == 2) {
      if constexpr (std::is_same_v<S, T>) {
        for (; i + 2 * lanes <= n; i += 2 * lanes) {
          const auto a = hn::LoadU(d, phases + even + i / 2);
          hn::StoreInterleaved2(a, hn::LoadU(d, phases + odd + i / 2), d, dx + i);
        }
      }
    }
    EachPlace(i, n, [&](int64_t to, int64_t at) HWY_ATTR { dx[to] = Narrow<S>::From(phases[at]); });
    std::fill(dx + n, dx + axis.in, S{});
  }

  // Calls visit(i, its place in a row of phases) for elements of a row of the input.
  template <class Visit>
  HWY_INLINE void EachPlace(int64_t i, int64_t n, const Visit& visit) const {
    if (i >= n) return;
    int64_t phase = (axis.low + i) % axis.stride * length, index = (axis.low + i) / axis.stride;
    for (; i < n; ++i) {
      visit(i, phase + index);
      phase += length;
      if (phase == axis.stride * length) {
        phase = 0;
        ++index;
      }
    }
  }

  PoolAxis axis;
  int64_t rows, length;
  // The places of the first two elements of a row of the input.
  int64_t even, odd;
};

// The outputs whose windows have one row of the input, and as which rows of a window.
struct RowsOfWindows {
  static constexpr int64_t kMost = 64;

  // Finds those of row (iz, iy).
  void Find(const PoolGeometry& g, int64_t iz, int64_t iy) {
    const auto& [z, y, x] = g.axis;
    count = 0;
    EachOutput(z, iz, [&](int64_t oz, int64_t kz) {
      EachOutput(y, iy, [&](int64_t oy, int64_t ky) {
        output[count] = oz * y.out + oy;
        tap[count++] = (kz * y.kernel + ky) * x.kernel;
      });
    });
  }

  int64_t count = 0;
  // The row of the output, and the number of its window's first tap in the row of the input.
  int64_t output[kMost], tap[kMost];

 private:
  template <class Visit>
  static void EachOutput(const PoolAxis& axis, int64_t i, const Visit& visit) {
    for (int64_t k = 0; k < axis.kernel; ++k) {
      const int64_t at = i + axis.low - k * axis.dilation;
      if (at < 0) return;
      const int64_t o = axis.stride == 1 ? at : at / axis.stride;
      if (o * axis.stride == at && o < axis.out) visit(o, k);
    }
  }
};

// For each tap of a row: the phase that its elements belong to, and how far the outputs lie before them.
struct TapShifts {
  explicit TapShifts(const PoolAxis& axis) : margin((axis.extent() - 1) / axis.stride) {
    for (int64_t k = 0; k < std::min<int64_t>(axis.kernel, 16); ++k) {
      shift[k] = k * axis.dilation / axis.stride;
      phase[k] = k * axis.dilation % axis.stride;
    }
  }
  // Zeros that a row of outputs needs on both sides.
  int64_t margin;
  int64_t shift[16] = {}, phase[16] = {};
};

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif
