/** Graphs of unusual form. */
import { addmm, cat, F, grad, tensor, zeros, type Tensor } from 'blasgrad';

const leaf = (values: number | number[]): Tensor => tensor(values, { requiresGrad: true });

test('100,000 ops in a chain', () => {
  const x = leaf([1]);
  let y: Tensor = x;
  for (let i = 0; i < 100_000; i++) y = y.add(1);
  y.backward();
  expect(y.item()).toBe(100_001);
  expect(x.grad?.item()).toBe(1);
});

test('20,000 views in a chain, and changes in place', () => {
  const x = leaf([1, 2]);
  let y: Tensor = x.mul(1);
  for (let i = 0; i < 20_000; i++) y = i % 2 === 0 ? y.unsqueeze(0) : y.squeeze(0);
  y.sum().backward();
  expect(x.grad?.toArray()).toEqual([1, 1]);
  const z = x.mul(1);
  for (let i = 0; i < 20_000; i++) z.add_(1);
  z.sum().backward();
  expect(z.toArray()).toEqual([20_001, 20_002]);
  expect(x.grad?.toArray()).toEqual([2, 2]);
});

test('gradients through 1,000 ops can be differentiated', () => {
  const x = tensor([1.5], { dtype: 'float64', requiresGrad: true });
  let y: Tensor = x;
  for (let i = 0; i < 1000; i++) y = y.mul(1.0001);
  const [first] = grad(y.mul(y), x, { createGraph: true });
  const [second] = grad(first, x);
  expect(second.item()).toBeCloseTo(2 * 1.0001 ** 2000, 9);
});

test('a ladder of diamonds is walked once', () => {
  // 60 rungs are 2^60 paths: only a walk in topological order ends.
  const x = tensor([1], { dtype: 'float64', requiresGrad: true });
  let y: Tensor = x;
  for (let i = 0; i < 60; i++) y = y.mul(0.5).add(y.mul(0.5));
  y.backward();
  expect(x.grad?.item()).toBeCloseTo(1, 12);
});

test('a diamond waits for both sides', () => {
  const x = leaf([3]);
  const top = x.mul(2);
  const left = top.mul(top);
  const right = top.add(1);
  left.mul(right).backward();
  // (2x)^2 (2x + 1) = 8x^3 + 4x^2
  expect(x.grad?.item()).toBe(24 * 9 + 8 * 3);
});

test('sides of unequal length', () => {
  const x = leaf([2]);
  const a = x.mul(3);
  const b = a.add(0).add(0).add(0);
  a.mul(b).backward();
  expect(x.grad?.item()).toBe(36);
});

test('10,000 uses of one tensor', () => {
  const x = leaf([1]);
  let sum: Tensor = x;
  for (let i = 1; i < 10_000; i++) sum = sum.add(x);
  sum.backward();
  expect(x.grad?.item()).toBe(10_000);
});

test('several results of one op', () => {
  const x = leaf([1, 2, 3, 4]);
  const [a, , c] = x.split(1);
  a.mul(10).add(c).sum().backward();
  expect(x.grad?.toArray()).toEqual([10, 0, 1, 0]);
});

test('one tensor in every place of an op', () => {
  const x = leaf([1, 2]);
  cat([x, x, x])
    .mul(tensor([1, 2, 3, 4, 5, 6]))
    .sum()
    .backward();
  expect(x.grad?.toArray()).toEqual([9, 12]);
  const w = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { requiresGrad: true },
  );
  addmm(w, w, w).sum().backward();
  expect(w.grad?.toArray()).toEqual([
    [1 + 4 + 3, 1 + 4 + 7],
    [1 + 6 + 3, 1 + 6 + 7],
  ]);
});

test('constants grow no graph', () => {
  const y = tensor([1]).exp().mul(2);
  expect([y.requiresGrad, y.isLeaf, y.gradFn]).toEqual([false, true, null]);
});

test('parts that need no gradient are left out', () => {
  const x = leaf([1, 2]);
  const constant = tensor([3, 4]).exp();
  x.mul(constant).sum().backward();
  expect(constant.grad).toBeNull();
  const frozen = tensor([[1, 2]]);
  const weight = zeros(3, 2, { requiresGrad: true });
  F.linear(frozen, weight).sum().backward();
  expect(frozen.grad).toBeNull();
  expect(weight.grad?.toArray()).toEqual([
    [1, 2],
    [1, 2],
    [1, 2],
  ]);
});

test('a step that was forgotten is collected', () => {
  // Graphs that nobody goes back through must not hold on to each other.
  const x = zeros(1000, { requiresGrad: true });
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 20_000; i++) x.exp().mul(2).sum();
  // 20,000 steps of 8 KB would be 160 MB.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(120e6);
});
