// An op is one row: its name, the buffers and numbers it takes, how much memory it touches, and a
// kernel for each element type. Binding, recorder and replay read rows; they never name an op.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace blasgrad {

class Threads;

enum class DType : uint8_t { float32, float64, int32, boolean };
inline constexpr size_t kDTypes = 4;
inline constexpr std::array<size_t, kDTypes> kElementBytes = {4, 8, 4, 1};

// `typed` is the element type the row is dispatched on; the others are fixed.
enum class Element : uint8_t { typed, float32, float64, int32, boolean };
enum class Access : uint8_t { read, write, update };

struct Operand {
  const char* name;
  Access access = Access::read;
  Element element = Element::typed;
  bool optional = false;  // null stands for "not given"
};

// A size is a whole number from 0 to 2^53, a flag is true or false, a real is any number.
enum class AttrKind : uint8_t { size, flag, real };
struct Attr {
  const char* name;
  AttrKind kind = AttrKind::size;
};

inline constexpr size_t kMaxOperands = 8;
inline constexpr size_t kMaxAttrs = 12;
inline constexpr size_t kMaxDims = 16;

// The iteration space of an elementwise row. With ndim 0 every operand is contiguous and holds
// `count` elements, or exactly one, which then stands for all; otherwise sizes and strides, in
// elements, outermost first.
struct Dims {
  int64_t count;
  size_t ndim;
  std::array<int64_t, kMaxDims> size;
  std::array<std::array<int64_t, kMaxDims>, kMaxOperands> stride;
};

struct Args {
  void* const* buf;
  const size_t* len;  // elements in each buffer
  const double* attr;
  const Dims* dims;
  Threads* threads;
  bool stream = false;  // whether a large result may go around the caches: see kStreamBytes

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
};

using Kernel = void (*)(const Args&);
using Kernels = std::array<Kernel, kDTypes>;  // by DType; null where the row has no such type

// Writes how many elements each operand must hold, from attributes that passed their kind's check.
using Needs = void (*)(const double* attr, int64_t* need);

struct Op {
  const char* name;
  std::vector<Operand> operands;
  std::vector<Attr> attrs;
  Needs needs;  // null for elementwise rows: their last argument is a count or a layout
  Kernels kernels;

  bool elementwise() const { return needs == nullptr; }
};

// The element type of an operand of a row that runs on `typed`.
inline DType TypeOf(const Operand& operand, DType typed) {
  switch (operand.element) {
    case Element::float32:
      return DType::float32;
    case Element::float64:
      return DType::float64;
    case Element::int32:
      return DType::int32;
    case Element::boolean:
      return DType::boolean;
    default:
      return typed;
  }
}

inline size_t BytesOf(const Operand& operand, DType typed, int64_t elements) {
  return static_cast<size_t>(elements) * kElementBytes[static_cast<size_t>(TypeOf(operand, typed))];
}

// A row and everything it runs on, checked.
struct Call {
  const Op* op;
  DType typed;
  std::array<void*, kMaxOperands> buf;
  std::array<size_t, kMaxOperands> len;    // elements in each buffer
  std::array<int64_t, kMaxOperands> need;  // of those, how many the row may touch
  std::array<double, kMaxAttrs> attr;
  uint32_t absent = 0;  // bit i: optional operand i was not given; a detached one was
  Dims dims;

  bool given(size_t i) const { return (absent >> i & 1) == 0; }
};

// What a kernel throws when the data, not the call, is wrong: "expected ... for ..., got ...".
struct DataError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Product that saturates instead of wrapping, so that an absurd size fails the length check.
inline int64_t Elements(double a, double b = 1, double c = 1, double d = 1) {
  const double product = a * b * c * d;
  return product <= 9007199254740992.0 ? static_cast<int64_t>(product) : INT64_MAX;
}

}  // namespace blasgrad
