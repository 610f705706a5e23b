// Padding and cropping of up to four dimensions as a map of indices, and its adjoint. Padding only moves elements, so
// dtypes of the same size share a kernel.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "core/threads.h"
#include "ops/family.h"

namespace blasgrad {
namespace {

enum class Mode : uint8_t { constant, reflect, replicate, circular };

constexpr size_t kAxes = 4;
constexpr int64_t kGrain = 1 << 15;
constexpr double kFarthest = 9007199254740992.0;

// Attributes: mode, outer, (n, before, after) for each axis, inner. A negative width crops.
constexpr size_t kFirstAxis = 2;
constexpr size_t kInner = kFirstAxis + 3 * kAxes;

double PaddedSize(const double* attr, size_t axis) {
  const double* a = attr + kFirstAxis + 3 * axis;
  if (!(std::abs(a[1]) <= kFarthest && std::abs(a[2]) <= kFarthest)) return 0;
  return std::max(0.0, std::floor(a[0] + a[1] + a[2]));
}

// One axis: n elements, padded to `padded`; `before` of them precede element 0.
struct Axis {
  int64_t n, padded, before;

  // The element that is copied to position i, or -1 for the value. Right for any width, so that no attributes access
  // memory out of bounds.
  int64_t Source(Mode mode, int64_t i) const {
    const int64_t p = i - before;
    if (p >= 0 && p < n) return p;
    if (n == 0 || mode == Mode::constant) return -1;
    if (mode == Mode::replicate) return p < 0 ? 0 : n - 1;
    const int64_t period = mode == Mode::circular ? n : std::max<int64_t>(2 * (n - 1), 1);
    const int64_t at = (p % period + period) % period;
    return at < n ? at : period - at;
  }
};

struct Layout {
  explicit Layout(const Args& a)
      : mode(static_cast<Mode>(std::min<double>(a.attr[0], 3))),
        outer(a.size(1)),
        inner(a.size(kInner)),
        count(outer * inner) {
    for (size_t i = 0; i < kAxes; ++i) {
      const auto padded = static_cast<int64_t>(PaddedSize(a.attr, i));
      const bool empty = padded == 0;  // its widths may be out of range
      const size_t first = kFirstAxis + 3 * i;
      axis[i] = {a.size(first), padded, empty ? 0 : static_cast<int64_t>(a.attr[first + 1])};
      count *= padded;
    }
    const Axis& last = axis[kAxes - 1];
    begin = std::clamp<int64_t>(last.before, 0, last.padded);
    end = std::clamp<int64_t>(last.before + last.n, begin, last.padded);
  }

  // Rows of the last axis in the padded tensor.
  int64_t rows() const { return outer * axis[0].padded * axis[1].padded * axis[2].padded; }
  int64_t rowsOfOuter() const { return axis[0].padded * axis[1].padded * axis[2].padded; }
  // The row of x that padded row `row` is copied from, or -1.
  int64_t SourceRow(int64_t row) const {
    std::array<int64_t, 3> at = {};
    for (size_t i = 3; i-- > 0;) {
      at[i] = axis[i].Source(mode, row % axis[i].padded);
      row /= axis[i].padded;
    }
    if (at[0] < 0 || at[1] < 0 || at[2] < 0) return -1;
    return ((row * axis[0].n + at[0]) * axis[1].n + at[1]) * axis[2].n + at[2];
  }

  Mode mode;
  int64_t outer, inner, count;
  std::array<Axis, kAxes> axis;
  // Positions of the last axis that hold its own elements.
  int64_t begin, end;
};

template <class T>
void Pad(const Args& a) {
  const Layout l(a);
  if (l.count == 0) return;
  const T* x = a.in<T>(0);
  const T value = a.buf[1] == nullptr ? T{0} : *a.in<T>(1);
  T* out = a.out<T>(2);
  const Axis& last = l.axis[kAxes - 1];
  const int64_t width = last.padded * l.inner;
  a.threads->For(l.rows(), std::max<int64_t>(kGrain / width, 1), [&](int64_t row, int64_t stop) {
    for (; row < stop; ++row) {
      T* to = out + row * width;
      const int64_t source = l.SourceRow(row);
      if (source < 0) {
        std::fill_n(to, width, value);
        continue;
      }
      const T* from = x + source * last.n * l.inner;
      const auto edge = [&](int64_t j, int64_t end) {
        for (; j < end; ++j) {
          const int64_t i = last.Source(l.mode, j);
          if (i < 0) {
            std::fill_n(to + j * l.inner, l.inner, value);
          } else {
            std::copy_n(from + i * l.inner, l.inner, to + j * l.inner);
          }
        }
      };
      edge(0, l.begin);
      std::copy_n(from + (l.begin - last.before) * l.inner, (l.end - l.begin) * l.inner,
                  to + l.begin * l.inner);
      edge(l.end, last.padded);
    }
  });
}

// dx[i] = the sum of dy over the positions that x[i] is copied to.
template <class T>
void PadAdjoint(const Args& a) {
  const Layout l(a);
  const T* dy = a.in<T>(0);
  T* dx = a.out<T>(1);
  const Axis& last = l.axis[kAxes - 1];
  int64_t block = l.inner;
  for (const Axis& axis : l.axis) block *= axis.n;
  if (block == 0 || l.outer == 0) return;
  const int64_t width = last.padded * l.inner;
  a.threads->For(l.outer, std::max<int64_t>(kGrain / block, 1), [&](int64_t o, int64_t stop) {
    std::fill(dx + o * block, dx + stop * block, T{0});
    if (l.count == 0) return;
    for (int64_t row = o * l.rowsOfOuter(); row < stop * l.rowsOfOuter(); ++row) {
      const int64_t source = l.SourceRow(row);
      if (source < 0) continue;
      const T* from = dy + row * width;
      T* to = dx + source * last.n * l.inner;
      const auto add = [&](int64_t j, int64_t end) {
        for (; j < end; ++j) {
          const int64_t i = last.Source(l.mode, j);
          if (i < 0) continue;
          for (int64_t k = 0; k < l.inner; ++k) to[i * l.inner + k] += from[j * l.inner + k];
        }
      };
      add(0, l.begin);
      const T* __restrict own = from + l.begin * l.inner;
      T* __restrict sums = to + (l.begin - last.before) * l.inner;
      for (int64_t k = 0; k < (l.end - l.begin) * l.inner; ++k) sums[k] += own[k];
      add(l.end, last.padded);
    }
  });
}

double Padded(const double* attr) {
  double count = attr[1] * attr[kInner];
  for (size_t i = 0; i < kAxes; ++i) count *= PaddedSize(attr, i);
  return count;
}
double Unpadded(const double* attr) {
  double count = attr[1] * attr[kInner];
  for (size_t i = 0; i < kAxes; ++i) count *= attr[kFirstAxis + 3 * i];
  return count;
}

void PadNeeds(const double* attr, int64_t* need) {
  need[0] = Elements(Unpadded(attr));
  need[1] = 1;
  need[2] = Elements(Padded(attr));
}
void PadAdjointNeeds(const double* attr, int64_t* need) {
  need[0] = Elements(Padded(attr));
  need[1] = Elements(Unpadded(attr));
}

std::vector<Attr> PadAttrs() {
  return {{"mode"},
          {"outer"},
          {"n0"},
          {"before0", AttrKind::real},
          {"after0", AttrKind::real},
          {"n1"},
          {"before1", AttrKind::real},
          {"after1", AttrKind::real},
          {"n2"},
          {"before2", AttrKind::real},
          {"after2", AttrKind::real},
          {"n3"},
          {"before3", AttrKind::real},
          {"after3", AttrKind::real},
          {"inner"}};
}

}  // namespace

std::vector<Op> PadOps() {
  return {{"pad",
           {{"x"}, {"value", Access::read, Element::first, true}, {"out", Access::write}},
           PadAttrs(),
           PadNeeds,
           KernelsFor<kAll>([]<DType kType>() { return Pad<Word<kType>>; })},
          {"padAdjoint",
           {{"dy"}, {"dx", Access::write}},
           PadAttrs(),
           PadAdjointNeeds,
           KernelsFor<kWide>([]<DType kType>() { return PadAdjoint<CType<kType>>; })}};
}

}  // namespace blasgrad
