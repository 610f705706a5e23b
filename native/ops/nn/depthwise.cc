// Depthwise convolutions, plane by plane from a padded copy: a row of the result is a sum of rows of the copy, one for
// each weight.
#include "ops/nn/depthwise.h"

#include <algorithm>
#include <array>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/nn/depthwise.cc"
#include "hwy/foreach_target.h"
//
#include "core/threads.h"
#include "ops/nn/depthwise_bands.h"
#include "ops/nn/depthwise_rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

// Multiply-adds of a thread.
constexpr int64_t kGrain = 1 << 16;

std::array<int64_t, 3> InputSize(const ConvGeometry& g) {
  return {g.dim[0].input, g.dim[1].input, g.dim[2].input};
}
std::array<int64_t, 3> OutputSize(const ConvGeometry& g) {
  return {g.dim[0].output, g.dim[1].output, g.dim[2].output};
}

// The memory of a thread: a copy, then tables for `taps` weights, and a row of `width`.
template <class T>
struct Memory {
  T* copy;
  int64_t* offset;
  double* sums;
  T *weight, *row;

  Memory(char* memory, int64_t copyElements, int64_t taps)
      : copy(reinterpret_cast<T*>(memory)),
        offset(reinterpret_cast<int64_t*>(memory + DepthwiseCopyBytes(copyElements, sizeof(T)))),
        sums(reinterpret_cast<double*>(offset + taps)),
        weight(reinterpret_cast<T*>(sums + taps)),
        row(weight + taps) {}
};

// Where each tap of the convolution lies in a copy of inputs, from the first that an output reads.
void TapOffsets(const ConvGeometry& g, const Copy& copy, int64_t* offset) {
  const auto& d = g.dim;
  for (int64_t z = 0; z < d[0].kernel; ++z) {
    for (int64_t y = 0; y < d[1].kernel; ++y) {
      for (int64_t x = 0; x < d[2].kernel; ++x) {
        const int64_t at = x * d[2].dilation;
        *offset++ = z * d[0].dilation * copy.plane() + y * d[1].dilation * copy.row() +
                    at % copy.phases * copy.columns() + at / copy.phases;
      }
    }
  }
}

int64_t GrainOf(int64_t work) { return std::max<int64_t>(kGrain / std::max<int64_t>(work, 1), 1); }

template <class T>
void Forward(const Args& args, const ConvGeometry& g, const T* x, const T* w, const T* bias, T* y) {
  const auto& d = g.dim;
  const int64_t taps = g.taps(), multiplier = g.outGroup();
  const Band band = InputBand(g);
  const int64_t elements = CopyOfInputs(g, 0, band.depth, 0, band.height).elements();
  // Plane `plane` of all images, whose results are the `multiplier` planes from plane * multiplier on.
  const auto onePlane = [&](int64_t plane, const Memory<T>& memory) {
    const int64_t first = plane % g.inChannels * multiplier;
    EachBand(d[0].output, d[1].output, band,
             [&](int64_t z0, int64_t zEnd, int64_t y0, int64_t yEnd) {
               const Copy copy = CopyOfInputs(g, z0, zEnd, y0, yEnd);
               TapOffsets(g, copy, memory.offset);
               CopyPart(x + plane * g.inputs(), InputSize(g), copy, memory.copy);
               for (int64_t o = first; o < first + multiplier; ++o) {
                 const T add = bias == nullptr ? T{0} : bias[o];
                 T* out = y + (plane * multiplier + o - first) * g.outputs();
                 const RowSums<T> sums = {memory.offset, w + o * taps, taps, add};
                 for (int64_t z = z0; z < zEnd; ++z) {
                   SumOfRows(sums, memory.copy + (z - z0) * d[0].stride * copy.plane(),
                             d[1].stride * copy.row(), out + (z * d[1].output + y0) * d[2].output,
                             d[2].output, yEnd - y0, d[2].output);
                 }
               }
             });
  };
  args.threads->For(g.batch * g.inChannels, GrainOf(g.outputs() * taps * multiplier),
                    [&](int64_t begin, int64_t end, int part) {
                      const Memory<T> memory(args.perThread<char>(part), elements, taps);
                      for (int64_t plane = begin; plane < end; ++plane) onePlane(plane, memory);
                    });
}

// sums[t] += the products of the gradient dy and the copy of inputs that it read, for outputs [z0, zEnd) x [y0, yEnd).
template <class T>
void AddProducts(const ConvGeometry& g, const Copy& copy, const Memory<T>& memory, const T* dy,
                 int64_t z0, int64_t zEnd, int64_t y0, int64_t yEnd) {
  const auto& d = g.dim;
  const int64_t taps = g.taps(), row = d[1].stride * copy.row(), width = d[2].output;
  for (int64_t z = z0; z < zEnd; ++z) {
    const T* from = memory.copy + (z - z0) * d[0].stride * copy.plane();
    const T* gradient = dy + (z * d[1].output + y0) * width;
    const auto some = [&](auto count, int64_t t) HWY_ATTR {
      ProductsOfRows<decltype(count)::value>(from, row, memory.offset + t, gradient, width,
                                             yEnd - y0, width, memory.sums + t);
    };
    int64_t t = 0;
    for (; t + 9 <= taps; t += 9) some(std::integral_constant<size_t, 9>(), t);
    for (; t + 3 <= taps; t += 3) some(std::integral_constant<size_t, 3>(), t);
    for (; t < taps; ++t) some(std::integral_constant<size_t, 1>(), t);
  }
}

// Each thread adds the images of its channels in order, so that bits do not depend on the number of threads.
template <class T>
void WeightGradient(const Args& args, const ConvGeometry& g, const T* x, const T* dy, T* dw) {
  const auto& d = g.dim;
  const int64_t taps = g.taps(), multiplier = g.outGroup();
  const Band band = InputBand(g);
  const int64_t elements = CopyOfInputs(g, 0, band.depth, 0, band.height).elements();
  const auto oneChannel = [&](int64_t o, const Memory<T>& memory) {
    std::fill_n(memory.sums, taps, 0.0);
    for (int64_t image = 0; image < g.batch; ++image) {
      const T* plane = x + (image * g.inChannels + o / multiplier) * g.inputs();
      EachBand(d[0].output, d[1].output, band,
               [&](int64_t z0, int64_t zEnd, int64_t y0, int64_t yEnd) {
                 const Copy copy = CopyOfInputs(g, z0, zEnd, y0, yEnd);
                 TapOffsets(g, copy, memory.offset);
                 CopyPart(plane, InputSize(g), copy, memory.copy);
                 AddProducts(g, copy, memory, dy + (image * g.outChannels + o) * g.outputs(), z0,
                             zEnd, y0, yEnd);
               });
    }
    for (int64_t t = 0; t < taps; ++t) dw[o * taps + t] = static_cast<T>(memory.sums[t]);
  };
  args.threads->For(g.outChannels, GrainOf(g.batch * g.outputs() * taps),
                    [&](int64_t begin, int64_t end, int part) {
                      const Memory<T> memory(args.perThread<char>(part), elements, taps);
                      for (int64_t o = begin; o < end; ++o) oneChannel(o, memory);
                    });
}

// The taps that steps of one phase receive, and their distances in the copies of the gradients of `multiplier` channels.
// Returns their number.
template <class T>
int64_t PhaseTaps(const ConvGeometry& g, const Copy& copy, const std::array<int64_t, 3>& phase,
                  const T* w, const Memory<T>& memory) {
  const auto& d = g.dim;
  const std::array<int64_t, 3> reach = {Steps(d[0]).reach, Steps(d[1]).reach, Steps(d[2]).reach};
  const std::array<int64_t, 3> step = {copy.plane(), copy.row(), 1};
  int64_t count = 0;
  for (int64_t j = 0; j < g.outGroup(); ++j) {
    for (int64_t t = 0; t < g.taps(); ++t, ++w) {
      const std::array<int64_t, 3> k = {t / d[2].kernel / d[1].kernel,
                                        t / d[2].kernel % d[1].kernel, t % d[2].kernel};
      int64_t offset = j * copy.elements();
      bool reached = true;
      for (size_t i = 0; i < 3; ++i) {
        const int64_t at = k[i] * d[i].dilation;
        reached = reached && at % d[i].stride == phase[i];
        offset += (reach[i] - at / d[i].stride) * step[i];
      }
      if (!reached) continue;
      memory.offset[count] = offset;
      memory.weight[count++] = *w;
    }
  }
  return count;
}

// The positions of one dimension with a phase: steps [begin, end) within [from, to), in steps after the first.
struct PhaseRange {
  int64_t begin, end;

  PhaseRange(const ConvDim& d, const Steps& steps, int64_t phase, int64_t from, int64_t to)
      : begin(from), end(to) {
    if (begin == 0 && steps.first * d.stride + phase < d.padding) ++begin;
    if (end == steps.count() && (steps.end - 1) * d.stride + phase - d.padding >= d.input) --end;
  }
};

template <class T>
void InputGradient(const Args& args, const ConvGeometry& g, const T* dy, const T* w, const T* bias,
                   T* dx) {
  const auto& d = g.dim;
  const int64_t taps = g.taps() * g.outGroup();
  const std::array<Steps, 3> steps = {Steps(d[0]), Steps(d[1]), Steps(d[2])};
  const Band band = OutputBand(g);
  const int64_t elements =
      CopyOfOutputs(g, 0, band.depth, 0, band.height).elements() * g.outGroup();
  const auto position = [&](size_t i, int64_t step, int64_t phase) {
    return (steps[i].first + step) * d[i].stride + phase - d[i].padding;
  };
  // Rows [z0, zEnd) x [y0, yEnd) of steps with one phase.
  const auto onePhase = [&](const Copy& copy, const std::array<int64_t, 3>& phase, const T* weights,
                            T add, const Memory<T>& memory, T* plane, const Band& from,
                            const Band& to) {
    const int64_t count = PhaseTaps(g, copy, phase, weights, memory);
    const PhaseRange rz(d[0], steps[0], phase[0], from.depth, to.depth);
    const PhaseRange ry(d[1], steps[1], phase[1], from.height, to.height);
    const PhaseRange rx(d[2], steps[2], phase[2], 0, steps[2].count());
    const int64_t n = rx.end - rx.begin, stride = d[2].stride;
    if (n <= 0) return;
    const RowSums<T> sums = {memory.offset, memory.weight, count, add};
    const int64_t outRow = d[1].stride * d[2].input;
    // Rows whose elements are not adjacent are computed in the thread's memory, four at a time.
    const int64_t some = stride == 1 ? std::max<int64_t>(ry.end - ry.begin, 1) : 4;
    for (int64_t z = rz.begin; z < rz.end; ++z) {
      for (int64_t i = ry.begin; i < ry.end; i += some) {
        const int64_t rows = std::min(some, ry.end - i);
        const T* read = memory.copy + (z - from.depth) * copy.plane() +
                        (i - from.height) * copy.row() + rx.begin;
        T* out = plane +
                 (position(0, z, phase[0]) * d[1].input + position(1, i, phase[1])) * d[2].input +
                 position(2, rx.begin, phase[2]);
        if (stride == 1) {
          SumOfRows(sums, read, copy.row(), out, outRow, rows, n);
          continue;
        }
        SumOfRows(sums, read, copy.row(), memory.row, n, rows, n);
        for (int64_t r = 0; r < rows; ++r) {
          for (int64_t x = 0; x < n; ++x) out[r * outRow + x * stride] = memory.row[r * n + x];
        }
      }
    }
  };
  const auto onePlane = [&](int64_t plane, const Memory<T>& memory) {
    const int64_t channel = plane % g.inChannels;
    EachBand(steps[0].count(), steps[1].count(), band,
             [&](int64_t z0, int64_t zEnd, int64_t y0, int64_t yEnd) {
               const Copy copy = CopyOfOutputs(g, z0, zEnd, y0, yEnd);
               for (int64_t j = 0; j < g.outGroup(); ++j) {
                 CopyPart(dy + (plane * g.outGroup() + j) * g.outputs(), OutputSize(g), copy,
                          memory.copy + j * copy.elements());
               }
               std::array<int64_t, 3> phase;
               for (phase[0] = 0; phase[0] < d[0].stride; ++phase[0]) {
                 for (phase[1] = 0; phase[1] < d[1].stride; ++phase[1]) {
                   for (phase[2] = 0; phase[2] < d[2].stride; ++phase[2]) {
                     onePhase(copy, phase, w + channel * taps,
                              bias == nullptr ? T{0} : bias[channel], memory,
                              dx + plane * g.inputs(), {z0, y0}, {zEnd, yEnd});
                   }
                 }
               }
             });
  };
  args.threads->For(g.batch * g.inChannels, GrainOf(g.outputs() * taps),
                    [&](int64_t begin, int64_t end, int part) {
                      const Memory<T> memory(args.perThread<char>(part), elements, taps);
                      for (int64_t plane = begin; plane < end; ++plane) onePlane(plane, memory);
                    });
}

}  // namespace

void DepthwiseForward32(const Args& args, const ConvGeometry& g, const float* x, const float* w,
                        const float* bias, float* y) {
  Forward(args, g, x, w, bias, y);
}
void DepthwiseForward64(const Args& args, const ConvGeometry& g, const double* x, const double* w,
                        const double* bias, double* y) {
  Forward(args, g, x, w, bias, y);
}
void DepthwiseInput32(const Args& args, const ConvGeometry& g, const float* dy, const float* w,
                      const float* bias, float* dx) {
  InputGradient(args, g, dy, w, bias, dx);
}
void DepthwiseInput64(const Args& args, const ConvGeometry& g, const double* dy, const double* w,
                      const double* bias, double* dx) {
  InputGradient(args, g, dy, w, bias, dx);
}
void DepthwiseWeight32(const Args& args, const ConvGeometry& g, const float* x, const float* dy,
                       float* dw) {
  WeightGradient(args, g, x, dy, dw);
}
void DepthwiseWeight64(const Args& args, const ConvGeometry& g, const double* x, const double* dy,
                       double* dw) {
  WeightGradient(args, g, x, dy, dw);
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace blasgrad {
HWY_EXPORT(DepthwiseForward32);
HWY_EXPORT(DepthwiseForward64);
HWY_EXPORT(DepthwiseInput32);
HWY_EXPORT(DepthwiseInput64);
HWY_EXPORT(DepthwiseWeight32);
HWY_EXPORT(DepthwiseWeight64);

void DepthwiseConv(const Args& args, const ConvGeometry& g, const float* x, const float* w,
                   const float* bias, float* y) {
  HWY_DYNAMIC_DISPATCH(DepthwiseForward32)(args, g, x, w, bias, y);
}
void DepthwiseConv(const Args& args, const ConvGeometry& g, const double* x, const double* w,
                   const double* bias, double* y) {
  HWY_DYNAMIC_DISPATCH(DepthwiseForward64)(args, g, x, w, bias, y);
}
void DepthwiseConvInput(const Args& args, const ConvGeometry& g, const float* dy, const float* w,
                        const float* bias, float* dx) {
  HWY_DYNAMIC_DISPATCH(DepthwiseInput32)(args, g, dy, w, bias, dx);
}
void DepthwiseConvInput(const Args& args, const ConvGeometry& g, const double* dy, const double* w,
                        const double* bias, double* dx) {
  HWY_DYNAMIC_DISPATCH(DepthwiseInput64)(args, g, dy, w, bias, dx);
}
void DepthwiseConvWeight(const Args& args, const ConvGeometry& g, const float* x, const float* dy,
                         float* dw) {
  HWY_DYNAMIC_DISPATCH(DepthwiseWeight32)(args, g, x, dy, dw);
}
void DepthwiseConvWeight(const Args& args, const ConvGeometry& g, const double* x, const double* dy,
                         double* dw) {
  HWY_DYNAMIC_DISPATCH(DepthwiseWeight64)(args, g, x, dy, dw);
}
}  // namespace blasgrad
#endif
