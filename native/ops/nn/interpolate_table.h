// The source positions and weights of interpolation along one dimension, as PyTorch computes them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace blasgrad {

enum class Interpolation : uint8_t {
  identity,
  nearest,
  nearestExact,
  linear,
  cubic,
  area,
  lanczos
};

// One dimension: n elements become m. `scale` is the factor that a user gave, or 0.
struct Resampled {
  Interpolation mode;
  bool alignCorners;
  bool antialias;
  int64_t n, m;
  double scale;

  template <class T>
  T Scale() const {
    if (alignCorners) return m > 1 ? static_cast<T>(n - 1) / static_cast<T>(m - 1) : T{0};
    return scale > 0 ? static_cast<T>(1.0 / scale) : static_cast<T>(n) / static_cast<T>(m);
  }

  // Positions that weights with antialiasing reach to each side of a center.
  double Support() const {
    const double taps = mode == Interpolation::linear ? 2 : mode == Interpolation::cubic ? 4 : 6;
    return taps * 0.5 * std::max(Scale<double>(), 1.0);
  }

  bool windowed() const { return antialias || mode == Interpolation::area; }

  // The number of weights of an output, at most.
  int64_t Taps() const {
    if (n == 0 || m == 0) return 0;
    if (mode == Interpolation::area) return std::min(n, (n + m - 1) / m + 1);
    if (antialias) {
      const double window = std::ceil(Support()) * 2 + 2;
      return window < static_cast<double>(n) ? static_cast<int64_t>(window) : n;
    }
    return mode == Interpolation::linear ? 2 : mode == Interpolation::cubic ? 4 : 1;
  }
};

// Weights of each output i: entries first(i) + k * stride for k < count(i).
template <class T>
struct WeightTable {
  int64_t outputs = 0;
  int64_t taps =
      0;  // the same number for each output, one array for each tap; or 0, and `begin` has the ranges
  int32_t* index = nullptr;
  T* weight = nullptr;
  int32_t* begin = nullptr;

  int64_t first(int64_t i) const { return taps > 0 ? i : begin[i]; }
  int64_t count(int64_t i) const { return taps > 0 ? taps : begin[i + 1] - begin[i]; }
  int64_t stride() const { return taps > 0 ? outputs : 1; }
};

constexpr size_t AlignUp(size_t bytes) { return (bytes + 63) / 64 * 64; }

// Scratch memory of the table of a dimension, and of its transpose.
inline size_t TableBytes(const Resampled& r, size_t elementBytes, bool transposed) {
  if (r.mode == Interpolation::identity) return 0;
  const auto entries = static_cast<size_t>(r.Taps() * r.m);
  const size_t own = AlignUp(entries * elementBytes) + AlignUp(entries * 4) +
                     AlignUp(static_cast<size_t>(r.m + 1) * 4);
  if (!transposed) return own;
  return 2 * own + 2 * AlignUp(static_cast<size_t>(r.n + 2) * 4);
}

template <class T>
T CubicNear(T x, T a) {
  return ((a + 2) * x - (a + 3)) * x * x + 1;
}
template <class T>
T CubicFar(T x, T a) {
  return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
}

// The filters of antialiasing: a triangle, Keys' cubic with a = -1/2, and Lanczos' windowed sinc.
template <class T>
T Filter(Interpolation mode, T x) {
  x = std::abs(x);
  if (mode == Interpolation::linear) return x < 1 ? 1 - x : T{0};
  if (mode == Interpolation::cubic) {
    constexpr T kA = T(-0.5);
    return x < 1 ? CubicNear(x, kA) : x < 2 ? CubicFar(x, kA) : T{0};
  }
  if (x >= 3) return 0;
  if (x == 0) return 1;
  const T p = x * T(3.14159265358979323846);
  return 3 * std::sin(p) * std::sin(p / 3) / (p * p);
}

// The first position and the number of positions that output i of antialiasing reads; weights sum to 1.
template <class T>
int64_t Window(const Resampled& r, int64_t i, T* weights, int64_t* first) {
  const T scale = r.Scale<T>();
  const T support = static_cast<T>(r.Support()), inverse = scale >= 1 ? 1 / scale : T{1};
  const T center = scale * (static_cast<T>(i) + T(0.5));
  const auto at = [&](T position) {
    return std::clamp<int64_t>(static_cast<int64_t>(position + T(0.5)), 0, r.n);
  };
  *first = std::min(at(center - support), r.n - 1);
  const int64_t count = std::clamp<int64_t>(at(center + support) - *first, 0, r.Taps());
  T total = 0;
  for (int64_t j = 0; j < count; ++j) {
    const T x = static_cast<T>(j + *first) - center + T(0.5);
    total += weights[j] = Filter(r.mode, x * inverse);
  }
  for (int64_t j = 0; total != 0 && j < count; ++j) weights[j] /= total;
  return count;
}

template <class T>
int64_t NearestIndex(const Resampled& r, int64_t i) {
  const T scale = r.Scale<T>();
  const T at = r.mode == Interpolation::nearest
                   ? static_cast<T>(i) * scale
                   : scale * (static_cast<T>(i) + T(0.5)) - T(0.5) + T(0.5);
  return std::clamp<int64_t>(static_cast<int64_t>(std::floor(at)), 0, r.n - 1);
}

// Two or four positions and weights of output i.
template <class T>
void Neighbours(const Resampled& r, int64_t i, int64_t* index, T* weights) {
  const bool cubic = r.mode == Interpolation::cubic;
  const T scale = r.Scale<T>();
  T at = r.alignCorners ? scale * static_cast<T>(i) : scale * (static_cast<T>(i) + T(0.5)) - T(0.5);
  if (!cubic) at = r.n == r.m ? static_cast<T>(i) : std::max(at, T{0});
  const int64_t low = std::min(static_cast<int64_t>(std::floor(at)), r.n - 1);
  const T t = std::clamp(at - static_cast<T>(low), T{0}, T{1});
  if (!cubic) {
    index[0] = low;
    index[1] = r.n == r.m ? low : std::min(low + 1, r.n - 1);
    weights[0] = 1 - t;
    weights[1] = t;
    return;
  }
  constexpr T kA = T(-0.75);
  for (int64_t j = 0; j < 4; ++j) index[j] = std::clamp<int64_t>(low - 1 + j, 0, r.n - 1);
  weights[0] = CubicFar(t + 1, kA);
  weights[1] = CubicNear(t, kA);
  weights[2] = CubicNear(1 - t, kA);
  weights[3] = CubicFar(2 - t, kA);
}

// Takes memory for a table from `scratch`, which it advances.
template <class T>
WeightTable<T> Allocate(char** scratch, int64_t outputs, int64_t entries, int64_t taps) {
  WeightTable<T> table{outputs, taps};
  const auto take = [&](size_t bytes) {
    char* own = *scratch;
    *scratch += AlignUp(bytes);
    return own;
  };
  table.weight = reinterpret_cast<T*>(take(static_cast<size_t>(entries) * sizeof(T)));
  table.index = reinterpret_cast<int32_t*>(take(static_cast<size_t>(entries) * 4));
  table.begin = reinterpret_cast<int32_t*>(take(static_cast<size_t>(outputs + 1) * 4));
  return table;
}

template <class T>
WeightTable<T> MakeTable(const Resampled& r, char** scratch) {
  const int64_t taps = r.Taps();
  WeightTable<T> table = Allocate<T>(scratch, r.m, taps * r.m, r.windowed() ? 0 : taps);
  int32_t end = 0;
  for (int64_t i = 0; i < r.m; ++i) {
    if (r.windowed()) {
      table.begin[i] = end;
      int64_t first = i * r.n / r.m, count = 0;
      if (r.mode == Interpolation::area) {
        count = ((i + 1) * r.n + r.m - 1) / r.m - first;
        std::fill_n(table.weight + end, count, 1 / static_cast<T>(count));
      } else {
        count = Window<T>(r, i, table.weight + end, &first);
      }
      for (int64_t j = 0; j < count; ++j) table.index[end + j] = static_cast<int32_t>(first + j);
      end += static_cast<int32_t>(count);
      continue;
    }
    int64_t index[4] = {};
    T weights[4] = {1};
    if (taps == 1) {
      index[0] = NearestIndex<T>(r, i);
    } else {
      Neighbours<T>(r, i, index, weights);
    }
    for (int64_t k = 0; k < taps; ++k) {
      table.index[k * r.m + i] = static_cast<int32_t>(index[k]);
      table.weight[k * r.m + i] = weights[k];
    }
  }
  table.begin[r.m] = end;
  return table;
}

// The table of the adjoint: for each of the n elements, the outputs that read it, in ascending order.
template <class T>
WeightTable<T> Transposed(const Resampled& r, char** scratch) {
  const WeightTable<T> forward = MakeTable<T>(r, scratch);
  WeightTable<T> table = Allocate<T>(scratch, r.n, r.Taps() * r.m, 0);
  std::fill_n(table.begin, r.n + 1, 0);
  const auto each = [&](const auto& visit) {
    for (int64_t i = 0; i < r.m; ++i) {
      for (int64_t k = 0; k < forward.count(i); ++k) {
        const int64_t e = forward.first(i) + k * forward.stride();
        visit(i, forward.index[e], forward.weight[e]);
      }
    }
  };
  each([&](int64_t, int32_t j, T) { ++table.begin[j + 1]; });
  for (int64_t j = 0; j < r.n; ++j) table.begin[j + 1] += table.begin[j];
  each([&](int64_t i, int32_t j, T weight) {  // moves each begin to the next one's
    const int32_t e = table.begin[j]++;
    table.index[e] = static_cast<int32_t>(i);
    table.weight[e] = weight;
  });
  for (int64_t j = r.n; j > 0; --j) table.begin[j] = table.begin[j - 1];
  table.begin[0] = 0;
  return table;
}

}  // namespace blasgrad
