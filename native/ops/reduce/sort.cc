// Sorting and selecting the largest elements along a dimension. Elements become unsigned keys with the same order,
// NaN last, paired with their index: equal elements keep their order, and integers compare faster than floats with
// NaN.
#include <algorithm>
#include <bit>
#include <vector>

#include "core/threads.h"
#include "ops/family.h"

namespace blasgrad {
namespace {

// An unsigned integer of the size of the element. For floats and both half formats its bits are the sign, then the
// magnitude.
template <class T>
using KeyOf = WordOfBytes<sizeof(T)>;

template <class T>
KeyOf<T> Key(T v, bool descending) {
  using K = KeyOf<T>;
  constexpr auto kTop = static_cast<K>(K{1} << (8 * sizeof(K) - 1));
  K key;
  if constexpr (!std::is_integral_v<T>) {
    const auto number = Widen(v);
    if (number != number) {
      key = static_cast<K>(~K{0});
    } else {
      const K bits = number == 0 ? K{0} : std::bit_cast<K>(v);  // -0 equals 0
      key = static_cast<K>((bits & kTop) != 0 ? ~bits : bits | kTop);
    }
  } else if constexpr (std::is_signed_v<T>) {
    key = static_cast<K>(static_cast<K>(v) ^ kTop);
  } else {
    key = v;
  }
  return static_cast<K>(descending ? ~key : key);
}

template <class K>
struct Item {
  K key;
  int32_t index;
  bool operator<(const Item& other) const {
    return key != other.key ? key < other.key : index < other.index;
  }
};

// A stable radix sort, one byte at a time from the lowest; bytes that are equal in all keys are skipped. Below a
// thousand items std::sort is faster.
template <class K>
void SortItems(Item<K>* items, Item<K>* spare, int64_t n) {
  if (n < 1024) {
    std::sort(items, items + n);
    return;
  }
  std::array<std::array<int64_t, 256>, sizeof(K)> counts = {};
  for (int64_t i = 0; i < n; ++i) {
    for (size_t byte = 0; byte < sizeof(K); ++byte) {
      ++counts[byte][(items[i].key >> (8 * byte)) & 255];
    }
  }
  Item<K>* from = items;
  Item<K>* to = spare;
  for (size_t byte = 0; byte < sizeof(K); ++byte) {
    auto& start = counts[byte];
    if (start[(from[0].key >> (8 * byte)) & 255] == n) continue;
    int64_t sum = 0;
    for (int64_t& count : start) {
      const int64_t own = count;
      count = sum;
      sum += own;
    }
    for (int64_t i = 0; i < n; ++i) to[start[(from[i].key >> (8 * byte)) & 255]++] = from[i];
    std::swap(from, to);
  }
  if (from != items) std::copy_n(from, n, items);
}

// The first k elements of x (outer, n, inner) in order along n, with their indices: (outer, k, inner).
template <class T>
void FirstInOrder(const Args& a, int64_t outer, int64_t n, int64_t inner, int64_t k,
                  bool descending) {
  const T* x = a.in<T>(0);
  T* values = a.out<T>(1);
  int32_t* indices = a.out<int32_t>(2);
  if (n > INT32_MAX) {
    throw DataError("expected at most 2147483647 elements for the sorted dimension, got " +
                    std::to_string(n));
  }
  const int64_t lines = Elements(static_cast<double>(outer), static_cast<double>(inner));
  if (lines == 0 || k == 0) return;
  // Sorting n elements costs about 16 n steps.
  const int64_t worthwhile = std::max<int64_t>(lines * n / (1 << 13), 1);
  const bool whole = k == n;
  a.threads->For(lines, std::max<int64_t>(lines / worthwhile, 1),
                 [&](int64_t begin, int64_t end, int part) {
                   auto* items = a.perThread<Item<KeyOf<T>>>(part);
                   for (int64_t line = begin; line < end; ++line) {
                     const T* from = x + line / inner * n * inner + line % inner;
                     for (int64_t i = 0; i < n; ++i) {
                       items[i] = {Key(from[i * inner], descending), static_cast<int32_t>(i)};
                     }
                     if (whole) {
                       SortItems(items, items + n, n);
                     } else if (k < n / 16) {  // one comparison for most items
                       std::partial_sort(items, items + k, items + n);
                     } else {
                       std::nth_element(items, items + k, items + n);
                       std::sort(items, items + k);
                     }
                     const int64_t at = line / inner * k * inner + line % inner;
                     for (int64_t i = 0; i < k; ++i) {
                       if (values != nullptr) values[at + i * inner] = from[items[i].index * inner];
                       indices[at + i * inner] = items[i].index;
                     }
                   }
                 });
}

template <class T>
void Sort(const Args& a) {
  FirstInOrder<T>(a, a.size(0), a.size(1), a.size(2), a.size(1), a.flag(3));
}

void SortNeeds(const double* attr, int64_t* need) {
  need[0] = need[1] = need[2] = Elements(attr[0], attr[1], attr[2]);
}

template <class T>
void TopK(const Args& a) {
  const int64_t n = a.size(1), k = a.size(3);
  if (k > n) {
    throw DataError("expected at most " + std::to_string(n) + " for k, got " + std::to_string(k));
  }
  FirstInOrder<T>(a, a.size(0), n, a.size(2), k, a.flag(4));
}

void TopKNeeds(const double* attr, int64_t* need) {
  need[0] = Elements(attr[0], attr[1], attr[2]);
  need[1] = need[2] = Elements(attr[0], attr[3], attr[2]);
}

// Space for one line of items per thread, twice if all are sorted.
ScratchBytes ItemScratch(const double* attr, bool whole, size_t elementBytes) {
  const double n = attr[0] == 0 || attr[2] == 0 ? 0 : attr[1];
  const size_t item = elementBytes == 8 ? sizeof(Item<uint64_t>) : sizeof(Item<uint32_t>);
  return {.perThread =
              static_cast<size_t>(std::min<double>(n, INT32_MAX)) * item * (whole ? 2 : 1)};
}
ScratchBytes SortScratch(const double* attr, size_t elementBytes) {
  return ItemScratch(attr, true, elementBytes);
}
ScratchBytes TopKScratch(const double* attr, size_t elementBytes) {
  return ItemScratch(attr, attr[1] == attr[3], elementBytes);
}

}  // namespace

std::vector<Op> SortOps() {
  const Operand values = {"values", Access::write, Element::first, true};
  const Operand indices = {"indices", Access::write, Element::int32};
  return {
      {"sort",
       {{"x"}, values, indices},
       {{"outer"}, {"n"}, {"inner"}, {"descending", AttrKind::flag}},
       SortNeeds,
       KernelsFor<kAll>([]<DType kType>() { return Sort<CType<kType>>; }),
       SortScratch},
      {"topk",
       {{"x"}, values, indices},
       {{"outer"}, {"n"}, {"inner"}, {"k"}, {"largest", AttrKind::flag}},
       TopKNeeds,
       KernelsFor<kAll>([]<DType kType>() { return TopK<CType<kType>>; }),
       TopKScratch},
  };
}

}  // namespace blasgrad
