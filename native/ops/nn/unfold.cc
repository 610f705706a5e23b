// The windows of images as columns (im2col), and the sum of such columns back into images (col2im). The gradient of
// each is the other.
#include <algorithm>
#include <cstdint>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/nn/unfold.cc"
#include "hwy/foreach_target.h"
//
#include "simd/loops-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

constexpr int64_t kGrain = 1 << 15;

// One dimension: window o reads the inputs o * stride + tap * dilation - padding; those outside the input are 0.
struct Window {
  int64_t input, output, kernel, stride, padding, dilation;

  int64_t at(int64_t o, int64_t tap) const { return o * stride + tap * dilation - padding; }

  // The first window that reads at `tap` an index of at least `index`.
  int64_t from(int64_t tap, int64_t index) const {
    const int64_t past = index - at(0, tap);
    return past <= 0 ? 0 : std::min(output, (past + stride - 1) / stride);
  }
};

struct Sizes {
  int64_t planes;
  Window rows, columns;

  int64_t taps() const { return rows.kernel * columns.kernel; }
  int64_t windows() const { return rows.output * columns.output; }
};

Sizes SizesOf(const Args& a) {
  const auto window = [&](size_t i) {
    return Window{a.size(i),     a.size(i + 1), a.size(i + 2),
                  a.size(i + 3), a.size(i + 4), a.size(i + 5)};
  };
  const Sizes sizes = {a.size(0), window(1), window(7)};
  for (const Window& w : {sizes.rows, sizes.columns}) {
    // Positions stay below 2^31, so that no product of two of these numbers overflows.
    constexpr int64_t kMost = int64_t{1} << 31;
    for (const int64_t size : {w.input, w.output, w.kernel, w.padding}) {
      if (size > kMost) throw DataError("expected at most 2^31 for sizes, got more");
    }
    for (const int64_t step : {w.stride, w.dilation}) {
      if (step < 1 || step > kMost) throw DataError("expected 1 to 2^31 for steps, got others");
    }
  }
  return sizes;
}

// y (planes, taps, windows) of x (planes, rows, columns). Elements are only moved, and 0 is all bits 0.
template <class T>
void Unfold(const Args& a) {
  const Sizes s = SizesOf(a);
  const Window &rows = s.rows, &columns = s.columns;
  const int64_t taps = s.taps(), windows = s.windows();
  if (s.planes == 0 || taps == 0 || windows == 0) return;  // products of other sizes may overflow
  const T* x = a.in<T>(0);
  T* y = a.out<T>(1);
  a.threads->For(s.planes * taps, kGrain / std::max<int64_t>(windows, 1) + 1,
                 [&](int64_t begin, int64_t end) {
                   for (int64_t i = begin; i < end; ++i) {
                     const T* plane = x + i / taps * rows.input * columns.input;
                     const int64_t row = i % taps / columns.kernel, column = i % columns.kernel;
                     const int64_t first = columns.from(column, 0);
                     const int64_t last = columns.from(column, columns.input);
                     for (int64_t o = 0; o < rows.output; ++o) {
                       T* to = y + i * windows + o * columns.output;
                       const int64_t at = rows.at(o, row);
                       if (at < 0 || at >= rows.input) {
                         std::fill_n(to, columns.output, T{0});
                         continue;
                       }
                       const T* line = plane + at * columns.input;
                       std::fill_n(to, first, T{0});
                       if (columns.stride == 1 && last > first) {
                         std::copy_n(line + columns.at(first, column), last - first, to + first);
                       } else {
                         for (int64_t w = first; w < last; ++w) to[w] = line[columns.at(w, column)];
                       }
                       std::fill_n(to + last, columns.output - last, T{0});
                     }
                   }
                 });
}

// to[i] += from[i]
template <class S, class T>
HWY_INLINE void AddTo(int64_t count, const S* HWY_RESTRICT from, T* HWY_RESTRICT to) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d), n = static_cast<size_t>(count);
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    hn::StoreU(hn::Add(hn::LoadU(d, to + i), LoadAs(d, from + i)), d, to + i);
  }
  for (; i < n; ++i) to[i] += Widen(from[i]);
}

// x (planes, rows, columns), where each element is the sum of the elements of y (planes, taps, windows) that Unfold
// copies from it.
template <class S>
void Fold(const Args& a) {
  using T = ComputeOf<S>;
  const Sizes s = SizesOf(a);
  const Window &rows = s.rows, &columns = s.columns;
  const int64_t windows = s.windows();
  const int64_t taps = windows == 0 ? 0 : s.taps();  // of no windows, sizes may be anything
  if (s.planes == 0 || rows.input == 0 || columns.input == 0) return;
  const int64_t read = taps == 0 ? 0 : rows.kernel;
  const S* y = a.in<S>(0);
  S* x = a.out<S>(1);
  const int64_t perLine = columns.input * (taps / std::max<int64_t>(rows.stride, 1) + 1);
  a.threads->For(s.planes * rows.input, kGrain / std::max<int64_t>(perLine, 1) + 1,
                 [&](int64_t begin, int64_t end, int part) {
                   T* sum = a.perThread<T>(part);
                   for (int64_t i = begin; i < end; ++i) {
                     const S* plane = y + i / rows.input * taps * windows;
                     std::fill_n(sum, columns.input, T{0});
                     for (int64_t row = 0; row < read; ++row) {
                       const int64_t o = rows.from(row, i % rows.input);
                       if (o >= rows.output || rows.at(o, row) != i % rows.input) continue;
                       for (int64_t column = 0; column < columns.kernel; ++column) {
                         const S* from =
                             plane + (row * columns.kernel + column) * windows + o * columns.output;
                         const int64_t first = columns.from(column, 0);
                         const int64_t last = columns.from(column, columns.input);
                         if (last <= first) continue;
                         T* to = sum + columns.at(first, column);
                         if (columns.stride == 1) {
                           AddTo(last - first, from + first, to);
                         } else {
                           for (int64_t w = first; w < last; ++w, to += columns.stride)
                             *to += Widen(from[w]);
                         }
                       }
                     }
                     S* line = x + i * columns.input;
                     MapVectors<false>(
                         a, columns.input, line, [](auto v) HWY_ATTR { return v; },
                         static_cast<const T*>(sum));
                   }
                 });
}

// planes, then the sizes of both dimensions.
void SizesNeeded(const double* attr, int64_t* images, int64_t* columns) {
  *images = Elements(attr[0], attr[1], attr[7]);
  *columns = Elements(attr[0], attr[3] * attr[9], attr[2], attr[8]);
}

// A line of sums; half types are summed in float32.
ScratchBytes FoldScratch(const double* attr, size_t elementBytes) {
  const size_t bytes = std::max(elementBytes, sizeof(float));
  return {0, static_cast<size_t>(Elements(attr[7])) * bytes};
}

}  // namespace

std::vector<Op> UnfoldOps() {
  const std::vector<Attr> attrs = {
      {"planes"},        {"inputHeight"},    {"outputHeight"}, {"kernelHeight"}, {"strideHeight"},
      {"paddingHeight"}, {"dilationHeight"}, {"inputWidth"},   {"outputWidth"},  {"kernelWidth"},
      {"strideWidth"},   {"paddingWidth"},   {"dilationWidth"}};
  return {{"unfold",
           {{"x"}, {"y", Access::write}},
           attrs,
           [](const double* attr, int64_t* need) { SizesNeeded(attr, &need[0], &need[1]); },
           KernelsFor<kAll>([]<DType kType>() { return Unfold<Word<kType>>; })},
          {"fold",
           {{"y"}, {"x", Access::write}},
           attrs,
           [](const double* attr, int64_t* need) { SizesNeeded(attr, &need[1], &need[0]); },
           KernelsFor<kFloating>([]<DType kType>() { return Fold<CType<kType>>; }),
           FoldScratch}};
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "ops/family.h"

namespace blasgrad {
HWY_EXPORT(UnfoldOps);
std::vector<Op> UnfoldOps() { return HWY_DYNAMIC_DISPATCH(UnfoldOps)(); }
}  // namespace blasgrad
#endif
