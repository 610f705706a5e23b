/** Bounds and values that are tensors: dtypes, ties, crossed bounds, NaN, and compiled functions. */
import { compile, tensor, type Tensor } from 'blasgrad';

// Numbers of PyTorch 2.15: the element, its bounds, the result and the three gradients.
test.each<[number, number, number, number, number, number, number]>([
  [1, 0, 2, 1, 1, 0, 0],
  [0, 1, 2, 1, 0, 1, 0],
  [3, 1, 2, 2, 0, 0, 1],
  [1, 1, 2, 1, 0.5, 0.5, 0],
  [2, 1, 2, 2, 0.5, 0, 0.5],
  [1, 1, 1, 1, 1, 0, 0],
  [0, 1, 1, 1, 0, 1, 0],
  [2, 1, 1, 1, 0, 0, 1],
  [0, 2, 1, 1, 0, 0, 1],
  [NaN, 1, 2, NaN, 1, 0, 0],
  [NaN, 2, 1, NaN, 1, 0, 1],
  [1, NaN, 2, NaN, 1, 0, 0],
  [1, NaN, 0, NaN, 0, 0, 0],
  [1, 0, NaN, NaN, 1, 0, 0],
])('clamp of %d between %d and %d', (x, min, max, y, dx, dMin, dMax) => {
  const all = [x, min, max].map((one) => tensor([one], { requiresGrad: true }));
  const out = all[0].clamp({ min: all[1], max: all[2] });
  expect(out.item()).toBe(y);
  out.sum().backward();
  expect(all.map((one) => one.grad?.item())).toEqual([dx, dMin, dMax]);
});

const of = (dtype: 'int32' | 'uint8' | 'float16' | 'float64', ...values: number[]): Tensor =>
  tensor(values, { dtype });

test.each<[string, () => Tensor, string, unknown]>([
  ['of integers', () => of('int32', 1, 5).clamp({ min: of('int32', 2, 2) }), 'int32', [2, 5]],
  ['with a fraction', () => of('int32', 1, 5).clamp({ max: tensor(2.5) }), 'float32', [1, 2.5]],
  ['of a half', () => of('float16', 1, 5).clamp({ min: tensor(2), max: 3 }), 'float16', [2, 3]],
  ['of dtypes', () => of('uint8', 9).clamp({ min: 1, max: of('float64', 2.5) }), 'float64', [2.5]],
  ['of a byte', () => of('uint8', 9).clamp({ max: of('int32', 300) }), 'int32', [9]],
  ['of bool', () => tensor([true, false]).clamp({ min: 1 }), 'int32', [1, 1]],
])('clamp %s', (_, run, dtype, values) => {
  const out = run();
  expect(out.dtype).toBe(dtype);
  expect(out.toArray()).toEqual(values);
});

test('bounds and values that are tensors are read at every replay', () => {
  const clamped = compile((x: Tensor, min: Tensor) => x.clamp({ min, max: tensor(3) }));
  const filled = compile((x: Tensor, value: Tensor) => x.maskedFill(x.gt(1), value));
  const x = tensor([0, 2, 4]);
  for (const value of [1, 2.5, 1.5]) {
    expect(clamped(x, tensor(value)).toArray()).toEqual([value, Math.max(value, 2), 3]);
    expect(filled(x, tensor(value)).toArray()).toEqual([0, value, value]);
  }
});

test.each<[string, () => unknown, string]>([
  [
    'no bound',
    () => tensor([1]).clamp({}),
    'clamp: expected min, max or both for bounds, got neither',
  ],
  [
    'a bound that does not fit',
    () => of('uint8', 1).clamp({ min: 300 }),
    'clamp: expected a number that uint8 holds for min, got 300',
  ],
  [
    'shapes',
    () => tensor([1, 2]).clamp({ min: tensor([1, 2, 3]) }),
    'clamp: expected shapes that broadcast together, got [2] and [3]',
  ],
  [
    'a vector',
    () => tensor([1]).maskedFill(tensor([true]), tensor([1])),
    'maskedFill: expected a tensor without dimensions for value, got [1]',
  ],
])('%s is refused', (_, run, message) => {
  expect(run).toThrow(new RangeError(message));
});
