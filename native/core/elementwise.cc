#include "core/elementwise.h"

#include <algorithm>
#include <utility>

#include "core/cursor.h"
#include "core/threads.h"
#include "hwy/cache_control.h"
#include "simd/half.h"

namespace blasgrad {
namespace {

constexpr int64_t kBlock =
    1024;                      // elements packed at a time: 4 to 8 KB per operand, which fits in L1
constexpr size_t kWidest = 8;  // bytes of the largest element
constexpr int64_t kLongRow =
    64;  // rows of at least this length are read in place if they are contiguous
constexpr int64_t kPartMultiple = 64;  // each thread's range starts at a cache line

// Calls body.operator()<C type of the half format>().
template <class Body>
void WithHalf(Format format, const Body& body) {
  if (format == Format::float16) return body.template operator()<Float16>();
  body.template operator()<BFloat16>();
}

// Processes one operand in blocks: in place if its rows are long and contiguous, otherwise packed. Halves become
// floats.
class OperandBlocks {
 public:
  OperandBlocks(const Args& a, const ElementwiseLoop& loop, size_t operand, const Cursor& begin,
                bool longRows, char* packed)
      : base_(a.buf[operand]),
        packed_(packed),
        operand_(operand),
        bytes_(loop.bytes[operand]),
        format_(loop.formats[operand]),
        contiguous_(longRows && begin.stride(operand) == 1) {}

  bool inPlace() const { return contiguous_ && format_ == Format::plain; }

  // One element repeated n times.
  const void* Repeat(int64_t n) {
    if (format_ == Format::plain) {
      WithWord(bytes_, [&]<class T>() {
        std::fill_n(reinterpret_cast<T*>(packed_), n, *static_cast<const T*>(base_));
      });
    } else {
      WithHalf(format_, [&]<class Half>() {
        std::fill_n(floats(), n, Widen(*static_cast<const Half*>(base_)));
      });
    }
    return packed_;
  }

  // The next n elements at the cursor, to read.
  const void* Read(const Cursor& cursor, int64_t n) {
    const void* from = contiguous_ ? At(base_, cursor.offset(operand_), bytes_) : nullptr;
    if (inPlace()) return from;
    if (format_ == Format::plain) {
      Pack(base_, bytes_, cursor, operand_, n, packed_);
      return packed_;
    }
    alignas(64) std::array<uint16_t, kBlock> halves;
    if (!contiguous_) {
      Pack(base_, bytes_, cursor, operand_, n, halves.data());
      from = halves.data();
    }
    WithHalf(format_,
             [&]<class Half>() { WidenBlock(static_cast<const Half*>(from), n, floats()); });
    return packed_;
  }

  // Returns the memory that the loop writes a block to; the next function copies it to its destination.
  void* Target(const Cursor& cursor) {
    return inPlace() ? At(base_, cursor.offset(operand_), bytes_) : packed_;
  }
  void Write(const Cursor& cursor, int64_t n) {
    if (inPlace()) return;
    if (format_ == Format::plain) {
      Unpack(packed_, bytes_, cursor, operand_, n, base_);
      return;
    }
    alignas(64) std::array<uint16_t, kBlock> halves;
    void* to = contiguous_ ? At(base_, cursor.offset(operand_), bytes_) : halves.data();
    WithHalf(format_, [&]<class Half>() { NarrowBlock(floats(), n, static_cast<Half*>(to)); });
    if (!contiguous_) Unpack(halves.data(), bytes_, cursor, operand_, n, base_);
  }

 private:
  float* floats() { return reinterpret_cast<float*>(packed_); }

  void* base_;
  char* packed_;
  size_t operand_;
  size_t bytes_;
  Format format_;
  bool contiguous_;
};

// Computes elements [begin, end) of a layout in blocks.
template <size_t... kIndex>
void RunBlocks(const Args& a, const ElementwiseLoop& loop, const Dims& dims, int64_t begin,
               int64_t end, std::index_sequence<kIndex...>) {
  const size_t out = loop.inputs;
  const bool longRows = dims.size[dims.ndim - 1] >= kLongRow;
  alignas(64) char packed[kMaxElementwiseOperands][kBlock * kWidest];
  Cursor cursor(dims, out + 1, begin);
  std::array<OperandBlocks, kMaxElementwiseOperands> operands = {
      OperandBlocks(a, loop, std::min(kIndex, out), cursor, longRows, packed[kIndex])...};
  std::array<const void*, kMaxElementwiseOperands> in;
  for (size_t i = 0; i < out; ++i) {
    // An operand with one element is packed once.
    if (a.len[i] == 1) in[i] = operands[i].Repeat(std::min(kBlock, end - begin));
  }
  Args args = a;
  args.stream = a.stream && operands[out].inPlace();
  for (int64_t at = begin; at < end;) {
    const int64_t n = std::min({kBlock, end - at, longRows ? cursor.left() : kBlock});
    for (size_t i = 0; i < out; ++i) {
      if (a.len[i] != 1) in[i] = operands[i].Read(cursor, n);
    }
    loop.run(args, n, operands[out].Target(cursor), in.data());
    operands[out].Write(cursor, n);
    at += n;
    if (longRows) {
      cursor.Advance(n);
    } else if (at < end) {
      cursor = Cursor(dims, out + 1, at);
    }
  }
}

// An element count with single-element operands, as a one-dimensional layout.
Dims AsLine(const Args& a, const ElementwiseLoop& loop) {
  Dims line;
  line.count = a.dims->count;
  line.ndim = 1;
  line.size[0] = line.count;
  for (size_t i = 0; i < loop.inputs; ++i) line.stride[i][0] = a.len[i] == 1 ? 0 : 1;
  line.stride[loop.inputs][0] = 1;
  return line;
}

// Whether IsOne is true for any element of an operand.
template <class T, class IsOne>
bool Any(const Args& a, size_t operand, const IsOne& isOne) {
  const Dims& dims = *a.dims;
  const T* x = a.in<T>(operand);
  unsigned found = 0;
  if (dims.ndim == 0) {
    const int64_t n = a.len[operand] == 1 ? 1 : dims.count;
    for (int64_t i = 0; i < n; ++i) found |= static_cast<unsigned>(isOne(x[i]));
    return found != 0;
  }
  const Cursor begin(dims, operand + 1, 0);
  const int64_t stride = begin.stride(operand);
  EachRow(begin, operand, dims.count, [&](int64_t offset, int64_t, int64_t n) {
    const T* row = x + offset;
    for (int64_t i = 0; i < n; ++i) found |= static_cast<unsigned>(isOne(row[i * stride]));
  });
  return found != 0;
}

}  // namespace

template <class T>
bool HasZero(const Args& a, size_t operand) {
  return Any<T>(a, operand, [](T v) { return v == 0; });
}
template bool HasZero<int64_t>(const Args&, size_t);
template bool HasZero<int32_t>(const Args&, size_t);
template bool HasZero<uint8_t>(const Args&, size_t);

template <class T>
bool HasNaN(const Args& a, size_t operand) {
  return Any<T>(a, operand, [](T v) { return Widen(v) != Widen(v); });
}
template bool HasNaN<float>(const Args&, size_t);
template bool HasNaN<double>(const Args&, size_t);
template bool HasNaN<Float16>(const Args&, size_t);
template bool HasNaN<BFloat16>(const Args&, size_t);

void RunElementwise(const Args& a, const ElementwiseLoop& loop) {
  const Dims& dims = *a.dims;
  const size_t out = loop.inputs;
  bool scalar = false, inPlace = false, converts = loop.formats[out] != Format::plain;
  for (size_t i = 0; i < out; ++i) {
    converts = converts || loop.formats[i] != Format::plain;
    scalar = scalar || (a.len[i] == 1 && dims.count != 1);
    inPlace = inPlace || a.buf[i] == a.buf[out];
  }
  Args args = a;
  const int64_t bytes = dims.count * static_cast<int64_t>(loop.bytes[out]);
  args.stream = a.mayStream && !inPlace && bytes >= loop.streamFrom;
  if (dims.ndim == 0 && !scalar && !converts) {
    a.threads->For(
        dims.count, loop.grain,
        [&](int64_t begin, int64_t end) {
          std::array<const void*, kMaxElementwiseOperands> in;
          for (size_t i = 0; i < out; ++i) in[i] = At(a.buf[i], begin, loop.bytes[i]);
          loop.run(args, end - begin, At(a.buf[out], begin, loop.bytes[out]), in.data());
          if (args.stream) hwy::FlushStream();
        },
        kPartMultiple);
    return;
  }
  const Dims line = dims.ndim == 0 ? AsLine(a, loop) : Dims();
  const Dims& layout = dims.ndim == 0 ? line : dims;
  a.threads->For(
      layout.count, loop.grain,
      [&](int64_t begin, int64_t end) {
        RunBlocks(args, loop, layout, begin, end,
                  std::make_index_sequence<kMaxElementwiseOperands>());
        if (args.stream) hwy::FlushStream();
      },
      kPartMultiple);
}

}  // namespace blasgrad
