import { Tensor, tensor, zeros } from 'blasgrad';
import { thrownBy } from '../nativeCalls';
import { namesOf, withOptions, type Legal } from './call';
import { classes } from './classes';
import { functions } from './functions';
import { rest } from './rest';
import { tensorMethods } from './tensorMethods';

const dtypes = ['float64', 'float16', 'bfloat16', 'int64', 'int32', 'uint8', 'bool'] as const;

/** What stands in for one argument: of a wrong type, dtype or shape. */
const wrong: [what: string, make: () => unknown][] = [
  ['undefined', () => undefined],
  ['null', () => null],
  ['a boolean', () => true],
  ['a text', () => 'text'],
  ['NaN', () => NaN],
  ['-7', () => -7],
  ['1.5', () => 1.5],
  ['1e300', () => 1e300],
  ['a bigint', () => 7n],
  ['an object', () => ({})],
  ['a function', () => () => 1],
  ['an array', () => ['a']],
  ['an array of 9', () => [9]],
  ['a scalar', () => tensor(2)],
  ['a vector of 5', () => zeros(5)],
  ['(2, 3, 4)', () => zeros(2, 3, 4)],
  ['nothing', () => zeros(0)],
  ['(0, 3)', () => zeros(0, 3)],
  ...dtypes.flatMap((dtype): [string, () => unknown][] => [
    [dtype, () => zeros(2, 3, { dtype })],
    [`${dtype} (2)`, () => zeros(2, { dtype })],
    [`${dtype} (3)`, () => zeros(3, { dtype })],
    [`${dtype} 0`, () => tensor(0, { dtype })],
  ]),
  ['indices', () => tensor([7, -9], { dtype: 'int32' })],
  ['indices (2, 1)', () => tensor([[7], [-9]], { dtype: 'int64' })],
  ['indices (2, 3)', () => tensor([[7, 8, 9], [7, 8, 9]], { dtype: 'int64' })], // prettier-ignore
];

function misnamed(legal: Legal): string[] {
  const found = new Set<string>();
  const names = namesOf(legal);
  const count = withOptions(legal).length;
  const tryWith = (what: string, args: unknown[]): void => {
    const error = thrownBy(() => void legal.call(...args));
    if (error === null || 'syscall' in error) return; // a file that is not there
    const name = /^([\w.$]+): /.exec(error.message)?.[1];
    if (name === undefined || !names.includes(name)) found.add(`${what}: ${String(error)}`);
  };
  for (let at = 0; at < count; at++) {
    for (const [what, make] of wrong) {
      if (at === 0 && legal.name.startsWith('Tensor.') && !(make() instanceof Tensor)) continue;
      tryWith(`argument ${at} ${what}`, withOptions(legal).with(at, make()));
      tryWith(`arguments to ${at} ${what}`, withOptions(legal).slice(0, at).concat([make()]));
    }
    const last = withOptions(legal).at(-1);
    if (at === count - 1 && legal.options !== undefined) {
      for (const key of Object.keys(last as object))
        for (const [what, make] of wrong)
          tryWith(`option ${key} ${what}`, [...legal.args(), { [key]: make() }]);
    }
  }
  for (const dtype of dtypes) {
    const as = (value: unknown): unknown =>
      value instanceof Tensor ? value.detach().to(dtype) : value;
    tryWith(`all ${dtype}`, withOptions(legal).map(as));
  }
  for (let n = legal.name.startsWith('Tensor.') ? 1 : 0; n < count; n++)
    tryWith(`${n} arguments`, withOptions(legal).slice(0, n));
  return [...found];
}

beforeAll(() => {
  jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
});

const all = [...tensorMethods, ...functions];
// Without those that return promises, and those that would write files under the names above.
const more = [...classes, ...rest].filter(
  ({ name, asynchronous }) => !asynchronous && !name.startsWith('io.save'),
);
test.each(all.map((legal): [string, Legal] => [legal.name, legal]))('%s is legal', (_n, legal) => {
  legal.call(...withOptions(legal));
  legal.call(...legal.args());
});
test.each([...all, ...more].map((legal): [string, Legal] => [legal.name, legal]))(
  '%s',
  (_name, legal) => {
    const found = misnamed(legal);
    if (found.length > 0) throw new Error(`\n${found.slice(0, 60).join('\n')}\n${found.length}`);
  },
);
