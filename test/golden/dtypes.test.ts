/** uint8, int64, float16 and bfloat16 compared with PyTorch's numbers. */
import { full, F, tensor, zeros, type DType, type Tensor } from 'blasgrad';
import {
  dtypeCases,
  evaluate,
  exactTensor,
  requireExact,
  type DTypeCase,
  type ExactTensor,
} from '../support/dtypeCases';

/** Results that have another dtype than PyTorch's by decision. */
const differences: readonly {
  readonly which: RegExp;
  /** The number of the output. */
  readonly output: number;
  readonly torch: readonly string[];
  readonly ours: string;
  readonly reason: string;
}[] = [
  {
    which: /\/Tensor\.(sort|topk|max|min)\//,
    output: 1,
    torch: ['int64'],
    ours: 'int32',
    reason: 'indices take half the memory, and no tensor here has 2^31 elements along a dimension',
  },
  {
    which: /\/Tensor\.(argsort|argmax|argmin|nonzero)\//,
    output: 0,
    torch: ['int64'],
    ours: 'int32',
    reason: 'as above',
  },
  {
    which: /^bool\/whole\/Tensor\.(add|mul)\/1$/,
    output: 0,
    torch: ['int64'],
    ours: 'int32',
    reason: 'a whole JavaScript number counts as int32; a bigint counts as int64',
  },
];

function expectedOutput(line: DTypeCase, golden: ExactTensor, output: number): ExactTensor {
  const found = differences.find((one) => one.which.test(line.id) && one.output === output);
  if (found === undefined) return golden;
  expect(found.torch).toContain(golden.dtype);
  return { ...golden, dtype: found.ours };
}

function check(line: DTypeCase): void {
  const inputs = line.inputs.map(exactTensor);
  const { outputs, gradients } = evaluate(line, inputs, (line.cotangents ?? []).map(exactTensor));
  const { ulps, gradUlps, scaled } = line;
  expect(outputs.length).toBe(line.outputs.length);
  line.outputs.forEach((golden, i) => {
    requireExact(outputs[i], expectedOutput(line, golden, i), `output ${i}`, { ulps, scaled });
  });
  const wanted = (line.grads ?? []).flatMap((golden, i) => (golden ? [{ golden, i }] : []));
  wanted.forEach(({ golden, i }, k) => {
    const found = gradients[k] ?? inputs[i].detach().mul(0);
    requireExact(found, golden, `gradient of input ${i}`, { ulps: gradUlps, scaled });
  });
}

const dtypes = [...new Set(dtypeCases.map(({ id }) => id.split('/')[0]))];

describe.each(dtypes)('%s', (dtype) => {
  const lines = dtypeCases.filter(({ id }) => id.startsWith(`${dtype}/`));
  test.each(lines.map((line) => [line.id, line] as const))('%s', (_id, line) => {
    check(line);
  });
});

test('every difference is in a case', () => {
  const unused = differences.filter(({ which }) => !dtypeCases.some(({ id }) => which.test(id)));
  expect(unused).toEqual([]);
});

test('numbers of JavaScript are float32 where PyTorch takes whole ones for int64', () => {
  expect(tensor([1, 2]).dtype).toBe('float32');
  expect(full([2], 1).dtype).toBe('float32');
});

test('oneHot has the dtype of its labels; PyTorch takes int64 only', () => {
  for (const dtype of ['int32', 'int64'] as const) {
    expect(F.oneHot(tensor([1, 0], { dtype }), 2).dtype).toBe(dtype);
  }
});

const bytes = (): Tensor => tensor([1, 250], { dtype: 'uint8' });
const ints = (): Tensor => tensor([1], { dtype: 'int32' });

/** An integer that the integer dtype of the tensor does not hold, and what PyTorch 2.15 does with it. */
const outOfRange: readonly [call: string, torch: string, run: () => unknown][] = [
  ['uint8 + 300', 'wraps: [45, 38]', () => bytes().add(300)],
  ['uint8 * 300', 'wraps: [44, 248]', () => bytes().mul(300)],
  ['uint8 - 300', 'wraps: [213, 206]', () => bytes().sub(300)],
  ['uint8 + -1', 'wraps: [0, 249]', () => bytes().add(-1)],
  ['int32 + 2^40', 'wraps: adds 0', () => ints().add(2 ** 40)],
  ['uint8.fill_(300)', 'refuses', () => bytes().fill_(300)],
  ['uint8.fill_(-1)', 'wraps: 255', () => bytes().fill_(-1)],
  ['int32.fill_(2^40)', 'refuses', () => ints().fill_(2 ** 40)],
  ['full of 300 as uint8', 'refuses', () => full([1], 300, { dtype: 'uint8' })],
  ['tensor of 300 as uint8', 'refuses', () => tensor([300], { dtype: 'uint8' })],
  ['tensor of -1 as uint8', 'wraps: 255', () => tensor([-1], { dtype: 'uint8' })],
];

test.each(outOfRange)('%s is a RangeError; PyTorch %s', (_call, _torch, run) => {
  expect(run).toThrow(RangeError);
});

test('comparisons take such a number as it is; PyTorch wraps it', () => {
  expect(bytes().eq(300).toArray()).toEqual([false, false]);
  expect(bytes().ge(-1).toArray()).toEqual([true, true]); // PyTorch compares with 255: false
  expect(bytes().lt(300).toArray()).toEqual([true, true]); // PyTorch compares with 44: true, false
  expect(
    zeros(1, { dtype: 'int32' })
      .eq(2 ** 40)
      .toArray(),
  ).toEqual([false]); // PyTorch: true
});

test.each<DType>(['uint8', 'int64', 'int32', 'bool'])('%s has no mean, as in PyTorch', (dtype) => {
  const x = zeros(2, { dtype });
  for (const name of ['mean', 'var', 'std', 'norm'] as const) {
    expect(() => x[name]()).toThrow(name);
  }
});

/** Numbers that no int64 is made of. */
const notInt64: readonly [what: string, value: number | bigint][] = [
  ['2^53, which may stand for other integers', 2 ** 53],
  ['2^63 as a bigint', 2n ** 63n],
  ['NaN', NaN],
];

test.each(notInt64)('int64 of %s is a RangeError', (_what, value) => {
  const data = [value] as unknown as number[];
  expect(() => tensor(data, { dtype: 'int64' })).toThrow(RangeError);
  expect(() => zeros(1, { dtype: 'int64' }).fill_(value as number)).toThrow(RangeError);
});

test.each<DType>(['float16', 'bfloat16'])(
  '%s of a number that is too large is infinite',
  (dtype) => {
    // As PyTorch's tensor() and arithmetic; its fill_, full, clamp and masked_fill refuse such numbers.
    expect(tensor([1e39, -1e39], { dtype }).toArray()).toEqual([Infinity, -Infinity]);
    expect(zeros(2, { dtype }).add(1e39).toArray()).toEqual([Infinity, Infinity]);
  },
);
