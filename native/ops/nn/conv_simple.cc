#include "ops/nn/conv_simple.h"

#include <algorithm>

#include "core/threads.h"

namespace blasgrad {
namespace {

struct Range {
  int64_t begin, end;
};

// The taps for which output position o reads inside the input.
Range TapsInside(const ConvDim& d, int64_t o) {
  const int64_t first = o * d.stride - d.padding;
  const int64_t begin = first >= 0 ? 0 : (-first + d.dilation - 1) / d.dilation;
  const int64_t end = first >= d.input ? 0 : (d.input - 1 - first) / d.dilation + 1;
  return {std::min(begin, d.kernel), std::min(end, d.kernel)};
}

// The output position that reads input i at a tap, or -1.
int64_t OutputOf(const ConvDim& d, int64_t i, int64_t tap) {
  const int64_t at = i + d.padding - tap * d.dilation;
  return at >= 0 && at % d.stride == 0 && at / d.stride < d.output ? at / d.stride : -1;
}

int64_t Index(const std::array<int64_t, 3>& at, int64_t size1, int64_t size2) {
  return (at[0] * size1 + at[1]) * size2 + at[2];
}

// Calls visit(position, index) for each position of a volume of these sizes.
template <class Visit>
void EachPosition(int64_t size0, int64_t size1, int64_t size2, const Visit& visit) {
  int64_t index = 0;
  for (int64_t a = 0; a < size0; ++a) {
    for (int64_t b = 0; b < size1; ++b) {
      for (int64_t c = 0; c < size2; ++c) visit(std::array<int64_t, 3>{a, b, c}, index++);
    }
  }
}

// Calls visit(index of the tap, index of the input) for the taps of output position o inside the input.
template <class Visit>
void EachTap(const ConvGeometry& g, const std::array<int64_t, 3>& o, const Visit& visit) {
  std::array<Range, 3> range;
  for (size_t d = 0; d < 3; ++d) range[d] = TapsInside(g.dim[d], o[d]);
  std::array<int64_t, 3> tap, at;
  const auto move = [&](size_t d) {
    const ConvDim& dim = g.dim[d];
    at[d] = o[d] * dim.stride + tap[d] * dim.dilation - dim.padding;
  };
  for (tap[0] = range[0].begin; tap[0] < range[0].end; ++tap[0]) {
    move(0);
    for (tap[1] = range[1].begin; tap[1] < range[1].end; ++tap[1]) {
      move(1);
      for (tap[2] = range[2].begin; tap[2] < range[2].end; ++tap[2]) {
        move(2);
        visit(Index(tap, g.dim[1].kernel, g.dim[2].kernel),
              Index(at, g.dim[1].input, g.dim[2].input));
      }
    }
  }
}

// Calls visit(index of the tap, index of the output) for the taps that read input position i.
template <class Visit>
void EachReader(const ConvGeometry& g, const std::array<int64_t, 3>& i, const Visit& visit) {
  std::array<int64_t, 3> tap, at;
  for (tap[0] = 0; tap[0] < g.dim[0].kernel; ++tap[0]) {
    if ((at[0] = OutputOf(g.dim[0], i[0], tap[0])) < 0) continue;
    for (tap[1] = 0; tap[1] < g.dim[1].kernel; ++tap[1]) {
      if ((at[1] = OutputOf(g.dim[1], i[1], tap[1])) < 0) continue;
      for (tap[2] = 0; tap[2] < g.dim[2].kernel; ++tap[2]) {
        if ((at[2] = OutputOf(g.dim[2], i[2], tap[2])) < 0) continue;
        visit(Index(tap, g.dim[1].kernel, g.dim[2].kernel),
              Index(at, g.dim[1].output, g.dim[2].output));
      }
    }
  }
}

}  // namespace

template <class S>
void SimpleConv(const Args& args, const ConvGeometry& g, const S* x, const S* w, const S* bias,
                S* y) {
  using T = ComputeOf<S>;
  const int64_t channels = g.inGroup(), taps = g.taps(), inputs = g.inputs();
  args.threads->For(g.batch * g.outChannels, 1, [&](int64_t begin, int64_t end) {
    for (int64_t plane = begin; plane < end; ++plane) {
      const int64_t image = plane / g.outChannels, o = plane % g.outChannels;
      const int64_t first = image * g.inChannels + o / g.outGroup() * channels;
      EachPosition(g.dim[0].output, g.dim[1].output, g.dim[2].output,
                   [&](const auto& position, int64_t index) {
                     T sum = bias == nullptr ? T{0} : Widen(bias[o]);
                     EachTap(g, position, [&](int64_t tap, int64_t input) {
                       for (int64_t c = 0; c < channels; ++c) {
                         sum += Widen(x[(first + c) * inputs + input]) *
                                Widen(w[(o * channels + c) * taps + tap]);
                       }
                     });
                     y[plane * g.outputs() + index] = Narrow<S>::From(sum);
                   });
    }
  });
}

template <class S>
void SimpleConvInput(const Args& args, const ConvGeometry& g, const S* dy, const S* w,
                     const S* bias, S* dx) {
  using T = ComputeOf<S>;
  const int64_t channels = g.inGroup(), across = g.outGroup();
  const int64_t taps = g.taps(), outputs = g.outputs();
  args.threads->For(g.batch * g.inChannels, 1, [&](int64_t begin, int64_t end) {
    for (int64_t plane = begin; plane < end; ++plane) {
      const int64_t image = plane / g.inChannels, c = plane % g.inChannels;
      const int64_t first = c / channels * across;
      EachPosition(g.dim[0].input, g.dim[1].input, g.dim[2].input,
                   [&](const auto& position, int64_t index) {
                     T sum = bias == nullptr ? T{0} : Widen(bias[c]);
                     EachReader(g, position, [&](int64_t tap, int64_t output) {
                       for (int64_t o = first; o < first + across; ++o) {
                         sum += Widen(dy[(image * g.outChannels + o) * outputs + output]) *
                                Widen(w[(o * channels + c % channels) * taps + tap]);
                       }
                     });
                     dx[plane * g.inputs() + index] = Narrow<S>::From(sum);
                   });
    }
  });
}

template <class S>
void SimpleConvWeight(const Args& args, const ConvGeometry& g, const S* x, const S* dy, S* dw) {
  using T = ComputeOf<S>;
  const int64_t channels = g.inGroup(), taps = g.taps(), inputs = g.inputs();
  args.threads->For(g.outChannels * channels, 1, [&](int64_t begin, int64_t end) {
    for (int64_t plane = begin; plane < end; ++plane) {
      const int64_t o = plane / channels;
      const int64_t c = o / g.outGroup() * channels + plane % channels;
      EachPosition(g.dim[0].kernel, g.dim[1].kernel, g.dim[2].kernel,
                   [&](const auto& tap, int64_t index) {
                     T sum = 0;
                     const auto input = [&](size_t d, int64_t at) {
                       const ConvDim& dim = g.dim[d];
                       const int64_t i = at * dim.stride + tap[d] * dim.dilation - dim.padding;
                       return i >= 0 && i < dim.input ? i : -1;
                     };
                     for (int64_t image = 0; image < g.batch; ++image) {
                       const S* from = x + (image * g.inChannels + c) * inputs;
                       const S* of = dy + (image * g.outChannels + o) * g.outputs();
                       for (int64_t a = 0; a < g.dim[0].output; ++a) {
                         const int64_t i0 = input(0, a);
                         for (int64_t b = 0; b < g.dim[1].output; ++b) {
                           const int64_t i1 = input(1, b);
                           if (i0 < 0 || i1 < 0) continue;
                           const S* row = from + (i0 * g.dim[1].input + i1) * g.dim[2].input;
                           const S* times = of + (a * g.dim[1].output + b) * g.dim[2].output;
                           for (int64_t e = 0; e < g.dim[2].output; ++e) {
                             const int64_t i2 = input(2, e);
                             if (i2 >= 0) sum += Widen(row[i2]) * Widen(times[e]);
                           }
                         }
                       }
                     }
                     dw[plane * taps + index] = Narrow<S>::From(sum);
                   });
    }
  });
}

#define BLASGRAD_SIMPLE_CONV(S)                                                                 \
  template void SimpleConv(const Args&, const ConvGeometry&, const S*, const S*, const S*, S*); \
  template void SimpleConvInput(const Args&, const ConvGeometry&, const S*, const S*, const S*, \
                                S*);                                                            \
  template void SimpleConvWeight(const Args&, const ConvGeometry&, const S*, const S*, S*);
BLASGRAD_SIMPLE_CONV(float)
BLASGRAD_SIMPLE_CONV(double)
BLASGRAD_SIMPLE_CONV(Float16)
BLASGRAD_SIMPLE_CONV(BFloat16)
#undef BLASGRAD_SIMPLE_CONV

}  // namespace blasgrad
