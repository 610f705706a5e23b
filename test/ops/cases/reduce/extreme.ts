/** Largest and smallest elements with their indices. */
import type { Tensor } from 'blasgrad';
import { reduced } from '../../../support/lines';
import type { OpCase } from '../../harness';

const both = (found: { values: Tensor; indices: Tensor }): Tensor[] => [
  found.values,
  found.indices,
];

type Better = (a: number, b: number) => boolean;

/** Place of the first extreme element; NaN counts as the most extreme. */
function placeBy(better: Better): (line: number[]) => number {
  return (line) => {
    const nan = line.findIndex(Number.isNaN);
    return nan >= 0 ? nan : line.reduce((best, x, i) => (better(x, line[best]) ? i : best), 0);
  };
}

const directions = {
  max: { arg: 'argmax', amax: 'amax', place: placeBy((a, b) => a > b) },
  min: { arg: 'argmin', amax: 'amin', place: placeBy((a, b) => a < b) },
} as const;

const shapes: readonly { shape: number[]; dim: number; keepdim?: boolean }[] = [
  { shape: [7], dim: 0 },
  { shape: [2, 3, 4], dim: 0 },
  { shape: [2, 3, 4], dim: 1 },
  { shape: [2, 3, 4], dim: -1, keepdim: true },
  { shape: [3, 1], dim: 1 },
  { shape: [0, 3], dim: 1 },
  { shape: [3, 70], dim: 1 },
  { shape: [20, 261], dim: 0 },
];

const along = (['max', 'min'] as const).flatMap((name) =>
  shapes.flatMap(({ shape, dim, keepdim }): OpCase[] => {
    const { arg, place } = directions[name];
    const options = keepdim ? { keepdim } : undefined;
    const value = (line: number[]): number => line[place(line)];
    const where = `of [${shape.join()}] along dim ${dim}`;
    const small = shape.reduce((a, b) => a * b, 1) <= 30;
    return [
      {
        name: `${name} ${where}`,
        ops: [name],
        inputs: [{ shape, distinct: true }],
        run: (x) => both(x[name](dim, options)),
        reference: (x) => [reduced(value, dim, options)(x), reduced(place, dim, options)(x)],
        gradient: small,
      },
      {
        name: `${arg} ${where}`,
        ops: [name],
        inputs: [{ shape }],
        run: (x) => x[arg](dim, options),
        reference: reduced(place, dim, options),
        gradient: false,
      },
      ...(['int64', 'int32', 'uint8', 'bool'] as const).map((dtype): OpCase => ({
        name: `${name} ${where}, ${dtype}`,
        ops: [name],
        inputs: [{ shape, dtype }],
        run: (x) => both(x[name](dim, options)),
        reference: (x) => [reduced(value, dim, options)(x), reduced(place, dim, options)(x)],
        gradient: false,
      })),
    ];
  }),
);

const odd = [1, -2, Infinity, 3, 4, -Infinity, 0, Infinity, -Infinity, 5];
const special = (['max', 'min'] as const).flatMap((name) => {
  const { arg, amax, place } = directions[name];
  const value = (line: number[]): number => line[place(line)];
  return [
    { what: 'infinities', values: odd },
    { what: 'NaN', values: [...odd, NaN, NaN, ...odd, 7] },
    { what: 'ties', values: [2, 1, 2, 1] },
    { what: 'lowest', values: [-Infinity] },
    { what: 'highest', values: [Infinity] },
  ].flatMap(({ what, values }): OpCase[] => [
    ...[
      { shape: [5, 40], dim: 1 },
      { shape: [40, 5], dim: 0 },
      { shape: [5, 6], dim: 1 },
    ].map(({ shape, dim }): OpCase => ({
      name: `${name} with ${what} in [${shape.join()}] along dim ${dim}`,
      ops: [name],
      inputs: [{ shape, values }],
      run: (x) => both(x[name](dim)),
      reference: (x) => [reduced(value, dim)(x), reduced(place, dim)(x)],
      gradient: false,
    })),
    {
      name: `${arg} of all with ${what}`,
      ops: [name],
      inputs: [{ shape: [9, 5], values }],
      run: (x) => [x[arg](), x[arg](null, { keepdim: true })],
      reference: (x) => [reduced(place)(x), { ...reduced(place, [0, 1], { keepdim: true })(x) }],
      gradient: false,
    },
    {
      name: `${name} of all with ${what}`,
      ops: [amax],
      inputs: [{ shape: [9, 5], values }],
      run: (x) => x[name](),
      reference: reduced(value),
      gradient: false,
    },
  ]);
});

const others = (['max', 'min'] as const).flatMap((name): OpCase[] => [
  {
    name: `${name} of all`,
    ops: [directions[name].amax],
    inputs: [{ shape: [2, 3, 2], distinct: true }],
    run: (x) => x[name](),
    reference: reduced((line) => line[directions[name].place(line)]),
  },
  {
    name: `${name} with a tensor`,
    ops: [`${name}imum`],
    inputs: [
      { shape: [2, 3], distinct: true, low: 0, high: 1 },
      { shape: [2, 3], distinct: true, low: 0.02, high: 1.3 },
    ],
    run: (x, y) => x[name](y),
    reference: (x, y) => ({
      shape: x.shape,
      data: x.data.map((v, i) => Math[name](v, y.data[i])),
    }),
  },
]);

export const cases: OpCase[] = [...along, ...special, ...others];
