// Cumulative results over n of contiguous (outer, n, inner): cumulative sums, and the products of all other
// elements, for the gradient of prod.
#include <algorithm>
#include <type_traits>

#include "core/threads.h"
#include "ops/family.h"
#include "ops/reduce/reduce.h"
#include "simd/half.h"

namespace blasgrad {
namespace {

// Calls line(offset, width) for each panel of `width` <= kPanel adjacent lines.
template <class Line>
void EachPanel(const Args& a, const Line& line) {
  const int64_t outer = a.size(0), n = a.size(1), inner = a.size(2);
  if (outer == 0 || n == 0 || inner == 0) return;
  const int64_t panels = (inner + kPanel - 1) / kPanel;
  const int64_t grain = std::max<int64_t>((1 << 15) / (n * std::min(inner, kPanel)), 1);
  a.threads->For(outer * panels, grain, [&](int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; ++k) {
      const int64_t first = k % panels * kPanel;
      line(k / panels * n * inner + first, std::min(kPanel, inner - first));
    }
  });
}

// y[i] = x[0] + ... + x[i], or x[i] + ... + x[n - 1]. load(x) converts to the type of the sums, store(sum) to the
// output.
template <class In, class Out, class Load, class Store>
void Cumulate(const Args& a, const Load& load, const Store& store) {
  using Total = decltype(load(In{}));
  const int64_t n = a.size(1), inner = a.size(2);
  const bool reverse = a.flag(3);
  EachPanel(a, [&](int64_t offset, int64_t width) {
    const In* __restrict x = a.in<In>(0) + offset;
    Out* __restrict y = a.out<Out>(1) + offset;
    if (inner == 1) {
      Total sum = 0;
      for (int64_t k = 0; k < n; ++k) {
        const int64_t i = reverse ? n - 1 - k : k;
        y[i] = store(sum += load(x[i]));
      }
      return;
    }
    Total total[kPanel] = {};
    for (int64_t k = 0; k < n; ++k) {
      const int64_t row = (reverse ? n - 1 - k : k) * inner;
      for (int64_t j = 0; j < width; ++j) y[row + j] = store(total[j] += load(x[row + j]));
    }
  });
}

// Floats are summed in double, so that a long float32 sum stays accurate.
template <class T>
void CumsumKernel(const Args& a) {
  Cumulate<T, T>(
      a, [](T v) { return static_cast<double>(v); },
      [](double sum) { return static_cast<T>(sum); });
}

// Halves are summed in float32, as in PyTorch, and converted kPanel at a time.
template <class Half>
void CumsumHalves(const Args& a) {
  const int64_t n = a.size(1), inner = a.size(2);
  const bool reverse = a.flag(3);
  EachPanel(a, [&](int64_t offset, int64_t width) {
    const Half* x = a.in<Half>(0) + offset;
    Half* y = a.out<Half>(1) + offset;
    float wide[kPanel], total[kPanel] = {};
    if (inner == 1) {
      float sum = 0;
      for (int64_t done = 0; done < n; done += kPanel) {
        const int64_t some = std::min(n - done, kPanel), first = reverse ? n - done - some : done;
        WidenBlock(x + first, some, wide);
        for (int64_t k = 0; k < some; ++k) {
          float& v = wide[reverse ? some - 1 - k : k];
          v = sum += v;
        }
        NarrowBlock(wide, some, y + first);
      }
      return;
    }
    for (int64_t k = 0; k < n; ++k) {
      const int64_t row = (reverse ? n - 1 - k : k) * inner;
      WidenBlock(x + row, width, wide);
      for (int64_t j = 0; j < width; ++j) total[j] += wide[j];
      NarrowBlock(total, width, y + row);
    }
  });
}

// Unsigned sums wrap around; true counts as 1, and any byte other than 0 is true.
template <DType kType>
void CumsumInt64Kernel(const Args& a) {
  using In = CType<kType>;
  Cumulate<In, int64_t>(
      a, [](In v) { return static_cast<uint64_t>(kType == DType::boolean ? In{v != 0} : v); },
      [](uint64_t sum) { return static_cast<int64_t>(sum); });
}

// dx[i] = dy times the product of all x but x[i]: the product of those before times that of those after.
template <class T>
void ProdBackwardKernel(const Args& a) {
  const int64_t n = a.size(1), inner = a.size(2);
  EachPanel(a, [&](int64_t offset, int64_t width) {
    const T* __restrict x = a.in<T>(0) + offset;
    const T* dy = a.in<T>(1) + offset / (n * inner) * inner + offset % (n * inner);
    T* __restrict dx = a.out<T>(2) + offset;
    T product[kPanel];
    std::copy_n(dy, width, product);
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t j = 0; j < width; ++j) {
        dx[i * inner + j] = product[j];
        product[j] *= x[i * inner + j];
      }
    }
    std::fill_n(product, width, T{1});
    for (int64_t i = n; i-- > 0;) {
      for (int64_t j = 0; j < width; ++j) {
        dx[i * inner + j] *= product[j];
        product[j] *= x[i * inner + j];
      }
    }
  });
}

void CumsumNeeds(const double* attr, int64_t* need) {
  need[0] = need[1] = Elements(attr[0], attr[1], attr[2]);
}
void ProdBackwardNeeds(const double* attr, int64_t* need) {
  need[0] = need[2] = Elements(attr[0], attr[1], attr[2]);
  need[1] = Elements(attr[0], attr[2]);
}

}  // namespace

std::vector<Op> ScanOps() {
  const std::vector<Attr> attrs = {{"outer"}, {"n"}, {"inner"}, {"reverse", AttrKind::flag}};
  return {
      {"cumsum",
       {{"x"}, {"y", Access::write}},
       attrs,
       CumsumNeeds,
       KernelsFor<kFloating>([]<DType kType>() {
         if constexpr (IsHalf(kType)) {
           return CumsumHalves<CType<kType>>;
         } else {
           return CumsumKernel<CType<kType>>;
         }
       })},
      {"cumsumInt64",
       {{"x"}, {"y", Access::write, Element::int64}},
       attrs,
       CumsumNeeds,
       KernelsFor<kIntegers | kBooleans>([]<DType kType>() { return CumsumInt64Kernel<kType>; })},
      {"prodBackward",
       {{"x"}, {"dy"}, {"dx", Access::write}},
       {{"outer"}, {"n"}, {"inner"}},
       ProdBackwardNeeds,
       KernelsFor<kWide>([]<DType kType>() { return ProdBackwardKernel<CType<kType>>; })},
  };
}

}  // namespace blasgrad
