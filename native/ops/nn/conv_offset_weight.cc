#include "ops/nn/conv_offset.h"

#include <algorithm>
#include <cstdint>

#include "core/threads.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/nn/conv_offset_weight.cc"
#include "hwy/foreach_target.h"
//
#include "ops/nn/conv_offset-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

// Weight gradients add sums of this many positions, which keeps rounding errors small.
constexpr int64_t kBlock = 256;

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
  const ConvChunks chunks(pass, pass.from + pass.to, sizeof(T));
  const Panels<T> panels(pass.to);
  Pieces pieces(args.scratch);
  const WeightParts<T> parts(pass, chunks, panels, &pieces);
  parts.taps.Fill(pass, chunks);
  for (int64_t k = 0; k < parts.depth; ++k) parts.line[k] = static_cast<int32_t>(k);
  const int32_t* rows = parts.taps.offset;
  const int64_t outputs = pass.positions(), most = chunks.mostPositions();
  constexpr auto kRows = static_cast<int64_t>(kTileRows);
  const int64_t tiles = (pass.depth() + kRows - 1) / kRows;
  ConvChunk tabled = {0, 0, -1, 0};
  for (int64_t group = 0; group < pass.groups; ++group) {
    for (int64_t i = 0; i < chunks.size(); ++i) {
      const ConvChunk chunk = chunks[i];
      if (!chunk.sameShape(tabled)) parts.rows.Fill(pass, chunks, tabled = chunk);
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
                Transpose<16>(dy + plane * outputs + chunk.from * chunks.inner, outputs,
                              panels.in(panel), run,
                              [=](int64_t at) { return to + (image * run + at) * width; });
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
                    static_cast<size_t>(width), static_cast<size_t>(tile * kRows),
                    static_cast<size_t>(std::min((tile + some) * kRows, pass.depth())));
                item += some;
              }
            }
          });
    }
    for (int64_t panel = 0; panel < panels.count(); ++panel) {
      const int64_t width = panels.width(panel), first = panel * panels.widest();
      S* to = dw + (group * pass.to + first) * pass.depth();
      Transpose<kTransposeSide<T>>(parts.sums + first * parts.depth, width, pass.depth(),
                                   panels.in(panel),
                                   [&](int64_t o) { return to + o * pass.depth(); });
    }
  }
}

template <class T>
ScratchBytes WeightScratchFor(const ConvGeometry& g) {
  const ConvPass pass = ConvPass::Of(g, false);
  const ConvChunks chunks(pass, pass.from + pass.to, sizeof(T));
  Pieces shared(nullptr);
  WeightParts<T>(pass, chunks, Panels<T>(pass.to), &shared);
  return {.shared = shared.bytes()};
}

}  // namespace

ScratchBytes ConvWeightScratch(const ConvGeometry& g, size_t computeBytes) {
  return computeBytes == sizeof(float) ? WeightScratchFor<float>(g) : WeightScratchFor<double>(g);
}

#define BLASGRAD_OFFSET_CONV(NAME, S)                                                              \
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

HWY_EXPORT(ConvWeightScratch);
ScratchBytes OffsetConvWeightScratch(const ConvGeometry& g, size_t computeBytes) {
  return HWY_DYNAMIC_DISPATCH(ConvWeightScratch)(g, computeBytes);
}

#define BLASGRAD_OFFSET_CONV(NAME, S)                                                              \
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
