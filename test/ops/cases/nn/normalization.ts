/** Batch, instance, group, layer and RMS normalisation, and running statistics. */
import { F, tensor, type Tensor } from 'blasgrad';
import type { OpCase, Plain } from '../../harness';

const eps = 1e-3;
const ops = ['normalization', 'normalizationBackward'];
/** Finite differences take minutes for some thousand elements; larger cases check values only. */
const mostForGradients = 300;

/** Normalizes the elements with equal keys together; `part` is the index of weight and bias. */
function normalized(
  x: Plain,
  keyOf: (index: readonly number[]) => string,
  partOf: (index: readonly number[]) => number,
  parts: { weight?: Plain; bias?: Plain; centered?: boolean },
): Plain {
  const indexOf = (i: number): number[] => {
    const index: number[] = [];
    for (const size of [...x.shape].reverse()) {
      index.unshift(i % size);
      i = Math.floor(i / size);
    }
    return index;
  };
  const groups = new Map<string, number[]>();
  x.data.forEach((_, i) => {
    const key = keyOf(indexOf(i));
    groups.set(key, [...(groups.get(key) ?? []), i]);
  });
  const data = x.data.slice();
  for (const members of groups.values()) {
    const sum = members.reduce((all, i) => all + x.data[i], 0);
    const mean = parts.centered === false ? 0 : sum / members.length;
    const variance = members.reduce((all, i) => all + (x.data[i] - mean) ** 2, 0) / members.length;
    for (const i of members) {
      const part = partOf(indexOf(i));
      const normal = (x.data[i] - mean) / Math.sqrt(variance + eps);
      data[i] = normal * (parts.weight?.data[part] ?? 1) + (parts.bias?.data[part] ?? 0);
    }
  }
  return { shape: x.shape, data };
}

const affine = [
  { name: '', weighted: false, biased: false },
  { name: ', weight', weighted: true, biased: false },
  { name: ', bias', weighted: false, biased: true },
  { name: ', weight and bias', weighted: true, biased: true },
] as const;

/** The cases of one function for some shapes, with and without weight and bias. */
function casesOf(
  name: string,
  shapes: readonly (readonly number[])[],
  parameters: (shape: readonly number[]) => readonly number[],
  run: (x: Tensor, options: { weight?: Tensor; bias?: Tensor; eps: number }) => Tensor,
  reference: (x: Plain, parts: { weight?: Plain; bias?: Plain }) => Plain,
): OpCase[] {
  return shapes.flatMap((shape) =>
    affine.map(({ name: which, weighted, biased }): OpCase => {
      const part = { shape: parameters(shape), low: 0.5, high: 2 };
      const split = <T>(rest: readonly T[]): { weight?: T; bias?: T } => ({
        ...(weighted ? { weight: rest[0] } : {}),
        ...(biased ? { bias: rest[weighted ? 1 : 0] } : {}),
      });
      const isLarge = shape.reduce((a, b) => a * b, 1) > mostForGradients;
      return {
        name: `${name} of [${shape.join()}]${which}`,
        ops: isLarge ? ['normalization'] : ops,
        ...(isLarge ? { gradient: false } : {}),
        inputs: [{ shape }, ...(weighted ? [part] : []), ...(biased ? [part] : [])],
        run: (x, ...rest) => run(x, { ...split(rest), eps }),
        reference: (x, ...rest) => reference(x, split(rest)),
        float32: { rel: 2e-5, abs: 1e-5 },
      };
    }),
  );
}

const channel = (shape: readonly number[]): readonly number[] => [shape[1]];
const last =
  (dims: number) =>
  (shape: readonly number[]): readonly number[] =>
    shape.slice(shape.length - dims);

/** The position in the last dimensions. */
const within =
  (shape: readonly number[]) =>
  (index: readonly number[]): number =>
    index.slice(index.length - shape.length).reduce((at, i, k) => at * shape[k] + i, 0);

const batch = casesOf(
  'batchNorm',
  [
    [5, 3],
    [40, 70],
    [3, 2, 5],
    [2, 3, 3, 17],
    [4, 2, 1100],
    [2, 2, 2, 2, 3],
    [0, 3],
    [2, 3, 0],
  ],
  channel,
  (x, options) => F.batchNorm(x, null, null, { ...options, training: true }),
  (x, parts) =>
    normalized(
      x,
      ([, c]) => String(c),
      ([, c]) => c,
      parts,
    ),
);

const instance = casesOf(
  'instanceNorm',
  [
    [2, 3, 7],
    [2, 2, 3, 6],
    [1, 2, 1030],
    [0, 2, 3],
  ],
  channel,
  (x, options) => F.instanceNorm(x, options),
  (x, parts) =>
    normalized(
      x,
      ([n, c]) => `${n} ${c}`,
      ([, c]) => c,
      parts,
    ),
);

const group = [1, 2, 4].flatMap((groups) =>
  casesOf(
    `groupNorm with ${groups}`,
    [
      [3, 8],
      [70, 4],
      [2, 4, 5],
      [1, 4, 3, 3],
      [0, 4, 2],
    ],
    channel,
    (x, options) => F.groupNorm(x, groups, options),
    (x, parts) =>
      normalized(
        x,
        ([n, c]) => `${n} ${Math.floor((c * groups) / x.shape[1])}`,
        ([, c]) => c,
        parts,
      ),
  ),
);

const layer = [1, 2].flatMap((dims) =>
  casesOf(
    `layerNorm over ${dims}`,
    [
      [3, 4],
      [2, 3, 16],
      [130, 3, 9],
      [2, 2, 1100],
      [1, 1],
      [0, 5],
    ],
    last(dims),
    (x, options) => F.layerNorm(x, last(dims)(x.shape), options),
    (x, parts) =>
      normalized(x, (index) => index.slice(0, -dims).join(' '), within(last(dims)(x.shape)), parts),
  ),
);

const rms = casesOf(
  'rmsNorm',
  [
    [3, 4],
    [2, 3, 17],
    [70, 5],
    [2, 1100],
    [0, 5],
  ],
  last(1),
  (x, { weight, eps: e }) => F.rmsNorm(x, last(1)(x.shape), { weight, eps: e }),
  (x, { weight }) =>
    normalized(x, (index) => index.slice(0, -1).join(' '), within(last(1)(x.shape)), {
      weight,
      centered: false,
    }),
).filter(({ name }) => !name.includes('bias'));

/** With given statistics. */
const fixed = [
  [4, 3],
  [2, 3, 5],
  [3, 70],
  [0, 3],
].flatMap((shape) =>
  ['batchNorm', 'instanceNorm'].map((name): OpCase => {
    const statistic = { shape: [shape[1]], low: 0.5, high: 2 };
    return {
      name: `${name} of [${shape.join()}] with running statistics`,
      ops,
      inputs: [{ shape }, statistic, statistic],
      run: (x, weight, bias) => {
        const numbers = Array.from({ length: shape[1] }, (_, c) => c);
        const mean = tensor(numbers.map((c) => c / 8)).to(x.dtype);
        const variance = tensor(numbers.map((c) => 1 + c / 4)).to(x.dtype);
        const options = { weight, bias, eps };
        return name === 'batchNorm'
          ? F.batchNorm(x, mean, variance, options)
          : F.instanceNorm(x, { runningMean: mean, runningVar: variance, useInputStats: false, ...options }); // prettier-ignore
      },
      reference: (x, weight, bias) => ({
        shape: x.shape,
        data: x.data.map((v, i) => {
          const inner = x.shape.slice(2).reduce((a, b) => a * b, 1);
          const c = Math.floor(i / inner) % shape[1];
          const normal = (v - c / 8) / Math.sqrt(1 + c / 4 + eps);
          return normal * weight.data[c] + bias.data[c];
        }),
      }),
    };
  }),
);

const running = [
  { name: 'batchNorm', shape: [3, 2, 4] },
  { name: 'instanceNorm', shape: [3, 2, 4] },
].flatMap(({ name, shape }) =>
  ['mean', 'variance'].map((which): OpCase => ({
    name: `running ${which} of ${name}`,
    ops: ['runningStatistics'],
    inputs: [{ shape }],
    gradient: false,
    run: (x) => {
      const runningMean = tensor([1, 2]).to(x.dtype);
      const runningVar = tensor([3, 4]).to(x.dtype);
      const momentum = 0.25;
      if (name === 'batchNorm') {
        F.batchNorm(x, runningMean, runningVar, { training: true, momentum });
      } else {
        F.instanceNorm(x, { runningMean, runningVar, momentum });
      }
      return which === 'mean' ? runningMean : runningVar;
    },
    reference: (x) => {
      const [n, channels, inner] = shape;
      const samples = name === 'batchNorm' ? 1 : n;
      const data = Array.from({ length: channels }, (_, c) => {
        let value = 0;
        for (let s = 0; s < samples; s++) {
          const members = x.data.filter(
            (__, i) =>
              Math.floor(i / inner) % channels === c &&
              (samples === 1 || Math.floor(i / inner / channels) === s),
          );
          const mean = members.reduce((a, b) => a + b, 0) / members.length;
          const squares = members.reduce((a, b) => a + (b - mean) ** 2, 0);
          value += which === 'mean' ? mean : squares / (members.length - 1);
        }
        const before = which === 'mean' ? 1 + c : 3 + c;
        return 0.75 * before + (0.25 * value) / samples;
      });
      return { shape: [channels], data };
    },
  })),
);

export const cases: readonly OpCase[] = [
  ...batch,
  ...instance,
  ...group,
  ...layer,
  ...rms,
  ...fixed,
  ...running,
];
