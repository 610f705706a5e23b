// The definition of an op: its name, its buffers and numbers, the size of each buffer, and a kernel for each dtype.
// The binding, recorder and replay read definitions and never name an op.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/dtype.h"

namespace blasgrad {

class Threads;

// The dtype of an operand: the one that selects the kernel, the second one for ops selected by two dtypes, or a
// fixed one.
#define BLASGRAD_ELEMENT(ID, ...) ID,
enum class Element : uint8_t { first, second, BLASGRAD_DTYPES(BLASGRAD_ELEMENT) };
enum class Access : uint8_t { read, write, update };

struct Operand {
  const char* name;
  Access access = Access::read;
  Element element = Element::first;
  bool optional = false;  // null means "not given"
};

// A size is an integer from 0 to 2^53, a flag is true or false, a real is any number.
enum class AttrKind : uint8_t { size, flag, real };
struct Attr {
  const char* name;
  AttrKind kind = AttrKind::size;
};

inline constexpr size_t kMaxOperands = 16;
inline constexpr size_t kMaxAttrs = 32;
inline constexpr size_t kMaxDims = 16;
inline constexpr size_t kMaxElementwiseOperands = 5;  // inputs, then the output

// The iteration space of an elementwise op. With ndim 0 every operand is contiguous and holds `count` elements, or
// exactly one, which is broadcast; otherwise `size` and `stride` give sizes and strides in elements, outermost
// first.
struct Dims {
  int64_t count;
  size_t ndim;
  std::array<int64_t, kMaxDims> size;
  std::array<std::array<int64_t, kMaxDims>, kMaxElementwiseOperands> stride;
};

// Temporary memory of a kernel: `shared` bytes for the call, and `perThread` bytes for each range of a parallel
// loop.
struct ScratchBytes {
  size_t shared = 0;
  size_t perThread = 0;
};

struct Args {
  void* const* buf;
  const size_t* len;  // elements in each buffer
  const double* attr;
  const Dims* dims;
  Threads* threads;
  char* scratch = nullptr;        // ScratchBytes::shared, aligned to a cache line
  char* threadScratch = nullptr;  // ScratchBytes::perThread for each thread, aligned to cache lines
  size_t threadScratchStride = 0;
  bool mayStream = false;  // whether large results may bypass the caches: see kStreamBytes
  bool stream = false;     // whether this run does so
  bool winograd = true;    // whether convolutions may use Winograd's algorithm

  template <class T>
  const T* in(size_t i) const {
    return static_cast<const T*>(buf[i]);
  }
  template <class T>
  T* out(size_t i) const {
    return static_cast<T*>(buf[i]);
  }
  int64_t size(size_t i) const { return static_cast<int64_t>(attr[i]); }
  bool flag(size_t i) const { return attr[i] != 0; }

  template <class T>
  T* shared() const {
    return reinterpret_cast<T*>(scratch);
  }
  // The scratch memory of one range of Threads::For.
  template <class T>
  T* perThread(int part) const {
    return reinterpret_cast<T*>(threadScratch + static_cast<size_t>(part) * threadScratchStride);
  }
};

using Kernel = void (*)(const Args&);

// A kernel and its dtypes; `second` equals `first` if one dtype selects the kernel.
struct Variant {
  DType first;
  DType second;
  Kernel kernel;
};
using Variants = std::vector<Variant>;

// A kernel for each dtype of a group: kernel.operator()<dtype>().
template <Group kGroup, class KernelOf>
Variants KernelsFor(const KernelOf& kernel) {
  Variants all;
  EachDType<kGroup>([&]<DType kFirst>() {
    all.push_back({kFirst, kFirst, kernel.template operator()<kFirst>()});
  });
  return all;
}

// A kernel for each pair of dtypes of two groups: kernel.operator()<first, second>().
template <Group kFirstGroup, Group kSecondGroup, class KernelOf>
Variants KernelsForPairs(const KernelOf& kernel) {
  Variants all;
  EachDType<kFirstGroup>([&]<DType kFirst>() {
    EachDType<kSecondGroup>([&]<DType kSecond>() {
      all.push_back({kFirst, kSecond, kernel.template operator()<kFirst, kSecond>()});
    });
  });
  return all;
}

// Writes how many elements each operand must hold, from checked attributes.
using Needs = void (*)(const double* attr, int64_t* need);
// The scratch memory that a call needs, from its attributes and the element size of its first dtype.
using ScratchNeeds = ScratchBytes (*)(const double* attr, size_t elementBytes);

struct Op {
  const char* name;
  std::vector<Operand> operands;
  std::vector<Attr> attrs;
  Needs needs;  // null for elementwise ops, whose last argument is a count or a layout
  Variants variants;
  ScratchNeeds scratch = nullptr;

  bool elementwise() const { return needs == nullptr; }
  bool onTwoDTypes() const {
    for (const Operand& operand : operands) {
      if (operand.element == Element::second) return true;
    }
    return false;
  }
};

// The dtype of an operand in a call of `variant`.
inline DType DTypeOf(const Operand& operand, const Variant& variant) {
  if (operand.element == Element::first) return variant.first;
  if (operand.element == Element::second) return variant.second;
  constexpr auto kFixed = static_cast<uint8_t>(Element::second) + 1;
  return static_cast<DType>(static_cast<uint8_t>(operand.element) - kFixed);
}

inline size_t BytesOf(const Operand& operand, const Variant& variant, int64_t elements) {
  return static_cast<size_t>(elements) * InfoOf(DTypeOf(operand, variant)).bytes;
}

// A checked call: an op with its buffers and numbers.
struct Call {
  const Op* op;
  const Variant* variant;
  std::array<void*, kMaxOperands> buf;
  std::array<size_t, kMaxOperands> len;    // elements in each buffer
  std::array<int64_t, kMaxOperands> need;  // how many of them the op may access
  std::array<double, kMaxAttrs> attr;
  uint32_t absent = 0;  // bit i: optional operand i was not given (unlike a detached one)
  Dims dims;

  bool present(size_t i) const { return (absent >> i & 1) == 0; }
};

// Thrown by kernels when the data are invalid, not the call: "expected ... for ..., got ...".
struct DataError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A product that saturates instead of wrapping, so that a huge size fails the length check.
inline int64_t Elements(double a, double b = 1, double c = 1, double d = 1) {
  const double product = a * b * c * d;
  return product <= 9007199254740992.0 ? static_cast<int64_t>(product) : INT64_MAX;
}

}  // namespace blasgrad
