/** Random numbers, compared with a second implementation of the generator. Only dropout is differentiable. */
import { F, Generator, randint, randperm, type Tensor } from 'blasgrad';
import { wideWords, words } from '../../../support/philox';
import { pointwise, type OpCase, type Plain } from '../../harness';

const seed = 2 ** 40 + 12345; // both halves of the key count
const generator = (): Generator => new Generator(seed);
const exact = { rel: 0, abs: 0 } as const;

/** Overwrites a copy of the input, which gives the shape. */
const fills = (
  one: Pick<OpCase, 'name' | 'ops'> & Partial<OpCase>,
  dtype: 'float32' | 'float64' | 'int32' | 'bool',
  run: (x: Tensor) => Tensor,
  values: (count: number) => number[],
): OpCase => ({
  inputs: [{ shape: [3, 37], dtype }],
  run: (x) => run(x.detach().clone()),
  reference: ({ shape, data }) => ({ shape, data: values(data.length) }),
  gradient: false,
  ...one,
});

const units = {
  float32: (count: number) => words(seed, count).map((word) => (word >>> 8) * 2 ** -24),
  float64: (count: number) => wideWords(seed, count).map((wide) => Number(wide >> 11n) * 2 ** -53),
};

/** Box and Muller: half of each group's numbers are radii, half are angles. */
function normals(count: number, perGroup: number, unit: (i: number) => number): number[] {
  const half = perGroup / 2;
  return Array.from({ length: count }, (_, i) => {
    const first = i - (i % perGroup) + (i % half);
    const radius = Math.sqrt(-2 * Math.log(unit(first)));
    const angle = 2 * Math.PI * unit(first + half);
    return radius * (i % perGroup < half ? Math.cos(angle) : Math.sin(angle));
  });
}

const normal32 = (count: number): number[] => {
  const all = words(seed, count + 32).map((word) => (word >>> 1) * 2 ** -31);
  return normals(count, 32, (i) => all[i] + 2 ** -32);
};
const normal64 = (count: number): number[] => {
  const all = wideWords(seed, count + 16).map((wide) => (Number(wide >> 11n) + 0.5) * 2 ** -53);
  return normals(count, 16, (i) => all[i]);
};

const chosen = (p: number) => (count: number) => {
  return words(seed, count).map((word) => Number(word < p * 2 ** 32));
};

const whole = (low: number, range: number) => (count: number) => {
  return wideWords(seed, count).map((wide) => low + Number((wide * BigInt(range)) >> 64n));
};

function shuffled(count: number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  wideWords(seed, count).forEach((wide, i) => {
    const [last, other] = [count - 1 - i, Number((wide * BigInt(count - i)) >> 64n)];
    [order[last], order[other]] = [order[other], order[last]];
  });
  return order;
}

const kept = ({ data }: Plain, p: number): number[] => {
  return words(seed, data.length).map((word) => (word < p * 2 ** 32 ? 0 : 1 / (1 - p)));
};

const dropped = (name: string, p: number): OpCase => ({
  name,
  ops: ['dropout', 'dropoutBackward'],
  inputs: [{ shape: [5, 7] }],
  run: (x) => F.dropout(x, { p, generator: generator() }),
  reference: (x) => {
    const factors = kept(x, p);
    return { shape: x.shape, data: x.data.map((value, i) => value * (p < 1 ? factors[i] : 0)) };
  },
});

export const cases: readonly OpCase[] = [
  ...(['float32', 'float64'] as const).flatMap((dtype) => [
    fills(
      { name: `uniform_ of ${dtype}`, ops: ['uniform'], float32: exact, float64: exact },
      dtype,
      (x) => x.uniform_(0, 1, { generator: generator() }),
      units[dtype],
    ),
    fills(
      { name: `uniform_ from -3 to 5 of ${dtype}`, ops: ['uniform'] },
      dtype,
      (x) => x.uniform_(-3, 5, { generator: generator() }),
      (count) => units[dtype](count).map((unit) => 8 * unit - 3),
    ),
    fills(
      { name: `normal_ of ${dtype}`, ops: ['normal'] },
      dtype,
      (x) => x.normal_(0, 1, { generator: generator() }),
      dtype === 'float32' ? normal32 : normal64,
    ),
    fills(
      { name: `normal_ of mean 10 and deviation 0.5, ${dtype}`, ops: ['normal'] },
      dtype,
      (x) => x.normal_(10, 0.5, { generator: generator() }),
      (count) => (dtype === 'float32' ? normal32 : normal64)(count).map((v) => v / 2 + 10),
    ),
  ]),
  ...(['float32', 'float64', 'int32', 'bool'] as const).map((dtype) =>
    fills(
      { name: `bernoulli_ of ${dtype}`, ops: ['bernoulli'] },
      dtype,
      (x) => x.bernoulli_(0.3, { generator: generator() }),
      chosen(0.3),
    ),
  ),
  ...(['int32', 'float32', 'float64'] as const).map((dtype) =>
    fills(
      { name: `randint of ${dtype}`, ops: ['randint'], float32: exact, float64: exact },
      dtype,
      (x) => randint(-7, 1000, x.shape, { dtype, generator: generator() }),
      whole(-7, 1007),
    ),
  ),
  fills(
    { name: 'randint of all int32', ops: ['randint'] },
    'int32',
    (x) => randint(-(2 ** 31), 2 ** 31, x.shape, { generator: generator() }),
    whole(-(2 ** 31), 2 ** 32),
  ),
  fills(
    { name: 'randperm', ops: ['randperm'], inputs: [{ shape: [301], dtype: 'int32' }] },
    'int32',
    (x) => randperm(x.numel(), { generator: generator() }),
    shuffled,
  ),
  dropped('dropout', 0.4),
  dropped('dropout of everything', 1),
  {
    name: 'dropout while not training',
    ops: [],
    inputs: [{ shape: [5, 7] }],
    run: (x) => F.dropout(x, { training: false }).mul(2),
    reference: pointwise((x) => 2 * x),
  },
];
