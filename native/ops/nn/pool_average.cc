// Averages of windows.
#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/nn/pool_average.cc"
#include "hwy/foreach_target.h"
//
#include "ops/nn/pool-inl.h"
#include "ops/nn/pool_average.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

template <class S>
ComputeOf<S> SumOf(const S* x, int64_t n) {
  using T = ComputeOf<S>;
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  auto first = hn::Zero(d), second = first;
  int64_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    first = hn::Add(first, LoadAs(d, x + i));
    second = hn::Add(second, LoadAs(d, x + i + lanes));
  }
  T sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(first, second)));
  for (; i < n; ++i) sum += Widen(x[i]);
  return sum;
}

// Integers wrap around in sums, and are rounded towards 0.
template <class T>
T Quotient(T sum, T divisor) {
  if constexpr (std::is_integral_v<T>) {
    if (divisor == -1) return static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(sum));
  }
  return sum / divisor;
}
template <class T>
void AddTo(T& sum, T value) {
  if constexpr (std::is_integral_v<T>) {
    using Unsigned = std::make_unsigned_t<T>;
    sum = static_cast<T>(static_cast<Unsigned>(sum) + static_cast<Unsigned>(value));
  } else {
    sum += value;
  }
}

template <class S>
void ScalarPlane(const AverageGeometry& g, const S* x, S* y) {
  using T = ComputeOf<S>;
  T sum{}, divisor{};
  EachWindow<T>(
      g,
      [&](int64_t, T by) HWY_ATTR {
        sum = T{};
        divisor = by;
      },
      [&](int64_t at) HWY_ATTR { AddTo(sum, Widen(x[at])); },
      [&](int64_t o) HWY_ATTR { y[o] = Narrow<S>::From(Quotient(sum, divisor)); });
}

// Averages of one row of 2 x 2 windows.
template <class T>
void TwoRows(const T* HWY_RESTRICT top, const T* HWY_RESTRICT bottom, int64_t n, T divisor,
             T* HWY_RESTRICT y) {
  EachBlock(hn::ScalableTag<T>(), n, [&](auto d, int64_t i) HWY_ATTR {
    hn::Vec<decltype(d)> a, b, c, e;
    hn::LoadInterleaved2(d, top + 2 * i, a, b);
    hn::LoadInterleaved2(d, bottom + 2 * i, c, e);
    const auto sum = hn::Add(hn::Add(hn::Add(a, b), c), e);
    hn::StoreU(hn::Div(sum, hn::Set(d, divisor)), d, y + i);
  });
}

template <class S, class T>
void VectorPlane(const AverageGeometry& g, const PhaseRows& phases, const T* rows, const T* counts,
                 S* y) {
  const auto& [az, ay, ax] = g.axis;
  int64_t offset[16];
  for (int64_t k = 0; k < ax.kernel; ++k) offset[k] = phases.offset(k);
  for (int64_t oz = 0; oz < az.out; ++oz) {
    for (int64_t oy = 0; oy < ay.out; ++oy, y += ax.out) {
      const T divisor = g.rowDivisor<T>(oz, oy);
      const int64_t firstZ = az.first(oz), endZ = az.end(oz);
      const int64_t firstY = ay.first(oy), endY = ay.end(oy);
      EachBlock(hn::ScalableTag<T>(), ax.out, [&](auto d, int64_t i) HWY_ATTR {
        auto sum = hn::Zero(d);
        for (int64_t kz = firstZ; kz < endZ; ++kz) {
          for (int64_t ky = firstY; ky < endY; ++ky) {
            const int64_t iz = az.start(oz) + kz * az.dilation;
            const int64_t iy = ay.start(oy) + ky * ay.dilation;
            const T* row = rows + (iz * ay.in + iy) * phases.row() + i;
            for (int64_t kx = 0; kx < ax.kernel; ++kx) {
              sum = hn::Add(sum, hn::LoadU(d, row + offset[kx]));
            }
          }
        }
        const auto by = hn::Mul(hn::Set(d, divisor), hn::LoadU(d, counts + i));
        StoreAs(d, hn::Div(sum, by), y + i);
      });
    }
  }
}

// x (planes, in) -> y (planes, out).
template <class S>
void AveragePool(const Args& a) {
  using T = ComputeOf<S>;
  const AverageGeometry g(a.attr);
  const auto& [az, ay, ax] = g.axis;
  const int64_t in = g.planeIn(), out = g.planeOut();
  if (g.planes == 0 || out == 0) return;
  const S* x = a.in<S>(0);
  S* y = a.out<S>(1);
  if constexpr (std::is_floating_point_v<T>) {
    if (g.isWhole()) {
      const T divisor = static_cast<T>(g.divisor != 0 ? g.divisor : static_cast<double>(in));
      a.threads->For(g.planes, PoolGrain(in), [&](int64_t plane, int64_t stop) {
        for (; plane < stop; ++plane) {
          y[plane] = Narrow<S>::From(SumOf(x + plane * in, in) / divisor);
        }
      });
      return;
    }
    if constexpr (std::is_same_v<S, T>) {
      if (IsTwoByTwo(g)) {
        const T divisor = static_cast<T>(g.divisor != 0 ? g.divisor : 4);
        a.threads->For(g.planes * az.in, PoolGrain(ay.in * ax.in), [&](int64_t p, int64_t stop) {
          for (; p < stop; ++p) {
            for (int64_t oy = 0; oy < ay.out; ++oy) {
              const T* top = x + (p * ay.in + 2 * oy) * ax.in;
              TwoRows(top, top + ax.in, ax.out, divisor, y + (p * ay.out + oy) * ax.out);
            }
          }
        });
        return;
      }
    }
    const PhaseRows phases(g);
    if (in > 0 && phases.suits()) {
      a.threads->For(g.planes, PoolGrain(in + out), [&](int64_t plane, int64_t stop, int part) {
        T* rows = a.perThread<T>(part);
        T* counts = rows + phases.elements();
        g.ColumnCounts(counts);
        std::fill_n(rows, phases.elements(), T{0});
        for (; plane < stop; ++plane) {
          for (int64_t r = 0; r < phases.rows; ++r) {
            phases.Fill(x + plane * in + r * ax.in, rows + r * phases.row());
          }
          VectorPlane(g, phases, rows, counts, y + plane * out);
        }
      });
      return;
    }
  }
  a.threads->For(g.planes, PoolGrain(in + out), [&](int64_t plane, int64_t stop) {
    for (; plane < stop; ++plane) ScalarPlane(g, x + plane * in, y + plane * out);
  });
}

ScratchBytes AveragePoolScratch(const double* attr, size_t elementBytes) {
  ScratchBytes bytes;
  const AverageGeometry g(attr);
  const PhaseRows phases(g);
  if (!g.isEmpty() && phases.suits()) {
    bytes.perThread =
        static_cast<size_t>(phases.elements() + phases.axis.out) * PoolComputeBytes(elementBytes);
  }
  return bytes;
}

}  // namespace

std::vector<Op> AveragePoolOps() {
  Variants variants =
      KernelsFor<kFloating>([]<DType kType>() { return AveragePool<CType<kType>>; });
  variants.push_back({DType::int64, DType::int64, AveragePool<int64_t>});
  return {{"averagePool",
           {{"x"}, {"y", Access::write}},
           AveragePoolAttrs(),
           [](const double* attr, int64_t* need) { PoolSizes(attr, &need[0], &need[1]); },
           variants,
           AveragePoolScratch}};
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "ops/family.h"

namespace blasgrad {
HWY_EXPORT(AveragePoolOps);
std::vector<Op> AveragePoolOps() { return HWY_DYNAMIC_DISPATCH(AveragePoolOps)(); }
}  // namespace blasgrad
#endif
