/** Arguments that compiled functions refuse. */
import { compile, fromArray, ones, tensor, zeros, type Compiled, type Tensor } from 'blasgrad';

const x = tensor([1, 2, 3]);
// For arguments that the types forbid.
const anything = (value: unknown) => value as never;

const double: Compiled<Tensor[], Tensor> = compile((...all: Tensor[]) => all[0].mul(2));
double(x);
const gone = (): Tensor => {
  const array = new Float32Array(3);
  const over = fromArray(array);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return over;
};
const wide = zeros(2, 3);

/** Calls that are refused; the functions are fine. */
const calls: readonly (readonly [string, () => unknown, typeof Error, string])[] = [
  [
    'compile of nothing',
    () => compile(anything(undefined)),
    TypeError,
    'compile: expected a function for fn',
  ],
  [
    'a boolean',
    () => double(anything(true)),
    TypeError,
    'compile: expected a tensor or a number for inputs[0], got true',
  ],
  [
    'an array',
    () => double(anything([1])),
    TypeError,
    'compile: expected a tensor or a number for inputs[0]',
  ],
  [
    'null',
    () => double(x, anything(null)),
    TypeError,
    'compile: expected a tensor or a number for inputs[1]',
  ],
  [
    'options of a call',
    () => double(x, anything({})),
    TypeError,
    'compile: expected a tensor or a number for inputs[1]',
  ],
  [
    'the same tensor twice',
    () => double(x, x),
    RangeError,
    'inputs[1] shares memory with inputs[0]',
  ],
  [
    'views of one tensor',
    () => double(wide, wide.narrow(0, 1, 1)),
    RangeError,
    'inputs[1] shares memory with inputs[0]',
  ],
  ['detached memory', () => double(gone()), RangeError, 'transferred away'],
  ['an unknown option', () => double.scan(wide, anything({ step: 1 })), RangeError, 'scan: '],
  [
    'a signal for scan',
    () => double.scan(wide, anything({ signal: AbortSignal.abort() })),
    RangeError,
    'scan: ',
  ],
  ['a text for scan', () => double.scan(wide, anything('3')), TypeError, 'scan: '],
  [
    'a scan of no rows',
    () => double.scan(zeros(0, 3)),
    RangeError,
    'scan: expected at least one row for inputs[0]',
  ],
  [
    'a scan of no dimensions',
    () => double.scan(tensor(1)),
    RangeError,
    'scan: expected at least one row',
  ],
  [
    'rows that differ',
    () => double.scan(zeros(2, 3), zeros(3, 3)),
    RangeError,
    'scan: expected 2 rows for inputs[1]',
  ],
  [
    'steps that differ',
    () => double.scan(zeros(2, 3), { steps: 3 }),
    RangeError,
    'scan: expected the 2 rows of the inputs for steps',
  ],
  [
    'no steps',
    () => compile(() => ones(1).add(1)).scan(),
    RangeError,
    'scan: without tensors among the inputs',
  ],
  ...[0, -1, 1.5, NaN, Infinity, 2 ** 33, '3'].map((steps) => {
    const call = (): unknown => double.scan(wide, { steps: anything(steps) });
    return [
      `${String(steps)} steps`,
      call,
      RangeError,
      'scan: expected an integer from 1 to',
    ] as const;
  }),
];

describe('calls', () => {
  test.each(calls)('%s', (_what, call, type, message) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
    expect(double(x).toArray()).toEqual([2, 4, 6]);
  });

  test.each([
    ['a signal', { signal: {} }, 'expected an AbortSignal for signal'],
    ['a callback', { onProgress: 3 }, 'expected a function for onProgress'],
    ['another option', { steps: 3, progress: 1 }, 'progress'],
  ])('%s that is none', async (_what, options, message) => {
    await expect(double.scanAsync(wide, anything(options))).rejects.toThrow(message);
    await expect(double.runAsync(x, anything(options))).rejects.toThrow('runAsync: expected');
  });
});
