/** Calls that PyTorch accepts: bool sums, a tensor as start, empty indices, masks in compiled functions, embeddings. */
import { compile, F, nn, randint, tensor, zeros, type Tensor } from 'blasgrad';

const places = tensor([0n, 0n, 1n]);
const flags = tensor([true, true, false]);
const bools = (n: number): Tensor => zeros(n, { dtype: 'bool' });

// Numbers of PyTorch 2.15.
test.each<[string, () => Tensor, unknown]>([
  ['scatterAdd', () => bools(3).scatterAdd(0, places, flags), [true, false, false]],
  ['indexAdd', () => bools(3).indexAdd(0, places, flags), [true, false, false]],
  [
    'indexAdd of twice',
    () => bools(3).indexAdd(0, places, flags, { alpha: 2 }),
    [true, false, false],
  ],
  [
    'indexPut_',
    () => bools(3).indexPut_(places, flags, { accumulate: true }),
    [true, false, false],
  ],
  ['fill_', () => bools(2).fill_(0.5), [true, true]],
  ['randint', () => randint(1, 2, [3], { dtype: 'bool' }), [true, true, true]],
])('%s of bool', (_, run, expected) => {
  const out = run();
  expect([out.dtype, out.toArray()]).toEqual(['bool', expected]);
});

test('a bool counts as one however often it is added', () => {
  const index = zeros(256, { dtype: 'int64' });
  const ones = zeros(256, { dtype: 'bool' }).fill_(1);
  expect(bools(1).scatterAdd(0, index, ones).toArray()).toEqual([true]);
});

test('indexAdd subtracts bytes', () => {
  const x = tensor([1, 5], { dtype: 'uint8' });
  const index = tensor([0n, 1n]);
  expect(x.indexAdd(0, index, tensor([2, 1], { dtype: 'uint8' }), { alpha: -1 }).toArray()).toEqual([255, 4]); // prettier-ignore
});

test.each<[string, () => unknown, string]>([
  [
    'randint',
    () => randint(0, 3, [2], { dtype: 'bool' }),
    'randint: expected 1 or 2 for high, got 3',
  ],
  [
    'pow',
    () => tensor([2], { dtype: 'int32' }).pow(-1),
    'pow: expected an exponent of at least 0 of int32 for other, got -1',
  ],
  [
    'pow_',
    () => tensor([2n]).pow_(-1n),
    'pow_: expected an exponent of at least 0 of int64 for other, got -1',
  ],
  [
    'narrow',
    () => zeros(3).narrow(0, tensor(2n), 2),
    'narrow: expected a range inside [0, 3) for start and length, got 2 and 2',
  ],
])('%s is refused', (_, run, message) => {
  expect(run).toThrow(new RangeError(message));
});

test('integers to the power of a tensor below 0 are 1, -1 or 0', () => {
  const x = tensor([2n, 1n, -1n, -1n, 0n]);
  expect(x.pow(tensor([-1n, -2n, -3n, -2n, -1n])).toArray()).toEqual([0, 1, -1, 1, 0]);
  expect(tensor([2], { dtype: 'int32' }).pow(-0.5).dtype).toBe('float32');
});

test('narrow by a tensor is a view, and in a compiled function a copy that may not change', () => {
  const x = tensor([0, 1, 2, 3]);
  x.narrow(0, tensor(-3n), 2).fill_(9);
  expect(x.toArray()).toEqual([0, 9, 9, 3]);
  const step = compile((from: Tensor) => x.narrow(0, from, 2));
  for (const [from, expected] of [
    [0n, [0, 9]],
    [-2n, [9, 3]],
  ] as const) {
    // prettier-ignore
    expect(step(tensor(from)).toArray()).toEqual(expected);
  }
  expect(() => step(tensor(3n))).toThrow(/^narrow: .* for start and length/);
  const changing = compile((from: Tensor) => x.narrow(0, from, 2).select(0, 0).fill_(1));
  expect(() => changing(tensor(0n))).toThrow(
    /^fill_: in a compiled function, narrow with a tensor/,
  );
});

test('an index without elements may have any shape and dtype', () => {
  const x = tensor([1, 2], { requiresGrad: true });
  const none = x.gather(0, zeros([2, 0], { dtype: 'uint8' }));
  expect(none.shape).toEqual([2, 0]);
  none.sum().backward();
  expect(x.grad?.toArray()).toEqual([0, 0]);
});

test('a compiled function writes by masks', () => {
  const x = tensor([[1, 2], [3, 4], [5, 6]]); // prettier-ignore
  const put = compile((mask: Tensor, value: Tensor) => x.clone().indexPut_(mask, value));
  const add = compile((mask: Tensor, value: Tensor) => x.clone().indexPut_(mask, value, { accumulate: true })); // prettier-ignore
  const scatter = compile((mask: Tensor, source: Tensor) => x.maskedScatter(mask, source));
  for (const chosen of [
    [true, false, true],
    [false, true, false],
  ]) {
    // prettier-ignore
    const mask = tensor(chosen);
    const value = tensor([7, 8]);
    expect(put(mask, value).toArray()).toEqual(x.clone().indexPut_(mask, value).toArray());
    expect(add(mask, value).toArray()).toEqual(
      x.clone().indexPut_(mask, value, { accumulate: true }).toArray(),
    );
    const wide = mask.unsqueeze(1).expand([3, 2]);
    const source = tensor([10, 20, 30, 40]);
    expect(scatter(wide, source).toArray()).toEqual(x.maskedScatter(wide, source).toArray());
  }
  const all = tensor([true, true, true]).unsqueeze(1).expand([3, 2]);
  expect(() => scatter(all, tensor([10, 20, 30, 40]))).toThrow(/^maskedScatter: .* for source/);
});

test('to takes a tensor, and copies if asked', () => {
  const x = tensor([1.5]);
  expect(x.to(tensor(1n)).toArray()).toEqual([1]);
  expect(x.to('float32')).toBe(x);
  const copy = x.to('float32', { copy: true }).fill_(0);
  expect([copy.item(), x.item()]).toEqual([0, 1.5]);
});

// Numbers of PyTorch 2.15.
test('embedding shortens rows and divides gradients by how often they are looked up', () => {
  const weight = tensor([[3, 4], [1, 0], [0, 2], [6, 8]], { requiresGrad: true }); // prettier-ignore
  const index = tensor([0n, 0n, 1n, 3n]);
  const rows = F.embedding(index, weight, { maxNorm: 2, scaleGradByFreq: true, paddingIdx: 1 });
  rows.mul(tensor([[1, 2], [3, 4], [5, 6], [7, 8]])).sum().backward(); // prettier-ignore
  const shortened = [[1.2, 1.6], [1, 0], [0, 2], [1.2, 1.6]]; // prettier-ignore
  (weight.toArray() as number[][]).flat().forEach((value, i) => {
    expect(value).toBeCloseTo(shortened.flat()[i], 5);
  });
  expect(weight.grad?.toArray()).toEqual([[2, 3], [0, 0], [0, 0], [7, 8]]); // prettier-ignore
  const infinite = tensor([[-Infinity, 1]], { requiresGrad: true });
  const found = F.embedding(tensor([0n, 0n]), infinite, { scaleGradByFreq: true });
  expect(found.toArray()).toEqual([[-Infinity, 1], [-Infinity, 1]]); // prettier-ignore
  const layer = new nn.Embedding(3, 2, { maxNorm: 1.5, normType: 1, scaleGradByFreq: true });
  expect(String(layer)).toBe('Embedding(3, 2, max_norm=1.5, norm_type=1, scale_grad_by_freq=True)');
  layer.forward(tensor([0n, 1n, 2n]));
  for (const row of layer.weight.toArray() as number[][]) {
    expect(Math.abs(row[0]) + Math.abs(row[1])).toBeLessThan(1.5001);
  }
});
