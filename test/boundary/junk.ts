/** Arguments of the wrong kind. */
import { tensor, zeros, type Tensor } from 'blasgrad';
import { oneIn } from '../support/full';
import { thrownBy } from './nativeCalls';

export type Callable = (...args: unknown[]) => unknown;

const throwing = {
  valueOf() {
    throw new Error('looked at');
  },
  toString() {
    throw new Error('looked at');
  },
};

const junk: unknown[] = [
  undefined,
  null,
  true,
  3,
  -1,
  NaN,
  1.5,
  Infinity,
  1e300,
  'text',
  Symbol('s'),
  10n,
  {},
  { dim: 0 },
  { nonsense: 1 },
  [],
  [1, 2],
  ['a'],
  () => 1,
  new Float32Array(4),
  new Map(),
  new Date(0),
  throwing,
];

export const someTensors: readonly (() => Tensor)[] = [
  () =>
    tensor([
      [1.5, 2],
      [3, 4],
    ]),
  () => tensor([0, 1], { dtype: 'int32' }),
  () => tensor([1, 2, 3]),
  () => tensor([true, false]),
  () => zeros(0),
  () => tensor(2),
];

/** Lists of arguments, from none to four; each call of one makes its tensors. */
const argumentLists: readonly (() => unknown[])[] = [
  () => [],
  ...junk.map((one) => () => [one]),
  ...someTensors.flatMap((make) => [
    () => [make()],
    ...junk.flatMap((one) => withTensor(make, one)),
  ]),
  ...junk.flatMap((one) => [
    () => [2, 3, one],
    () => [one, one],
    () => [one, 2],
    () => [[2, 2], one],
  ]),
];

function withTensor(make: () => Tensor, one: unknown): (() => unknown[])[] {
  const indices = someTensors[1];
  return [
    () => [make(), one],
    () => [make(), make(), one],
    () => [make(), indices(), one],
    () => [make(), 1, one],
    () => [one, make()],
    () => [make(), make(), make(), one],
    () => [make(), 0, indices(), one],
  ];
}

// In a short run another part for each function.
let turn = 0;

/** Errors of the library start with the name of the function. */
const usual = /^[\w.$]+(\(\))?: .+/s;

/** What a function throws, other than errors in the usual form. */
export function strangeErrors(
  call: Callable,
  fits: (args: unknown[]) => boolean = () => true,
): string[] {
  const strange = new Set<string>();
  for (const list of oneIn(5, 'lists of arguments', argumentLists, turn++)) {
    const args = list();
    if (!fits(args)) continue;
    const error = thrownBy(() => {
      const result: unknown = call(...args);
      if (result instanceof Promise) result.catch(() => undefined); // refused later, and elsewhere looked at
    });
    if (error !== null && !usual.test(error.message)) strange.add(String(error));
  }
  return [...strange];
}
