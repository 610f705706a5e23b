// Samples of (batch, channels, [depth,] height, width) at points of a grid, and the gradients of input and grid. The
// result is linear in the input: a sum over neighbours with weights that depend on the grid.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/nn/grid_sample.cc"
#include "hwy/foreach_target.h"
//
#include "ops/nn/grid_neighbours.h"
#include "simd/loops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

using grid::Block;
using grid::FindNeighbours;
using grid::kBlock;
using grid::Layout;
using grid::Mode;

constexpr int64_t kGrain = 1 << 13;

template <class D, class T>
HWY_INLINE hn::Vec<D> GatherInside(D d, const T* plane, const int32_t* offset) {
  const hn::RebindToSigned<D> di;
  hn::Vec<decltype(di)> at;
  if constexpr (sizeof(T) == 4) {
    at = hn::LoadU(di, offset);
  } else {
    at = hn::PromoteTo(di, hn::LoadU(hn::Rebind<int32_t, D>(), offset));
  }
  const auto outside = hn::RebindMask(d, hn::Lt(at, hn::Zero(di)));
  return hn::IfThenZeroElse(outside, hn::GatherIndex(d, plane, hn::Max(at, hn::Zero(di))));
}

// y (batch, channels, points)
template <class T>
void Sample(const Args& a) {
  const Layout l(a);
  if (l.plane == 0) {
    std::fill_n(a.out<T>(2), l.batch * l.channels * l.points, T{0});
    return;
  }
  const T* x = a.in<T>(0);
  const T* grid = a.in<T>(1);
  T* y = a.out<T>(2);
  const int64_t blocks = (l.points + kBlock - 1) / kBlock;
  const int64_t taps = l.allTaps();
  const int64_t grain =
      std::max<int64_t>(kGrain / (kBlock * taps * std::max<int64_t>(l.channels, 1)), 1);
  a.threads->For(l.batch * blocks, grain, [&](int64_t at, int64_t stop) {
    Block<T> block;
    const hn::CappedTag<T, kBlock> d;
    const auto lanes = static_cast<int64_t>(hn::Lanes(d));
    for (; at < stop; ++at) {
      const int64_t sample = at / blocks, first = at % blocks * kBlock;
      const int64_t n = std::min(kBlock, l.points - first);
      FindNeighbours<false>(l, grid + sample * l.points * l.rank, first, n, &block);
      for (int64_t c = sample * l.channels; c < (sample + 1) * l.channels; ++c) {
        const T* plane = x + c * l.plane;
        T* to = y + c * l.points + first;
        int64_t p = 0;
        for (; p + lanes <= n; p += lanes) {
          auto sum = hn::Zero(d);
          for (int64_t e = p; e < taps * kBlock; e += kBlock) {
            sum = hn::MulAdd(hn::LoadU(d, block.weight + e),
                             GatherInside(d, plane, block.offset + e), sum);
          }
          hn::StoreU(sum, d, to + p);
        }
        for (; p < n; ++p) {
          T sum = 0;
          for (int64_t e = p; e < taps * kBlock; e += kBlock) {
            if (block.offset[e] >= 0) sum += block.weight[e] * plane[block.offset[e]];
          }
          to[p] = sum;
        }
      }
    }
  });
}

// dx (batch, channels, ...): each thread has planes of its own, so sums do not depend on the number of threads.
template <class T>
void SampleInput(const Args& a) {
  const Layout l(a);
  const T* dy = a.in<T>(0);
  const T* grid = a.in<T>(1);
  T* dx = a.out<T>(2);
  if (l.plane == 0) return;
  const int64_t taps = l.allTaps();
  const int64_t grain = std::max<int64_t>(kGrain / (std::max<int64_t>(l.points, 1) * taps), 1);
  a.threads->For(l.batch * l.channels, grain, [&](int64_t begin, int64_t stop) {
    std::fill(dx + begin * l.plane, dx + stop * l.plane, T{0});
    Block<T> block;
    while (begin < stop) {
      const int64_t sample = begin / l.channels;
      const int64_t end = std::min(stop, (sample + 1) * l.channels);
      for (int64_t first = 0; first < l.points; first += kBlock) {
        const int64_t n = std::min(kBlock, l.points - first);
        FindNeighbours<false>(l, grid + sample * l.points * l.rank, first, n, &block);
        for (int64_t c = begin; c < end; ++c) {
          T* plane = dx + c * l.plane;
          const T* from = dy + c * l.points + first;
          for (int64_t p = 0; p < n; ++p) {
            for (int64_t e = p; e < taps * kBlock; e += kBlock) {
              if (block.offset[e] >= 0) plane[block.offset[e]] += block.weight[e] * from[p];
            }
          }
        }
      }
      begin = end;
    }
  });
}

// dgrid (batch, points, rank)
template <class T>
void SampleGrid(const Args& a) {
  const Layout l(a);
  const T* dy = a.in<T>(0);
  const T* x = a.in<T>(1);
  const T* grid = a.in<T>(2);
  T* dgrid = a.out<T>(3);
  if (l.plane == 0 || l.mode == Mode::nearest) {
    std::fill_n(dgrid, l.batch * l.points * l.rank, T{0});
    return;
  }
  const int64_t blocks = (l.points + kBlock - 1) / kBlock;
  const int64_t taps = l.allTaps();
  const int64_t grain =
      std::max<int64_t>(kGrain / (kBlock * taps * std::max<int64_t>(l.channels, 1)), 1);
  a.threads->For(l.batch * blocks, grain, [&](int64_t at, int64_t stop) {
    Block<T> block;
    for (; at < stop; ++at) {
      const int64_t sample = at / blocks, first = at % blocks * kBlock;
      const int64_t n = std::min(kBlock, l.points - first);
      FindNeighbours<true>(l, grid + sample * l.points * l.rank, first, n, &block);
      T* to = dgrid + (sample * l.points + first) * l.rank;
      for (int64_t p = 0; p < n; ++p) {
        std::array<T, 3> sum = {};
        for (int64_t c = sample * l.channels; c < (sample + 1) * l.channels; ++c) {
          const T* plane = x + c * l.plane;
          const T slope = dy[c * l.points + first + p];
          for (int64_t e = p; e < taps * kBlock; e += kBlock) {
            if (block.offset[e] < 0) continue;
            const T value = plane[block.offset[e]] * slope;
            for (size_t r = 0; r < 3; ++r) sum[r] += block.derivative[r][e] * value;
          }
        }
        std::copy_n(sum.data(), l.rank, to + p * l.rank);
      }
    }
  });
}

struct Counts {
  explicit Counts(const double* attr)
      : depth(attr[6] >= 3 ? attr[2] : 1),
        // Offsets in a plane are int32.
        input(depth * attr[3] * attr[4] > INT32_MAX
                  ? INT64_MAX
                  : Elements(attr[0], attr[1], depth * attr[3], attr[4])),
        grid(Elements(attr[0], attr[5], attr[6] >= 3 ? 3 : 2)),
        output(Elements(attr[0], attr[1], attr[5])) {}
  double depth;
  int64_t input, grid, output;
};

std::vector<Attr> Attrs() {
  return {{"batch"},  {"channels"}, {"depth"}, {"height"}, {"width"},
          {"points"}, {"rank"},     {"mode"},  {"edge"},   {"alignCorners", AttrKind::flag}};
}

}  // namespace

std::vector<Op> GridSampleOps() {
  return {{"gridSample",
           {{"x"}, {"grid"}, {"y", Access::write}},
           Attrs(),
           [](const double* attr, int64_t* need) {
             const Counts counts(attr);
             need[0] = counts.input;
             need[1] = counts.grid;
             need[2] = counts.output;
           },
           KernelsFor<kWide>([]<DType kType>() { return Sample<CType<kType>>; })},
          {"gridSampleInput",
           {{"dy"}, {"grid"}, {"dx", Access::write}},
           Attrs(),
           [](const double* attr, int64_t* need) {
             const Counts counts(attr);
             need[0] = counts.output;
             need[1] = counts.grid;
             need[2] = counts.input;
           },
           KernelsFor<kWide>([]<DType kType>() { return SampleInput<CType<kType>>; })},
          {"gridSampleGrid",
           {{"dy"}, {"x"}, {"grid"}, {"dgrid", Access::write}},
           Attrs(),
           [](const double* attr, int64_t* need) {
             const Counts counts(attr);
             need[0] = counts.output;
             need[1] = counts.input;
             need[2] = need[3] = counts.grid;
           },
           KernelsFor<kWide>([]<DType kType>() { return SampleGrid<CType<kType>>; })}};
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "ops/family.h"

namespace blasgrad {
HWY_EXPORT(GridSampleOps);
std::vector<Op> GridSampleOps() { return HWY_DYNAMIC_DISPATCH(GridSampleOps)(); }
}  // namespace blasgrad
#endif
