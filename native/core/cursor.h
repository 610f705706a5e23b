// Positions in the layout of an elementwise op, and copies between strided and packed elements.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "core/op.h"

namespace blasgrad {

// Calls body.operator()<unsigned type of `bytes` bytes>().
template <class Body>
void WithWord(size_t bytes, const Body& body) {
  if (bytes == 1) return body.template operator()<uint8_t>();
  if (bytes == 2) return body.template operator()<uint16_t>();
  if (bytes == 4) return body.template operator()<uint32_t>();
  body.template operator()<uint64_t>();
}

inline void* At(void* base, int64_t index, size_t bytes) {
  return static_cast<char*>(base) + index * static_cast<int64_t>(bytes);
}

// A position in a layout: the column, and the start of the row for each operand.
class Cursor {
 public:
  Cursor(const Dims& dims, size_t operands, int64_t index) : dims_(&dims), last_(operands) {
    for (size_t k = dims.ndim; k-- > 0;) {
      at_[k] = index % dims.size[k];
      index /= dims.size[k];
    }
    for (size_t i = 0; i < operands; ++i) {
      offset_[i] = 0;
      for (size_t k = 0; k + 1 < dims.ndim; ++k) offset_[i] += at_[k] * dims.stride[i][k];
    }
  }

  int64_t column() const { return at_[dims_->ndim - 1]; }
  // Elements from the current position to the end of the row.
  int64_t left() const { return dims_->size[dims_->ndim - 1] - column(); }
  int64_t stride(size_t i) const { return dims_->stride[i][dims_->ndim - 1]; }
  int64_t offset(size_t i) const { return offset_[i] + column() * stride(i); }
  // Rows of the second innermost dimension from the current position on.
  int64_t rowsLeft() const {
    return dims_->ndim < 2 ? 1 : dims_->size[dims_->ndim - 2] - at_[dims_->ndim - 2];
  }
  int64_t rowStride(size_t i) const {
    return dims_->ndim < 2 ? 0 : dims_->stride[i][dims_->ndim - 2];
  }

  // The same position for one operand alone, which advances faster.
  Cursor Of(size_t operand) const {
    Cursor one = *this;
    one.first_ = operand;
    one.last_ = operand + 1;
    return one;
  }

  // Moves forward by n <= left() elements.
  void Advance(int64_t n) {
    const size_t inner = dims_->ndim - 1;
    at_[inner] += n;
    if (at_[inner] < dims_->size[inner]) return;
    at_[inner] = 0;
    AdvanceRows(1);
  }

  // Moves forward by n <= rowsLeft() rows, from the first column to the first column.
  void AdvanceRows(int64_t n) {
    for (size_t k = dims_->ndim - 1; k-- > 0; n = 1) {
      at_[k] += n;
      const bool carries = at_[k] == dims_->size[k];
      const int64_t steps = carries ? n - dims_->size[k] : n;
      for (size_t i = first_; i < last_; ++i) offset_[i] += steps * dims_->stride[i][k];
      if (!carries) return;
      at_[k] = 0;
    }
  }

 private:
  const Dims* dims_;
  size_t first_ = 0, last_;  // the operands whose offsets are updated
  std::array<int64_t, kMaxDims> at_;
  std::array<int64_t, kMaxElementwiseOperands> offset_;
};

// Copies n elements of contiguous memory. For rows of some ten elements this takes half the time of memcpy.
template <class T>
void CopyRow(const T* from, int64_t n, T* to) {
  constexpr int64_t kChunk = 16 / sizeof(T);
  if (n < kChunk) {
    for (int64_t i = 0; i < n; ++i) to[i] = from[i];
    return;
  }
  for (int64_t i = 0; i + kChunk <= n; i += kChunk) std::memcpy(to + i, from + i, 16);
  std::memcpy(to + n - kChunk, from + n - kChunk, 16);
}

// Copies n elements between one operand's row and packed memory.
template <class T>
void PackRow(const T* from, int64_t stride, int64_t n, T* packed) {
  if (stride == 1) {
    CopyRow(from, n, packed);
  } else if (stride == 0) {
    std::fill_n(packed, n, *from);
  } else {
    for (int64_t i = 0; i < n; ++i) packed[i] = from[i * stride];
  }
}
template <class T>
void UnpackRow(const T* packed, int64_t n, T* to, int64_t stride) {
  if (stride == 1) {
    CopyRow(packed, n, to);
  } else {
    for (int64_t i = 0; i < n; ++i) to[i * stride] = packed[i];
  }
}

// Calls row(offset, done, n) for each piece of a row of one operand in the next `count` elements. Complete rows of the
// second innermost dimension need no cursor.
template <class Row>
void EachRow(const Cursor& from, size_t operand, int64_t count, const Row& row) {
  Cursor cursor = from.Of(operand);
  for (int64_t done = 0; done < count;) {
    const int64_t width = cursor.left();
    const int64_t rows =
        cursor.column() == 0 ? std::min(cursor.rowsLeft(), (count - done) / width) : 0;
    if (rows > 0) {
      const int64_t step = cursor.rowStride(operand);
      int64_t offset = cursor.offset(operand);
      for (int64_t r = 0; r < rows; ++r, offset += step, done += width) row(offset, done, width);
      cursor.AdvanceRows(rows);
    } else {
      const int64_t n = std::min(count - done, width);
      row(cursor.offset(operand), done, n);
      cursor.Advance(n);
      done += n;
    }
  }
}

inline void Pack(const void* base, size_t bytes, const Cursor& from, size_t operand, int64_t count,
                 void* packed) {
  const int64_t stride = from.stride(operand);
  WithWord(bytes, [&]<class T>() {
    EachRow(from, operand, count, [&](int64_t offset, int64_t done, int64_t n) {
      PackRow(static_cast<const T*>(base) + offset, stride, n, static_cast<T*>(packed) + done);
    });
  });
}

inline void Unpack(const void* packed, size_t bytes, const Cursor& to, size_t operand,
                   int64_t count, void* base) {
  const int64_t stride = to.stride(operand);
  WithWord(bytes, [&]<class T>() {
    EachRow(to, operand, count, [&](int64_t offset, int64_t done, int64_t n) {
      UnpackRow(static_cast<const T*>(packed) + done, n, static_cast<T*>(base) + offset, stride);
    });
  });
}

}  // namespace blasgrad
