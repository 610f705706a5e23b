/** Gradients through views, broadcasting and conversions. */
import { cat, grad, tensor, type Tensor } from 'blasgrad';

const leaf = (values: number | number[] | number[][]): Tensor =>
  tensor(values, { requiresGrad: true });
const matrix = (): Tensor =>
  leaf([
    [1, 2, 3],
    [4, 5, 6],
  ]);
const weights = (shape: readonly number[]): Tensor => {
  const count = shape.reduce((a, b) => a * b, 1);
  return tensor(Array.from({ length: count }, (_, i) => i + 1)).reshape([...shape]);
};

test.each<[string, (x: Tensor) => Tensor, number[][]]>([
  [
    'transposed',
    (x) => x.T,
    [
      [1, 3, 5],
      [2, 4, 6],
    ],
  ],
  [
    'a part of a transposed one',
    (x) => x.T.narrow(0, 1, 2),
    [
      [0, 1, 3],
      [0, 2, 4],
    ],
  ],
  [
    'a row',
    (x) => x.select(0, 1),
    [
      [0, 0, 0],
      [1, 2, 3],
    ],
  ],
  [
    'every second column',
    (x) => x.slice(1, 0, null, 2),
    [
      [1, 0, 2],
      [3, 0, 4],
    ],
  ],
  [
    'reshaped after a transposition',
    (x) => x.T.reshape(2, 3),
    [
      [1, 3, 5],
      [2, 4, 6],
    ],
  ],
  [
    'a view of a view of a view',
    (x) => x.unsqueeze(0).permute(2, 0, 1).select(0, 2),
    [
      [0, 0, 1],
      [0, 0, 2],
    ],
  ],
  [
    'expanded',
    (x) => x.unsqueeze(0).expand(2, 2, 3),
    [
      [8, 10, 12],
      [14, 16, 18],
    ],
  ],
  [
    'a column, expanded',
    (x) => x.narrow(1, 0, 1).expand(2, 2),
    [
      [3, 0, 0],
      [7, 0, 0],
    ],
  ],
  [
    'flattened',
    (x) => x.flatten(),
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ],
  [
    'nothing of it',
    (x) => x.narrow(0, 0, 0),
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
  ],
])('%s', (_name, view, expected) => {
  const x = matrix();
  const y = view(x);
  y.mul(weights(y.shape)).sum().backward();
  expect(x.grad?.toArray()).toEqual(expected);
});

test.each<[string, number[] | number[][] | number, unknown]>([
  ['a row', [1, 2, 3], [5, 7, 9]],
  ['a column', [[1], [2]], [[6], [15]]],
  ['a number', 1, 21],
  ['one element', [1], [21]],
  ['a matrix of one element', [[1]], [[21]]],
])('broadcast of %s', (_name, values, expected) => {
  const small = leaf(values);
  const large = matrix();
  small.mul(large).sum().backward();
  expect(small.grad?.toArray()).toEqual(expected);
  const shape = small.shape;
  expect(small.grad?.shape).toEqual(shape);
  expect(large.grad?.shape).toEqual([2, 3]);
});

test('broadcast of both sides', () => {
  const column = leaf([[1], [2]]);
  const row = leaf([10, 20, 30]);
  column.mul(row).sum().backward();
  expect(column.grad?.toArray()).toEqual([[60], [60]]);
  expect(row.grad?.toArray()).toEqual([3, 3, 3]);
});

test('overlapping views add up', () => {
  const x = leaf([1, 2, 3]);
  cat([x.narrow(0, 0, 2), x.narrow(0, 1, 2)])
    .sum()
    .backward();
  expect(x.grad?.toArray()).toEqual([1, 2, 1]);
});

test('conversions', () => {
  const x = leaf([1.5, 2.5]);
  const y = x.to('float64').mul(tensor([2, 3], { dtype: 'float64' }));
  expect(y.dtype).toBe('float64');
  y.sum().backward();
  expect([x.grad?.dtype, x.grad?.toArray()]).toEqual(['float32', [2, 3]]);
});

test('a second derivative through views', () => {
  const x = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { dtype: 'float64', requiresGrad: true },
  );
  const y = x.T.select(0, 0).pow(3).sum();
  const [first] = grad(y, x, { createGraph: true });
  expect(first.toArray()).toEqual([
    [3, 0],
    [27, 0],
  ]);
  const [second] = grad(first.sum(), x);
  expect(second.toArray()).toEqual([
    [6, 0],
    [18, 0],
  ]);
});

test('the gradient of a view lies in memory of its own', () => {
  const x = leaf([1, 2, 3, 4]);
  const y = leaf([5, 6]);
  cat([x, y]).sum().backward();
  x.grad?.fill_(9);
  expect(y.grad?.toArray()).toEqual([1, 1]);
  y.grad?.fill_(8);
  expect(x.grad?.toArray()).toEqual([9, 9, 9, 9]);
});
