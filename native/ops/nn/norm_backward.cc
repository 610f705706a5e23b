// Normalisation, backward. With d = x - mean and g = dy weight, averages over the elements of a statistic:
// dx = rstd (g - average(g) - d rstd^2 average(g d)), dWeight = sum(dy d) rstd, dBias = sum(dy).
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/nn/norm_backward.cc"
#include "hwy/foreach_target.h"
//
#include "ops/nn/norm_columns-inl.h"
#include "ops/nn/norm_rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

template <class S>
struct Backward : Gradients<S> {
  using typename Gradients<S>::T;
  using typename Gradients<S>::V;
  using typename Gradients<S>::D;
  using typename Gradients<S>::Line;
  using Gradients<S>::Gradients;
  using Gradients<S>::a, Gradients<S>::shape, Gradients<S>::d, Gradients<S>::x, Gradients<S>::dy,
      Gradients<S>::rstd, Gradients<S>::dx;
  using Gradients<S>::CenterOf, Gradients<S>::GrainOf, Gradients<S>::LineOf,
      Gradients<S>::NeedsWeights, Gradients<S>::SetWeights, Gradients<S>::WeightOf;

  void Plane(const Args& args, int64_t at, int64_t n, const Line& line) const {
    const V k = hn::Set(d, line.k), p = hn::Set(d, line.p), q = hn::Set(d, line.q),
            m = hn::Set(d, line.center);
    if (shape.fixed) {
      MapVectors<true>(args, n, dx + at, [=](auto g) HWY_ATTR { return hn::Mul(k, g); }, dy + at);
      return;
    }
    MapVectors<true>(
        args, n, dx + at,
        [=](auto g, auto v)
            HWY_ATTR { return hn::NegMulAdd(q, hn::Sub(v, m), hn::MulSub(k, g, p)); },
        dy + at, x + at);
  }

  // The sums of dy and dy (x - center) over `segments` runs of n elements.
  void Sums(int64_t at, int64_t stride, int64_t segments, int64_t n, T center, double* sum,
            double* product) const {
    TwoLongSums(
        d, segments, n,
        [&](int64_t s, int64_t i) HWY_ATTR {
          const int64_t from = at + s * stride + i;
          return GradientTerms<D, S>{d, x + from, dy + from, stride, hn::Set(d, center)};
        },
        sum, product);
  }

  void Channels(const Args& args) const {
    const int64_t inner = shape.inner, stride = shape.groups * inner;
    const double count = static_cast<double>(shape.perStatistic());
    a.threads->For(shape.groups, GrainOf(shape.batch * inner), [&](int64_t begin, int64_t end) {
      for (int64_t c = begin; c < end; ++c) {
        double sum = 0, product = 0;
        if (NeedsWeights() || !shape.fixed) {
          Sums(c * inner, stride, shape.batch, inner, CenterOf(c), &sum, &product);
        }
        SetWeights(c, product * rstd[c], sum);
        if (dx == nullptr) continue;
        Line line = LineOf(c, count, sum * WeightOf(c), product * WeightOf(c));
        line.k = static_cast<T>(rstd[c] * WeightOf(c));
        for (int64_t b = 0; b < shape.batch; ++b) Plane(args, c * inner + b * stride, inner, line);
      }
      if (args.stream) hwy::FlushStream();
    });
  }

  // One statistic for each sample's group of planes. Scratch: the two sums of each plane.
  void Groups(const Args& args) const {
    const int64_t inner = shape.inner, channels = shape.channels, row = shape.row();
    const double count = static_cast<double>(row);
    double* sums = a.template shared<double>();
    a.threads->For(shape.statistics(), GrainOf(row), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        const int64_t first = r % shape.groups * channels;
        double sum = 0, product = 0;
        for (int64_t c = 0; c < channels; ++c) {
          double* own = sums + 2 * (r * channels + c);
          own[0] = own[1] = 0;
          Sums(r * row + c * inner, 0, 1, inner, CenterOf(r), own, own + 1);
          sum += own[0] * WeightOf(first + c);
          product += own[1] * WeightOf(first + c);
        }
        if (dx == nullptr) continue;
        Line line = LineOf(r, count, sum, product);
        for (int64_t c = 0; c < channels; ++c) {
          line.k = static_cast<T>(rstd[r] * WeightOf(first + c));
          Plane(args, r * row + c * inner, inner, line);
        }
      }
      if (args.stream) hwy::FlushStream();
    });
    if (!NeedsWeights()) return;
    for (int64_t c = 0; c < shape.weights(); ++c) {
      double weightSum = 0, biasSum = 0;
      for (int64_t b = 0; b < shape.batch; ++b) {
        const double* own = sums + 2 * (b * shape.weights() + c);
        weightSum += own[1] * rstd[b * shape.groups + c / channels];
        biasSum += own[0];
      }
      SetWeights(c, weightSum, biasSum);
    }
  }

  void Run() const {
    const NormNeeds all(a.attr);
    RequireOneChannel(a.attr);
    if (all.elements == 0) {
      for (int64_t i = 0; NeedsWeights() && i < all.weights; ++i) SetWeights(i, 0, 0);
      return;
    }
    Args args = a;
    args.stream = a.mayStream && all.elements * static_cast<int64_t>(sizeof(S)) >= kStreamBytes;
    if (shape.acrossBatch) {
      if (shape.inner == 1) {
        ColumnGradients<S>(a).Run();
      } else {
        Channels(args);
      }
    } else if (shape.inner == 1) {
      RowGradients<S>(a).Run();
    } else {
      Groups(args);
    }
  }
};

template <class S>
void NormBackward(const Args& a) {
  Backward<S>(a).Run();
}

void Needs(const double* attr, int64_t* need) {
  const NormNeeds all(attr);
  need[0] = need[1] = need[5] = all.elements;
  need[2] = need[6] = need[7] = all.weights;
  need[3] = need[4] = all.statistics;
}

// attr[0] batch, [1] groups, [2] channels, [3] inner, [4] acrossBatch
ScratchBytes ScratchFor(const double* attr, size_t) {
  if (attr[4] != 0 || attr[0] * attr[1] * attr[2] * attr[3] == 0) return {};
  const double samples =
      attr[3] == 1 ? std::ceil(attr[0] / static_cast<double>(kSamples)) : attr[0];
  return {static_cast<size_t>(samples * attr[1] * attr[2] * 2 * sizeof(double)), 0};
}

}  // namespace

std::vector<Op> NormBackwardOps() {
  return {{"normalizationBackward",
           {{"x"},
            {"dy"},
            {"weight", Access::read, Element::first, true},
            {"mean", Access::read, Element::float64, true},
            {"rstd", Access::read, Element::float64},
            {"dx", Access::write, Element::first, true},
            {"dWeight", Access::write, Element::first, true},
            {"dBias", Access::write, Element::first, true}},
           NormAttrs(),
           Needs,
           KernelsFor<kFloating>([]<DType kType>() { return NormBackward<CType<kType>>; }),
           ScratchFor}};
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "ops/family.h"

namespace blasgrad {
HWY_EXPORT(NormBackwardOps);
std::vector<Op> NormBackwardOps() { return HWY_DYNAMIC_DISPATCH(NormBackwardOps)(); }
}  // namespace blasgrad
#endif
