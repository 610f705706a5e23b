// The panels and the padded copy of convolutions by offsets. Compiled once per instruction set, hence the unusual
// include guard.
#if defined(BLASGRAD_CONV_OFFSET_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BLASGRAD_CONV_OFFSET_INL_H
#undef BLASGRAD_CONV_OFFSET_INL_H
#else
#define BLASGRAD_CONV_OFFSET_INL_H
#endif

#include <algorithm>
#include <cstdint>

#include "ops/nn/conv_tables.h"
#include "simd/offset_gemm-inl.h"
#include "simd/transpose-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {

// The minimum number of multiply-adds per thread.
inline constexpr int64_t kThreadWork = 1 << 19;
inline int64_t RoundUp(int64_t n, int64_t multiple) {
  return (n + multiple - 1) / multiple * multiple;
}
inline int64_t Grain(int64_t work) {
  return std::max<int64_t>(kThreadWork / std::max<int64_t>(work, 1), 1);
}

// The channels of a result, divided into panels of vectors; all panels but the last have kTileVectors.
template <class T>
struct Panels {
  explicit Panels(int64_t of) : channels(of) {}

  static int64_t lanes() { return static_cast<int64_t>(hn::Lanes(hn::ScalableTag<T>())); }
  static int64_t widest() { return static_cast<int64_t>(kTileVectors) * lanes(); }
  int64_t count() const { return (channels + widest() - 1) / widest(); }
  int64_t padded() const { return RoundUp(channels, lanes()); }
  int64_t in(int64_t panel) const { return std::min(widest(), channels - panel * widest()); }
  int64_t width(int64_t panel) const {
    constexpr auto kNarrow = static_cast<int64_t>(hn::MaxLanes(NarrowTag<T>()));
    return channels <= kNarrow ? kNarrow : RoundUp(in(panel), lanes());
  }

  int64_t channels;
};

// Copies the chunk's part of channels [begin, end) of a group, with zeros around it.
template <class S, class T>
void CopyPadded(const ConvPass& pass, const ConvChunks& chunks, const ConvChunk& chunk,
                int64_t group, int64_t begin, int64_t end, const S* source, T* copy) {
  std::array<int64_t, 3> start, length, skip;
  for (size_t d = 0; d < 3; ++d) {
    const ConvAxis& axis = pass.axis[d];
    start[d] = axis.begin(d == chunks.split ? chunk.from : 0);
    length[d] = axis.length(d == chunks.split ? chunk.count : axis.result);
    skip[d] = axis.skip();
  }
  const int64_t last = pass.axis[2].source, step = skip[2];
  // Elements [inside, after) of a line lie in the source.
  const int64_t inside = std::clamp<int64_t>((step - 1 - start[2]) / step, 0, length[2]);
  const int64_t after =
      last <= start[2] ? inside
                       : std::clamp<int64_t>((last - 1 - start[2]) / step + 1, inside, length[2]);
  const hn::CappedTag<T, 32 / sizeof(T)> d;  // rows are often short
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t image = 0; image < chunk.images; ++image) {
    for (int64_t channel = begin; channel < end; ++channel) {
      const int64_t plane = ((chunk.image + image) * pass.groups + group) * pass.from + channel;
      const S* from = source + plane * pass.sources();
      T* to = copy + (image * pass.from + channel) * chunks.plane;
      for (int64_t a = 0; a < length[0]; ++a) {
        const int64_t i0 = start[0] + a * skip[0];
        for (int64_t b = 0; b < length[1]; ++b) {
          const int64_t i1 = start[1] + b * skip[1];
          T* line = to + (a * chunks.copied[1] + b) * chunks.copied[2];
          if (i0 < 0 || i0 >= pass.axis[0].source || i1 < 0 || i1 >= pass.axis[1].source) {
            std::fill_n(line, length[2], T{0});
            continue;
          }
          const S* row = from + (i0 * pass.axis[1].source + i1) * last + start[2];
          int64_t i = 0;
          for (; i < inside; ++i) line[i] = 0;
          if (step == 1 && after - inside >= lanes) {
            for (; i + lanes <= after; i += lanes) hn::StoreU(LoadAs(d, row + i), d, line + i);
            i = after - lanes;
            hn::StoreU(LoadAs(d, row + i), d, line + i);
            i = after;
          }
          for (; i < after; ++i) line[i] = Widen(row[i * step]);
          for (; i < length[2]; ++i) line[i] = 0;
        }
      }
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif
