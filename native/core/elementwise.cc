#include "core/elementwise.h"

#include <algorithm>
#include <cstring>

#include "core/threads.h"
#include "hwy/cache_control.h"

namespace blasgrad {
namespace {

constexpr int64_t kBlock = 1024;  // elements packed at a time: 4 to 8 KB an operand, in L1
constexpr size_t kWidest = 8;     // bytes of the largest element
constexpr int64_t kLongRow = 64;  // rows from here on are read in place where they are contiguous
constexpr int64_t kPartMultiple = 64;  // parts of threads begin at cache lines

// Calls visit(done, offset, run, stride) for the rows of elements [begin, begin + count) of an operand.
template <class Visit>
void EachRow(const Dims& dims, size_t operand, int64_t begin, int64_t count, const Visit& visit) {
  const size_t inner = dims.ndim - 1;
  const auto& stride = dims.stride[operand];
  std::array<int64_t, kMaxDims> at = {};
  int64_t rest = begin;
  int64_t offset = 0;
  for (size_t k = dims.ndim; k-- > 0;) {
    at[k] = rest % dims.size[k];
    rest /= dims.size[k];
    if (k != inner) offset += at[k] * stride[k];
  }
  int64_t column = at[inner];
  for (int64_t done = 0; done < count;) {
    const int64_t run = std::min(count - done, dims.size[inner] - column);
    visit(done, offset + column * stride[inner], run, stride[inner]);
    done += run;
    column = 0;
    for (size_t k = inner; k-- > 0;) {
      offset += stride[k];
      if (++at[k] < dims.size[k]) break;
      offset -= at[k] * stride[k];
      at[k] = 0;
    }
  }
}

// Calls body.operator()<unsigned type of `bytes` bytes>().
template <class Body>
void WithWord(size_t bytes, const Body& body) {
  if (bytes == 1) return body.template operator()<uint8_t>();
  if (bytes == 2) return body.template operator()<uint16_t>();
  if (bytes == 4) return body.template operator()<uint32_t>();
  body.template operator()<uint64_t>();
}

// Packs elements [begin, begin + count) of an operand.
void Gather(const void* base, size_t bytes, const Dims& dims, size_t operand, int64_t begin,
            int64_t count, void* packed) {
  WithWord(bytes, [&]<class T>() {
    const T* from = static_cast<const T*>(base);
    T* to = static_cast<T*>(packed);
    EachRow(dims, operand, begin, count,
            [&](int64_t done, int64_t offset, int64_t run, int64_t stride) {
              if (stride == 0) {
                std::fill_n(to + done, run, from[offset]);
              } else {
                for (int64_t i = 0; i < run; ++i) to[done + i] = from[offset + i * stride];
              }
            });
  });
}

void Scatter(const void* packed, size_t bytes, const Dims& dims, size_t operand, int64_t begin,
             int64_t count, void* base) {
  WithWord(bytes, [&]<class T>() {
    const T* from = static_cast<const T*>(packed);
    T* to = static_cast<T*>(base);
    EachRow(dims, operand, begin, count,
            [&](int64_t done, int64_t offset, int64_t run, int64_t stride) {
              for (int64_t i = 0; i < run; ++i) to[offset + i * stride] = from[done + i];
            });
  });
}

// Offset of element `index` if the elements from there to the end of its row are contiguous.
int64_t RowOffset(const Dims& dims, size_t operand, int64_t index) {
  int64_t offset = 0;
  for (size_t k = dims.ndim; k-- > 0;) {
    offset += index % dims.size[k] * dims.stride[operand][k];
    index /= dims.size[k];
  }
  return offset;
}

void* At(void* base, int64_t index, size_t bytes) {
  return static_cast<char*>(base) + index * static_cast<int64_t>(bytes);
}

// Elements [begin, end) of a layout in blocks: each operand in place where its row is contiguous, else packed.
void RunBlocks(const Args& a, const ElementwiseLoop& loop, const Dims& dims, int64_t begin,
               int64_t end) {
  const size_t out = loop.inputs, last = dims.ndim - 1;
  const int64_t row = dims.size[last];
  const bool longRows = row >= kLongRow;
  alignas(64) char packed[kMaxElementwiseOperands][kBlock * kWidest];
  const auto inPlace = [&](size_t i) { return longRows && dims.stride[i][last] == 1; };
  // An operand of one element is packed once.
  for (size_t i = 0; i < out; ++i) {
    if (a.len[i] != 1) continue;
    WithWord(loop.bytes[i], [&]<class T>() {
      std::fill_n(reinterpret_cast<T*>(packed[i]), std::min(kBlock, end - begin), *a.in<T>(i));
    });
  }
  Args packedResult = a;
  packedResult.stream = false;
  std::array<const void*, kMaxElementwiseOperands> in;
  for (int64_t at = begin; at < end;) {
    const int64_t left = longRows ? row - at % row : kBlock;
    const int64_t n = std::min({kBlock, left, end - at});
    for (size_t i = 0; i < out; ++i) {
      if (inPlace(i)) {
        in[i] = At(a.buf[i], RowOffset(dims, i, at), loop.bytes[i]);
        continue;
      }
      in[i] = packed[i];
      if (a.len[i] != 1) Gather(a.buf[i], loop.bytes[i], dims, i, at, n, packed[i]);
    }
    if (inPlace(out)) {
      loop.run(a, n, At(a.buf[out], RowOffset(dims, out, at), loop.bytes[out]), in.data());
    } else {
      loop.run(packedResult, n, packed[out], in.data());
      Scatter(packed[out], loop.bytes[out], dims, out, at, n, a.buf[out]);
    }
    at += n;
  }
}

// A count with operands of one element as a layout of one dimension.
Dims AsLine(const Args& a, const ElementwiseLoop& loop) {
  Dims line;
  line.count = a.dims->count;
  line.ndim = 1;
  line.size[0] = line.count;
  for (size_t i = 0; i < loop.inputs; ++i) line.stride[i][0] = a.len[i] == 1 ? 0 : 1;
  line.stride[loop.inputs][0] = 1;
  return line;
}

}  // namespace

void RunElementwise(const Args& a, const ElementwiseLoop& loop) {
  const Dims& dims = *a.dims;
  const size_t out = loop.inputs;
  bool scalar = false, inPlace = false;
  for (size_t i = 0; i < out; ++i) {
    scalar = scalar || (a.len[i] == 1 && dims.count != 1);
    inPlace = inPlace || a.buf[i] == a.buf[out];
  }
  Args args = a;
  args.stream = a.mayStream && loop.streams && !inPlace &&
                dims.count >= kStreamBytes / static_cast<int64_t>(loop.bytes[out]);
  if (dims.ndim == 0 && !scalar) {
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
        RunBlocks(args, loop, layout, begin, end);
        if (args.stream) hwy::FlushStream();
      },
      kPartMultiple);
}

}  // namespace blasgrad
