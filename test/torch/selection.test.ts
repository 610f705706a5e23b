/** A few small samples of PyTorch's tests for every name; npm run test:torch runs all samples. */
import { Blob, caseName, readCases, type Case } from './cases';
import { reasonOf } from './known';
import { selectionPath } from './select';
import { verdictOf } from './verdict';

type Line = Case & { readonly target: string };

const blob = new Blob(null);
const lines = readCases(selectionPath) as Line[];

test('there are hundreds, of every kind', () => {
  expect(lines.length).toBeGreaterThan(250);
});

test.each(lines.map((line) => [`${line.target} ${caseName(line)}`, line] as const))(
  '%s',
  (_name, line) => {
    const { text, failures } = verdictOf(line.target, line, blob);
    expect({ text, failures }).toEqual({ text, failures: [] });
  },
);

test('a wrong value, gradient, dtype or shape is found', () => {
  const tensor = { dtype: 'float64', shape: [3], values: [1, 2, 3], grad: true };
  const right = {
    op: 'square',
    dtype: 'float64',
    sample: 0,
    input: { t: 0 },
    args: [],
    kwargs: {},
    tensors: [tensor],
    outputs: [{ ...tensor, values: [1, 4, 9] }],
    weights: [tensor],
    grads: [{ ...tensor, values: [2, 8, 18] }],
  };
  const square = (part: object): readonly string[] =>
    verdictOf('x.square', { ...right, ...part } as Case, blob).failures.map(
      ({ form, kind }) => `${form}: ${kind}`,
    );
  expect(square({})).toEqual([]);
  expect(square({ outputs: [{ ...tensor, values: [1, 4, 9.00001] }] })).toContain('eager: value');
  expect(square({ outputs: [{ ...tensor, dtype: 'float32' }] })).toContain('eager: dtype');
  expect(square({ outputs: [{ ...tensor, shape: [3, 1] }] })).toContain('eager: shape');
  expect(square({ grads: [tensor] })).toContain('eager strided: gradient');
  expect(square({ error: 'PyTorch refuses it' })).toEqual(['eager: accepted']);
  expect(square({ kwargs: { foo: 1 } })).toContain('eager: refused');
});

test('only what is listed is known to differ', () => {
  const call = (detail: string): Parameters<typeof reasonOf>[1] => ({
    name: '',
    text: '',
    inputs: '',
    failures: [{ form: 'eager', kind: 'refused', detail }],
  });
  const nan = 'RangeError: byte: expected numbers that uint8 can represent for this, got NaN';
  expect(reasonOf('x.byte', call(nan))).toContain('NaN');
  expect(reasonOf('x.byte', call('Error: something else'))).toBeNull();
  expect(reasonOf('x.add', call(nan))).toBeNull();
});
