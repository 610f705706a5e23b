#include "ops/nn/conv_offset.h"

#include <algorithm>
#include <cstdint>

#include "core/threads.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/nn/conv_offset.cc"
#include "hwy/foreach_target.h"
//
#include "ops/nn/conv_offset-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

// The longest part of a sum: a panel of this depth stays in L1, or, with 4 vectors, in L2. 192 is not faster there.
constexpr int64_t kDepth = 384;
// Results of this many positions are transposed while they are in L1.
constexpr int64_t kRows = 42 * static_cast<int64_t>(kTileRows);

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
  if (!gradient) {
    Transpose<16>(w + (group * pass.to + first) * depth, depth, channels, depth,
                  [=](int64_t t) { return to + t * width; });
    return;
  }
  for (int64_t o = 0; o < pass.from; ++o) {
    Transpose<16>(
        w + ((group * pass.from + o) * pass.to + first) * count, count, channels, count,
        [=](int64_t tap) { return to + (taps.first[tap] + o * taps.pitch[tap]) * width; });
  }
}

// Writes positions [begin, end) of the chunk as rows of channels.
template <class S, class T>
void WriteResult(const ConvPass& pass, const ConvChunks& chunks, const ConvChunk& chunk,
                 int64_t begin, int64_t end, int64_t channel, int64_t channels, int64_t width,
                 const T* result, const S* bias, S* y) {
  const int64_t run = chunk.count * chunks.inner, positions = pass.positions();
  while (begin < end) {
    const int64_t image = begin / run, stop = std::min(end, (image + 1) * run);
    S* to = y + ((chunk.image + image) * pass.groups * pass.to + channel) * positions +
            chunk.from * chunks.inner + begin - image * run;
    const T* lines = result + begin * width;
    const auto row = [=](int64_t c) { return to + c * positions; };
    if (bias == nullptr) {
      Transpose<kTransposeSide<T>>(lines, width, stop - begin, channels, row);
    } else {
      Transpose<kTransposeSide<T>>(lines, width, stop - begin, channels, row,
                                   [=](int64_t c) { return Widen(bias[channel + c]); });
    }
    begin = stop;
  }
}

// One chunk of one group.
template <class S, class T>
void RunChunk(const ConvPass& pass, const ConvChunks& chunks, const ConvChunk& chunk, int64_t group,
              const SharedParts<T>& shared, const ThreadParts<T>& thread, const S* bias, S* y) {
  const Panels<T> panels(pass.to);
  const TapTables& taps = shared.taps;
  const RowTables& table = thread.rows;
  const int64_t positions = chunk.images * chunk.count * chunks.inner, phases = pass.phases();
  const int64_t block = phases == 1 ? kRows : positions;
  for (int64_t panel = 0; panel < panels.count(); ++panel) {
    const int64_t first = panel * panels.widest(), width = panels.width(panel);
    const T* packed = shared.packed + (group * panels.padded() + first) * pass.depth();
    for (int64_t from = 0; from < positions; from += block) {
      for (int64_t phase = 0; phase < phases; ++phase) {
        const int64_t begin = table.begin[phase] + from;
        const int64_t end = std::min<int64_t>(table.end[phase], begin + block);
        int64_t at = taps.begin[phase];
        const int64_t stop = taps.begin[phase + 1];
        bool add = false;
        do {
          const int64_t depth = std::min(stop - at, kDepth);
          MultiplyOffsets<T>({thread.copy, table.offset, table.line, taps.offset + at,
                              static_cast<size_t>(depth), packed + at * width, thread.result, add},
                             static_cast<size_t>(width), static_cast<size_t>(begin),
                             static_cast<size_t>(end));
          at += depth;
          add = true;
        } while (at < stop);
      }
      WriteResult(pass, chunks, chunk, from, std::min(positions, from + block),
                  group * pass.to + first, panels.in(panel), width, thread.result, bias, y);
    }
  }
}

template <class S>
void Run(const Args& args, const ConvGeometry& g, bool gradient, const S* x, const S* w,
         const S* bias, S* y) {
  using T = ComputeOf<S>;
  const ConvPass pass = ConvPass::Of(g, gradient);
  const ConvChunks chunks(pass, pass.from, sizeof(T));
  const Panels<T> panels(pass.to);
  Pieces pieces(args.scratch);
  const SharedParts<T> shared(pass, panels, &pieces);
  shared.taps.Fill(pass, chunks);
  args.threads->For(pass.groups * panels.count(), Grain(pass.depth() * panels.widest()),
                    [&](int64_t begin, int64_t end) {
                      for (int64_t i = begin; i < end; ++i) {
                        PackWeights(pass, gradient, panels, shared.taps, i / panels.count(),
                                    i % panels.count(), w, shared.packed);
                      }
                    });
  const int64_t work = chunks.mostPositions() * pass.to * pass.depth() / pass.phases();
  args.threads->For(chunks.size() * pass.groups, Grain(work),
                    [&](int64_t begin, int64_t end, int part) {
                      Pieces own(args.perThread<char>(part));
                      const ThreadParts<T> thread(pass, chunks, &own);
                      ConvChunk tabled = {0, 0, -1, 0};
                      for (int64_t i = begin; i < end; ++i) {
                        const ConvChunk chunk = chunks[i / pass.groups];
                        const int64_t group = i % pass.groups;
                        if (!chunk.sameShape(tabled))
                          thread.rows.Fill(pass, chunks, tabled = chunk);
                        CopyPadded(pass, chunks, chunk, group, 0, pass.from, x, thread.copy);
                        RunChunk(pass, chunks, chunk, group, shared, thread, bias, y);
                      }
                    });
}

template <class T>
ScratchBytes ScratchFor(const ConvGeometry& g, bool gradient) {
  const ConvPass pass = ConvPass::Of(g, gradient);
  const ConvChunks chunks(pass, pass.from, sizeof(T));
  Pieces shared(nullptr), thread(nullptr);
  SharedParts<T>(pass, Panels<T>(pass.to), &shared);
  ThreadParts<T>(pass, chunks, &thread);
  return {shared.bytes(), thread.bytes()};
}

}  // namespace

ScratchBytes ConvScratch(const ConvGeometry& g, bool gradient, size_t computeBytes) {
  return computeBytes == sizeof(float) ? ScratchFor<float>(g, gradient)
                                       : ScratchFor<double>(g, gradient);
}

#define BLASGRAD_OFFSET_CONV(NAME, S)                                                             \
  void Conv##NAME(const Args& args, const ConvGeometry& g, bool gradient, const S* x, const S* w, \
                  const S* bias, S* y) {                                                          \
    Run<S>(args, g, gradient, x, w, bias, y);                                                     \
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

bool OffsetConvFits(const ConvGeometry& g, bool gradient) {
  const ConvPass pass = ConvPass::Of(g, gradient);
  constexpr int64_t kMostPhases = 1024, kMostOffset = INT32_MAX;
  for (const ConvAxis& axis : pass.axis) {
    if (axis.phases() > kMostPhases) return false;
  }
  if (pass.phases() > kMostPhases || pass.depth() > kMostOffset) return false;
  const ConvChunks chunks(pass, pass.from, sizeof(float));
  // A padded copy of 64 MB or less, unless the images are as large.
  constexpr int64_t kMostCopy = 1 << 24;
  const int64_t most =
      std::clamp(2 * pass.batch * pass.from * pass.sources(), kMostCopy, kMostOffset);
  return chunks.copyElements <= most && chunks.mostPositions() < kMostOffset;
}

HWY_EXPORT(ConvScratch);
ScratchBytes OffsetConvScratch(const ConvGeometry& g, bool gradient, size_t computeBytes) {
  return HWY_DYNAMIC_DISPATCH(ConvScratch)(g, gradient, computeBytes);
}

#define BLASGRAD_OFFSET_CONV(NAME, S)                                                             \
  HWY_EXPORT(Conv##NAME);                                                                         \
  template <>                                                                                     \
  void OffsetConv(const Args& args, const ConvGeometry& g, bool gradient, const S* x, const S* w, \
                  const S* bias, S* y) {                                                          \
    HWY_DYNAMIC_DISPATCH(Conv##NAME)(args, g, gradient, x, w, bias, y);                           \
  }
BLASGRAD_OFFSET_CONV(32, float)
BLASGRAD_OFFSET_CONV(64, double)
BLASGRAD_OFFSET_CONV(F16, Float16)
BLASGRAD_OFFSET_CONV(BF16, BFloat16)
#undef BLASGRAD_OFFSET_CONV

}  // namespace blasgrad
#endif
