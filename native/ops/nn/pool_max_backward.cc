// The gradient of maxima of windows, and the elements at the maxima: each is the gradient of the other.
#include <algorithm>
#include <array>
#include <cstdint>
#include <type_traits>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/nn/pool_max_backward.cc"
#include "hwy/foreach_target.h"
//
#include "ops/nn/pool-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

// Rows of dx for one row of dy: each of the 2 x 2 elements of a window is its gradient or 0.
template <class T>
void TwoRowsBack(const T* HWY_RESTRICT dy, const uint8_t* HWY_RESTRICT which, int64_t n,
                 T* HWY_RESTRICT top, T* HWY_RESTRICT bottom) {
  if constexpr (std::is_same_v<T, float>) {
    EachBlock(hn::ScalableTag<T>(), n, [&](auto d, int64_t i) HWY_ATTR {
      const hn::RebindToSigned<decltype(d)> di;
      const hn::Rebind<uint8_t, decltype(d)> bytes;
      const auto gradient = hn::LoadU(d, dy + i);
      const auto tap = hn::PromoteTo(di, hn::LoadU(bytes, which + i));
      const auto part = [&](int number) HWY_ATTR {
        return hn::IfThenElseZero(hn::RebindMask(d, hn::Eq(tap, hn::Set(di, number))), gradient);
      };
      hn::StoreInterleaved2(part(0), part(1), d, top + 2 * i);
      hn::StoreInterleaved2(part(2), part(3), d, bottom + 2 * i);
    });
  } else {
    for (int64_t i = 0; i < n; ++i) {
      top[2 * i] = which[i] == 0 ? dy[i] : T{0};
      top[2 * i + 1] = which[i] == 1 ? dy[i] : T{0};
      bottom[2 * i] = which[i] == 2 ? dy[i] : T{0};
      bottom[2 * i + 1] = which[i] == 3 ? dy[i] : T{0};
    }
  }
}

// One plane of 2 x 2 windows.
template <class T>
void TwoByTwoBack(const PoolAxis& ay, const PoolAxis& ax, const T* dy, const uint8_t* which,
                  T* dx) {
  for (int64_t oy = 0; oy < ay.out; ++oy) {
    T* top = dx + 2 * oy * ax.in;
    T* bottom = top + ax.in;
    TwoRowsBack(dy + oy * ax.out, which + oy * ax.out, ax.out, top, bottom);
    std::fill(top + 2 * ax.out, top + ax.in, T{0});
    std::fill(bottom + 2 * ax.out, bottom + ax.in, T{0});
  }
  std::fill(dx + 2 * ay.out * ax.in, dx + ay.in * ax.in, T{0});
}

// Calls visit(output, position in the plane) for every output whose maximum lies in the plane, as it does unless
// `which` was made up.
template <class Visit>
HWY_INLINE void EachMaximum(const PoolGeometry& g, const uint8_t* which, const Visit& visit) {
  const auto& [az, ay, ax] = g.axis;
  const int64_t taps = g.taps();
  std::array<std::array<int32_t, 3>, 256> of;
  for (int64_t k = 0; k < 256; ++k) {
    const int64_t tap = std::min(k, taps - 1);
    of[static_cast<size_t>(k)] = {static_cast<int32_t>(tap / (ay.kernel * ax.kernel) * az.dilation),
                                  static_cast<int32_t>(tap / ax.kernel % ay.kernel * ay.dilation),
                                  static_cast<int32_t>(tap % ax.kernel * ax.dilation)};
  }
  int64_t at = 0;
  for (int64_t oz = 0; oz < az.out; ++oz) {
    for (int64_t oy = 0; oy < ay.out; ++oy) {
      for (int64_t ox = 0; ox < ax.out; ++ox, ++at) {
        const auto& tap = of[which[at]];
        const int64_t z = az.start(oz) + tap[0], y = ay.start(oy) + tap[1];
        const int64_t x = ax.start(ox) + tap[2];
        const bool inside = z >= 0 && z < az.in && y >= 0 && y < ay.in && x >= 0 && x < ax.in;
        if (inside) visit(at, (z * ay.in + y) * ax.in + x);
      }
    }
  }
}

// The memory of VectorPlaneBack: gradients and numbers of taps between margins of zeros, and the phases of one row.
struct BackwardMemory {
  explicit BackwardMemory(const PoolGeometry& g)
      : width(g.axis[2].out + 2 * TapShifts(g.axis[2]).margin),
        rows(g.axis[0].out * g.axis[1].out * width),
        phases(PhaseRows(g).row()) {}
  int64_t elements() const { return 2 * rows + phases; }
  int64_t width, rows, phases;
};

// Whether a comparison with each tap takes less time than an addition at the place of each maximum.
bool SuitsVectorsBack(const PoolGeometry& g) {
  return PhaseRows(g).suits() && g.taps() <= RowsOfWindows::kMost;
}

// One plane: for each phase of a row of the input, the gradients of the windows whose maximum is there.
template <class S, class T>
void VectorPlaneBack(const PoolGeometry& g, const PhaseRows& phases, const BackwardMemory& size,
                     const S* dy, const uint8_t* which, T* memory, S* dx) {
  using TI = hn::TFromD<hn::RebindToSigned<hn::ScalableTag<T>>>;
  const auto& [az, ay, ax] = g.axis;
  const TapShifts shifts(ax);
  RowsOfWindows windows;
  T* gradients = memory + shifts.margin;
  TI* taps = reinterpret_cast<TI*>(memory + size.rows) + shifts.margin;
  T* row = memory + 2 * size.rows;
  for (int64_t r = 0; r < az.out * ay.out; ++r) {
    for (int64_t i = 0; i < ax.out; ++i) {
      gradients[r * size.width + i] = Widen(dy[r * ax.out + i]);
      taps[r * size.width + i] = which[r * ax.out + i];
    }
  }
  for (int64_t iz = 0; iz < az.in; ++iz) {
    for (int64_t iy = 0; iy < ay.in; ++iy, dx += ax.in) {
      windows.Find(g, iz, iy);
      for (int64_t p = 0; p < ax.stride; ++p) {
        EachBlock(hn::ScalableTag<T>(), phases.length, [&](auto d, int64_t j) HWY_ATTR {
          const hn::RebindToSigned<decltype(d)> di;
          auto sum = hn::Zero(d);
          for (int64_t r = 0; r < windows.count; ++r) {
            for (int64_t kx = 0; kx < ax.kernel; ++kx) {
              if (shifts.phase[kx] != p) continue;
              const int64_t from = windows.output[r] * size.width + j - shifts.shift[kx];
              const auto tap = hn::Set(di, static_cast<TI>(windows.tap[r] + kx));
              const auto chosen = hn::RebindMask(d, hn::Eq(hn::LoadU(di, taps + from), tap));
              sum = hn::Add(sum, hn::IfThenElseZero(chosen, hn::LoadU(d, gradients + from)));
            }
          }
          hn::StoreU(sum, d, row + p * phases.length + j);
        });
      }
      phases.Collect(row, dx);
    }
  }
}

// One plane: adds each gradient at the place of its maximum. `sums` is memory for a plane, dx itself unless S is a half.
template <class S, class T>
void ScalarPlaneBack(const PoolGeometry& g, const S* dy, const uint8_t* which, T* sums, S* dx) {
  const int64_t in = g.planeIn();
  std::fill_n(sums, in, T{0});
  EachMaximum(g, which, [&](int64_t i, int64_t at) HWY_ATTR { sums[at] += Widen(dy[i]); });
  if constexpr (!std::is_same_v<S, T>) {
    for (int64_t i = 0; i < in; ++i) dx[i] = Narrow<S>::From(sums[i]);
  }
}

// dy, which (planes, out) -> dx (planes, in).
template <class S>
void MaxPoolBackward(const Args& a) {
  using T = ComputeOf<S>;
  const PoolGeometry g(a.attr);
  const int64_t in = g.planeIn(), out = g.planeOut();
  if (g.planes == 0 || in == 0) return;
  if constexpr (std::is_same_v<S, T>) {
    if (IsTwoByTwo(g)) {
      const PoolAxis &ay = g.axis[1], &ax = g.axis[2];
      const int64_t size = ay.out * ax.out, rows = ay.in * ax.in;
      a.threads->For(g.planes * g.axis[0].in, PoolGrain(rows), [&](int64_t plane, int64_t stop) {
        for (; plane < stop; ++plane) {
          TwoByTwoBack(ay, ax, a.in<S>(0) + plane * size, a.in<uint8_t>(1) + plane * size,
                       a.out<S>(2) + plane * rows);
        }
      });
      return;
    }
  }
  const bool vectors = SuitsVectorsBack(g);
  const PhaseRows phases(g);
  const BackwardMemory size(g);
  a.threads->For(g.planes, PoolGrain(in + out), [&](int64_t plane, int64_t stop, int part) {
    T* memory = a.perThread<T>(part);
    if (vectors) std::fill_n(memory, 2 * size.rows, T{0});
    for (; plane < stop; ++plane) {
      const S* dy = a.in<S>(0) + plane * out;
      const uint8_t* which = a.in<uint8_t>(1) + plane * out;
      S* dx = a.out<S>(2) + plane * in;
      if (vectors) {
        VectorPlaneBack(g, phases, size, dy, which, memory, dx);
      } else if constexpr (std::is_same_v<S, T>) {
        ScalarPlaneBack(g, dy, which, dx, dx);
      } else {
        ScalarPlaneBack(g, dy, which, memory, dx);
      }
    }
  });
}

ScratchBytes MaxPoolBackwardScratch(const double* attr, size_t elementBytes) {
  const PoolGeometry g(attr);
  ScratchBytes bytes;
  if (g.planes == 0 || g.planeIn() == 0) return bytes;
  if (SuitsVectorsBack(g)) {
    const auto elements = static_cast<size_t>(BackwardMemory(g).elements());
    bytes.perThread = elements * (elementBytes == 8 ? 8 : 4);
  } else if (elementBytes == 2) {
    bytes.perThread = static_cast<size_t>(g.planeIn()) * sizeof(float);
  }
  return bytes;
}

// The elements at the maxima: x (planes, in), which (planes, out) -> y (planes, out).
template <class S>
void MaxPoolPick(const Args& a) {
  const PoolGeometry g(a.attr);
  const int64_t in = g.planeIn(), out = g.planeOut();
  a.threads->For(g.planes, PoolGrain(in + out), [&](int64_t plane, int64_t stop) {
    for (; plane < stop; ++plane) {
      const S* x = a.in<S>(0) + plane * in;
      S* y = a.out<S>(2) + plane * out;
      std::fill_n(y, out, S{});
      EachMaximum(g, a.in<uint8_t>(1) + plane * out,
                  [&](int64_t i, int64_t at) HWY_ATTR { y[i] = x[at]; });
    }
  });
}

}  // namespace

std::vector<Op> MaxPoolBackwardOps() {
  const Operand which = {"which", Access::read, Element::uint8};
  return {
      {"maxPoolBackward",
       {{"dy"}, which, {"dx", Access::write}},
       PoolAttrs(),
       [](const double* attr, int64_t* need) {
         PoolSizes(attr, &need[2], &need[0]);
         need[1] = need[0];
       },
       KernelsFor<kFloating>([]<DType kType>() { return MaxPoolBackward<CType<kType>>; }),
       MaxPoolBackwardScratch},
      {"maxPoolPick",
       {{"x"}, which, {"y", Access::write}},
       PoolAttrs(),
       [](const double* attr, int64_t* need) {
         PoolSizes(attr, &need[0], &need[1]);
         need[2] = need[1];
       },
       KernelsFor<kFloating>([]<DType kType>() { return MaxPoolPick<CType<kType>>; })},
  };
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "ops/family.h"

namespace blasgrad {
HWY_EXPORT(MaxPoolBackwardOps);
std::vector<Op> MaxPoolBackwardOps() { return HWY_DYNAMIC_DISPATCH(MaxPoolBackwardOps)(); }
}  // namespace blasgrad
#endif
