// Convolution in 3-d form, and its gradients: the gradient of each of the three ops consists of the other two. A
// transposed convolution is the gradient of the input.
#include <algorithm>

#include "core/for_rows.h"
#include "core/threads.h"
#include "ops/family.h"
#include "ops/nn/channel_sums.h"
#include "ops/nn/conv_geometry.h"
#include "ops/nn/conv_offset.h"
#include "ops/nn/conv_simple.h"
#include "ops/nn/conv_special.h"
#include "ops/reduce/reduce.h"

namespace blasgrad {
namespace {

// Elements of the three tensors. If one is empty, products of sizes may overflow.
struct Sizes {
  int64_t x, w, y;
  bool empty() const { return x == 0 || w == 0 || y == 0; }
};

// In floating point, so that sizes that do not fit saturate instead of wrapping.
Sizes SizesOf(const double* attr) {
  const auto volume = [&](size_t which) {
    const double* dim = attr + kFirstDim + which;
    return dim[0] * dim[kDimAttrs] * dim[2 * kDimAttrs];
  };
  return {Elements(attr[kBatch], attr[kInChannels], volume(kInput)),
          Elements(attr[kOutChannels], attr[kInChannels] / attr[kGroups], volume(kKernel)),
          Elements(attr[kBatch], attr[kOutChannels], volume(kOutput))};
}

// Chooses for convolutions that conv_special.h does not compute.
enum class Algorithm { simple, offset };

Algorithm Choose(const ConvGeometry& g, ConvPassKind kind) {
  return OffsetConvFits(g, kind == ConvPassKind::input) ? Algorithm::offset : Algorithm::simple;
}

template <ConvPassKind kKind>
ScratchBytes Scratch(const double* attr, size_t elementBytes) {
  const ConvGeometry g = ConvGeometryOf(attr);
  if (!IsConvGeometry(g) || SizesOf(attr).empty()) return {};
  const ScratchBytes special = SpecialConvScratch(g, kKind, elementBytes);
  if (TakesDepthwise(g, elementBytes) || Choose(g, kKind) == Algorithm::simple) return special;
  const size_t bytes = ComputeBytes(elementBytes);
  const ScratchBytes offset = kKind == ConvPassKind::weight
                                  ? OffsetConvWeightScratch(g, bytes)
                                  : OffsetConvScratch(g, kKind == ConvPassKind::input, bytes);
  // A later run of a compiled step may use either.
  return {std::max(special.shared, offset.shared), std::max(special.perThread, offset.perThread)};
}

// y (batch, channels, inner) = the bias of each channel, or 0: the result if there is nothing to multiply.
template <class S>
void FillBias(const Args& args, int64_t batch, int64_t channels, const S* bias, S* y,
              int64_t elements) {
  if (elements == 0) return;
  const int64_t inner = elements / (batch * channels);
  args.threads->For(batch * channels, std::max<int64_t>(kRowGrain / inner, 1),
                    [&](int64_t begin, int64_t end) {
                      for (int64_t plane = begin; plane < end; ++plane) {
                        const S value = bias == nullptr ? S{} : bias[plane % channels];
                        std::fill_n(y + plane * inner, inner, value);
                      }
                    });
}

template <class S>
void ConvKernel(const Args& args) {
  const ConvGeometry g = ConvGeometryOf(args.attr);
  RequireConvGeometry(g);
  const Sizes sizes = SizesOf(args.attr);
  const S *x = args.in<S>(0), *w = args.in<S>(1), *bias = args.in<S>(2);
  S* y = args.out<S>(3);
  if (sizes.empty()) return FillBias(args, g.batch, g.outChannels, bias, y, sizes.y);
  if (SpecialConv(args, g, x, w, bias, y)) return;
  if (Choose(g, ConvPassKind::forward) == Algorithm::offset) {
    OffsetConv(args, g, false, x, w, bias, y);
  } else {
    SimpleConv(args, g, x, w, bias, y);
  }
}

template <class S>
void ConvInputKernel(const Args& args) {
  const ConvGeometry g = ConvGeometryOf(args.attr);
  RequireConvGeometry(g);
  const Sizes sizes = SizesOf(args.attr);
  const S *dy = args.in<S>(0), *w = args.in<S>(1), *bias = args.in<S>(2);
  S* dx = args.out<S>(3);
  if (sizes.empty()) return FillBias(args, g.batch, g.inChannels, bias, dx, sizes.x);
  if (SpecialConvInput(args, g, dy, w, bias, dx)) return;
  if (Choose(g, ConvPassKind::input) == Algorithm::offset) {
    OffsetConv(args, g, true, dy, w, bias, dx);
  } else {
    SimpleConvInput(args, g, dy, w, bias, dx);
  }
}

template <class S>
void ConvWeightKernel(const Args& args) {
  const ConvGeometry g = ConvGeometryOf(args.attr);
  RequireConvGeometry(g);
  const Sizes sizes = SizesOf(args.attr);
  const S *x = args.in<S>(0), *dy = args.in<S>(1);
  S *dWeight = args.out<S>(2), *dBias = args.out<S>(3);
  if (sizes.empty()) {
    std::fill_n(dWeight, sizes.w, S{});
  } else if (SpecialConvWeight(args, g, x, dy, dWeight)) {
    // Computed.
  } else if (Choose(g, ConvPassKind::weight) == Algorithm::offset) {
    OffsetConvWeight(args, g, x, dy, dWeight);
  } else {
    SimpleConvWeight(args, g, x, dy, dWeight);
  }
  if (dBias == nullptr) return;
  if (sizes.y == 0) {
    std::fill_n(dBias, g.outChannels, S{});
  } else {
    ChannelSums(args, g.batch, g.outChannels, g.outputs(), dy, dBias);
  }
}

void ConvNeeds(const double* attr, int64_t* need) {
  const Sizes sizes = SizesOf(attr);
  need[0] = sizes.x;
  need[1] = sizes.w;
  need[2] = Elements(attr[kOutChannels]);
  need[3] = sizes.y;
}

void ConvInputNeeds(const double* attr, int64_t* need) {
  const Sizes sizes = SizesOf(attr);
  need[0] = sizes.y;
  need[1] = sizes.w;
  need[2] = Elements(attr[kInChannels]);
  need[3] = sizes.x;
}

void ConvWeightNeeds(const double* attr, int64_t* need) {
  const Sizes sizes = SizesOf(attr);
  need[0] = sizes.x;
  need[1] = sizes.y;
  need[2] = sizes.w;
  need[3] = Elements(attr[kOutChannels]);
}

}  // namespace

std::vector<Op> ConvOps() {
  const std::vector<Attr> attrs = {
      {"batch"},   {"inChannels"}, {"outChannels"}, {"groups"},    {"input0"}, {"output0"},
      {"kernel0"}, {"stride0"},    {"padding0"},    {"dilation0"}, {"input1"}, {"output1"},
      {"kernel1"}, {"stride1"},    {"padding1"},    {"dilation1"}, {"input2"}, {"output2"},
      {"kernel2"}, {"stride2"},    {"padding2"},    {"dilation2"}};
  const Operand bias = {"bias", Access::read, Element::first, true};
  return {
      {"conv",
       {{"x"}, {"weight"}, bias, {"y", Access::write}},
       attrs,
       ConvNeeds,
       KernelsFor<kFloating>([]<DType kType>() { return ConvKernel<CType<kType>>; }),
       Scratch<ConvPassKind::forward>},
      {"convInput",
       {{"dy"}, {"weight"}, bias, {"dx", Access::write}},
       attrs,
       ConvInputNeeds,
       KernelsFor<kFloating>([]<DType kType>() { return ConvInputKernel<CType<kType>>; }),
       Scratch<ConvPassKind::input>},
      {"convWeight",
       {{"x"}, {"dy"}, {"dWeight", Access::write}, {"dBias", Access::write, Element::first, true}},
       attrs,
       ConvWeightNeeds,
       KernelsFor<kFloating>([]<DType kType>() { return ConvWeightKernel<CType<kType>>; }),
       Scratch<ConvPassKind::weight>}};
}

}  // namespace blasgrad
