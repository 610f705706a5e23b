/** Generators, and the statistics of their numbers. */
import { Worker } from 'node:worker_threads';
import { join } from 'node:path';
import {
  F,
  Generator,
  manualSeed,
  noGrad,
  ones,
  rand,
  randint,
  randLike,
  randn,
  randnLike,
  randperm,
  tensor,
  zeros,
  type Tensor,
} from 'blasgrad';
import { addon } from '../../dist/core/native';
import { words } from '../support/philox';

const values = (x: Tensor): number[] => Array.from(x.data, Number);

/** Largest distance between the share of values below v and what it should be (Kolmogorov and Smirnov). */
function distance(numbers: number[], distribution: (v: number) => number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted.reduce((worst, v, i) => {
    const share = distribution(v);
    const n = sorted.length;
    return Math.max(worst, Math.abs(share - i / n), Math.abs(share - (i + 1) / n));
  }, 0);
}

function moments(numbers: number[]): { mean: number; variance: number; kurtosis: number } {
  const mean = numbers.reduce((sum, v) => sum + v, 0) / numbers.length;
  const moment = (k: number): number => {
    return numbers.reduce((sum, v) => sum + (v - mean) ** k, 0) / numbers.length;
  };
  return { mean, variance: moment(2), kurtosis: moment(4) / moment(2) ** 2 };
}

/** Distribution function of the standard normal distribution (Abramowitz and Stegun 26.2.17, error 7.5e-8). */
function normal(v: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(v));
  const series = [1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.31938153];
  const poly = series.reduce((sum, c) => (sum + c) * t, 0);
  const tail = (poly * Math.exp((-v * v) / 2)) / Math.sqrt(2 * Math.PI);
  return v > 0 ? 1 - tail : tail;
}

const n = 200_000;
const limit = 1.95 / Math.sqrt(n); // exceeded by chance once in a thousand

describe.each(['float32', 'float64'] as const)('%s', (dtype) => {
  const generator = new Generator(2024);

  test('rand is spread evenly over [0, 1)', () => {
    const numbers = values(rand(n, { dtype, generator }));
    expect(numbers.every((v) => v >= 0 && v < 1)).toBe(true);
    expect(distance(numbers, (v) => v)).toBeLessThan(limit);
    expect(moments(numbers).variance).toBeCloseTo(1 / 12, 3);
  });

  test('randn is normally distributed', () => {
    const numbers = values(randn(n, { dtype, generator }));
    expect(distance(numbers, normal)).toBeLessThan(limit);
    const { mean, variance, kurtosis } = moments(numbers);
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(variance).toBeCloseTo(1, 1);
    expect(Math.abs(kurtosis - 3)).toBeLessThan(0.05);
    expect(numbers.some((v) => Math.abs(v) > 4)).toBe(true);
  });

  test('neighbours are independent', () => {
    const numbers = values(randn(n, { dtype, generator }));
    for (const lag of [1, 2, 8, 16, 32]) {
      const sum = numbers.slice(lag).reduce((total, v, i) => total + v * numbers[i], 0);
      expect(Math.abs(sum / n)).toBeLessThan(0.01);
    }
  });

  test('uniform_ never reaches its upper bound', () => {
    const high = 1 + 2 ** -20;
    const numbers = values(zeros(n, { dtype }).uniform_(1, high, { generator }));
    expect(numbers.every((v) => v >= 1 && v < high)).toBe(true);
    expect(values(zeros(3, { dtype }).uniform_(2, 2))).toEqual([2, 2, 2]);
  });

  test('numbers do not repeat', () => {
    const numbers = values(rand(1000, { dtype: 'float64', generator }));
    expect(new Set(numbers).size).toBe(1000);
  });
});

test('randint is even, from low to high - 1', () => {
  const counts = new Array<number>(7).fill(0);
  for (const v of values(randint(-3, 4, [n], { generator: new Generator(1) }))) counts[v + 3]++;
  for (const count of counts) expect(Math.abs(count - n / 7)).toBeLessThan(4 * Math.sqrt(n / 7));
  expect(values(randint(1, [5]))).toEqual([0, 0, 0, 0, 0]);
  expect(randint(5, [2, 3]).dtype).toBe('int32');
  expect(randint(5, [2], { dtype: 'float32' }).dtype).toBe('float32');
});

test('randperm holds each number once, and each order as often', () => {
  const order = values(randperm(10_000));
  expect([...order].sort((a, b) => a - b)).toEqual(order.map((_, i) => i));
  const generator = new Generator(3);
  const seen = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const key = randperm(3, { generator }).toString();
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  expect(seen.size).toBe(6);
  for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(130);
  expect(randperm(0).shape).toEqual([0]);
});

test('bernoulli takes each probability', () => {
  expect(values(ones(4).bernoulli_(0))).toEqual([0, 0, 0, 0]);
  expect(values(zeros(4).bernoulli_(1))).toEqual([1, 1, 1, 1]);
  expect(values(tensor([0, 1, 0, 1]).bernoulli())).toEqual([0, 1, 0, 1]);
  const share = moments(values(zeros(n).bernoulli_(0.2, { generator: new Generator(4) }))).mean;
  expect(share).toBeCloseTo(0.2, 2);
});

describe('seeds', () => {
  const draw = (): number[] => [
    ...values(rand(5)),
    ...values(randn(2, 3, { dtype: 'float64' })),
    ...values(randint(100, [7])),
    ...values(randperm(6)),
    ...values(randLike(zeros(3))),
    ...values(randnLike(zeros(3))),
    ...values(F.dropout(ones(9))),
  ];

  test('the same seed gives the same numbers, another seed others', () => {
    manualSeed(7);
    const first = draw();
    const second = draw();
    expect(second).not.toEqual(first);
    manualSeed(7);
    expect(draw()).toEqual(first);
    expect(draw()).toEqual(second);
    manualSeed(8);
    expect(draw()).not.toEqual(first);
  });

  test('both halves of a seed count', () => {
    const from = (seed: number): number[] => values(rand(4, { generator: new Generator(seed) }));
    const all = [0, 1, 2 ** 32, 2 ** 32 + 1, 2 ** 53].map((seed) => String(from(seed)));
    expect(new Set(all).size).toBe(5);
    expect(new Generator(2 ** 53).initialSeed()).toBe(2 ** 53);
    expect(manualSeed(12).initialSeed()).toBe(12);
  });

  test('without a seed numbers differ', () => {
    const [a, b] = [new Generator(), new Generator()];
    expect(values(rand(4, { generator: a }))).not.toEqual(values(rand(4, { generator: b })));
    expect(a.seed()).not.toBe(b.seed());
  });

  test('a state continues where it was saved', () => {
    const generator = new Generator(5);
    rand(1000, { generator });
    const state = generator.getState();
    const next = values(randn(10, { generator }));
    expect(values(randn(10, { generator: new Generator(6).setState(state) }))).toEqual(next);
    expect(state.shape).toEqual([4]);
    expect(state.dtype).toBe('int32');
  });

  test('numbers go on across the 2^32nd block', () => {
    const generator = new Generator(9);
    generator.setState(tensor([9, 0, -8, 0], { dtype: 'int32' }));
    const found = values(rand(64, { generator }));
    const expected = words(9, 64, 2 ** 32 - 8).map((word) => (word >>> 8) * 2 ** -24);
    expect(found).toEqual(expected);
    expect(values(generator.getState())).toEqual([9, 0, 8, 1]);
  });

  test('threads do not change the numbers', () => {
    const before = addon.getNumThreads();
    const drawn = [1, 2, 3].map((threads) => {
      addon.setNumThreads(threads);
      manualSeed(11);
      return [rand(100_001), randn(70_001, { dtype: 'float64' }), randint(9, [60_001])];
    });
    addon.setNumThreads(before);
    for (const other of drawn.slice(1)) {
      other.forEach((x, i) => expect(Buffer.compare(bytes(x), bytes(drawn[0][i]))).toBe(0));
    }
  });

  test('a worker has a default generator of its own', async () => {
    manualSeed(3);
    const mine = values(rand(3));
    const code = `
      const { manualSeed, rand } = require(${JSON.stringify(join(__dirname, '..', '..', 'dist'))});
      const unseeded = Array.from(rand(3).data);
      manualSeed(3);
      require('node:worker_threads').parentPort.postMessage([unseeded, Array.from(rand(3).data)]);
    `;
    const worker = new Worker(code, { eval: true });
    const [unseeded, seeded] = await new Promise<number[][]>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    await worker.terminate();
    expect(unseeded).not.toEqual(mine);
    expect(seeded).toEqual(mine);
  });

  const bytes = (x: Tensor): Uint8Array => {
    return new Uint8Array(x.data.buffer, x.data.byteOffset, x.data.byteLength);
  };
});

describe('in place', () => {
  test('views are filled where they lie', () => {
    const x = zeros(4, 6);
    x.T.slice(0, 0, 6, 2).normal_();
    const filled = x.toArray() as number[][];
    for (const row of filled)
      expect(row.map((v) => v !== 0)).toEqual([1, 0, 1, 0, 1, 0].map(Boolean));
  });

  test('a view of the wrong half stays', () => {
    const x = zeros(2, 5);
    x.select(0, 1).uniform_(1, 2);
    expect(values(x).map((v) => v >= 1)).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1].map(Boolean));
  });

  test('leaves that require grad are changed inside noGrad only', () => {
    const x = zeros(3, { requiresGrad: true });
    expect(() => x.normal_()).toThrow('change it in noGrad');
    noGrad(() => x.normal_());
    expect(values(x)).not.toContain(0);
  });

  test('no gradient flows through what was overwritten', () => {
    const x = ones(3, { requiresGrad: true });
    const y = x.mul(2);
    y.uniform_();
    y.sum().backward();
    expect(x.grad?.toArray()).toEqual([0, 0, 0]);
  });
});

describe('dropout', () => {
  test('keeps the mean, and the gradient uses the same mask', () => {
    manualSeed(1);
    const x = ones(n, { requiresGrad: true });
    const y = F.dropout(x, { p: 0.25 });
    expect(moments(values(y)).mean).toBeCloseTo(1, 2);
    expect([...new Set(values(y))].sort()).toEqual([0, Math.fround(4 / 3)]);
    y.sum().backward();
    expect(x.grad?.toArray()).toEqual(values(y));
  });

  test('passes its input on with p 0 and outside training', () => {
    const x = ones(3);
    expect(F.dropout(x, { p: 0 })).toBe(x);
    expect(F.dropout(x, { training: false })).toBe(x);
    expect(values(F.dropout(x, { p: 1 }))).toEqual([0, 0, 0]);
  });

  test('keeps NaN', () => {
    expect(values(F.dropout(tensor([NaN, NaN, NaN]), { p: 0.9 }))).toEqual([NaN, NaN, NaN]);
  });
});

describe('errors', () => {
  const cases: [() => unknown, typeof TypeError | typeof RangeError, string][] = [
    [
      () => manualSeed(-1),
      RangeError,
      'manualSeed: expected an integer from 0 to 2^53 for seed, got -1',
    ],
    [() => manualSeed(1.5), RangeError, 'manualSeed'],
    [() => manualSeed(2 ** 53 + 2), RangeError, 'manualSeed'],
    [() => manualSeed(NaN), RangeError, 'manualSeed'],
    [() => manualSeed('1' as unknown as number), TypeError, 'manualSeed: expected an integer'],
    [() => new Generator(null as unknown as number), TypeError, 'Generator'],
    [
      () => new Generator(1).setState(zeros(4)),
      RangeError,
      'setState: expected an int32 tensor of shape [4]',
    ],
    [() => new Generator(1).setState([1, 2, 3, 4] as unknown as Tensor), TypeError, 'setState'],
    [
      () => rand(2, { generator: 3 as unknown as Generator }),
      TypeError,
      'rand: expected a Generator',
    ],
    [() => rand(2, { dtype: 'int32' }), TypeError, 'float16 or bfloat16 for dtype'],
    [
      () => randint(3, 3, [1]),
      RangeError,
      'randint: expected an integer of at least 4 for high, got 3',
    ],
    [() => randint(0, 2 ** 40, [1]), RangeError, 'randint'],
    [() => randint(0.5, [1]), RangeError, 'randint'],
    [() => randint(2, 3 as unknown as number[]), TypeError, 'randint'],
    [() => randperm(-1), RangeError, 'randperm'],
    [
      () => zeros(2).uniform_(1, 0),
      RangeError,
      'uniform_: expected a number of at least 1 for high, got 0',
    ],
    [() => zeros(2).uniform_(-3e38, 3e38), RangeError, 'uniform_: expected a difference'],
    [() => zeros(2).normal_(0, -1), RangeError, 'normal_'],
    [
      () => zeros(2).bernoulli_(1.5),
      RangeError,
      'bernoulli_: expected a number from 0 to 1 for p, got 1.5',
    ],
    [() => F.dropout(zeros(2), { p: -0.1 }), RangeError, 'dropout'],
    [() => F.dropout([1] as unknown as Tensor), TypeError, 'dropout'],
    [
      () => zeros(2).expand(3, 2).normal_(),
      RangeError,
      'normal_: elements of this expanded tensor share memory',
    ],
  ];
  test.each(cases.map(([run, type, text]) => [text, run, type] as const))(
    '%s',
    (text, run, type) => {
      expect(run).toThrow(type);
      expect(run).toThrow(text);
    },
  );
});
