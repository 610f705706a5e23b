// Normalisation, forward: y = (x - mean) / sqrt(variance + eps) weight + bias.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/nn/norm.cc"
#include "hwy/foreach_target.h"
//
#include "ops/nn/norm-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

template <class S>
struct Forward {
  using T = ComputeOf<S>;
  using D = hn::ScalableTag<T>;

  explicit Forward(const Args& args)
      : a(args),
        shape(args.attr),
        eps(args.attr[7]),
        x(args.in<S>(0)),
        weight(args.in<S>(1)),
        bias(args.in<S>(2)),
        runningMean(args.in<S>(3)),
        runningVar(args.in<S>(4)),
        y(args.out<S>(5)),
        mean(args.out<double>(6)),
        rstd(args.out<double>(7)) {}

  T WeightOf(int64_t i) const { return weight == nullptr ? T{1} : Widen(weight[i]); }
  T BiasOf(int64_t i) const { return bias == nullptr ? T{0} : Widen(bias[i]); }

  void SetStatistic(int64_t i, const Moments& moments) const {
    if (mean != nullptr) mean[i] = moments.mean;
    rstd[i] = 1 / std::sqrt(moments.squares / moments.count + eps);
  }
  T CenterOf(int64_t i) const { return mean == nullptr ? T{0} : static_cast<T>(mean[i]); }

  // The statistics of `segments` runs of n elements.
  Moments MomentsOf(const S* from, int64_t stride, int64_t segments, int64_t n) const {
    if (shape.centered) return RunMoments(d, from, stride, segments, n);
    double sum = 0, squares = 0;
    TwoLongSums(
        d, segments, n,
        [&](int64_t s, int64_t i)
            HWY_ATTR { return CenteredTerms<D, S>{d, from + s * stride + i, stride, hn::Zero(d)}; },
        &sum, &squares);
    return {static_cast<double>(segments * n), 0, squares};
  }

  // One row with a weight and a bias for each element.
  HWY_INLINE void Row(const S* from, T center, T scale, int64_t at, S* to) const {
    const auto m = hn::Set(d, center), k = hn::Set(d, scale);
    const auto n = shape.channels;
    const S* w = weight == nullptr ? nullptr : weight + at;
    const S* b = bias == nullptr ? nullptr : bias + at;
    const auto normal = [=](auto v) HWY_ATTR { return hn::Mul(hn::Sub(v, m), k); };
    if (w != nullptr && b != nullptr) {
      MapVectors<false>(
          a, n, to, [=](auto v, auto p, auto q) HWY_ATTR { return hn::MulAdd(normal(v), p, q); },
          from, w, b);
    } else if (w != nullptr) {
      MapVectors<false>(
          a, n, to, [=](auto v, auto p) HWY_ATTR { return hn::Mul(normal(v), p); }, from, w);
    } else if (b != nullptr) {
      MapVectors<false>(
          a, n, to, [=](auto v, auto q) HWY_ATTR { return hn::Add(normal(v), q); }, from, b);
    } else {
      MapVectors<false>(a, n, to, normal, from);
    }
  }

  // Each row has its own statistics, and each element its own weight.
  void Rows() const {
    const int64_t n = shape.channels;
    a.threads->For(shape.batch * shape.groups, GrainOf(n), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        SetStatistic(r, MomentsOf(x + r * n, 0, 1, n));
        Row(x + r * n, CenterOf(r), static_cast<T>(rstd[r]), r % shape.groups * n, y + r * n);
      }
    });
  }

  // `segments` planes of one channel.
  void Planes(const Args& args, int64_t offset, int64_t stride, int64_t segments, int64_t n,
              T center, T scale, T shift) const {
    const auto m = hn::Set(d, center), k = hn::Set(d, scale), o = hn::Set(d, shift);
    for (int64_t s = 0; s < segments; ++s) {
      const int64_t at = offset + s * stride;
      MapVectors<true>(
          args, n, y + at, [=](auto v) HWY_ATTR { return hn::MulAdd(hn::Sub(v, m), k, o); },
          x + at);
    }
  }

  // Statistics of a channel over the batch.
  void Channels(const Args& args) const {
    const int64_t inner = shape.inner, stride = shape.groups * inner;
    a.threads->For(shape.groups, GrainOf(shape.batch * inner), [&](int64_t begin, int64_t end) {
      for (int64_t c = begin; c < end; ++c) {
        if (shape.fixed) {
          SetFixed(c);
        } else {
          SetStatistic(c, MomentsOf(x + c * inner, stride, shape.batch, inner));
        }
        Planes(args, c * inner, stride, shape.batch, inner, CenterOf(c),
               static_cast<T>(rstd[c] * static_cast<double>(WeightOf(c))), BiasOf(c));
      }
      if (args.stream) hwy::FlushStream();
    });
  }

  // Statistics of a sample's group of channels.
  void Groups(const Args& args) const {
    const int64_t row = shape.row();
    a.threads->For(shape.statistics(), GrainOf(row), [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        SetStatistic(r, MomentsOf(x + r * row, 0, 1, row));
        const int64_t first = r % shape.groups * shape.channels;
        for (int64_t c = 0; c < shape.channels; ++c) {
          const double k = rstd[r] * static_cast<double>(WeightOf(first + c));
          Planes(args, r * row + c * shape.inner, 0, 1, shape.inner, CenterOf(r), static_cast<T>(k),
                 BiasOf(first + c));
        }
      }
      if (args.stream) hwy::FlushStream();
    });
  }

  void SetFixed(int64_t c) const {
    mean[c] = static_cast<double>(Widen(runningMean[c]));
    rstd[c] = 1 / std::sqrt(static_cast<double>(Widen(runningVar[c])) + eps);
  }

  // Statistics of columns: x (batch, groups), with neighbouring columns in vectors.
  void Columns() const {
    const int64_t columns = shape.groups;
    const int64_t panels = (columns + kNormPanel - 1) / kNormPanel;
    a.threads->For(panels, GrainOf(shape.batch * kNormPanel), [&](int64_t begin, int64_t end) {
      for (int64_t p = begin; p < end; ++p) {
        const int64_t at = p * kNormPanel;
        const int64_t n = std::min(kNormPanel, columns - at);
        if (shape.fixed) {
          for (int64_t i = at; i < at + n; ++i) SetFixed(i);
        } else {
          PanelMoments(at, n);
        }
        HWY_ALIGN T center[kNormPanel];
        HWY_ALIGN T scale[kNormPanel];
        HWY_ALIGN T shift[kNormPanel];
        for (int64_t i = 0; i < n; ++i) {
          center[i] = CenterOf(at + i);
          scale[i] = static_cast<T>(rstd[at + i] * static_cast<double>(WeightOf(at + i)));
          shift[i] = BiasOf(at + i);
        }
        for (int64_t r = 0; r < shape.batch; ++r) {
          MapVectors<false>(
              a, n, y + r * columns + at,
              [](auto v, auto m, auto k, auto o)
                  HWY_ATTR { return hn::MulAdd(hn::Sub(v, m), k, o); },
              x + r * columns + at, static_cast<const T*>(center), static_cast<const T*>(scale),
              static_cast<const T*>(shift));
        }
      }
    });
  }

  // The statistics of n columns, at most kNormPanel.
  void PanelMoments(int64_t at, int64_t n) const {
    Moments all[kNormPanel] = {};
    HWY_ALIGN T center[kNormPanel];
    HWY_ALIGN T sum[kNormPanel];
    HWY_ALIGN T squares[kNormPanel];
    for (int64_t first = 0; first < shape.batch; first += kNormRows) {
      const int64_t rows = std::min(kNormRows, shape.batch - first);
      const S* block = x + first * shape.groups + at;
      std::fill_n(center, n, T{0});
      std::fill_n(sum, n, T{0});
      std::fill_n(squares, n, T{0});
      for (int64_t r = 0; r < rows; ++r) AddRow(d, block + r * shape.groups, n, center);
      for (int64_t i = 0; i < n; ++i) center[i] /= static_cast<T>(rows);
      for (int64_t r = 0; r < rows; ++r)
        AddDifferences(block + r * shape.groups, n, center, sum, squares);
      for (int64_t i = 0; i < n; ++i) {
        all[i].Add(Moments::Around(static_cast<double>(rows), static_cast<double>(center[i]),
                                   static_cast<double>(sum[i]), static_cast<double>(squares[i])));
      }
    }
    for (int64_t i = 0; i < n; ++i) SetStatistic(at + i, all[i]);
  }

  // Adds the differences of one row from `center`, and their squares.
  HWY_INLINE void AddDifferences(const S* row, int64_t n, const T* center, T* sum,
                                 T* squares) const {
    EachVector(
        d, n,
        [&](int64_t i) HWY_ATTR {
          const auto v = hn::Sub(LoadAs(d, row + i), hn::LoadU(d, center + i));
          hn::StoreU(hn::Add(hn::LoadU(d, sum + i), v), d, sum + i);
          hn::StoreU(hn::MulAdd(v, v, hn::LoadU(d, squares + i)), d, squares + i);
        },
        [&](int64_t i, size_t rest) HWY_ATTR {
          const auto v = hn::Sub(LoadTailAs(d, row + i, rest), LoadTail(d, center + i, rest));
          StoreTail(d, hn::Add(LoadTail(d, sum + i, rest), v), sum + i, rest);
          StoreTail(d, hn::MulAdd(v, v, LoadTail(d, squares + i, rest)), squares + i, rest);
        });
  }

  static int64_t GrainOf(int64_t elements) {
    return std::max<int64_t>(1, kNormGrain / std::max<int64_t>(elements, 1));
  }

  void Run() const {
    const NormNeeds all(a.attr);
    RequireOneChannel(a.attr);
    if (shape.fixed && (mean == nullptr || runningMean == nullptr || runningVar == nullptr)) {
      throw DataError("expected running statistics for fixed, got none");
    }
    if (all.elements == 0) {
      for (int64_t i = 0; i < all.statistics; ++i) SetStatistic(i, Moments());
      if (shape.fixed && shape.acrossBatch) {
        for (int64_t c = 0; c < all.statistics; ++c) SetFixed(c);
      }
      return;
    }
    Args args = a;
    args.stream = a.mayStream && all.elements * static_cast<int64_t>(sizeof(S)) >= kStreamBytes;
    if (shape.acrossBatch) {
      if (shape.inner == 1) {
        Columns();
      } else {
        Channels(args);
      }
    } else if (shape.inner == 1) {
      Rows();
    } else {
      Groups(args);
    }
  }

  const Args& a;
  const NormShape shape;
  const double eps;
  const D d{};
  const S* x;
  const S* weight;
  const S* bias;
  const S* runningMean;
  const S* runningVar;
  S* y;
  double* mean;
  double* rstd;
};

template <class S>
void Norm(const Args& a) {
  Forward<S>(a).Run();
}

void Needs(const double* attr, int64_t* need) {
  const NormNeeds all(attr);
  need[0] = need[5] = all.elements;
  need[1] = need[2] = all.weights;
  need[3] = need[4] = attr[6] != 0 ? all.weights : 0;
  need[6] = need[7] = all.statistics;
}

// Moves the running statistics towards those of a batch, the means over `batch` samples. The factor is `momentum`,
// or 1 / count, so that the result is the mean of all batches. The running variance is unbiased.
template <class S>
void RunningStatistics(const Args& a) {
  using T = ComputeOf<S>;
  const double* mean = a.in<double>(0);
  const double* rstd = a.in<double>(1);
  const int64_t* count = a.in<int64_t>(2);
  S* runningMean = a.out<S>(3);
  S* runningVar = a.out<S>(4);
  const int64_t batch = a.size(0), channels = a.size(1);
  const double n = a.attr[2], eps = a.attr[4];
  const double factor = count == nullptr ? a.attr[3] : 1 / static_cast<double>(count[0]);
  const auto move = [&](S* to, double value) {
    const double kept = static_cast<double>(Widen(*to));
    *to = Narrow<S>::From(static_cast<T>((1 - factor) * kept + factor * value));
  };
  for (int64_t c = 0; c < channels; ++c) {
    double sum = 0, variances = 0;
    for (int64_t b = 0; b < batch; ++b) {
      const double r = rstd[b * channels + c];
      sum += mean[b * channels + c];
      const double biased = 1 / (r * r) - eps;
      variances += biased < 0 ? 0 : biased;  // rounding; NaN stays
    }
    move(runningMean + c, sum / static_cast<double>(batch));
    move(runningVar + c, variances / static_cast<double>(batch) * (n / (n - 1)));
  }
}

void RunningNeeds(const double* attr, int64_t* need) {
  need[0] = need[1] = Elements(attr[0], attr[1]);
  need[2] = 1;
  need[3] = need[4] = Elements(attr[1]);
}

}  // namespace

std::vector<Op> NormOps() {
  std::vector<Attr> attrs = NormAttrs();
  attrs.push_back({"eps", AttrKind::real});
  return {{"normalization",
           {{"x"},
            {"weight", Access::read, Element::first, true},
            {"bias", Access::read, Element::first, true},
            {"runningMean", Access::read, Element::first, true},
            {"runningVar", Access::read, Element::first, true},
            {"y", Access::write},
            {"mean", Access::write, Element::float64, true},
            {"rstd", Access::write, Element::float64}},
           attrs,
           Needs,
           KernelsFor<kFloating>([]<DType kType>() { return Norm<CType<kType>>; })},
          {"runningStatistics",
           {{"mean", Access::read, Element::float64},
            {"rstd", Access::read, Element::float64},
            {"count", Access::read, Element::int64, true},
            {"runningMean", Access::update},
            {"runningVar", Access::update}},
           {{"batch"}, {"channels"}, {"n"}, {"momentum", AttrKind::real}, {"eps", AttrKind::real}},
           RunningNeeds,
           KernelsFor<kFloating>([]<DType kType>() { return RunningStatistics<CType<kType>>; })}};
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "ops/family.h"

namespace blasgrad {
HWY_EXPORT(NormOps);
std::vector<Op> NormOps() { return HWY_DYNAMIC_DISPATCH(NormOps)(); }
}  // namespace blasgrad
#endif
