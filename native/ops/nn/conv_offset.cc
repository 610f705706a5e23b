#include "ops/nn/conv_offset.h"

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "core/threads.h"
#include "ops/nn/conv_tables.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/nn/conv_offset.cc"
#include "hwy/foreach_target.h"
//
#include "simd/offset_gemm-inl.h"
#include "simd/transpose-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

// The minimum number of multiply-adds per thread.
constexpr int64_t kThreadWork = 1 << 19;
// The longest part of a sum: a panel of this depth stays in L1, or, with 4 vectors, in L2.
constexpr int64_t kDepth = 384;
// Weight gradients add sums of this many positions, which keeps rounding errors small.
constexpr int64_t kBlock = 256;

int64_t RoundUp(int64_t n, int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }
int64_t Grain(int64_t work) {
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
  int64_t width(int64_t panel) const { return RoundUp(in(panel), lanes()); }
  size_t vectors(int64_t panel) const { return static_cast<size_t>(width(panel) / lanes()); }

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
  const hn::ScalableTag<T> d;
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
          if (step == 1) {
            for (; i + lanes <= after; i += lanes) hn::StoreU(LoadAs(d, row + i), d, line + i);
          }
          for (; i < after; ++i) line[i] = Widen(row[i * step]);
          for (; i < length[2]; ++i) line[i] = 0;
        }
      }
    }
  }
}

// --- The convolution and the gradient of its input ---------------------------------------------------

template <class T>
struct SharedParts {
  TapTables taps;
  T* packed;

  SharedParts(const ConvPass& pass, const Panels<T>& panels, Pieces* pieces) {
    taps.Take(pass, pieces);
    packed = pieces->Take<T>(pass.groups * panels.padded() * pass.depth());
  }
};

template <class T>
struct ThreadParts {
  RowTables rows;
  T *copy, *result;

  ThreadParts(const ConvPass& pass, const ConvChunks& chunks, Pieces* pieces) {
    rows.Take(pass, chunks, pieces);
    copy = pieces->Take<T>(chunks.copyElements);
    result = pieces->Take<T>((chunks.mostPositions() + 1) * Panels<T>::widest());
  }
};

// The weights of a panel of result channels: a line for each place in the table of taps.
template <class S, class T>
void PackWeights(const ConvPass& pass, bool gradient, const Panels<T>& panels,
                 const TapTables& taps, int64_t group, int64_t panel, const S* w, T* packed) {
  const int64_t depth = pass.depth(), count = pass.taps(), width = panels.width(panel);
  const int64_t channels = panels.in(panel), first = panel * panels.widest();
  T* to = packed + (group * panels.padded() + first) * depth;
  if (channels < width) std::fill_n(to, width * depth, T{0});
  const auto none = [](int64_t) { return T{0}; };
  if (!gradient) {
    Transpose<16>(
        w + (group * pass.to + first) * depth, depth, channels, depth,
        [=](int64_t t) { return to + t * width; }, none);
    return;
  }
  for (int64_t o = 0; o < pass.from; ++o) {
    Transpose<16>(
        w + ((group * pass.from + o) * pass.to + first) * count, count, channels, count,
        [=](int64_t tap) { return to + (taps.first[tap] + o * taps.pitch[tap]) * width; }, none);
  }
}

// Writes the lines of positions as rows of channels.
template <class S, class T>
void WriteResult(const ConvPass& pass, const ConvChunks& chunks, const ConvChunk& chunk,
                 int64_t group, int64_t first, int64_t channels, int64_t width, const T* result,
                 const S* bias, S* y) {
  const int64_t run = chunk.count * chunks.inner, positions = pass.positions();
  for (int64_t image = 0; image < chunk.images; ++image) {
    const int64_t channel = group * pass.to + first;
    S* to = y + ((chunk.image + image) * pass.groups * pass.to + channel) * positions +
            chunk.from * chunks.inner;
    Transpose<kTransposeSide<T>>(
        result + image * run * width, width, run, channels,
        [=](int64_t c) { return to + c * positions; },
        [=](int64_t c) { return bias == nullptr ? T{0} : Widen(bias[channel + c]); });
  }
}

template <class S>
void Run(const Args& args, const ConvGeometry& g, bool gradient, const S* x, const S* w,
         const S* bias, S* y) {
  using T = ComputeOf<S>;
  const ConvPass pass = ConvPass::Of(g, gradient);
  const ConvChunks chunks(pass, sizeof(T));
  const Panels<T> panels(pass.to);
  Pieces pieces(args.scratch);
  const SharedParts<T> shared(pass, panels, &pieces);
  const TapTables& taps = shared.taps;
  taps.Fill(pass, chunks);
  args.threads->For(pass.groups * panels.count(), Grain(pass.depth() * panels.widest()),
                    [&](int64_t begin, int64_t end) {
                      for (int64_t i = begin; i < end; ++i) {
                        PackWeights(pass, gradient, panels, taps, i / panels.count(),
                                    i % panels.count(), w, shared.packed);
                      }
                    });
  const int64_t work = chunks.mostPositions() * pass.to * pass.depth() / pass.phases();
  args.threads->For(
      chunks.size() * pass.groups, Grain(work), [&](int64_t begin, int64_t end, int part) {
        Pieces own(args.perThread<char>(part));
        const ThreadParts<T> thread(pass, chunks, &own);
        ConvChunk tabled = {0, 0, -1, 0};
        for (int64_t i = begin; i < end; ++i) {
          const ConvChunk chunk = chunks[i / pass.groups];
          const int64_t group = i % pass.groups;
          if (chunk.from != tabled.from || chunk.count != tabled.count ||
              chunk.images != tabled.images) {
            thread.rows.Fill(pass, chunks, chunk);
            tabled = chunk;
          }
          CopyPadded(pass, chunks, chunk, group, 0, pass.from, x, thread.copy);
          for (int64_t panel = 0; panel < panels.count(); ++panel) {
            const int64_t first = panel * panels.widest(), width = panels.width(panel);
            const T* packed = shared.packed + (group * panels.padded() + first) * pass.depth();
            for (int64_t phase = 0; phase < pass.phases(); ++phase) {
              int64_t at = taps.begin[phase];
              const int64_t stop = taps.begin[phase + 1];
              const auto rows = static_cast<size_t>(thread.rows.begin[phase]);
              const auto rowsEnd = static_cast<size_t>(thread.rows.end[phase]);
              bool add = false;
              do {
                const int64_t depth = std::min(stop - at, kDepth);
                MultiplyOffsets<T>(
                    {thread.copy, thread.rows.offset, thread.rows.line, taps.offset + at,
                     static_cast<size_t>(depth), packed + at * width, thread.result, add},
                    panels.vectors(panel), rows, rowsEnd);
                at += depth;
                add = true;
              } while (at < stop);
            }
            WriteResult(pass, chunks, chunk, group, first, panels.in(panel), width, thread.result,
                        bias, y);
          }
        }
      });
}

// --- The gradient of the weight --------------------------------------------------------------------

template <class T>
struct WeightParts {
  TapTables taps;
  RowTables rows;
  int32_t* line;
  T *copy, *packed, *sums;
  int64_t depth;  // rounded up to rows of tiles

  WeightParts(const ConvPass& pass, const ConvChunks& chunks, const Panels<T>& panels,
              Pieces* pieces) {
    depth = RoundUp(pass.depth(), kMultiple);
    taps.Take(pass, pieces);
    rows.Take(pass, chunks, pieces);
    line = pieces->Take<int32_t>(depth);
    copy = pieces->Take<T>(chunks.copyElements);
    packed = pieces->Take<T>(chunks.mostPositions() * panels.padded());
    sums = pieces->Take<T>(depth * panels.padded());
  }
};

template <class S>
void RunWeight(const Args& args, const ConvGeometry& g, const S* x, const S* dy, S* dw) {
  using T = ComputeOf<S>;
  const ConvPass pass = ConvPass::Of(g, false);
  const ConvChunks chunks(pass, sizeof(T));
  const Panels<T> panels(pass.to);
  Pieces pieces(args.scratch);
  const WeightParts<T> parts(pass, chunks, panels, &pieces);
  parts.taps.Fill(pass, chunks);
  for (int64_t k = 0; k < parts.depth; ++k) parts.line[k] = static_cast<int32_t>(k);
  const int32_t* rows = parts.taps.offset;
  const auto none = [](int64_t) { return T{0}; };
  const int64_t outputs = pass.positions(), most = chunks.mostPositions();
  constexpr auto kRows = static_cast<int64_t>(kTileRows);
  const int64_t tiles = (pass.depth() + kRows - 1) / kRows;
  ConvChunk tabled = {0, 0, -1, 0};
  for (int64_t group = 0; group < pass.groups; ++group) {
    for (int64_t i = 0; i < chunks.size(); ++i) {
      const ConvChunk chunk = chunks[i];
      if (chunk.from != tabled.from || chunk.count != tabled.count ||
          chunk.images != tabled.images) {
        parts.rows.Fill(pass, chunks, chunk);
        tabled = chunk;
      }
      const int64_t run = chunk.count * chunks.inner, positions = chunk.images * run;
      args.threads->For(pass.from, Grain(positions * 16), [&](int64_t begin, int64_t end) {
        CopyPadded(pass, chunks, chunk, group, begin, end, x, parts.copy);
      });
      args.threads->For(
          panels.count(), Grain(positions * panels.widest() * 4), [&](int64_t begin, int64_t end) {
            for (int64_t panel = begin; panel < end; ++panel) {
              const int64_t width = panels.width(panel), first = panel * panels.widest();
              T* to = parts.packed + first * most;
              if (panels.in(panel) < width) std::fill_n(to, positions * width, T{0});
              for (int64_t image = 0; image < chunk.images; ++image) {
                const int64_t plane =
                    ((chunk.image + image) * pass.groups + group) * pass.to + first;
                Transpose<16>(
                    dy + plane * outputs + chunk.from * chunks.inner, outputs, panels.in(panel),
                    run, [=](int64_t at) { return to + (image * run + at) * width; }, none);
              }
            }
          });
      const int64_t blocks = (positions + kBlock - 1) / kBlock;
      const int64_t length = (positions + blocks - 1) / blocks;
      args.threads->For(
          panels.count() * tiles, Grain(positions * panels.widest() * kRows),
          [&](int64_t begin, int64_t end) {
            for (int64_t at = 0; at < positions; at += length) {
              for (int64_t item = begin; item < end;) {
                const int64_t panel = item / tiles, tile = item % tiles;
                const int64_t some = std::min(end - item, tiles - tile);
                const int64_t width = panels.width(panel), first = panel * panels.widest();
                const int64_t depth = std::min(length, positions - at);
                MultiplyOffsets<T>(
                    {parts.copy, rows, parts.line, parts.rows.offset + at,
                     static_cast<size_t>(depth), parts.packed + first * most + at * width,
                     parts.sums + first * parts.depth, i > 0 || at > 0},
                    panels.vectors(panel), static_cast<size_t>(tile * kRows),
                    static_cast<size_t>(std::min((tile + some) * kRows, pass.depth())));
                item += some;
              }
            }
          });
    }
    for (int64_t panel = 0; panel < panels.count(); ++panel) {
      const int64_t width = panels.width(panel), first = panel * panels.widest();
      S* to = dw + (group * pass.to + first) * pass.depth();
      Transpose<kTransposeSide<T>>(
          parts.sums + first * parts.depth, width, pass.depth(), panels.in(panel),
          [&](int64_t o) { return to + o * pass.depth(); }, none);
    }
  }
}

template <class T>
ScratchBytes ScratchFor(const ConvGeometry& g, ConvPassKind kind) {
  const ConvPass pass = ConvPass::Of(g, kind == ConvPassKind::input);
  const ConvChunks chunks(pass, sizeof(T));
  const Panels<T> panels(pass.to);
  Pieces shared(nullptr), thread(nullptr);
  if (kind == ConvPassKind::weight) {
    WeightParts<T>(pass, chunks, panels, &shared);
  } else {
    SharedParts<T>(pass, panels, &shared);
    ThreadParts<T>(pass, chunks, &thread);
  }
  return {shared.bytes(), thread.bytes()};
}

}  // namespace

ScratchBytes ConvScratch(const ConvGeometry& g, ConvPassKind kind, size_t computeBytes) {
  return computeBytes == sizeof(float) ? ScratchFor<float>(g, kind) : ScratchFor<double>(g, kind);
}

#define BLASGRAD_OFFSET_CONV(NAME, S)                                                              \
  void Conv##NAME(const Args& args, const ConvGeometry& g, bool gradient, const S* x, const S* w,  \
                  const S* bias, S* y) {                                                           \
    Run<S>(args, g, gradient, x, w, bias, y);                                                      \
  }                                                                                                \
  void ConvWeight##NAME(const Args& args, const ConvGeometry& g, const S* x, const S* dy, S* dw) { \
    RunWeight<S>(args, g, x, dy, dw);                                                              \
  }
BLASGRAD_OFFSET_CONV(32, float)
BLASGRAD_OFFSET_CONV(64, double)
BLASGRAD_OFFSET_CONV(F16, Float16)
BLASGRAD_OFFSET_CONV(BF16, BFloat16)
#undef BLASGRAD_OFFSET_CONV

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace blasgrad {

bool OffsetConvFits(const ConvGeometry& g, ConvPassKind kind) {
  const ConvPass pass = ConvPass::Of(g, kind == ConvPassKind::input);
  constexpr int64_t kMostPhases = 1024, kMostOffset = INT32_MAX;
  for (const ConvAxis& axis : pass.axis) {
    if (axis.phases() > kMostPhases) return false;
  }
  if (pass.phases() > kMostPhases || pass.depth() > kMostOffset) return false;
  const ConvChunks chunks(pass, sizeof(float));
  // A padded copy of 64 MB or less, unless the images are as large.
  constexpr int64_t kMostCopy = 1 << 24;
  const int64_t most =
      std::clamp(2 * pass.batch * pass.from * pass.sources(), kMostCopy, kMostOffset);
  return chunks.copyElements <= most && chunks.mostPositions() < kMostOffset;
}

HWY_EXPORT(ConvScratch);
ScratchBytes OffsetConvScratch(const ConvGeometry& g, ConvPassKind kind, size_t computeBytes) {
  return HWY_DYNAMIC_DISPATCH(ConvScratch)(g, kind, computeBytes);
}

#define BLASGRAD_OFFSET_CONV(NAME, S)                                                              \
  HWY_EXPORT(Conv##NAME);                                                                          \
  template <>                                                                                      \
  void OffsetConv(const Args& args, const ConvGeometry& g, bool gradient, const S* x, const S* w,  \
                  const S* bias, S* y) {                                                           \
    HWY_DYNAMIC_DISPATCH(Conv##NAME)(args, g, gradient, x, w, bias, y);                            \
  }                                                                                                \
  HWY_EXPORT(ConvWeight##NAME);                                                                    \
  template <>                                                                                      \
  void OffsetConvWeight(const Args& args, const ConvGeometry& g, const S* x, const S* dy, S* dw) { \
    HWY_DYNAMIC_DISPATCH(ConvWeight##NAME)(args, g, x, dy, dw);                                    \
  }
BLASGRAD_OFFSET_CONV(32, float)
BLASGRAD_OFFSET_CONV(64, double)
BLASGRAD_OFFSET_CONV(F16, Float16)
BLASGRAD_OFFSET_CONV(BF16, BFloat16)
#undef BLASGRAD_OFFSET_CONV

}  // namespace blasgrad
#endif
