import { gzipSync } from 'node:zlib';
import { io } from 'blasgrad';
import { idxFile } from '../idxFile';
import type { FuzzTarget } from './target';

const images = idxFile(
  'uint8',
  [3, 4, 4],
  Array.from({ length: 48 }, (_, i) => (i * 37) % 256),
);
const seeds = {
  'images-idx3-ubyte': images,
  'labels-idx1-ubyte': idxFile('uint8', [5], [1, 2, 3, 4, 5]),
  'shorts-idx2-short': idxFile('int16', [2, 3], [1, -2, 3, -4, 5, -6]),
  'doubles-idx1-double': idxFile('float64', [4], [0.5, 1, NaN, Infinity]),
};

export const idx: FuzzTarget = {
  name: 'IDX',
  files: 3500,
  seeds: () => seeds,
  read: (path) => io.loadIdx(path),
};

export const idxGzip: FuzzTarget = {
  name: 'IDX in gzip',
  files: 1500,
  seeds: () =>
    Object.fromEntries(
      Object.entries(seeds).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes, { level: 1 })]),
    ),
  read: (path) => io.loadIdx(path, { dtype: 'float32' }),
};
