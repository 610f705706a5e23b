// Winograd's algorithm F(4x4, 3x3): for each of 36 positions, a product of (tiles x input channels) and (input channels x
// output channels). A block of tiles is transformed, multiplied and transformed back while it is in the cache.
#include "ops/nn/winograd.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/nn/winograd.cc"
#include "hwy/foreach_target.h"
//
#include "core/threads.h"
#include "ops/nn/winograd_products-inl.h"
#include "ops/nn/winograd_weights-inl.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {
namespace {

// --- Blocks ---------------------------------------------------------------------------------------------------------

constexpr int64_t kMostTiles = 48, kMostGradientTiles = 96;

// The tiles of a block: `most`, or fewer so that its two matrices take at most 8 MB.
int64_t MostTiles(const Planes& in, const Planes& out, int64_t most) {
  constexpr int64_t kMostFloats = 2 << 20;
  return std::clamp<int64_t>(kMostFloats / (kPositions * (in.channels + out.channels)), 2 * kRows,
                             most);
}

// --- Forward, and the gradient of the input, which is a convolution with turned weights -----------------------------

// A convolution of `in` (batch, inChannels) to `out` (batch, outChannels).
struct Forward {
  TileGrid grid;
  Planes in, out;

  static Forward Of(const ConvGeometry& g, bool turned) {
    const ConvDim &y = g.dim[1], &x = g.dim[2];
    const Planes input = {g.inChannels, y.input, x.input, y.padding, x.padding, 2};
    const Planes output = {g.outChannels, y.output, x.output, 0, 0, 0};
    if (turned) {
      return Of(g.batch, {g.outChannels, y.output, x.output, 2 - y.padding, 2 - x.padding, 2},
                {g.inChannels, y.input, x.input, 0, 0, 0});
    }
    return Of(g.batch, input, output);
  }
  static Forward Of(int64_t batch, const Planes& in, const Planes& out) {
    const int64_t most = MostTiles(in, out, kMostTiles);
    return {TileGrid::Of(batch, out.height, out.width, most), in, out};
  }
  // As many rows of tiles in each block as let all threads work until the end. Results do not depend on it.
  void Share(int threads) {
    const int64_t most = grid.blockRows * threads;
    const int64_t rounds = (grid.batch * grid.rows + most - 1) / most;
    grid.blockRows = (grid.batch * grid.rows + rounds * threads - 1) / (rounds * threads);
  }
  int64_t rows() const { return RoundUp(grid.mostTiles(), kRows); }
  int64_t bufferFloats() const { return kPositions * grid.mostTiles() * kPanel; }
  int64_t mapBytes() const { return RoundUp(PixelMap::Bytes(grid.mostTiles()), 64); }

  ScratchBytes scratch() const {
    const int64_t shared =
        Matrices::Bytes(in.channels, out.channels) + ProductTables::Bytes(rows(), in.channels);
    const int64_t each = Matrices::Bytes(rows(), in.channels) +
                         Matrices::Bytes(rows(), out.channels) +
                         3 * bufferFloats() * static_cast<int64_t>(sizeof(float)) + 2 * mapBytes();
    return {static_cast<size_t>(shared), static_cast<size_t>(each)};
  }
};

float* TakeFloats(char** memory, int64_t count) {
  auto* taken = reinterpret_cast<float*>(*memory);
  *memory += count * static_cast<int64_t>(sizeof(float));
  return taken;
}

void RunForward(const Args& args, const Forward& f, const float* x, const Matrices& u,
                const ProductTables& tables, const float* bias, float* y) {
  args.threads->For(f.grid.blocks(), 1, [&](int64_t begin, int64_t end, int part) {
    char* memory = args.perThread<char>(part);
    const Matrices v = Matrices::At(&memory, f.rows(), f.in.channels, 1);
    const Matrices m = Matrices::At(&memory, f.rows(), f.out.channels, kGroupPanels);
    float* inBuffer = TakeFloats(&memory, f.bufferFloats());
    float* outBuffer = TakeFloats(&memory, f.bufferFloats());
    float* rows = TakeFloats(&memory, f.bufferFloats());
    PixelMap in(memory, f.grid.mostTiles()), out(memory + f.mapBytes(), f.grid.mostTiles());
    for (int64_t index = begin; index < end; ++index) {
      const TileBlock block(f.grid, index);
      in.Build(f.grid, block, f.in, kPanel);
      out.Build(f.grid, block, f.out, kPanel);
      if (!in.full()) std::fill_n(inBuffer, in.width() * in.height() * kPanel, 0.0f);
      for (int64_t p = 0; p < v.panels; ++p) {
        const int64_t c = p * kPanel;
        MovePixels<false>(in, x + c * f.in.pixels(), f.in.pixels(),
                          std::min(f.in.channels - c, kPanel), inBuffer);
        TransformTiles<InputTransform>(block, in, inBuffer, rows, v.panel(p), v.step(p), v.stride);
      }
      for (int64_t position = 0; position < kPositions; ++position) {
        for (int64_t p = 0; p < m.panels; p += kGroupPanels) {
          Multiply(v, u, m, tables, f.in.channels, position, p, block.tiles(), false);
        }
      }
      for (int64_t p = 0; p < m.panels; ++p) {
        const int64_t o = p * kPanel, lanes = std::min(f.out.channels - o, kPanel);
        HWY_ALIGN float add[kPanel] = {};
        if (bias != nullptr) std::copy_n(bias + o, lanes, add);
        TransformOutputs(block, out, m.panel(p), m.step(p), m.stride, add, rows, outBuffer);
        MovePixels<true>(out, y + o * f.out.pixels(), f.out.pixels(), lanes, outBuffer);
      }
    }
  });
}

void ForwardOrInput(const Args& args, const ConvGeometry& g, const float* x, const float* w,
                    const float* bias, float* y, bool turned) {
  Forward f = Forward::Of(g, turned);
  f.Share(args.threads->count());
  char* shared = args.shared<char>();
  const Matrices u = Matrices::At(&shared, f.in.channels, f.out.channels, kGroupPanels);
  const ProductTables tables(shared, f.rows(), f.in.channels, f.rows(), false);
  args.threads->For(u.panels, 1, [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; ++p) {
      const int64_t o = p * kPanel, lanes = std::min(f.out.channels - o, kPanel);
      if (turned) {
        TransformTurnedWeights(w + 9 * o, f.out.channels, f.in.channels, lanes, u.panel(p),
                               u.step(p), u.stride);
      } else {
        TransformWeights(w + 9 * o * f.in.channels, f.in.channels, lanes, u.panel(p), u.step(p),
                         u.stride);
      }
    }
  });
  RunForward(args, f, x, u, tables, bias, y);
}

// --- The gradient of the weights --------------------------------------------------------------------------------------

struct Backward {
  TileGrid grid;
  Planes in, out;

  static Backward Of(const ConvGeometry& g) {
    const ConvDim &y = g.dim[1], &x = g.dim[2];
    const Planes in = {g.inChannels, y.input, x.input, y.padding, x.padding, 2};
    const Planes out = {g.outChannels, y.output, x.output, 0, 0, 0};
    const int64_t most = MostTiles(in, out, kMostGradientTiles);
    return {TileGrid::Of(g.batch, y.output, x.output, most), in, out};
  }
  int64_t tiles() const { return grid.mostTiles(); }
  int64_t channelRows() const { return RoundUp(in.channels, kRows); }
  int64_t bufferFloats() const { return kPositions * tiles() * kPanel; }
  int64_t mapBytes() const { return RoundUp(PixelMap::Bytes(tiles()), 64); }
  ScratchBytes scratch() const {
    const int64_t shared = Matrices::Bytes(tiles(), in.channels) +
                           Matrices::Bytes(tiles(), out.channels) +
                           Matrices::Bytes(channelRows(), out.channels) + 2 * mapBytes() +
                           ProductTables::Bytes(channelRows(), tiles());
    return {static_cast<size_t>(shared),
            static_cast<size_t>(2 * bufferFloats() * static_cast<int64_t>(sizeof(float)))};
  }
};

void WeightGradient(const Args& args, const ConvGeometry& g, const float* x, const float* dy,
                    float* dw) {
  const Backward b = Backward::Of(g);
  char* shared = args.shared<char>();
  const Matrices v = Matrices::At(&shared, b.tiles(), b.in.channels, 1);
  const Matrices z = Matrices::At(&shared, b.tiles(), b.out.channels, kGroupPanels);
  const Matrices du = Matrices::At(&shared, b.channelRows(), b.out.channels, kGroupPanels);
  PixelMap in(shared, b.tiles()), out(shared + b.mapBytes(), b.tiles());
  const ProductTables tables(shared + 2 * b.mapBytes(), b.in.channels, b.tiles(), b.tiles(), true);
  const int64_t groups = (z.panels + kGroupPanels - 1) / kGroupPanels;
  // Blocks are added in order, and threads share the positions of each, so that bits do not depend on their number.
  for (int64_t index = 0; index < b.grid.blocks(); ++index) {
    const TileBlock block(b.grid, index);
    in.Build(b.grid, block, b.in, kPanel);
    out.Build(b.grid, block, b.out, kPanel);
    args.threads->For(v.panels + z.panels, 1, [&](int64_t begin, int64_t end, int part) {
      float* buffer = args.perThread<float>(part);
      float* rows = buffer + b.bufferFloats();
      for (int64_t p = begin; p < end; ++p) {
        const bool gradient = p >= v.panels;
        const PixelMap& map = gradient ? out : in;
        const Planes& planes = gradient ? b.out : b.in;
        const int64_t c = (gradient ? p - v.panels : p) * kPanel;
        if (!map.full() && (p == begin || p == v.panels)) {
          std::fill_n(buffer, map.width() * map.height() * kPanel, 0.0f);
        }
        MovePixels<false>(map, (gradient ? dy : x) + c * planes.pixels(), planes.pixels(),
                          std::min(planes.channels - c, kPanel), buffer);
        if (gradient) {
          const int64_t o = p - v.panels;
          TransformTiles<GradientTransform>(block, map, buffer, rows, z.panel(o), z.step(o),
                                            z.stride);
        } else {
          TransformTiles<InputTransform>(block, map, buffer, rows, v.panel(p), v.step(p), v.stride);
        }
      }
    });
    args.threads->For(kPositions * groups, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        Multiply(v, z, du, tables, block.tiles(), i / groups, i % groups * kGroupPanels,
                 b.in.channels, index > 0);
      }
    });
  }
  args.threads->For(z.panels, 1, [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; ++p) {
      const int64_t o = p * kPanel;
      TransformWeightGradient(du.panel(p), du.step(p), du.stride, b.in.channels,
                              std::min(b.out.channels - o, kPanel), dw + 9 * o * b.in.channels);
    }
  });
}

void Scratch(const ConvGeometry& g, int which, ScratchBytes* bytes) {
  *bytes = which == 2 ? Backward::Of(g).scratch() : Forward::Of(g, which == 1).scratch();
}

}  // namespace

void WinogradForwardOrInput(const Args& args, const ConvGeometry& g, const float* x, const float* w,
                            const float* bias, float* y, bool turned) {
  ForwardOrInput(args, g, x, w, bias, y, turned);
}
void WinogradWeight(const Args& args, const ConvGeometry& g, const float* x, const float* dy,
                    float* dw) {
  WeightGradient(args, g, x, dy, dw);
}
void WinogradBytes(const ConvGeometry& g, int which, ScratchBytes* bytes) {
  Scratch(g, which, bytes);
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace blasgrad {
namespace {

// Sizes of one dimension, apart from the padding.
bool Is3(const ConvDim& d) { return d.kernel == 3 && d.stride == 1 && d.dilation == 1; }

// Sizes are not checked yet, so that no product of them is computed before they are.
bool Applies(const ConvGeometry& g) {
  const ConvDim& depth = g.dim[0];
  if (g.batch < 1 || g.dim[1].input < 1 || g.dim[1].output < 1) return false;
  if (g.dim[2].input < 1 || g.dim[2].output < 1) return false;
  constexpr int64_t kLeastChannels = 32, kMostWeightBytes = 16 << 20;
  return depth.input == 1 && depth.output == 1 && depth.kernel == 1 && depth.padding == 0 &&
         g.groups == 1 && Is3(g.dim[1]) && Is3(g.dim[2]) && g.inChannels >= kLeastChannels &&
         g.outChannels >= kLeastChannels && g.inChannels <= kMostWeightBytes / 144 / g.outChannels;
}

// Whether a result of these sizes has at least 4 tiles an image, and pixels enough in them.
bool SuitsTiles(int64_t batch, int64_t height, int64_t width) {
  constexpr int64_t kMost = 1 << 24;
  if (batch > kMost || height > kMost || width > kMost) return false;
  const int64_t tiles = TileGrid::Tiles(height) * TileGrid::Tiles(width);
  return tiles >= 4 && batch * tiles >= 16 && height * width >= 6 * tiles;
}

}  // namespace

bool SuitsWinograd(const ConvGeometry& g) {
  return Applies(g) && SuitsTiles(g.batch, g.dim[1].output, g.dim[2].output);
}
bool SuitsWinogradInput(const ConvGeometry& g) {
  return Applies(g) && SuitsTiles(g.batch, g.dim[1].input, g.dim[2].input);
}
bool SuitsWinogradWeight(const ConvGeometry& g) { return SuitsWinograd(g); }

HWY_EXPORT(WinogradForwardOrInput);
HWY_EXPORT(WinogradWeight);
HWY_EXPORT(WinogradBytes);

ScratchBytes WinogradScratch(const ConvGeometry& g) {
  ScratchBytes bytes;
  HWY_DYNAMIC_DISPATCH(WinogradBytes)(g, 0, &bytes);
  return bytes;
}
ScratchBytes WinogradInputScratch(const ConvGeometry& g) {
  ScratchBytes bytes;
  HWY_DYNAMIC_DISPATCH(WinogradBytes)(g, 1, &bytes);
  return bytes;
}
ScratchBytes WinogradWeightScratch(const ConvGeometry& g) {
  ScratchBytes bytes;
  HWY_DYNAMIC_DISPATCH(WinogradBytes)(g, 2, &bytes);
  return bytes;
}

void WinogradConv(const Args& args, const ConvGeometry& g, const float* x, const float* w,
                  const float* bias, float* y) {
  HWY_DYNAMIC_DISPATCH(WinogradForwardOrInput)(args, g, x, w, bias, y, false);
}
void WinogradConvInput(const Args& args, const ConvGeometry& g, const float* dy, const float* w,
                       const float* bias, float* dx) {
  HWY_DYNAMIC_DISPATCH(WinogradForwardOrInput)(args, g, dy, w, bias, dx, true);
}
void WinogradConvWeight(const Args& args, const ConvGeometry& g, const float* x, const float* dy,
                        float* dw) {
  HWY_DYNAMIC_DISPATCH(WinogradWeight)(args, g, x, dy, dw);
}
}  // namespace blasgrad
#endif
