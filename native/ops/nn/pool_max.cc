// Maxima of windows, and which element of its window each one is: a byte with the number of the tap, an eighth of the
// memory of PyTorch's indices, or an int32 index in the plane.
#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/nn/pool_max.cc"
#include "hwy/foreach_target.h"
//
#include "ops/nn/pool-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

// Where each tap of a window lies, and how it becomes what is stored of it: its number, or an index.
template <class W>
struct Places {
  explicit Places(const PoolGeometry& g) : geometry(g) {
    if constexpr (!std::is_same_v<W, uint8_t>) {
      const PoolAxis &z = g.axis[0], &y = g.axis[1], &x = g.axis[2];
      for (int64_t kz = 0; kz < z.kernel; ++kz) {
        for (int64_t ky = 0; ky < y.kernel; ++ky) {
          for (int64_t kx = 0; kx < x.kernel; ++kx) {
            const int64_t row = kz * z.dilation * y.in + ky * y.dilation;
            offsets.push_back(row * x.in + kx * x.dilation);
          }
        }
      }
    }
  }
  // `tap` of output (oz, oy, ox).
  W at(int64_t oz, int64_t oy, int64_t ox, int64_t tap) const {
    if constexpr (std::is_same_v<W, uint8_t>) return static_cast<W>(tap);
    const auto& [z, y, x] = geometry.axis;
    const int64_t first = (z.start(oz) * y.in + y.start(oy)) * x.in + x.start(ox);
    return static_cast<W>(first + offsets[static_cast<size_t>(tap)]);
  }
  const PoolGeometry& geometry;
  std::vector<int64_t> offsets;
};

// The largest element of the window of one output, among the taps inside the input.
template <class S, class W>
void OneWindow(const PoolGeometry& g, const S* x, int64_t oz, int64_t oy, int64_t ox, S* y,
               W* which) {
  const auto& [az, ay, ax] = g.axis;
  auto best = LowestOf<ComputeOf<S>>();
  int64_t tap = -1, place = 0;
  for (int64_t kz = az.first(oz); kz < az.end(oz); ++kz) {
    for (int64_t ky = ay.first(oy); ky < ay.end(oy); ++ky) {
      const int64_t iz = az.start(oz) + kz * az.dilation, iy = ay.start(oy) + ky * ay.dilation;
      const int64_t row = (iz * ay.in + iy) * ax.in;
      for (int64_t kx = ax.first(ox); kx < ax.end(ox); ++kx) {
        const int64_t at = row + ax.start(ox) + kx * ax.dilation;
        const auto value = Widen(x[at]);
        if (tap >= 0 && !Replaces(value, best)) continue;
        best = value;
        tap = (kz * ay.kernel + ky) * ax.kernel + kx;
        place = at;
      }
    }
  }
  *y = Narrow<S>::From(best);
  *which = static_cast<W>(std::is_same_v<W, uint8_t> ? std::max<int64_t>(tap, 0) : place);
}

template <class S, class W>
void EachWindow(const PoolGeometry& g, const S* x, S* y, W* which) {
  for (int64_t oz = 0; oz < g.axis[0].out; ++oz) {
    for (int64_t oy = 0; oy < g.axis[1].out; ++oy) {
      for (int64_t ox = 0; ox < g.axis[2].out; ++ox) OneWindow(g, x, oz, oy, ox, y++, which++);
    }
  }
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE hn::Mask<D> ReplacesLanes(D, V value, V best) {
  return hn::Or(hn::Gt(value, best), hn::IsNaN(value));
}

// Stores the numbers of taps.
template <class DI>
HWY_INLINE void StoreTaps(DI di, hn::Vec<DI> taps, uint8_t* which) {
  if constexpr (sizeof(hn::TFromD<DI>) == 4) {
    const hn::Rebind<uint8_t, DI> bytes;
    hn::StoreU(hn::DemoteTo(bytes, taps), bytes, which);
  } else {
    HWY_ALIGN hn::TFromD<DI> lanes[hn::MaxLanes(DI())];
    hn::Store(taps, di, lanes);
    for (size_t i = 0; i < hn::Lanes(di); ++i) which[i] = static_cast<uint8_t>(lanes[i]);
  }
}

// n maxima of 2 x 2 windows of two rows.
template <class T>
void TwoRows(const T* HWY_RESTRICT top, const T* HWY_RESTRICT bottom, int64_t n, T* HWY_RESTRICT y,
             uint8_t* HWY_RESTRICT which) {
  EachBlock(hn::ScalableTag<T>(), n, [&](auto d, int64_t i) HWY_ATTR {
    using V = hn::Vec<decltype(d)>;
    const hn::RebindToSigned<decltype(d)> di;
    const auto code = [&](auto mask, int no, int yes) HWY_ATTR {
      using TI = hn::TFromD<decltype(di)>;
      return hn::IfThenElse(hn::RebindMask(di, mask), hn::Set(di, static_cast<TI>(yes)),
                            hn::Set(di, static_cast<TI>(no)));
    };
    V a, b, c, e;
    hn::LoadInterleaved2(d, top + 2 * i, a, b);
    hn::LoadInterleaved2(d, bottom + 2 * i, c, e);
    const auto right = ReplacesLanes(d, b, a), below = ReplacesLanes(d, e, c);
    const V upper = hn::IfThenElse(right, b, a), lower = hn::IfThenElse(below, e, c);
    const auto down = ReplacesLanes(d, lower, upper);
    hn::StoreU(hn::IfThenElse(down, lower, upper), d, y + i);
    StoreTaps(di, hn::IfThenElse(hn::RebindMask(di, down), code(below, 2, 3), code(right, 0, 1)),
              which + i);
  });
}

// One plane of prepared rows. `begins` is the first tap inside the input of each output of a row, `taps` memory for
// one row of them.
template <class S, class T, class TI, class W>
void VectorPlane(const PoolGeometry& g, const PhaseRows& phases, const Places<W>& places,
                 const T* rows, const TI* begins, TI* taps, S* y, W* which) {
  const auto& [az, ay, ax] = g.axis;
  int64_t offset[16];
  for (int64_t k = 0; k < ax.kernel; ++k) offset[k] = phases.offset(k);
  for (int64_t oz = 0; oz < az.out; ++oz) {
    for (int64_t oy = 0; oy < ay.out; ++oy) {
      const int64_t firstZ = az.first(oz), endZ = az.end(oz);
      const int64_t firstY = ay.first(oy), endY = ay.end(oy);
      const auto base = static_cast<TI>((firstZ * ay.kernel + firstY) * ax.kernel);
      EachBlock(hn::ScalableTag<T>(), ax.out, [&](auto d, int64_t i) HWY_ATTR {
        const hn::RebindToSigned<decltype(d)> di;
        auto best = hn::Set(d, LowestOf<T>());
        auto tap = hn::Add(hn::LoadU(di, begins + i), hn::Set(di, base));
        for (int64_t kz = firstZ; kz < endZ; ++kz) {
          for (int64_t ky = firstY; ky < endY; ++ky) {
            const int64_t iz = az.start(oz) + kz * az.dilation;
            const int64_t iy = ay.start(oy) + ky * ay.dilation;
            const T* row = rows + (iz * ay.in + iy) * phases.row() + i;
            const auto number = static_cast<TI>((kz * ay.kernel + ky) * ax.kernel);
            for (int64_t kx = 0; kx < ax.kernel; ++kx) {
              const auto value = hn::LoadU(d, row + offset[kx]);
              const auto better = ReplacesLanes(d, value, best);
              best = hn::IfThenElse(better, value, best);
              const auto current = hn::Set(di, static_cast<TI>(number + kx));
              tap = hn::IfThenElse(hn::RebindMask(di, better), current, tap);
            }
          }
        }
        StoreAs(d, best, y + i);
        if constexpr (std::is_same_v<W, uint8_t>) {
          StoreTaps(di, tap, which + i);
        } else {
          hn::StoreU(tap, di, taps + i);
        }
      });
      if constexpr (!std::is_same_v<W, uint8_t>) {
        for (int64_t i = 0; i < ax.out; ++i) which[i] = places.at(oz, oy, i, taps[i]);
      }
      y += ax.out;
      which += ax.out;
    }
  }
}

// The memory of one thread for VectorPlane: rows, `begins`, `taps`.
template <class T>
size_t VectorBytes(const PhaseRows& phases) {
  return static_cast<size_t>(phases.elements() + 2 * phases.axis.out) * sizeof(T);
}

bool SuitsVectors(const PoolGeometry& g) { return PhaseRows(g).suits() && g.taps() <= 4096; }

template <class S, class W>
void VectorPlanes(const Args& a, const PoolGeometry& g) {
  using T = ComputeOf<S>;
  using TI = hn::TFromD<hn::RebindToSigned<hn::ScalableTag<T>>>;
  const PhaseRows phases(g);
  const Places<W> places(g);
  const PoolAxis& ax = g.axis[2];
  // Rows that need neither padding nor conversion are read in place.
  const bool direct =
      std::is_same_v<S, T> && ax.stride == 1 && phases.length == ax.in && ax.low == 0;
  const int64_t in = g.planeIn(), out = g.planeOut();
  a.threads->For(g.planes, PoolGrain(in + out), [&](int64_t plane, int64_t stop, int part) {
    T* rows = a.perThread<T>(part);
    TI* begins = reinterpret_cast<TI*>(rows + phases.elements());
    for (int64_t i = 0; i < ax.out; ++i) begins[i] = static_cast<TI>(ax.first(i));
    if (!direct) std::fill_n(rows, phases.elements(), LowestOf<T>());
    for (; plane < stop; ++plane) {
      const S* x = a.in<S>(0) + plane * in;
      if constexpr (std::is_same_v<S, T>) {
        if (direct) rows = const_cast<T*>(x);
      }
      if (!direct) {
        for (int64_t r = 0; r < phases.rows; ++r)
          phases.Fill(x + r * ax.in, rows + r * phases.row());
      }
      VectorPlane(g, phases, places, rows, begins, begins + ax.out, a.out<S>(1) + plane * out,
                  a.out<W>(2) + plane * out);
    }
  });
}

// x (planes, in) -> y (planes, out), which (planes, out).
template <class S, class W>
void MaxPool(const Args& a) {
  const PoolGeometry g(a.attr);
  const int64_t in = g.planeIn(), out = g.planeOut();
  if (g.planes == 0 || out == 0) return;
  if constexpr (std::is_floating_point_v<S> && std::is_same_v<W, uint8_t>) {
    if (IsTwoByTwo(g)) {
      const PoolAxis &ay = g.axis[1], &ax = g.axis[2];
      const int64_t size = ay.out * ax.out, planes = g.planes * g.axis[0].in;
      a.threads->For(planes, PoolGrain(ay.in * ax.in), [&](int64_t plane, int64_t stop) {
        for (; plane < stop; ++plane) {
          const S* x = a.in<S>(0) + plane * ay.in * ax.in;
          for (int64_t oy = 0; oy < ay.out; ++oy) {
            const int64_t at = plane * size + oy * ax.out;
            const S* top = x + 2 * oy * ax.in;
            TwoRows(top, top + ax.in, ax.out, a.out<S>(1) + at, a.out<W>(2) + at);
          }
        }
      });
      return;
    }
  }
  if constexpr (std::is_floating_point_v<ComputeOf<S>>) {
    if (in > 0 && SuitsVectors(g)) return VectorPlanes<S, W>(a, g);
  }
  a.threads->For(g.planes, PoolGrain(in + out), [&](int64_t plane, int64_t stop) {
    for (; plane < stop; ++plane) {
      EachWindow(g, a.in<S>(0) + plane * in, a.out<S>(1) + plane * out, a.out<W>(2) + plane * out);
    }
  });
}

ScratchBytes MaxPoolScratch(const double* attr, size_t elementBytes) {
  const PoolGeometry g(attr);
  ScratchBytes bytes;
  if (g.isEmpty() || !SuitsVectors(g)) return bytes;
  bytes.perThread =
      elementBytes == 8 ? VectorBytes<double>(PhaseRows(g)) : VectorBytes<float>(PhaseRows(g));
  return bytes;
}

}  // namespace

std::vector<Op> MaxPoolOps() {
  Variants variants;
  EachDType<kNumbers>([&]<DType kType>() {
    using S = CType<kType>;
    variants.push_back({kType, DType::uint8, MaxPool<S, uint8_t>});
    variants.push_back({kType, DType::int32, MaxPool<S, int32_t>});
  });
  return {{"maxPool",
           {{"x"}, {"y", Access::write}, {"which", Access::write, Element::second}},
           PoolAttrs(),
           [](const double* attr, int64_t* need) {
             PoolSizes(attr, &need[0], &need[1]);
             need[2] = need[1];
           },
           variants,
           MaxPoolScratch}};
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "ops/family.h"

namespace blasgrad {
HWY_EXPORT(MaxPoolOps);
std::vector<Op> MaxPoolOps() { return HWY_DYNAMIC_DISPATCH(MaxPoolOps)(); }
}  // namespace blasgrad
#endif
