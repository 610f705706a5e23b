// The gradient of averages of windows, whose gradient is the average again.
#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/nn/pool_average_backward.cc"
#include "hwy/foreach_target.h"
//
#include "ops/nn/pool-inl.h"
#include "ops/nn/pool_average.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

bool SuitsVectorsBack(const PoolGeometry& g) {
  const bool few = g.axis[0].kernel * g.axis[1].kernel <= RowsOfWindows::kMost;
  return few && PhaseRows(g).suits();
}

// The memory of VectorPlaneBack: divided gradients, their sums along columns between margins of zeros, the phases of one
// row, and the factors of columns.
struct BackwardMemory {
  BackwardMemory(const AverageGeometry& g, const PhaseRows& rows)
      : margin(TapShifts(g.axis[2]).margin),
        scaled(g.planeOut()),
        column(g.axis[2].out + 2 * margin),
        phases(rows.row()),
        counts(g.axis[2].out) {}
  int64_t elements() const { return scaled + column + phases + counts; }
  int64_t margin, scaled, column, phases, counts;
};

// One plane: sums the gradients of the windows along columns, then shifted along the row.
template <class S, class T>
void VectorPlaneBack(const AverageGeometry& g, const PhaseRows& phases, const BackwardMemory& size,
                     const S* dy, T* memory, S* dx) {
  const auto& [az, ay, ax] = g.axis;
  T* scaled = memory;
  T* column = scaled + size.scaled + size.margin;
  T* row = scaled + size.scaled + size.column;
  const T* counts = row + size.phases;
  const TapShifts taps(ax);
  RowsOfWindows windows;
  for (int64_t r = 0; r < az.out * ay.out; ++r) {
    const T divisor = g.rowDivisor<T>(r / ay.out, r % ay.out);
    EachBlock(hn::ScalableTag<T>(), ax.out, [&](auto d, int64_t i) HWY_ATTR {
      const auto by = hn::Mul(hn::Set(d, divisor), hn::LoadU(d, counts + i));
      hn::StoreU(hn::Div(LoadAs(d, dy + r * ax.out + i), by), d, scaled + r * ax.out + i);
    });
  }
  for (int64_t iz = 0; iz < az.in; ++iz) {
    for (int64_t iy = 0; iy < ay.in; ++iy, dx += ax.in) {
      windows.Find(g, iz, iy);
      EachBlock(hn::ScalableTag<T>(), ax.out, [&](auto d, int64_t i) HWY_ATTR {
        auto sum = hn::Zero(d);
        for (int64_t r = 0; r < windows.count; ++r) {
          sum = hn::Add(sum, hn::LoadU(d, scaled + windows.output[r] * ax.out + i));
        }
        hn::StoreU(sum, d, column + i);
      });
      for (int64_t p = 0; p < ax.stride; ++p) {
        EachBlock(hn::ScalableTag<T>(), phases.length, [&](auto d, int64_t j) HWY_ATTR {
          auto sum = hn::Zero(d);
          for (int64_t k = 0; k < ax.kernel; ++k) {
            if (taps.phase[k] != p) continue;
            sum = hn::Add(sum, hn::LoadU(d, column + j - taps.shift[k]));
          }
          hn::StoreU(sum, d, row + p * phases.length + j);
        });
      }
      phases.Collect(row, dx);
    }
  }
}

// One plane of 2 x 2 windows.
template <class T>
void TwoByTwoBack(const PoolAxis& ay, const PoolAxis& ax, const T* dy, T divisor, T* dx) {
  for (int64_t oy = 0; oy < ay.out; ++oy) {
    T* top = dx + 2 * oy * ax.in;
    T* bottom = top + ax.in;
    EachBlock(hn::ScalableTag<T>(), ax.out, [&](auto d, int64_t i) HWY_ATTR {
      const auto part = hn::Div(hn::LoadU(d, dy + oy * ax.out + i), hn::Set(d, divisor));
      hn::StoreInterleaved2(part, part, d, top + 2 * i);
      hn::StoreInterleaved2(part, part, d, bottom + 2 * i);
    });
    std::fill(top + 2 * ax.out, top + ax.in, T{0});
    std::fill(bottom + 2 * ax.out, bottom + ax.in, T{0});
  }
  std::fill(dx + 2 * ay.out * ax.in, dx + ay.in * ax.in, T{0});
}

template <class S, class T>
void ScalarPlaneBack(const AverageGeometry& g, const S* dy, T* sums, S* dx) {
  const int64_t in = g.planeIn();
  std::fill_n(sums, in, T{0});
  T part = 0;
  EachWindow<T>(
      g, [&](int64_t o, T divisor) HWY_ATTR { part = Widen(dy[o]) / divisor; },
      [&](int64_t at) HWY_ATTR { sums[at] += part; }, [](int64_t) {});
  if constexpr (!std::is_same_v<S, T>) {
    for (int64_t i = 0; i < in; ++i) dx[i] = Narrow<S>::From(sums[i]);
  }
}

// dy (planes, out) -> dx (planes, in).
template <class S>
void AveragePoolBackward(const Args& a) {
  using T = ComputeOf<S>;
  const AverageGeometry g(a.attr);
  const auto& [az, ay, ax] = g.axis;
  const int64_t in = g.planeIn(), out = g.planeOut();
  if (g.planes == 0 || in == 0) return;
  const S* dy = a.in<S>(0);
  S* dx = a.out<S>(1);
  if (g.isWhole()) {
    const T divisor = static_cast<T>(g.divisor != 0 ? g.divisor : static_cast<double>(in));
    a.threads->For(g.planes, PoolGrain(in), [&](int64_t plane, int64_t stop) {
      for (; plane < stop; ++plane) {
        std::fill_n(dx + plane * in, in, Narrow<S>::From(Widen(dy[plane]) / divisor));
      }
    });
    return;
  }
  if constexpr (std::is_same_v<S, T>) {
    if (IsTwoByTwo(g)) {
      const T divisor = static_cast<T>(g.divisor != 0 ? g.divisor : 4);
      const int64_t rows = ay.in * ax.in, size = ay.out * ax.out;
      a.threads->For(g.planes * az.in, PoolGrain(rows), [&](int64_t plane, int64_t stop) {
        for (; plane < stop; ++plane) {
          TwoByTwoBack(ay, ax, dy + plane * size, divisor, dx + plane * rows);
        }
      });
      return;
    }
  }
  const PhaseRows phases(g);
  const BackwardMemory size(g, phases);
  const bool vectors = SuitsVectorsBack(g);
  a.threads->For(g.planes, PoolGrain(in + out), [&](int64_t plane, int64_t stop, int part) {
    T* memory = a.perThread<T>(part);
    if (vectors) {
      std::fill_n(memory + size.scaled, size.column, T{0});
      g.ColumnCounts(memory + size.scaled + size.column + size.phases);
    }
    for (; plane < stop; ++plane) {
      if (vectors) {
        VectorPlaneBack(g, phases, size, dy + plane * out, memory, dx + plane * in);
      } else if constexpr (std::is_same_v<S, T>) {
        ScalarPlaneBack(g, dy + plane * out, dx + plane * in, dx + plane * in);
      } else {
        ScalarPlaneBack(g, dy + plane * out, memory, dx + plane * in);
      }
    }
  });
}

ScratchBytes AveragePoolBackwardScratch(const double* attr, size_t elementBytes) {
  const AverageGeometry g(attr);
  const PhaseRows phases(g);
  ScratchBytes bytes;
  if (g.planes == 0 || g.planeIn() == 0) return bytes;
  if (SuitsVectorsBack(g)) {
    const auto elements = static_cast<size_t>(BackwardMemory(g, phases).elements());
    bytes.perThread = elements * PoolComputeBytes(elementBytes);
  } else if (elementBytes == 2) {
    bytes.perThread = static_cast<size_t>(g.planeIn()) * sizeof(float);
  }
  return bytes;
}

}  // namespace

std::vector<Op> AveragePoolBackwardOps() {
  return {{"averagePoolBackward",
           {{"dy"}, {"dx", Access::write}},
           AveragePoolAttrs(),
           [](const double* attr, int64_t* need) { PoolSizes(attr, &need[1], &need[0]); },
           KernelsFor<kFloating>([]<DType kType>() { return AveragePoolBackward<CType<kType>>; }),
           AveragePoolBackwardScratch}};
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "ops/family.h"

namespace blasgrad {
HWY_EXPORT(AveragePoolBackwardOps);
std::vector<Op> AveragePoolBackwardOps() { return HWY_DYNAMIC_DISPATCH(AveragePoolBackwardOps)(); }
}  // namespace blasgrad
#endif
