// The tables of a convolution: where in the padded copy the elements of a product are.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "ops/nn/conv_plan.h"

namespace blasgrad {

// Divides scratch memory into arrays that are aligned to cache lines; with a null start it only measures.
class Pieces {
 public:
  explicit Pieces(char* start) : start_(start) {}
  template <class T>
  T* Take(int64_t count) {
    T* piece = start_ == nullptr ? nullptr : reinterpret_cast<T*>(start_ + bytes_);
    bytes_ += (static_cast<size_t>(count) * sizeof(T) + 63) & ~size_t{63};
    return piece;
  }
  size_t bytes() const { return bytes_; }

 private:
  char* start_;
  size_t bytes_ = 0;
};

// Calls visit(phase, phase of each dimension) in order.
template <class Visit>
void EachPhase(const ConvPass& pass, const Visit& visit) {
  int64_t phase = 0;
  for (int64_t a = 0; a < pass.axis[0].phases(); ++a) {
    for (int64_t b = 0; b < pass.axis[1].phases(); ++b) {
      for (int64_t c = 0; c < pass.axis[2].phases(); ++c) {
        visit(phase++, std::array<int64_t, 3>{a, b, c});
      }
    }
  }
}

// Tables of rows go on to a multiple of 3, so that they fill tiles.
inline constexpr int64_t kMultiple = 3;

// Offsets of (channel, tap) in the copy, phase by phase.
struct TapTables {
  int32_t* offset;  // for each channel and tap
  int32_t* begin;   // of each phase, and the end of the last
  int32_t* first;   // the place in `offset` of a tap of channel 0,
  int32_t* pitch;   // and how many places later that of the next channel is

  void Take(const ConvPass& pass, Pieces* pieces) {
    offset = pieces->Take<int32_t>(pass.depth() + kMultiple);
    begin = pieces->Take<int32_t>(pass.phases() + 1);
    first = pieces->Take<int32_t>(pass.taps());
    pitch = pieces->Take<int32_t>(pass.taps());
  }
  void Fill(const ConvPass& pass, const ConvChunks& chunks) const;
};

// Offsets of positions in the copy, phase by phase. Rows that fill up a phase write to line `chunks.mostPositions()`
// of the result.
struct RowTables {
  int32_t* offset;
  int32_t* line;   // of the result
  int32_t* begin;  // of each phase
  int32_t* end;

  void Take(const ConvPass& pass, const ConvChunks& chunks, Pieces* pieces) {
    const int64_t rows = chunks.mostPositions() + (kMultiple - 1) * pass.phases();
    offset = pieces->Take<int32_t>(rows);
    line = pieces->Take<int32_t>(rows);
    begin = pieces->Take<int32_t>(pass.phases());
    end = pieces->Take<int32_t>(pass.phases());
  }
  void Fill(const ConvPass& pass, const ConvChunks& chunks, const ConvChunk& chunk) const;
};

}  // namespace blasgrad
