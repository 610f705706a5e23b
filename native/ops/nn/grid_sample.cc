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
#include "simd/loops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

enum class Mode : uint8_t { bilinear, nearest, bicubic };
enum class Edge : uint8_t { zeros, border, reflection };

constexpr int64_t kBlock = 64;     // points whose neighbours are computed together
constexpr int64_t kMostTaps = 16;  // 4 * 4, 2 * 2 * 2
constexpr int64_t kGrain = 1 << 13;

// Attributes: batch, channels, depth, height, width, points, rank, mode, edge, alignCorners.
struct Layout {
  explicit Layout(const Args& a)
      : batch(a.size(0)),
        channels(a.size(1)),
        points(a.size(5)),
        rank(a.attr[6] >= 3 ? 3 : 2),
        mode(static_cast<Mode>(std::min<double>(a.attr[7], rank == 3 ? 1 : 2))),
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
