// Moving elements by index. Data is seen as (outer, n, inner) with the indexed dimension in the
// middle; m positions along it are written or read. gather and scatter have an index for each
// element, (outer, m, inner); the rows named index... have one for each row of inner elements, (m).
#include <algorithm>
#include <cstring>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/index/index.cc"
#include "hwy/foreach_target.h"
//
#include "simd/elementwise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

// Elements that are worth a thread: at random places, which take about 1 ns each, and in rows.
constexpr int64_t kGrain_ = 1 << 15;
constexpr int64_t kRowGrain = 1 << 17;

// Every index lies in [0, n), or in [-n, n) where negative ones count from the end.
void RequireIndices(const int32_t* index, int64_t count, int64_t n, bool negative = false) {
  const auto last = static_cast<int32_t>(std::min<int64_t>(n - 1, INT32_MAX));
  const int32_t first = negative ? -last - 1 : 0;
  int32_t any = 0;
  for (int64_t i = 0; i < count; ++i) any |= (index[i] < first) | (index[i] > last);
  if (any == 0) return;
  for (int64_t i = 0; i < count; ++i) {  // none is found if another thread has changed it meanwhile
    const int32_t given = __atomic_load_n(index + i, __ATOMIC_RELAXED);
    if (given >= first && given <= last) continue;
    const std::string range =
        n == 0 ? "no index, because the dimension is empty,"
               : "an index from " + std::to_string(first) + " to " + std::to_string(last);
    throw DataError("expected " + range + " for index, got " + std::to_string(given));
  }
}

// Memory may be shared with a thread that writes to it after the check: each index is read once more, and
// what no longer lies in [0, last] counts as `last`.
inline int64_t Once(const int32_t* index, uint32_t last) {
  return std::min(static_cast<uint32_t>(__atomic_load_n(index, __ATOMIC_RELAXED)), last);
}

uint32_t Last(int64_t n) { return static_cast<uint32_t>(std::clamp<int64_t>(n - 1, 0, INT32_MAX)); }

// Calls body(o, begin, end) for runs of the m rows of `inner` elements in each of the outer blocks.
template <class Body>
void ForRows(const Args& a, int64_t count, int64_t m, int64_t inner, int64_t grain,
             const Body& body) {
  if (count == 0) return;
  a.threads->For(count / inner, std::max<int64_t>(grain / inner, 1),
                 [&](int64_t begin, int64_t end) {
                   while (begin < end) {
                     const int64_t j = begin % m;
                     const int64_t run = std::min(end - begin, m - j);
                     body(begin / m, j, j + run);
                     begin += run;
                   }
                 });
}

// out (outer, m, inner) = x (outer, n, inner) at index (outer, m, inner)
template <class T>
void Gather(const Args& a) {
  const int64_t n = a.size(1), m = a.size(2), inner = a.size(3);
  const T* x = a.in<T>(0);
  const int32_t* index = a.in<int32_t>(1);
  T* out = a.out<T>(2);
  const int64_t count = Elements(a.attr[0], a.attr[2], a.attr[3]);
  RequireIndices(index, count, n);
  const uint32_t last = Last(n);
  ForRows(a, count, m, inner, kGrain_, [=](int64_t o, int64_t begin, int64_t end) {
    const T* HWY_RESTRICT from = x + o * n * inner;
    const int32_t* HWY_RESTRICT at = index + o * m * inner;
    T* HWY_RESTRICT to = out + o * m * inner;
    if (inner == 1) {
      for (int64_t j = begin; j < end; ++j) to[j] = from[Once(at + j, last)];
      return;
    }
    for (int64_t j = begin; j < end; ++j) {
      for (int64_t i = 0; i < inner; ++i) {
        to[j * inner + i] = from[Once(at + j * inner + i, last) * inner + i];
      }
    }
  });
}

void GatherNeeds(const double* attr, int64_t* need) {
  need[0] = Elements(attr[0], attr[1], attr[3]);
  need[1] = need[2] = Elements(attr[0], attr[2], attr[3]);
}

// out (outer, m, inner) = rows of x (outer, n, inner) at index (m)
template <class T>
void IndexSelect(const Args& a) {
  const int64_t n = a.size(1), m = a.size(2), inner = a.size(3);
  const T* x = a.in<T>(0);
  const int32_t* HWY_RESTRICT at = a.in<int32_t>(1);
  T* out = a.out<T>(2);
  RequireIndices(at, m, n);
  const uint32_t last = Last(n);
  const int64_t count = Elements(a.attr[0], a.attr[2], a.attr[3]);
  ForRows(a, count, m, inner, inner < 16 ? kGrain_ : kRowGrain,
          [=](int64_t o, int64_t begin, int64_t end) {
            const T* HWY_RESTRICT from = x + o * n * inner;
            T* HWY_RESTRICT to = out + o * m * inner;
            if (inner == 1) {
              for (int64_t j = begin; j < end; ++j) to[j] = from[Once(at + j, last)];
            } else if (inner < 16) {  // too short for a call of memcpy
              for (int64_t j = begin; j < end; ++j) {
                const T* row = from + Once(at + j, last) * inner;
                for (int64_t i = 0; i < inner; ++i) to[j * inner + i] = row[i];
              }
            } else {
              const size_t row = static_cast<size_t>(inner) * sizeof(T);
              for (int64_t j = begin, run; j < end; j += run) {
                // Neighbours in one copy: rows of 3 KB in order take four fifths of the time.
                const int64_t first = Once(at + j, last);
                for (run = 1; j + run < end && Once(at + j + run, last) == first + run;) ++run;
                std::memcpy(to + j * inner, from + first * inner, static_cast<size_t>(run) * row);
              }
            }
          });
}

void IndexSelectNeeds(const double* attr, int64_t* need) {
  GatherNeeds(attr, need);
  need[1] = Elements(attr[2]);
}

struct Assign {
  template <class T>
  static T Of(T, T b) {
    return b;
  }
};

struct Add {
  template <class T>
  static T Of(T a, T b) {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
    } else {
      return a + b;
    }
  }
};

// out (outer, n, inner) at index = its combination with source (outer, m, inner), in the order of
// the source: with equal indices the last one is assigned, and sums do not depend on threads,
// which share out the outer or the inner dimension.
template <class T, class Combine, bool kRows>
void Put(const Args& a) {
  const int64_t outer = a.size(0), n = a.size(1), m = a.size(2), inner = a.size(3);
  T* out = a.out<T>(0);
  const int32_t* index = a.in<int32_t>(1);
  const T* source = a.in<T>(2);
  const int64_t count = Elements(a.attr[0], a.attr[2], a.attr[3]);
  RequireIndices(index, kRows ? m : count, n);
  if (count == 0) return;
  const uint32_t last = Last(n);
  const auto part = [=](int64_t outerBegin, int64_t outerEnd, int64_t begin, int64_t end) {
    for (int64_t o = outerBegin; o < outerEnd; ++o) {
      T* HWY_RESTRICT to = out + o * n * inner;
      const T* HWY_RESTRICT from = source + o * m * inner;
      const int32_t* HWY_RESTRICT at = kRows ? index : index + o * m * inner;
      if (inner == 1) {
        for (int64_t j = 0; j < m; ++j) {
          T& place = to[Once(at + j, last)];
          place = Combine::Of(place, from[j]);
        }
        continue;
      }
      for (int64_t j = 0; j < m; ++j) {
        const T* HWY_RESTRICT row = from + j * inner;
        if constexpr (kRows) {
          T* HWY_RESTRICT place = to + Once(at + j, last) * inner;
          for (int64_t i = begin; i < end; ++i) place[i] = Combine::Of(place[i], row[i]);
        } else {
          for (int64_t i = begin; i < end; ++i) {
            T& place = to[Once(at + j * inner + i, last) * inner + i];
            place = Combine::Of(place, row[i]);
          }
        }
      }
    }
  };
  const int64_t grain = kRows && inner >= 16 ? kRowGrain : kGrain_;
  if (outer >= inner) {
    a.threads->For(outer, std::max<int64_t>(grain / (m * inner), 1),
                   [&](int64_t begin, int64_t end) { part(begin, end, 0, inner); });
  } else {
    a.threads->For(
        inner, std::max<int64_t>(grain / (outer * m), 64),
        [&](int64_t begin, int64_t end) { part(0, outer, begin, end); }, 64);
  }
}

void ScatterNeeds(const double* attr, int64_t* need) {
  need[0] = Elements(attr[0], attr[1], attr[3]);
  need[1] = need[2] = Elements(attr[0], attr[2], attr[3]);
}
void IndexPutNeeds(const double* attr, int64_t* need) {
  ScatterNeeds(attr, need);
  need[1] = Elements(attr[2]);
}

// The place that indices into a dimension of `size` stand for, `step` elements each, negative ones
// counted from the end; added to places along other dimensions if `accumulate`.
void Index(const Args& a) {
  const int64_t n = a.size(0), size = a.size(1), step = a.size(2);
  const int32_t* index = a.in<int32_t>(0);
  int32_t* out = a.out<int32_t>(1);
  RequireIndices(index, n, size, true);
  const auto add = static_cast<uint32_t>(size), times = static_cast<uint32_t>(step);
  const bool accumulate = a.flag(3);
  for (int64_t i = 0; i < n; ++i) {
    const int32_t given = index[i];
    const uint32_t at = static_cast<uint32_t>(given) + (given < 0 ? add : 0);
    const uint32_t before = accumulate ? static_cast<uint32_t>(out[i]) : 0;
    out[i] = static_cast<int32_t>(before + at * times);
  }
}

// out (count, classes) = 1 at each index, 0 elsewhere
void OneHot(const Args& a) {
  const int64_t count = a.size(0), classes = a.size(1);
  const int32_t* index = a.in<int32_t>(0);
  int32_t* out = a.out<int32_t>(1);
  RequireIndices(index, count, classes);
  std::fill_n(out, Elements(a.attr[0], a.attr[1]), 0);
  const uint32_t last = Last(classes);
  for (int64_t i = 0; i < count; ++i) out[i * classes + Once(index + i, last)] = 1;
}

// positions[0, count) = places of the elements of x that are not 0, in order
template <class T>
void Nonzero(const Args& a) {
  const int64_t n = std::min<int64_t>(a.size(0), INT32_MAX);
  const T* HWY_RESTRICT x = a.in<T>(0);
  int32_t* HWY_RESTRICT positions = a.out<int32_t>(1);
  int32_t found = 0;
  for (int32_t i = 0; i < n; ++i) {
    positions[found] = i;
    found += x[i] != 0;
  }
  *a.out<int32_t>(2) = found;
}

// The coordinate of a place along one dimension of `size`, `step` elements each.
struct Coordinate {
  static constexpr int64_t kGrain = kGrain_;
  static void Run(const Args& a, int64_t n, int32_t* out, const int32_t* x) {
    const int64_t size = std::max<int64_t>(a.size(0), 1), step = std::max<int64_t>(a.size(1), 1);
    for (int64_t i = 0; i < n; ++i) out[i] = static_cast<int32_t>(x[i] / step % size);
  }
};

// out (outer, n, inner) = x with the middle dimension in reverse order
template <class T>
void Flip(const Args& a) {
  const int64_t n = a.size(1), inner = a.size(2);
  const T* x = a.in<T>(0);
  T* out = a.out<T>(1);
  const int64_t count = Elements(a.attr[0], a.attr[1], a.attr[2]);
  ForRows(a, count, n, inner, kRowGrain, [=](int64_t o, int64_t begin, int64_t end) {
    const T* HWY_RESTRICT from = x + o * n * inner;
    T* HWY_RESTRICT to = out + o * n * inner;
    if (inner == 1) {
      std::reverse_copy(from + n - end, from + n - begin, to + begin);
      return;
    }
    for (int64_t j = begin; j < end; ++j) {
      std::copy_n(from + (n - 1 - j) * inner, inner, to + j * inner);
    }
  });
}

void FlipNeeds(const double* attr, int64_t* need) {
  need[0] = need[1] = Elements(attr[0], attr[1], attr[2]);
}

// out (batch, rows, columns) = x on and below the diagonal (above it if kUpper), 0 elsewhere;
// diagonal 0 is the main one, 1 the one above it.
template <class T, bool kUpper>
void Triangle(const Args& a) {
  const int64_t rows = a.size(1), columns = a.size(2);
  const double shift = std::max(-9.0e15, std::min(9.0e15, a.attr[3]));  // NaN at the lower limit
  const auto diagonal = static_cast<int64_t>(shift) + (kUpper ? 0 : 1);
  const T* x = a.in<T>(0);
  T* out = a.out<T>(1);
  const int64_t count = Elements(a.attr[0], a.attr[1], a.attr[2]);
  ForRows(a, count, rows, columns, kRowGrain, [=](int64_t batch, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const T* HWY_RESTRICT from = x + (batch * rows + i) * columns;
      T* HWY_RESTRICT to = out + (batch * rows + i) * columns;
      const int64_t edge = std::clamp<int64_t>(i + diagonal, 0, columns);
      std::copy(from + (kUpper ? edge : 0), from + (kUpper ? columns : edge),
                to + (kUpper ? edge : 0));
      std::fill(to + (kUpper ? 0 : edge), to + (kUpper ? edge : columns), T{0});
    }
  });
}

template <class T>
void Tril(const Args& a) {
  Triangle<T, false>(a);
}
template <class T>
void Triu(const Args& a) {
  Triangle<T, true>(a);
}

#define BLASGRAD_ALL(KERNEL) {KERNEL<float>, KERNEL<double>, KERNEL<int32_t>, KERNEL<uint8_t>}

template <class Combine, bool kRows, bool kBool>
Op PutRow(const char* name) {
  return {name,
          {{"out", Access::update}, {"index", Access::read, Element::int32}, {"source"}},
          {{"outer"}, {"n"}, {"m"}, {"inner"}},
          kRows ? IndexPutNeeds : ScatterNeeds,
          {Put<float, Combine, kRows>, Put<double, Combine, kRows>, Put<int32_t, Combine, kRows>,
           kBool ? Put<uint8_t, Combine, kRows> : nullptr}};
}

}  // namespace

std::vector<Op> IndexRows() {
  const Operand index = {"index", Access::read, Element::int32};
  const std::vector<Attr> sizes = {{"outer"}, {"n"}, {"m"}, {"inner"}};
  const std::vector<Attr> matrices = {
      {"batch"}, {"rows"}, {"columns"}, {"diagonal", AttrKind::real}};
  return {
      {"gather", {{"x"}, index, {"out", Access::write}}, sizes, GatherNeeds, BLASGRAD_ALL(Gather)},
      {"indexSelect",
       {{"x"}, index, {"out", Access::write}},
       sizes,
       IndexSelectNeeds,
       BLASGRAD_ALL(IndexSelect)},
      PutRow<Assign, false, true>("scatter"),
      PutRow<Add, false, false>("scatterAdd"),
      PutRow<Assign, true, true>("indexCopy"),
      PutRow<Add, true, false>("indexAdd"),
      {"index",
       {{"index"}, {"out", Access::update}},
       {{"count"}, {"size"}, {"step"}, {"accumulate", AttrKind::flag}},
       [](const double* attr, int64_t* need) { need[0] = need[1] = Elements(attr[0]); },
       {nullptr, nullptr, Index, nullptr}},
      {"oneHot",
       {{"index"}, {"out", Access::write}},
       {{"count"}, {"classes"}},
       [](const double* attr, int64_t* need) {
         need[0] = Elements(attr[0]);
         need[1] = Elements(attr[0], attr[1]);
       },
       {nullptr, nullptr, OneHot, nullptr}},
      {"nonzero",
       {{"x"},
        {"positions", Access::write, Element::int32},
        {"count", Access::write, Element::int32}},
       {{"n"}},
       [](const double* attr, int64_t* need) {
         need[0] = need[1] = Elements(attr[0]);
         need[2] = 1;
       },
       BLASGRAD_ALL(Nonzero)},
      {"coordinate",
       {{"x"}, {"out", Access::write}},
       {{"size"}, {"step"}},
       nullptr,
       {nullptr, nullptr, Map<Coordinate, int32_t, int32_t>, nullptr}},
      {"flip",
       {{"x"}, {"out", Access::write}},
       {{"outer"}, {"n"}, {"inner"}},
       FlipNeeds,
       BLASGRAD_ALL(Flip)},
      {"tril", {{"x"}, {"out", Access::write}}, matrices, FlipNeeds, BLASGRAD_ALL(Tril)},
      {"triu", {{"x"}, {"out", Access::write}}, matrices, FlipNeeds, BLASGRAD_ALL(Triu)},
  };
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "ops/family.h"

namespace blasgrad {
HWY_EXPORT(IndexRows);
std::vector<Op> IndexRows() { return HWY_DYNAMIC_DISPATCH(IndexRows)(); }
}  // namespace blasgrad
#endif
