// Interpolation of (outer, height, width) along the last two dimensions, and its adjoint. Weights are separable: a row of
// the result is the weighted sum of rows, which stays in L1, and then of the sum's columns.
#include <algorithm>
#include <cstring>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/nn/interpolate.cc"
#include "hwy/foreach_target.h"
//
#include "ops/nn/interpolate_table.h"
#include "simd/loops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

constexpr int64_t kGrain = 1 << 14;

// Attributes: outer; rows: mode, n, m, scale; columns: the same; alignCorners, antialias.
constexpr size_t kRows = 1, kColumns = 5, kAlign = 9, kAntialias = 10;

Resampled AxisOf(const double* attr, size_t first) {
  const double* a = attr + first;
  const bool align = attr[kAlign] != 0, antialias = attr[kAntialias] != 0;
  return {static_cast<Interpolation>(std::min<double>(a[0], 6)),
          align,
          antialias,
          static_cast<int64_t>(a[1]),
          static_cast<int64_t>(a[0] == 0 ? a[1] : a[2]),
          a[3] > 1e-9 && a[3] < 1e9 ? a[3] : 0};
}

// to[j] = the weighted sum of rows of `from` with `width` columns, for output row i.
template <class T>
void SumRows(const WeightTable<T>& table, int64_t i, const T* from, int64_t width, T* to) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const int64_t first = table.first(i), stride = table.stride();
  const int64_t end = first + table.count(i) * stride;
  int64_t j = 0;
  for (; j + 2 * lanes <= width; j += 2 * lanes) {
    auto low = hn::Zero(d), high = hn::Zero(d);
    for (int64_t e = first; e < end; e += stride) {
      const auto w = hn::Set(d, table.weight[e]);
      const T* row = from + table.index[e] * width + j;
      low = hn::MulAdd(w, hn::LoadU(d, row), low);
      high = hn::MulAdd(w, hn::LoadU(d, row + lanes), high);
    }
    hn::StoreU(low, d, to + j);
    hn::StoreU(high, d, to + j + lanes);
  }
  for (; j < width; ++j) {
    T sum = 0;
    for (int64_t e = first; e < end; e += stride) {
      sum += table.weight[e] * from[table.index[e] * width + j];
    }
    to[j] = sum;
  }
}

// The vector of T at these int32 positions.
template <class D, class T>
HWY_INLINE hn::Vec<D> Gathered(D d, const T* from, const int32_t* index) {
  if constexpr (sizeof(T) == 4) {
    return hn::GatherIndex(d, from, hn::LoadU(hn::RebindToSigned<D>(), index));
  } else {
    const hn::RebindToSigned<D> wide;
    return hn::GatherIndex(d, from,
                           hn::PromoteTo(wide, hn::LoadU(hn::Rebind<int32_t, D>(), index)));
  }
}

// to[i] = the weighted sum of elements of `from`.
template <class T>
void SumColumns(const WeightTable<T>& table, const T* from, T* to) {
  const int64_t m = table.outputs;
  int64_t i = 0;
  if (table.taps > 0) {
    const hn::ScalableTag<T> d;
    const auto lanes = static_cast<int64_t>(hn::Lanes(d));
    for (; i + lanes <= m; i += lanes) {
      auto sum = hn::Mul(hn::LoadU(d, table.weight + i), Gathered(d, from, table.index + i));
      for (int64_t k = 1; k < table.taps; ++k) {
        const int64_t e = k * m + i;
        sum = hn::MulAdd(hn::LoadU(d, table.weight + e), Gathered(d, from, table.index + e), sum);
      }
      hn::StoreU(sum, d, to + i);
    }
  }
  const int64_t stride = table.stride();
  for (; i < m; ++i) {
    T sum = 0;
    int64_t e = table.first(i);
    for (int64_t k = table.count(i); k > 0; --k, e += stride) {
      sum += table.weight[e] * from[table.index[e]];
    }
    to[i] = sum;
  }
}

template <class T, bool kAdjoint>
void Interpolate(const Args& a) {
  const Resampled rows = AxisOf(a.attr, kRows), columns = AxisOf(a.attr, kColumns);
  const int64_t outer = a.size(0);
  const int64_t height = kAdjoint ? rows.m : rows.n, newHeight = kAdjoint ? rows.n : rows.m;
  const int64_t width = kAdjoint ? columns.m : columns.n;
  const int64_t newWidth = kAdjoint ? columns.n : columns.m;
  if (outer == 0 || newHeight == 0 || newWidth == 0) return;
  const T* x = a.in<T>(0);
  T* out = a.out<T>(1);
  if (height == 0 || width == 0) {
    std::fill_n(out, outer * newHeight * newWidth, T{0});
    return;
  }
  char* scratch = a.scratch;
  const auto tableOf = [&](const Resampled& r) {
    if (r.mode == Interpolation::identity) return WeightTable<T>{};
    return kAdjoint ? Transposed<T>(r, &scratch) : MakeTable<T>(r, &scratch);
  };
  const WeightTable<T> down = tableOf(rows), across = tableOf(columns);
  const int64_t grain = std::max<int64_t>(kGrain / std::max(width, newWidth), 1);
  a.threads->For(outer * newHeight, grain, [&](int64_t row, int64_t stop, int part) {
    T* sums = a.perThread<T>(part);
    for (; row < stop; ++row) {
      const int64_t plane = row / newHeight, i = row % newHeight;
      const T* from = x + plane * height * width;
      T* to = out + row * newWidth;
      if (down.outputs == 0) {
        from += i * width;
      } else {
        T* result = across.outputs == 0 ? to : sums;
        SumRows(down, i, from, width, result);
        from = result;
      }
      if (across.outputs > 0) {
        SumColumns(across, from, to);
      } else if (down.outputs == 0) {
        std::copy_n(from, newWidth, to);
      }
    }
  });
}

// Elements are only moved, so dtypes of the same size and type of coordinates share a kernel.
template <class T, class Coordinate>
void Nearest(const Args& a) {
  const Resampled rows = AxisOf(a.attr, kRows), columns = AxisOf(a.attr, kColumns);
  const int64_t outer = a.size(0);
  if (outer == 0 || rows.m == 0 || columns.m == 0) return;
  const T* x = a.in<T>(0);
  T* out = a.out<T>(1);
  if (rows.n == 0 || columns.n == 0) {
    std::fill_n(out, outer * rows.m * columns.m, T{0});
    return;
  }
  const auto indices = [&](const Resampled& r, int32_t* index) {
    for (int64_t i = 0; i < r.m; ++i) {
      index[i] = static_cast<int32_t>(
          r.mode == Interpolation::identity ? i : NearestIndex<Coordinate>(r, i));
    }
    return index;
  };
  const int32_t* down = indices(rows, a.shared<int32_t>());
  const int32_t* across = indices(columns, a.shared<int32_t>() + rows.m);
  const int64_t grain = std::max<int64_t>(kGrain / columns.m, 1);
  a.threads->For(outer * rows.m, grain, [&](int64_t row, int64_t stop) {
    for (int64_t first = row; row < stop; ++row) {
      const int64_t plane = row / rows.m, i = row % rows.m;
      T* to = out + row * columns.m;
      if (row > first && i > 0 && down[i] == down[i - 1]) {
        std::copy_n(to - columns.m, columns.m, to);
        continue;
      }
      const T* from = x + (plane * rows.n + down[i]) * columns.n;
      if (columns.mode == Interpolation::identity) {
        std::copy_n(from, columns.m, to);
      } else {
        for (int64_t j = 0; j < columns.m; ++j) to[j] = from[across[j]];
      }
    }
  });
}

bool IsEmpty(const double* attr) {
  const Resampled rows = AxisOf(attr, kRows), columns = AxisOf(attr, kColumns);
  return attr[0] == 0 || rows.n == 0 || rows.m == 0 || columns.n == 0 || columns.m == 0;
}

template <bool kAdjoint>
ScratchBytes TableScratch(const double* attr, size_t elementBytes) {
  if (IsEmpty(attr)) return {};
  const Resampled rows = AxisOf(attr, kRows), columns = AxisOf(attr, kColumns);
  return {TableBytes(rows, elementBytes, kAdjoint) + TableBytes(columns, elementBytes, kAdjoint),
          static_cast<size_t>(kAdjoint ? columns.m : columns.n) * elementBytes};
}

ScratchBytes NearestScratch(const double* attr, size_t) {
  if (IsEmpty(attr)) return {};
  return {static_cast<size_t>(AxisOf(attr, kRows).m + AxisOf(attr, kColumns).m) * 4};
}

// Indices are int32: a longer dimension needs more memory than it is checked for.
template <bool kAdjoint>
void Needs(const double* attr, int64_t* need) {
  const Resampled rows = AxisOf(attr, kRows), columns = AxisOf(attr, kColumns);
  constexpr int64_t kLongest = INT32_MAX - 1;
  const bool tooLong = std::max({rows.n, rows.m, columns.n, columns.m}) > kLongest;
  const auto elements = [&](int64_t height, int64_t width) {
    return tooLong ? INT64_MAX
                   : Elements(attr[0], static_cast<double>(height), static_cast<double>(width));
  };
  need[kAdjoint ? 1 : 0] = elements(rows.n, columns.n);
  need[kAdjoint ? 0 : 1] = elements(rows.m, columns.m);
}

std::vector<Attr> Attrs() {
  return {{"outer"},
          {"rowMode"},
          {"height"},
          {"newHeight"},
          {"rowScale", AttrKind::real},
          {"columnMode"},
          {"width"},
          {"newWidth"},
          {"columnScale", AttrKind::real},
          {"alignCorners", AttrKind::flag},
          {"antialias", AttrKind::flag}};
}

}  // namespace

std::vector<Op> InterpolateOps() {
  return {
      {"interpolate",
       {{"x"}, {"out", Access::write}},
       Attrs(),
       Needs<false>,
       KernelsFor<kWide>([]<DType kType>() { return Interpolate<CType<kType>, false>; }),
       TableScratch<false>},
      {"interpolateAdjoint",
       {{"dy"}, {"dx", Access::write}},
       Attrs(),
       Needs<true>,
       KernelsFor<kWide>([]<DType kType>() { return Interpolate<CType<kType>, true>; }),
       TableScratch<true>},
      {"interpolateNearest",
       {{"x"}, {"out", Access::write}},
       Attrs(),
       Needs<false>,
       KernelsFor<kAll>([]<DType kType>() {
         return Nearest<Word<kType>, std::conditional_t<kType == DType::float64, double, float>>;
       }),
       NearestScratch},
  };
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "ops/family.h"
#include "ops/nn/interpolate_bytes.h"

namespace blasgrad {
HWY_EXPORT(InterpolateOps);
std::vector<Op> ResampleOps() {
  std::vector<Op> ops = HWY_DYNAMIC_DISPATCH(InterpolateOps)();
  ops.push_back(InterpolateBytesOp());
  return ops;
}
}  // namespace blasgrad
#endif
