// Gradients of columns with statistics over the batch, (batch, channels): neighbouring columns in vectors.
#if defined(BLASGRAD_NORM_COLUMNS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BLASGRAD_NORM_COLUMNS_INL_H
#undef BLASGRAD_NORM_COLUMNS_INL_H
#else
#define BLASGRAD_NORM_COLUMNS_INL_H
#endif

#include "ops/nn/norm_gradients-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {

template <class S>
struct ColumnGradients : Gradients<S> {
  using typename Gradients<S>::T;
  using typename Gradients<S>::V;
  using typename Gradients<S>::D;
  using typename Gradients<S>::Line;
  using Gradients<S>::Gradients;
  using Gradients<S>::a, Gradients<S>::shape, Gradients<S>::d, Gradients<S>::x, Gradients<S>::dy,
      Gradients<S>::rstd, Gradients<S>::dx;
  using Gradients<S>::CenterOf, Gradients<S>::GrainOf, Gradients<S>::LineOf,
      Gradients<S>::NeedsWeights, Gradients<S>::SetWeights, Gradients<S>::WeightOf;

  void Run() const {
    const int64_t columns = shape.groups;
    const int64_t panels = (columns + kNormPanel - 1) / kNormPanel;
    const double count = static_cast<double>(shape.batch);
    a.threads->For(panels, GrainOf(shape.batch * kNormPanel), [&](int64_t begin, int64_t end) {
      for (int64_t panel = begin; panel < end; ++panel) {
        const int64_t at = panel * kNormPanel;
        const int64_t n = std::min(kNormPanel, columns - at);
        HWY_ALIGN T center[kNormPanel];
        HWY_ALIGN T k[kNormPanel];
        HWY_ALIGN T p[kNormPanel];
        HWY_ALIGN T q[kNormPanel];
        for (int64_t i = 0; i < n; ++i) center[i] = CenterOf(at + i);
        double sum[kNormPanel] = {}, product[kNormPanel] = {};
        if (NeedsWeights() || !shape.fixed) PanelSums(at, n, center, sum, product);
        for (int64_t i = 0; i < n; ++i) {
          SetWeights(at + i, product[i] * rstd[at + i], sum[i]);
          const double w = WeightOf(at + i);
          const Line line = LineOf(at + i, count, sum[i] * w, product[i] * w);
          k[i] = static_cast<T>(rstd[at + i] * w);
          p[i] = line.p;
          q[i] = line.q;
        }
        for (int64_t r = 0; dx != nullptr && r < shape.batch; ++r) {
          PanelRow(r * columns + at, n, center, k, p, q);
        }
      }
    });
  }

  HWY_INLINE void PanelRow(int64_t at, int64_t n, const T* center, const T* k, const T* p,
                           const T* q) const {
    if (shape.fixed) {
      MapVectors<false>(
          a, n, dx + at, [](auto g, auto scale) HWY_ATTR { return hn::Mul(g, scale); }, dy + at, k);
      return;
    }
    MapVectors<false>(
        a, n, dx + at,
        [](auto g, auto v, auto m, auto scale, auto shift, auto slope)
            HWY_ATTR { return hn::NegMulAdd(slope, hn::Sub(v, m), hn::MulSub(scale, g, shift)); },
        dy + at, x + at, center, k, p, q);
  }

  // The two sums of n columns, at most kNormPanel.
  void PanelSums(int64_t at, int64_t n, const T* center, double* sum, double* product) const {
    HWY_ALIGN T some[kNormPanel];
    HWY_ALIGN T products[kNormPanel];
    for (int64_t first = 0; first < shape.batch; first += kNormRows) {
      const int64_t last = std::min(first + kNormRows, shape.batch);
      std::fill_n(some, n, T{0});
      std::fill_n(products, n, T{0});
      for (int64_t r = first; r < last; ++r) {
        const S* from = x + r * shape.groups + at;
        const S* g = dy + r * shape.groups + at;
        AddRow(d, g, n, some);
        EachVector(
            d, n,
            [&](int64_t i) HWY_ATTR {
              const V v = hn::Sub(LoadAs(d, from + i), hn::LoadU(d, center + i));
              const V all = hn::MulAdd(LoadAs(d, g + i), v, hn::LoadU(d, products + i));
              hn::StoreU(all, d, products + i);
            },
            [&](int64_t i, size_t rest) HWY_ATTR {
              const V v = hn::Sub(LoadTailAs(d, from + i, rest), LoadTail(d, center + i, rest));
              const V old = LoadTail(d, products + i, rest);
              StoreTail(d, hn::MulAdd(LoadTailAs(d, g + i, rest), v, old), products + i, rest);
            });
      }
      for (int64_t i = 0; i < n; ++i) {
        sum[i] += static_cast<double>(some[i]);
        product[i] += static_cast<double>(products[i]);
      }
    }
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif
