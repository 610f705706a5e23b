/** Lengths and angles of vectors whose squares overflow or underflow. */
import { F, full, grad, manualSeed, randn, tensor, type Tensor } from 'blasgrad';

function expectNear(x: Tensor, expected: number, tolerance = 1e-4): void {
  expect(Math.abs(x.item() / expected - 1)).toBeLessThan(tolerance);
}

describe('cosineSimilarity', () => {
  test.each<[string, Tensor, Tensor, number]>([
    ['a vector shorter than eps', tensor([[1e-10, 0]]), tensor([[1e-3, 0]]), 0.01],
    ['Unix times', full([1, 64], 1.7e9), full([1, 64], 1.7e9), 1],
    ['squares that overflow', tensor([[1e10, 1e10]]), tensor([[1e10, 1e10]]), 1],
    ['a length beyond the largest', tensor([[2.0775e38, 3.0262e38]]), tensor([[1, 1]]), 0.983158],
  ])('%s', (_, a, b, expected) => {
    expectNear(F.cosineSimilarity(a, b), expected);
  });

  test('of a zero vector is 0, and its gradient is finite', () => {
    const x = tensor([[0, 0]], { requiresGrad: true });
    const y = F.cosineSimilarity(x, tensor([[1, 2]]));
    expect(y.item()).toBe(0);
    const [gradient] = grad(y, [x]);
    expect(gradient.isfinite().all().item()).toBe(1);
  });
});

describe('norm', () => {
  test.each([1e30, 1e-30, 3e38, 1e-44])('of two numbers of size %d', (size) => {
    const length = Math.SQRT2 * Math.fround(size);
    const y = tensor([size, -size]).norm();
    if (length > 3.4028235e38) expect(y.item()).toBe(Infinity);
    else expectNear(y, length, size < 1e-40 ? 0.1 : 1e-6);
  });

  test('of columns, of which one overflows', () => {
    const x = tensor([
      [3, 3e30, NaN, Infinity, 0],
      [4, 4e30, 1, 1, 0],
    ]);
    expect(x.norm({ dim: 0 }).toArray()).toEqual([5, Math.fround(5e30), NaN, Infinity, 0]);
  });

  test('in float64 and bfloat16', () => {
    expectNear(tensor([3e200, 4e200], { dtype: 'float64' }).norm(), 5e200, 1e-15);
    expectNear(tensor([3e-200, 4e-200], { dtype: 'float64' }).norm(), 5e-200, 1e-15);
    expectNear(tensor([3e30, 4e30], { dtype: 'bfloat16' }).norm(), 5e30, 0.01);
  });
});

test('std of very large and very small numbers', () => {
  manualSeed(0);
  const x = randn(1000).mul(1e19).add(1e20);
  expectNear(x.std(), x.to('float64').std().item(), 1e-3);
  expectNear(tensor([1e30, -1e30]).std(), 1.4142135e30);
  expectNear(tensor([1e-30, -1e-30]).std(), 1.4142135e-30);
});
