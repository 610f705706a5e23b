/** Linear layers of each size that selects another loop, compared with sums in float64. */
import { backend, F, fromArray, manualSeed, rand, tensor, type Tensor } from 'blasgrad';
import { oneIn } from '../support/full';

const rowCounts = oneIn(
  3,
  'numbers of rows',
  [0, 1, 2, 3, 5, 7, 15, 16, 17, 20, 28, 31, 32, 33, 63, 64, 65, 100, 128, 129],
);
const sizes: readonly [outFeatures: number, inFeatures: number][] = [
  [1, 1],
  [3, 10],
  [4, 63],
  [5, 64],
  [9, 130],
  [255, 65],
  [256, 64],
  [261, 100],
  [256, 4097],
];

function reference(x: Tensor, weight: Tensor, bias: Tensor | null): Float64Array {
  const [rows, k] = x.shape;
  const n = weight.shape[0];
  const [a, b, c] = [x, weight, bias].map((one) => one?.data as Float32Array | undefined);
  return Float64Array.from({ length: rows * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = c?.[j] ?? 0;
    for (let p = 0; p < k; p++) sum += (a?.[i * k + p] ?? NaN) * (b?.[j * k + p] ?? NaN);
    return sum;
  });
}

function largestError(actual: Tensor, expected: Float64Array, k: number): number {
  const values = actual.data as Float32Array;
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(values[i] - value)), 0) / k;
}

describe.each(['float32', 'float64'] as const)('%s', (dtype) => {
  test.each(sizes)('%i features of %i', (n, k) => {
    manualSeed(n + k);
    const weight = rand([n, k], { dtype }).sub(0.5);
    const bias = rand([n], { dtype });
    for (const rows of k > 1000 ? [16, 33, 65] : rowCounts) {
      const x = rand([rows, k], { dtype }).sub(0.5);
      for (const shift of [bias, null]) {
        const y = F.linear(x, weight, shift);
        const error = largestError(y, reference(x, weight, shift), k);
        expect({ rows, close: error < (dtype === 'float32' ? 2e-7 : 4e-16) }).toEqual({
          rows,
          close: true,
        });
      }
    }
  });
});

test('any number of threads gives the same bits', () => {
  const before = backend.getNumThreads();
  manualSeed(1);
  const [weight, bias] = [rand(700, 300), rand(700)];
  try {
    for (const rows of [1, 6, 16, 40, 128]) {
      const x = rand(rows, 300);
      const results = [1, 2, 3].map((threads) => {
        backend.setNumThreads(threads);
        return F.linear(x, weight, bias).data;
      });
      expect(results[1]).toEqual(results[0]);
      expect(results[2]).toEqual(results[0]);
    }
  } finally {
    backend.setNumThreads(before);
  }
});

test.each([2, 8, 32])('%i rows: NaN and infinity reach what depends on them', (rows) => {
  const [n, k] = [256, 70];
  const x = new Float32Array(rows * k).fill(1);
  x[k + 69] = NaN; // the last feature of row 1
  x[0] = Infinity;
  const y = F.linear(
    fromArray(x, [rows, k]),
    tensor(new Float32Array(n * k).fill(1)).reshape([n, k]),
  );
  const values = y.toArray() as number[][];
  values.forEach((row, i) => {
    expect(new Set(row)).toEqual(new Set([i === 0 ? Infinity : i === 1 ? NaN : k]));
  });
});
