/** Numbers as inputs of compiled functions, and scalarInput. */
import {
  compile,
  scalarInput,
  tensor,
  where,
  type DType,
  type Operand,
  type Tensor,
} from 'blasgrad';

const numbers = [0, 0.1, 0.6, 1, -2.5, 3, 1e-30];
const floating: DType[] = ['float32', 'float64', 'float16', 'bfloat16'];
const ops = {
  mul: (a: Tensor, b: Operand) => a.mul(b),
  add: (a: Tensor, b: Operand) => a.add(b),
  sub: (a: Tensor, b: Operand) => a.sub(b),
  div: (a: Tensor, b: Operand) => a.div(b),
  pow: (a: Tensor, b: Operand) => a.pow(b),
  maximum: (a: Tensor, b: Operand) => a.maximum(b),
  lerp: (a: Tensor, b: Operand) => a.select(0, 0).lerp(a.select(0, 2), b),
  where: (a: Tensor, b: Operand) => where(a.gt(1), b, 0),
  'a loss': (a: Tensor, b: Operand) => a.mean().mul(b).add(b),
};

describe.each(Object.entries(ops))('%s', (_name, op) => {
  // Integers have no mean, and no powers of negative exponents.
  const dtypes =
    op === ops.pow || op === ops['a loss'] ? floating : [...floating, 'int32' as const];

  test.each(dtypes)('%s: as with plain numbers', (dtype) => {
    const x = tensor([1, 2, 3], { dtype });
    const step = compile((a: Tensor, b: Operand) => op(a, b));
    const beta = scalarInput(0);
    const byObject = compile((a: Tensor) => op(a, beta));
    for (const number of [...numbers, ...numbers]) {
      const expected = op(x, number);
      beta.value = number;
      for (const actual of [step(x, number), op(x, beta), byObject(x)]) {
        expect(actual.dtype).toBe(expected.dtype);
        expect(actual.detach().toArray()).toEqual(expected.toArray());
      }
    }
    const isReplayed = dtype !== 'int32' && op !== ops.pow;
    if (isReplayed) expect([step.stats.captures, byObject.stats.captures]).toEqual([1, 1]);
  });
});

test('JavaScript may compute with them: each value has its program', () => {
  const step = compile((x: Tensor, beta: Operand) => x.mul(Math.exp(Number(beta))));
  for (const number of [0, 1, 0, 1]) {
    expect(step(tensor([1]), number).item()).toBeCloseTo(Math.exp(number), 5);
  }
  expect(step.stats.captures).toBe(2);
});

test('scans: one for all rows, or one for each', async () => {
  const step = compile((x: Tensor, beta: Operand) => x.mul(beta));
  const x = tensor([1, 2, 3, 4]);
  expect(step.scan(x, 2).toArray()).toEqual([2, 4, 6, 8]);
  expect(step.scan(x, [1, 0, 2, 0.5]).toArray()).toEqual([1, 0, 6, 2]);
  expect((await step.scanAsync(x, 3)).toArray()).toEqual([3, 6, 9, 12]);
  expect((await step.runAsync(x.select(0, 0), 3)).item()).toBe(3);
});

test('what is refused', () => {
  const beta = scalarInput(1);
  expect(() => scalarInput('1' as never)).toThrow('scalarInput: expected a number for value');
  expect(() => (beta.value = '1' as never)).toThrow('scalarInput: expected a number for value');
  const step = compile((x: Tensor) => ((beta.value = 2), x.mul(beta)));
  expect(() => step(tensor([1]))).toThrow(
    'scalarInput: cannot set the value in a compiled function',
  );
  expect(() => compile((x: Tensor) => x, { dynamic: 'never' as never })).toThrow('compile: ');
});
