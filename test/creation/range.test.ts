/** arange and linspace of integers, and tensors as limits. */
import {
  arange,
  compile,
  full,
  fullLike,
  linspace,
  tensor,
  type DType,
  type Tensor,
} from 'blasgrad';

// Numbers of PyTorch 2.15: in integer dtypes the limits and the numbers between lose their fractions.
test.each<[[number, number, number], number[]]>([
  [
    [0, 10, 4],
    [0, 3, 6, 10],
  ],
  [
    [10, 0, 4],
    [10, 6, 3, 0],
  ],
  [
    [-7, 8, 5],
    [-7, -3, 0, 4, 8],
  ],
  [
    [1.7, 9.9, 4],
    [1, 3, 6, 9],
  ],
  [[0, 3, 1], [0]],
  [[0, 3, 0], []],
])('linspace of integers %p', ([start, end, steps], expected) => {
  for (const dtype of ['int32', 'int64'] as const) {
    const out = linspace(start, end, steps, { dtype });
    expect([out.dtype, out.toArray()]).toEqual([dtype, expected]);
    const same = linspace(tensor(start), tensor(end), steps, { dtype });
    expect([same.dtype, same.toArray()]).toEqual([dtype, expected]);
  }
});

test.each<[number[], number[]]>([
  [
    [10, 0, -3],
    [10, 7, 4, 1],
  ],
  [
    [0, 1, 0.3],
    [0, 0, 0, 0],
  ],
  [
    [3, -3, -1.5],
    [3, 2, 1, 0],
  ],
  [
    [1, 5, 1.5],
    [1, 2, 3],
  ],
  [
    [-0.9, 2.1, 2],
    [0, 2],
  ],
  [
    [0, 5.5, 1],
    [0, 1, 2, 3, 4, 5],
  ],
])('arange of integers %p', ([start, end, step], expected) => {
  expect(arange(start, end, step, { dtype: 'int32' }).toArray()).toEqual(expected);
  expect(arange(start, end, step, { dtype: 'int64' }).toArray()).toEqual(expected);
});

test.each<[string, () => Tensor, DType, unknown]>([
  ['integers', () => arange(tensor(0n), tensor(5n), tensor(2n)), 'int64', [0, 2, 4]],
  ['one of each kind', () => arange(tensor(0), tensor(3n)), 'float32', [0, 1, 2]],
  ['an end', () => arange(tensor(2.5)), 'float32', [0, 1, 2]],
  ['an end and a dtype', () => arange(tensor(3n), { dtype: 'int32' }), 'int32', [0, 1, 2]],
  [
    'half limits',
    () => linspace(-3.3, 9.1, 3, { dtype: 'float16' }),
    'float16',
    [-3.30078125, 2.900390625, 9.1015625],
  ],
  ['a number', () => full([2], tensor(2.5)), 'float32', [2.5, 2.5]],
  ['an integer', () => full([2], tensor(3n)), 'int64', [3, 3]],
  ['a boolean', () => full([1], tensor(true)), 'bool', [true]],
  ['a dtype', () => full([1], tensor(2.5), { dtype: 'uint8' }), 'uint8', [2]],
  ['the dtype of another', () => fullLike(tensor([1n]), tensor(2.5)), 'int64', [2]],
])('limits and values that are tensors: %s', (_, run, dtype, expected) => {
  const out = run();
  expect([out.dtype, out.toArray()]).toEqual([dtype, expected]);
});

test('a compiled function reads limits and values at every replay', () => {
  const step = compile((a: Tensor, b: Tensor) => [linspace(a, b, 3), full([2], b)]);
  for (const end of [2, 4]) {
    const [points, filled] = step(tensor(0), tensor(end));
    expect([points.toArray(), filled.toArray()]).toEqual([
      [0, end / 2, end],
      [end, end],
    ]);
  }
  // The length of a range depends on its limits.
  expect(() => compile((x: Tensor) => arange(x.add(1)))(tensor(3))).toThrow(/arange: |item: /);
});

test.each<[string, () => unknown, string]>([
  [
    'end',
    () => linspace(0, 300, 3, { dtype: 'uint8' }),
    'linspace: expected a number that uint8 holds for end, got 300',
  ],
  [
    'start',
    () => linspace(-1, 3, 3, { dtype: 'uint8' }),
    'linspace: expected a number that uint8 holds for start, got -1',
  ],
  [
    'vector',
    () => linspace(tensor([1]), 3, 3),
    'linspace: expected a number or a tensor without dimensions for start, got [1]',
  ],
  [
    'limit',
    () => arange(tensor([1])),
    'arange: expected a number or a tensor without dimensions for end, got [1]',
  ],
  [
    'value',
    () => full([1], tensor([1])),
    'full: expected a tensor without dimensions for value, got [1]',
  ],
  [
    'length',
    () => arange(1e15),
    'arange: expected at most 2^49 elements for shape, got [1000000000000000]',
  ],
])('%s that is refused', (_, run, message) => {
  expect(run).toThrow(new RangeError(message));
});
