/** Matrix products of typed arrays, compared with plain loops. */
import { backend } from 'blasgrad';
import { randomFrom } from '../support/random';

type Floats = Float32Array | Float64Array;
interface Precision {
  readonly array: new (length: number) => Floats;
  readonly abs: number;
}
const precisions: Readonly<Record<string, Precision>> = {
  float32: { array: Float32Array, abs: 1e-4 },
  float64: { array: Float64Array, abs: 1e-12 },
};

const random = randomFrom('products');

function filled({ array }: Precision, length: number): Floats {
  const out = new array(length);
  for (let i = 0; i < length; i++) out[i] = Math.fround(2 * random() - 1);
  return out;
}

/** alpha op(a) op(b) + beta c in float64. */
function product(
  [transA, transB]: readonly [boolean, boolean],
  [m, n, k]: readonly [number, number, number],
  alpha: number,
  a: Floats,
  b: Floats,
  beta: number,
  c: Floats,
): number[] {
  return Array.from({ length: m * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = 0;
    for (let p = 0; p < k; p++)
      sum += a[transA ? p * m + i : i * k + p] * b[transB ? j * k + p : p * n + j];
    return alpha * sum + (beta === 0 ? 0 : beta * c[at]);
  });
}

function requireNear(actual: Floats, expected: readonly number[], { abs }: Precision): void {
  expect(actual.length).toBe(expected.length);
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i])), 0);
  expect(worst).toBeLessThanOrEqual(abs);
}

const flags = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

// The last two are worth a second thread, by rows and by columns.
const sides = [
  [1, 1, 1],
  [2, 3, 4],
  [1, 5, 3],
  [5, 1, 3],
  [0, 3, 2],
  [3, 0, 2],
  [2, 3, 0],
  [17, 19, 23],
  [200, 90, 130],
  [90, 200, 130],
] as const;

describe.each(Object.entries(precisions))('%s', (_name, precision) => {
  const threads = backend.getNumThreads();
  afterAll(() => backend.setNumThreads(threads));

  describe.each([1, 2])('%i threads', (count) => {
    beforeAll(() => backend.setNumThreads(count));

    test.each(flags)('gemm, transA %s, transB %s', (transA, transB) => {
      for (const [m, n, k] of sides) {
        const factors = [
          [0.5, -2],
          [1, 0],
          [1, 1],
          [0, 0.5],
        ];
        // The loops here take their time for the large ones.
        for (const [alpha, beta] of m * n > 1000 ? factors.slice(0, 1) : factors) {
          const [a, b, c] = [m * k, k * n, m * n].map((length) => filled(precision, length));
          const expected = product([transA, transB], [m, n, k], alpha, a, b, beta, c);
          backend.gemm(transA, transB, m, n, k, alpha, a, b, beta, c);
          requireNear(c, expected, precision);
        }
      }
    });

    test.each([0, 1, 3, 200])('linearForward and linearBackward, batch %i', (batch) => {
      for (const [inFeatures, outFeatures] of [
        [1, 1],
        [4, 3],
        [130, 70],
      ]) {
        const x = filled(precision, batch * inFeatures);
        const weight = filled(precision, outFeatures * inFeatures);
        const bias = filled(precision, outFeatures);
        const y = new precision.array(batch * outFeatures).fill(NaN);
        const shape = [batch, outFeatures, inFeatures] as const;
        const wide = new precision.array(batch * outFeatures).map((_, i) => bias[i % outFeatures]);

        backend.linearForward(x, weight, bias, y, batch, inFeatures, outFeatures);
        requireNear(y, product([false, true], shape, 1, x, weight, 1, wide), precision);
        backend.linearForward(x, weight, null, y, batch, inFeatures, outFeatures);
        requireNear(y, product([false, true], shape, 1, x, weight, 0, y), precision);

        const dy = filled(precision, batch * outFeatures);
        const [dx, dWeight, dBias] = [x, weight, bias].map((one) =>
          new precision.array(one.length).fill(NaN),
        );
        backend.linearBackward(x, weight, dy, dx, dWeight, dBias, batch, inFeatures, outFeatures);
        const input = [batch, inFeatures, outFeatures] as const;
        requireNear(dx, product([false, false], input, 1, dy, weight, 0, dx), precision);
        const kernel = [outFeatures, inFeatures, batch] as const;
        requireNear(dWeight, product([true, false], kernel, 1, dy, x, 0, dWeight), precision);
        const ones = new precision.array(batch).fill(1);
        requireNear(
          dBias,
          product([false, false], [1, outFeatures, batch], 1, ones, dy, 0, dBias),
          precision,
        );
      }
    });
  });

  test('linearBackward leaves out what is null', () => {
    const [x, weight, dy] = [2, 6, 3].map((length) => filled(precision, length));
    const dWeight = new precision.array(6);
    backend.linearBackward(x, weight, dy, null, dWeight, null, 1, 2, 3);
    requireNear(dWeight, product([true, false], [3, 2, 1], 1, dy, x, 0, dWeight), precision);
    backend.linearBackward(x, weight, dy, null, null, null, 1, 2, 3);
  });

  test('with beta 0, NaN in c does not matter', () => {
    const c = new precision.array(4).fill(NaN);
    backend.gemm(false, false, 2, 2, 1, 1, filled(precision, 2), filled(precision, 2), 0, c);
    expect(c.every(Number.isFinite)).toBe(true);
    c.fill(NaN);
    backend.gemm(false, false, 2, 2, 0, 1, c, c, 0, c);
    expect([...c]).toEqual([0, 0, 0, 0]);
  });

  test('NaN and infinity go through', () => {
    const a = new precision.array(4).fill(1);
    a[0] = NaN;
    a[3] = Infinity;
    const c = new precision.array(4);
    backend.gemm(false, false, 2, 2, 2, 1, a, new precision.array(4).fill(1), 0, c);
    expect([...c]).toEqual([NaN, NaN, Infinity, Infinity]);
  });

  test('shared memory works as any', () => {
    const bytes = new precision.array(0).BYTES_PER_ELEMENT * 4;
    const shared = [0, 1, 2].map(() => {
      return new (precision.array as unknown as new (b: SharedArrayBuffer) => Floats)(
        new SharedArrayBuffer(bytes),
      );
    });
    shared[0].fill(2);
    shared[1].fill(3);
    backend.gemm(false, false, 2, 2, 2, 1, shared[0], shared[1], 0, shared[2]);
    expect([...shared[2]]).toEqual([12, 12, 12, 12]);
  });
});
