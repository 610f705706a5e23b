// Pools whose windows differ in size or begin at random: adaptive maxima and averages, fractional maxima. Plain loops;
// PyTorch's are no faster. The windows of an adaptive pool with sizes that divide are regular: see pool_average.cc.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "core/threads.h"
#include "ops/family.h"
#include "ops/nn/pool.h"

namespace blasgrad {
namespace {

struct Window {
  int64_t begin, end;
};
// The windows of each dimension, by output.
using Windows = std::array<std::vector<Window>, 3>;

// Attributes: planes, then depth, height and width of input and output.
struct Sizes {
  explicit Sizes(const double* attr) : planes(static_cast<int64_t>(attr[0])) {
    for (size_t i = 0; i < 3; ++i) {
      in[i] = static_cast<int64_t>(attr[1 + i]);
      out[i] = static_cast<int64_t>(attr[4 + i]);
    }
  }
  int64_t planeIn() const { return in[0] * in[1] * in[2]; }
  int64_t planeOut() const { return out[0] * out[1] * out[2]; }

  int64_t planes;
  std::array<int64_t, 3> in, out;
};

void PlaneSizes(const double* attr, int64_t* input, int64_t* output) {
  constexpr double kMost = 1 << 30;
  bool valid = true;
  for (size_t i = 1; i < 7; ++i) valid = valid && attr[i] <= kMost;
  for (size_t i = 1; i < 4; ++i) valid = valid && attr[i] >= 1;
  *input = valid ? Elements(attr[0], attr[1], attr[2], attr[3]) : INT64_MAX;
  *output = valid ? Elements(attr[0], attr[4], attr[5], attr[6]) : INT64_MAX;
}

Windows AdaptiveWindows(const Sizes& sizes) {
  Windows windows;
  for (size_t i = 0; i < 3; ++i) {
    const int64_t in = sizes.in[i], out = sizes.out[i];
    for (int64_t o = 0; o < out; ++o) {
      windows[i].push_back({o * in / out, ((o + 1) * in + out - 1) / out});
    }
  }
  return windows;
}

// Calls visit(windows of the three dimensions) for each output, in order.
template <class Visit>
void EachOutput(const Windows& windows, const Visit& visit) {
  for (const Window& z : windows[0]) {
    for (const Window& y : windows[1]) {
      for (const Window& x : windows[2]) visit(z, y, x);
    }
  }
}

// Calls visit(position in the plane) for each element of a window.
template <class Visit>
void EachElement(const Sizes& sizes, const Window& z, const Window& y, const Window& x,
                 const Visit& visit) {
  for (int64_t iz = z.begin; iz < z.end; ++iz) {
    for (int64_t iy = y.begin; iy < y.end; ++iy) {
      const int64_t row = (iz * sizes.in[1] + iy) * sizes.in[2];
      for (int64_t ix = x.begin; ix < x.end; ++ix) visit(row + ix);
    }
  }
}

// The maxima of one plane and their indices in it.
template <class S>
void MaxPlane(const Sizes& sizes, const Windows& windows, const S* x, S* y, int32_t* indices) {
  EachOutput(windows, [&](const Window& wz, const Window& wy, const Window& wx) {
    int64_t place = (wz.begin * sizes.in[1] + wy.begin) * sizes.in[2] + wx.begin;
    auto best = LowestOf<ComputeOf<S>>();
    EachElement(sizes, wz, wy, wx, [&](int64_t at) {
      const auto value = Widen(x[at]);
      if (!Replaces(value, best)) return;
      best = value;
      place = at;
    });
    *y++ = Narrow<S>::From(best);
    *indices++ = static_cast<int32_t>(place);
  });
}

// x (planes, in) -> y, indices (planes, out).
template <class S>
void AdaptiveMaxPool(const Args& a) {
  const Sizes sizes(a.attr);
  const int64_t in = sizes.planeIn(), out = sizes.planeOut();
  if (sizes.planes == 0 || out == 0) return;
  const Windows windows = AdaptiveWindows(sizes);
  a.threads->For(sizes.planes, PoolGrain(in + out), [&](int64_t plane, int64_t stop) {
    for (; plane < stop; ++plane) {
      MaxPlane(sizes, windows, a.in<S>(0) + plane * in, a.out<S>(1) + plane * out,
               a.out<int32_t>(2) + plane * out);
    }
  });
}

// x (planes, in) -> y (planes, out).
template <class S>
void AdaptiveAveragePool(const Args& a) {
  const Sizes sizes(a.attr);
  const int64_t in = sizes.planeIn(), out = sizes.planeOut();
  if (sizes.planes == 0 || out == 0) return;
  const Windows windows = AdaptiveWindows(sizes);
  a.threads->For(sizes.planes, PoolGrain(in + out), [&](int64_t plane, int64_t stop) {
    for (; plane < stop; ++plane) {
      const S* x = a.in<S>(0) + plane * in;
      S* y = a.out<S>(1) + plane * out;
      EachOutput(windows, [&](const Window& wz, const Window& wy, const Window& wx) {
        ComputeOf<S> sum = 0;
        EachElement(sizes, wz, wy, wx, [&](int64_t at) { sum += Widen(x[at]); });
        const int64_t count = (wz.end - wz.begin) * (wy.end - wy.begin) * (wx.end - wx.begin);
        *y++ = Narrow<S>::From(sum / static_cast<ComputeOf<S>>(count));
      });
    }
  });
}

// dy (planes, out) -> dx (planes, in).
template <class S>
void AdaptiveAveragePoolBackward(const Args& a) {
  using T = ComputeOf<S>;
  const Sizes sizes(a.attr);
  const int64_t in = sizes.planeIn(), out = sizes.planeOut();
  if (sizes.planes == 0) return;
  const Windows windows = out > 0 ? AdaptiveWindows(sizes) : Windows{};
  a.threads->For(sizes.planes, PoolGrain(in + out), [&](int64_t plane, int64_t stop, int part) {
    for (; plane < stop; ++plane) {
      const S* dy = a.in<S>(0) + plane * out;
      S* dx = a.out<S>(1) + plane * in;
      T* sums = nullptr;
      if constexpr (std::is_same_v<S, T>) {
        sums = dx;
      } else {
        sums = a.perThread<T>(part);
      }
      std::fill_n(sums, in, T{0});
      EachOutput(windows, [&](const Window& wz, const Window& wy, const Window& wx) {
        const int64_t count = (wz.end - wz.begin) * (wy.end - wy.begin) * (wx.end - wx.begin);
        const T share = Widen(*dy++) / static_cast<T>(count);
        EachElement(sizes, wz, wy, wx, [&](int64_t at) { sums[at] += share; });
      });
      if constexpr (!std::is_same_v<S, T>) {
        for (int64_t i = 0; i < in; ++i) dx[i] = Narrow<S>::From(sums[i]);
      }
    }
  });
}

// Rounds each step of the computation of a half, as PyTorch does.
template <class S>
ComputeOf<S> Rounded(ComputeOf<S> value) {
  return Widen(Narrow<S>::From(value));
}

// The windows of `size` elements that a random sample in [0, 1) gives, as in PyTorch.
template <class S>
void FractionalWindows(S sampled, int64_t in, int64_t out, int64_t size,
                       std::vector<Window>* windows) {
  using T = ComputeOf<S>;
  const T last = static_cast<T>(in - size);
  // Samples outside [0, 1) count as in PyTorch, but their windows stay inside; NaN counts as 0.
  const T given = Widen(sampled);
  const T sample = std::isnan(given) ? T{0} : std::clamp(given, T{-1000}, T{1000});
  windows->clear();
  const T alpha =
      out > 1 ? Rounded<S>(Rounded<S>(last) / Rounded<S>(static_cast<T>(out - 1))) : T{0};
  const auto first = static_cast<int64_t>(Rounded<S>(sample * alpha));
  for (int64_t o = 0; o + 1 < out; ++o) {
    const T moved = Rounded<S>(Rounded<S>(static_cast<T>(o)) + sample);
    const int64_t at = static_cast<int64_t>(Rounded<S>(moved * alpha)) - first;
    const int64_t begin = std::clamp<int64_t>(at, 0, in - size);
    windows->push_back({begin, begin + size});
  }
  if (out > 0) windows->push_back({in - size, in});
}

// x (planes, in), samples (planes, columns) -> y, indices (planes, out).
template <class S>
void FractionalMaxPool(const Args& a) {
  const Sizes sizes(a.attr);
  const int64_t in = sizes.planeIn(), out = sizes.planeOut(), columns = a.size(10);
  if (sizes.planes == 0 || out == 0) return;
  a.threads->For(sizes.planes, PoolGrain(in + out), [&](int64_t plane, int64_t stop) {
    Windows windows;
    for (; plane < stop; ++plane) {
      for (size_t i = 0; i < 3; ++i) {
        // One column is for the width, two are for width and height, three for depth, height and width.
        const int64_t column = columns == 3             ? static_cast<int64_t>(i)
                               : columns == 2 && i == 1 ? 1
                                                        : 0;
        const S sample = a.in<S>(1)[plane * columns + column];
        FractionalWindows(sample, sizes.in[i], sizes.out[i], a.size(7 + i), &windows[i]);
      }
      MaxPlane(sizes, windows, a.in<S>(0) + plane * in, a.out<S>(2) + plane * out,
               a.out<int32_t>(3) + plane * out);
    }
  });
}

}  // namespace

std::vector<Op> AdaptivePoolOps() {
  const std::vector<Attr> attrs = {{"planes"}, {"inD"},  {"inH"}, {"inW"},
                                   {"outD"},   {"outH"}, {"outW"}};
  std::vector<Attr> fractional = attrs;
  for (const char* name : {"kernelD", "kernelH", "kernelW", "columns"})
    fractional.push_back({name});
  const auto forward = [](const double* attr, int64_t* need) {
    PlaneSizes(attr, &need[0], &need[1]);
  };
  const Operand indices = {"indices", Access::write, Element::int32};
  return {
      {"adaptiveMaxPool",
       {{"x"}, {"y", Access::write}, indices},
       attrs,
       [](const double* attr, int64_t* need) {
         PlaneSizes(attr, &need[0], &need[1]);
         need[2] = need[1];
       },
       KernelsFor<kFloating>([]<DType kType>() { return AdaptiveMaxPool<CType<kType>>; })},
      {"adaptiveAveragePool",
       {{"x"}, {"y", Access::write}},
       attrs,
       forward,
       KernelsFor<kFloating>([]<DType kType>() { return AdaptiveAveragePool<CType<kType>>; })},
      {"adaptiveAveragePoolBackward",
       {{"dy"}, {"dx", Access::write}},
       attrs,
       [](const double* attr, int64_t* need) { PlaneSizes(attr, &need[1], &need[0]); },
       KernelsFor<kFloating>(
           []<DType kType>() { return AdaptiveAveragePoolBackward<CType<kType>>; }),
       [](const double* attr, size_t elementBytes) {
         const Sizes sizes(attr);
         ScratchBytes bytes;
         if (elementBytes == 2 && sizes.planes > 0) {
           bytes.perThread = static_cast<size_t>(sizes.planeIn()) * sizeof(float);
         }
         return bytes;
       }},
      {"fractionalMaxPool",
       {{"x"}, {"samples"}, {"y", Access::write}, indices},
       fractional,
       [](const double* attr, int64_t* need) {
         PlaneSizes(attr, &need[0], &need[2]);
         bool fits = attr[10] >= 1 && attr[10] <= 3;
         for (size_t i = 1; i < 4; ++i) fits = fits && attr[6 + i] >= 1 && attr[6 + i] <= attr[i];
         need[1] = fits ? Elements(attr[0], attr[10]) : INT64_MAX;
         need[3] = need[2];
       },
       KernelsFor<kFloating>([]<DType kType>() { return FractionalMaxPool<CType<kType>>; })},
  };
}

}  // namespace blasgrad
