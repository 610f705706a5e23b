// Panels of as many channels as a vector has lanes: copied from planes to [pixel][lanes] and back, and transformed tile by
// tile. Compiled once per instruction set, hence the unusual include guard.
#if defined(BLASGRAD_WINOGRAD_PANELS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BLASGRAD_WINOGRAD_PANELS_INL_H
#undef BLASGRAD_WINOGRAD_PANELS_INL_H
#else
#define BLASGRAD_WINOGRAD_PANELS_INL_H
#endif

#include <algorithm>
#include <cstdint>

#include "ops/nn/winograd-inl.h"
#include "ops/nn/winograd_blocks.h"

HWY_BEFORE_NAMESPACE();
namespace blasgrad {
namespace HWY_NAMESPACE {

constexpr int64_t kPanel = static_cast<int64_t>(hn::MaxLanes(WinogradTag()));

// Copies the pixels of Lanes(d) channels.
template <bool kToPlanes, class D, class Pointer>
HWY_INLINE void MoveLanes(D d, const PixelMap& map, Pointer planes, int64_t stride, float* buffer) {
  constexpr size_t kLanes = hn::MaxLanes(D());
  const auto step = static_cast<size_t>(stride);
  for (int64_t r = 0; r < map.runCount(); ++r) {
    const PixelRun& run = map.run(r);
    const int32_t* at = map.offsets() + run.first;
    const Pointer plane = planes + run.from;
    int64_t i = 0;
    hn::Vec<D> v[4];
    for (; i + 4 <= run.count; i += 4) {
      if constexpr (kToPlanes) {
        for (int64_t j = 0; j < 4; ++j) v[j] = hn::LoadU(d, buffer + at[i + j]);
        StoreTransposed4(d, v, plane + i, step);
      } else {
        LoadTransposed4(d, plane + i, step, v);
        for (int64_t j = 0; j < 4; ++j) hn::StoreU(v[j], d, buffer + at[i + j]);
      }
    }
    for (; i < run.count; ++i) {
      for (size_t l = 0; l < kLanes; ++l) {
        if constexpr (kToPlanes) {
          plane[l * step + static_cast<size_t>(i)] = buffer[static_cast<size_t>(at[i]) + l];
        } else {
          buffer[static_cast<size_t>(at[i]) + l] = plane[l * step + static_cast<size_t>(i)];
        }
      }
    }
  }
}

// Copies the pixels of up to kPanel channels between planes, `stride` floats apart, and the buffer.
template <bool kToPlanes, class Pointer>
void MovePixels(const PixelMap& map, Pointer planes, int64_t stride, int64_t channels,
                float* buffer) {
  if (channels >= kPanel) {
    MoveLanes<kToPlanes>(WinogradTag(), map, planes, stride, buffer);
    return;
  }
  int64_t c = 0;
  if constexpr (kPanel > 4) {
    for (; c + 4 <= channels; c += 4) {
      MoveLanes<kToPlanes>(hn::CappedTag<float, 4>(), map, planes + c * stride, stride, buffer + c);
    }
  }
  for (; c < channels; ++c) {
    for (int64_t r = 0; r < map.runCount(); ++r) {
      const PixelRun& run = map.run(r);
      const int32_t* at = map.offsets() + run.first;
      const Pointer plane = planes + c * stride + run.from;
      for (int64_t i = 0; i < run.count; ++i) {
        if constexpr (kToPlanes) {
          plane[i] = buffer[at[i] + c];
        } else {
          buffer[at[i] + c] = plane[i];
        }
      }
    }
  }
}

// Transforms all tiles of the buffer. Of position p of the 36, tile t is written to out + p * stride + t * step; `rows`
// has room for 6 rows of the buffer.
template <class Transform>
void TransformTiles(const TileBlock& block, const PixelMap& map, const float* buffer, float* rows,
                    float* out, int64_t step, int64_t stride) {
  constexpr Transform kTransform;
  const int64_t row = map.width() * kPanel;
  for (int64_t q = 0; q < block.rows(); ++q) {
    const float* from = buffer + map.rowStart(q);
    for (int64_t at = 0; at < row; at += kPanel) {
      Apply(kTransform, from + at, static_cast<size_t>(row), rows + at, static_cast<size_t>(row));
    }
    for (int64_t i = 0; i < 6; ++i) {
      float* to = out + 6 * i * stride + q * block.columns() * step;
      for (int64_t t = 0; t < block.columns(); ++t) {
        Apply(kTransform, rows + i * row + t * kTileSize * kPanel, static_cast<size_t>(kPanel),
              to + t * step, static_cast<size_t>(stride));
      }
    }
  }
}

// The reverse, of products: writes outputs of 4 x 4 pixels plus `bias` to the buffer.
inline void TransformOutputs(const TileBlock& block, const PixelMap& map, const float* products,
                             int64_t step, int64_t stride, const float* bias, float* rows,
                             float* buffer) {
  constexpr OutputTransform kTransform;
  const WinogradTag d;
  const auto add = hn::LoadU(d, bias);
  const int64_t row = map.width() * kPanel;
  for (int64_t q = 0; q < block.rows(); ++q) {
    for (int64_t i = 0; i < 6; ++i) {
      const float* from = products + 6 * i * stride + q * block.columns() * step;
      for (int64_t t = 0; t < block.columns(); ++t) {
        Apply(kTransform, from + t * step, static_cast<size_t>(stride),
              rows + i * row + t * kTileSize * kPanel, static_cast<size_t>(kPanel));
      }
    }
    float* to = buffer + map.rowStart(q);
    for (int64_t at = 0; at < row; at += kPanel) {
      WinogradVector in[6], out[4];
      for (int64_t i = 0; i < 6; ++i) in[i] = hn::LoadU(d, rows + i * row + at);
      kTransform(in, out);
      for (int64_t i = 0; i < 4; ++i) hn::StoreU(hn::Add(out[i], add), d, to + i * row + at);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace blasgrad
HWY_AFTER_NAMESPACE();

#endif
