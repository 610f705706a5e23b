#include "ops/nn/conv_tables.h"

#include <algorithm>

namespace blasgrad {

void TapTables::Fill(const ConvPass& pass, const ConvChunks& chunks) const {
  const auto& axis = pass.axis;
  int64_t next = 0;
  EachPhase(pass, [&](int64_t phase, const std::array<int64_t, 3>& of) {
    // Calls visit(tap, offset) for the taps of the phase.
    const auto each = [&](const auto& visit) {
      int64_t tap = 0;
      for (int64_t a = 0; a < axis[0].kernel; ++a) {
        for (int64_t b = 0; b < axis[1].kernel; ++b) {
          const bool inside = axis[0].phaseOfTap(a) == of[0] && axis[1].phaseOfTap(b) == of[1];
          const int64_t line = axis[0].tapPlace(a) * chunks.copied[1] + axis[1].tapPlace(b);
          for (int64_t c = 0; c < axis[2].kernel; ++c, ++tap) {
            if (!inside || axis[2].phaseOfTap(c) != of[2]) continue;
            visit(tap, line * chunks.copied[2] + axis[2].tapPlace(c));
          }
        }
      }
    };
    begin[phase] = static_cast<int32_t>(next);
    int32_t taps = 0;
    each([&](int64_t tap, int64_t place) {
      first[tap] = static_cast<int32_t>(next) + taps;
      offset[first[tap]] = static_cast<int32_t>(place);
      ++taps;
    });
    each([&](int64_t tap, int64_t) { pitch[tap] = taps; });
    for (int64_t channel = 1; channel < pass.from; ++channel) {
      const auto plane = static_cast<int32_t>(channel * chunks.plane);
      for (int64_t t = next; t < next + taps; ++t) offset[t + channel * taps] = offset[t] + plane;
    }
    next += taps * pass.from;
  });
  begin[pass.phases()] = static_cast<int32_t>(next);
  std::fill_n(offset + next, kMultiple, 0);
}

void RowTables::Fill(const ConvPass& pass, const ConvChunks& chunks, const ConvChunk& chunk) const {
  std::array<int64_t, 3> from = {0, 0, 0}, count;
  for (size_t d = 0; d < 3; ++d) count[d] = pass.axis[d].result;
  from[chunks.split] = chunk.from;
  count[chunks.split] = chunk.count;
  const auto& axis = pass.axis;
  int64_t at = 0;
  EachPhase(pass, [&](int64_t phase, const std::array<int64_t, 3>& of) {
    begin[phase] = static_cast<int32_t>(at);
    const auto each = [&](size_t d, const auto& visit) {
      for (int64_t i = axis[d].first(from[d], of[d]); i < from[d] + count[d]; i += axis[d].step()) {
        visit(i - from[d], axis[d].place(i, from[d]));
      }
    };
    for (int64_t image = 0; image < chunk.images; ++image) {
      const int64_t start = image * pass.from * chunks.plane;
      each(0, [&](int64_t a, int64_t placeA) {
        each(1, [&](int64_t b, int64_t placeB) {
          const int64_t before = ((image * count[0] + a) * count[1] + b) * count[2];
          const int64_t row = start + (placeA * chunks.copied[1] + placeB) * chunks.copied[2];
          each(2, [&](int64_t c, int64_t place) {
            offset[at] = static_cast<int32_t>(row + place);
            line[at++] = static_cast<int32_t>(before + c);
          });
        });
      });
    }
    end[phase] = static_cast<int32_t>(at);
    while ((at - begin[phase]) % kMultiple != 0) {
      offset[at] = 0;
      line[at++] = static_cast<int32_t>(chunks.mostPositions());
    }
  });
}

}  // namespace blasgrad
