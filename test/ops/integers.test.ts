/** Integers that are exact, wrap around, or are refused. */
import { compile, einsum, F, full, tensor, zeros, type Tensor } from 'blasgrad';

const large = 2n ** 60n + 1n;
const bytes = (...values: number[]): Tensor => tensor(Uint8Array.from(values));

test('bigints are exact', () => {
  const x = tensor([large, 5n]);
  expect(x.add(1n).toArray()).toEqual([large + 1n, 6]);
  expect(x.sub(large).toArray()).toEqual([0, 5n - large]);
  expect(x.mul(3n).toArray()).toEqual([3n * large, 15]);
  expect(x.eq(large).toArray()).toEqual([true, false]);
  expect(x.gt(large - 1n).toArray()).toEqual([true, false]);
  expect(x.clamp({ max: large - 1n }).toArray()).toEqual([large - 1n, 5]);
  expect(zeros([2], { dtype: 'int64' }).fill_(large).toArray()).toEqual([large, large]);
  expect(full([1], large).toArray()).toEqual([large]);
  expect(x.maskedFill(x.lt(9), large).toArray()).toEqual([large, large]);
  expect(x.floorDivide(2n).toArray()).toEqual([large / 2n, 2]);
});

test('bigints are exact in a compiled function', () => {
  const step = compile((x: Tensor) =>
    x
      .clone()
      .fill_(large)
      .add(x)
      .clamp({ max: large + 1n }),
  );
  for (const value of [1n, 2n]) {
    expect(step(tensor([value])).item<bigint>()).toBe(large + 1n);
  }
});

test('arithmetic wraps around', () => {
  expect(bytes(250).add(bytes(10)).item()).toBe(4);
  expect(bytes(3).sub(bytes(5)).item()).toBe(254);
  expect(bytes(20).mul(bytes(20)).item()).toBe(144);
  expect(bytes(1).neg().item()).toBe(255);
  const most = tensor([2n ** 63n - 1n]);
  expect(most.add(1n).item<bigint>()).toBe(-(2n ** 63n));
});

test('matrix products wrap around', () => {
  expect(bytes(200, 100).dot(bytes(2, 3)).item()).toBe(188);
  const x = tensor([[2 ** 30, 2 ** 30]], { dtype: 'int32' });
  expect(x.matmul(tensor([[1], [1]], { dtype: 'int32' })).item()).toBe(-(2 ** 31));
  expect(x.matmul(x.t()).item()).toBe(0);
  const y = tensor([[large, 3n]]);
  expect(y.matmul(y.t()).item<bigint>()).toBe(BigInt.asIntN(64, large * large + 9n));
  const weight = tensor([[3n, 1n]]);
  expect(F.linear(y, weight, tensor([-1n])).item<bigint>()).toBe(3n * large + 2n);
  const step = compile((a: Tensor, b: Tensor) => einsum('ij,jk->ik', a, b));
  for (const factor of [1n, 5n]) {
    const product = BigInt.asIntN(64, factor * (3n * large + 3n));
    expect(step(y, weight.t().mul(factor)).item<bigint>()).toBe(product);
  }
});

test.each(['remainder', 'fmod', 'floorDivide'] as const)('%s by 0 is refused', (name) => {
  const message = `${name}: expected nonzero integers for other, got 0`;
  const x = tensor([7, 8], { dtype: 'int32' });
  const divisor = tensor([2, 0], { dtype: 'int32' });
  expect(() => x[name](divisor)).toThrow(new RangeError(message));
  expect(() => x[`${name}_`](divisor)).toThrow(RangeError);
  expect(x.toArray()).toEqual([7, 8]);
  expect(() => bytes(7)[name](0)).toThrow(RangeError);
  const step = compile((a: Tensor, b: Tensor) => a[name](b));
  step(x, tensor([2, 3], { dtype: 'int32' }));
  expect(() => step(x, divisor)).toThrow(RangeError);
  expect(x.to('float32')[name](0).numel()).toBe(2);
});

test.each<[string, () => unknown, string]>([
  ['add', () => bytes(1).add(300), 'add: expected a number that uint8 holds for other, got 300'],
  ['sub', () => bytes(1).sub(-1), 'sub: expected a number that uint8 holds for other, got -1'],
  [
    'int32',
    () => tensor([1], { dtype: 'int32' }).mul(2 ** 40),
    'mul: expected a number that int32 holds for other, got 1099511627776',
  ],
  [
    'int64',
    () => tensor([1n]).add(2 ** 53),
    'add: expected a safe integer or a bigint for other, got 9007199254740992',
  ],
  [
    'fill_',
    () => bytes(1).fill_(NaN),
    'fill_: expected a number that uint8 holds for value, got NaN',
  ],
  [
    'to',
    () => tensor([NaN]).to('int64'),
    'to: expected numbers that int64 can represent for this, got NaN',
  ],
])('a number that does not fit is refused: %s', (_, run, message) => {
  expect(run).toThrow(new RangeError(message));
});

test('comparisons with numbers that do not fit are exact', () => {
  expect(bytes(0, 255).lt(300).toArray()).toEqual([true, true]);
  expect(bytes(0, 255).gt(-1).toArray()).toEqual([true, true]);
  expect(bytes(44).eq(300).item()).toBe(0);
  expect(bytes(5).clamp({ min: -3, max: 1000 }).item()).toBe(5);
});

test.each<[string, (x: Tensor) => Tensor, number[]]>([
  ['relu6', F.relu6, [0, 0, 1, 3, 6]],
  ['hardtanh', (x) => F.hardtanh(x, { minVal: -1.5, maxVal: 2.9 }), [-1, 0, 1, 2, 2]],
  ['threshold', (x) => F.threshold(x, 0.5, 7.9), [7, 7, 1, 3, 9]],
])('%s of integers stays among them', (_, fn, expected) => {
  const x = tensor([-2, 0, 1, 3, 9], { dtype: 'int32' });
  expect(fn(x).dtype).toBe('int32');
  expect(fn(x).toArray()).toEqual(expected);
});

test('prelu of a tensor without dimensions has none', () => {
  const x = tensor(-2, { requiresGrad: true });
  const weight = tensor([0.25], { requiresGrad: true });
  const y = F.prelu(x, weight);
  expect([y.shape, y.item()]).toEqual([[], -0.5]);
  y.backward();
  expect([x.grad?.toArray(), weight.grad?.toArray()]).toEqual([0.25, [-2]]);
});

// Numbers of PyTorch 2.15.
test.each<['int32' | 'uint8', number, number[], number[], number[]]>([
  ['int32', -1, [1, -5], [0, 0], [0, -1]],
  ['int32', 0, [1, -5], [1, -5], [1, -5]],
  ['int32', 31, [1, -5], [-(2 ** 31), -(2 ** 31)], [0, -1]],
  ['int32', 32, [1, -5], [0, 0], [0, -1]],
  ['int32', 64, [1, -5], [0, 0], [0, -1]],
  ['uint8', 7, [1, 200], [128, 0], [0, 1]],
  ['uint8', 8, [1, 200], [0, 0], [0, 0]],
  ['uint8', 255, [1, 200], [0, 0], [0, 0]],
])('shifts of %s by %d bits', (dtype, bits, values, left, right) => {
  const x = tensor(values, { dtype });
  const by = tensor([bits], { dtype });
  expect(x.bitwiseLeftShift(by).toArray()).toEqual(left);
  expect(x.bitwiseRightShift(by).toArray()).toEqual(right);
  const step = compile((a: Tensor, n: Tensor) => [a.bitwiseLeftShift(n), a.bitwiseRightShift(n)]);
  for (let i = 0; i < 2; i++) {
    expect(step(x, by).map((result) => result.toArray())).toEqual([left, right]);
  }
});

const floats = [-1.5, 255.9, 256, 3e9, -3e9];
const wide = [-1n, 300n, 3000000000n, -(2n ** 31n) - 1n, 2n ** 62n];
const lowest = -(2 ** 31);

test.each<['uint8' | 'int32' | 'int64', number[], (number | bigint)[]]>([
  ['uint8', [255, 255, 0, 0, 0], [255, 44, 0, 255, 0]],
  ['int32', [-1, 255, 256, lowest, lowest], [-1, 300, -1294967296, 2 ** 31 - 1, 0]],
  ['int64', [-1, 255, 256, 3e9, -3e9], [-1, 300, 3e9, lowest - 1, 2n ** 62n]],
])('conversions to %s of numbers out of range', (dtype, fromFloats, fromWide) => {
  expect(tensor(floats).to(dtype).toArray()).toEqual(fromFloats);
  expect(tensor(wide).to(dtype).toArray()).toEqual(fromWide);
});
