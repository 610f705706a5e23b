// The tiles of 4 x 4 outputs that Winograd's algorithm works on, in blocks that fit in the cache, and where the pixels of a
// block lie in the planes of a tensor.
#pragma once

#include <algorithm>
#include <cstdint>

namespace blasgrad {

inline constexpr int64_t kTileSize = 4;

// The tiles of all images: `rows` x `columns` an image.
struct TileGrid {
  int64_t batch, rows, columns;
  int64_t blockRows, blockColumns;  // the largest block, in rows of tiles and tiles of a row

  // Blocks of at most `most` tiles.
  static TileGrid Of(int64_t batch, int64_t height, int64_t width, int64_t most) {
    TileGrid grid = {batch, Tiles(height), Tiles(width), 1, 1};
    const int64_t chunks = (grid.columns + most - 1) / most;
    grid.blockColumns = (grid.columns + chunks - 1) / chunks;
    grid.blockRows = std::min(std::max<int64_t>(most / grid.blockColumns, 1), batch * grid.rows);
    return grid;
  }
  static int64_t Tiles(int64_t size) { return (size + kTileSize - 1) / kTileSize; }

  int64_t rowBlocks() const { return (batch * rows + blockRows - 1) / blockRows; }
  int64_t columnBlocks() const { return (columns + blockColumns - 1) / blockColumns; }
  int64_t blocks() const { return rowBlocks() * columnBlocks(); }
  // The tiles of the largest block.
  int64_t mostTiles() const { return blockRows * blockColumns; }
};

// Rows [row, rowEnd) of tiles, counted over all images, and tiles [column, columnEnd) of each.
struct TileBlock {
  int64_t row, rowEnd, column, columnEnd;

  TileBlock(const TileGrid& grid, int64_t index) {
    row = index / grid.columnBlocks() * grid.blockRows;
    rowEnd = std::min(row + grid.blockRows, grid.batch * grid.rows);
    column = index % grid.columnBlocks() * grid.blockColumns;
    columnEnd = std::min(column + grid.blockColumns, grid.columns);
  }
  int64_t rows() const { return rowEnd - row; }
  int64_t columns() const { return columnEnd - column; }
  int64_t tiles() const { return rows() * columns(); }
};

// The planes that the pixels of a block are copied from or to: `channels` planes of height x width an image. The first
// tile of an image begins `top` rows above and `left` columns before it; tiles overlap by `halo` pixels.
struct Planes {
  int64_t channels, height, width, top, left, halo;
  int64_t pixels() const { return height * width; }
};

// Consecutive pixels of a plane, and the number of the first in PixelMap::offsets.
struct PixelRun {
  int64_t from, count, first;
};

// Where the pixels of a block lie, in its buffer of [pixel][lanes] and in the first plane of a tensor.
class PixelMap {
 public:
  // The bytes for a block of `tiles`: 36 pixels a tile, and a run for each row of pixels.
  static int64_t Bytes(int64_t tiles) {
    return tiles * (36 * static_cast<int64_t>(sizeof(int32_t)) +
                    7 * static_cast<int64_t>(sizeof(PixelRun)));
  }

  PixelMap(char* memory, int64_t tiles)
      : runs_(reinterpret_cast<PixelRun*>(memory)),
        rowStart_(reinterpret_cast<int64_t*>(runs_ + 6 * tiles)),
        offsets_(reinterpret_cast<int32_t*>(rowStart_ + tiles)) {}

  void Build(const TileGrid& grid, const TileBlock& block, const Planes& planes, int64_t lanes) {
    width_ = kTileSize * block.columns() + planes.halo;
    runCount_ = 0;
    height_ = 0;
    int64_t known = 0;
    for (int64_t row = block.row; row < block.rowEnd;) {
      const int64_t image = row / grid.rows, first = row % grid.rows;
      const int64_t tileRows = std::min(grid.rows - first, block.rowEnd - row);
      for (int64_t i = 0; i < tileRows; ++i) {
        rowStart_[row - block.row + i] = (height_ + kTileSize * i) * width_ * lanes;
      }
      const int64_t height = kTileSize * tileRows + planes.halo;
      const int64_t y0 = kTileSize * first - planes.top;
      const int64_t x0 = kTileSize * block.column - planes.left;
      const int64_t x = std::max<int64_t>(x0, 0), xEnd = std::min(x0 + width_, planes.width);
      for (int64_t y = std::max<int64_t>(y0, 0); y < std::min(y0 + height, planes.height); ++y) {
        if (x >= xEnd) break;
        AddRow(image * planes.channels * planes.pixels() + y * planes.width + x, xEnd - x, known);
        const int64_t at = (height_ + y - y0) * width_ + x - x0;
        for (int64_t i = 0; i < xEnd - x; ++i) {
          offsets_[known++] = static_cast<int32_t>((at + i) * lanes);
        }
      }
      height_ += height;
      row += tileRows;
    }
    full_ = known == height_ * width_;
  }

  int64_t width() const { return width_; }    // pixels of a row in the buffer
  int64_t height() const { return height_; }  // rows in the buffer
  bool full() const { return full_; }         // whether each pixel of the buffer is one of a plane
  int64_t runCount() const { return runCount_; }
  const PixelRun& run(int64_t i) const { return runs_[i]; }
  const int32_t* offsets() const { return offsets_; }  // floats from the start of the buffer
  int64_t rowStart(int64_t tileRow) const { return rowStart_[tileRow]; }

 private:
  void AddRow(int64_t from, int64_t count, int64_t first) {
    if (runCount_ > 0 && runs_[runCount_ - 1].from + runs_[runCount_ - 1].count == from) {
      runs_[runCount_ - 1].count += count;
    } else {
      runs_[runCount_++] = {from, count, first};
    }
  }

  PixelRun* runs_;
  int64_t* rowStart_;
  int32_t* offsets_;
  int64_t width_ = 0, height_ = 0, runCount_ = 0;
  bool full_ = false;
};

}  // namespace blasgrad
