/** Hooks of tensors, and retainGrad. */
import { grad, tensor, zeros, type Hook, type Tensor } from 'blasgrad';

const leaf = (values: number[]): Tensor => tensor(values, { requiresGrad: true });
const at = (x: Tensor): unknown => x.grad?.toArray();

test('a hook sees the gradient of a leaf, once, after it is added up', () => {
  const x = leaf([1, 2]);
  const seen: unknown[] = [];
  x.registerHook((gradient) => void seen.push(gradient.toArray()));
  x.mul(2).add(x.mul(3)).sum().backward();
  expect(seen).toEqual([[5, 5]]);
  expect(at(x)).toEqual([5, 5]);
});

test('a hook sees the gradient of a result', () => {
  const x = leaf([1, 2]);
  const y = x.mul(2);
  const seen: unknown[] = [];
  y.registerHook((gradient) => void seen.push(gradient.toArray()));
  y.mul(y).add(y).sum().backward();
  expect(seen).toEqual([[5, 9]]);
});

test('what a hook returns takes the place of the gradient', () => {
  const x = leaf([1, 2]);
  const y = x.mul(2);
  y.registerHook((gradient) => gradient.mul(10));
  y.sum().backward();
  expect(at(x)).toEqual([20, 20]);
  const z = leaf([1]);
  z.registerHook(() => tensor([-1]));
  z.mul(5).backward();
  expect(at(z)).toEqual([-1]);
});

test('hooks run in the order they came, each on what the last one returned', () => {
  const x = leaf([1]);
  x.registerHook((gradient) => gradient.add(1));
  x.registerHook((gradient) => gradient.mul(10));
  x.mul(2).backward();
  expect(at(x)).toEqual([30]);
});

test('a hook can be removed', () => {
  const x = leaf([1]);
  let count = 0;
  const handle = x.registerHook(() => {
    count++;
  });
  x.mul(2).backward();
  handle.remove();
  handle.remove();
  x.mul(2).backward();
  expect(count).toBe(1);
});

test('a hook that removes itself while running', () => {
  const x = leaf([1]);
  const seen: string[] = [];
  const first = x.registerHook(() => {
    seen.push('first');
    first.remove();
  });
  x.registerHook(() => void seen.push('second'));
  x.mul(2).backward();
  x.mul(2).backward();
  expect(seen).toEqual(['first', 'second', 'second']);
});

test('a gradient that a hook kept does not change later', () => {
  const x = leaf([1]);
  let kept: Tensor | undefined;
  x.registerHook((gradient) => {
    kept ??= gradient;
  });
  x.mul(2).backward();
  x.mul(3).backward();
  expect(at(x)).toEqual([5]);
  expect(kept?.toArray()).toEqual([2]);
});

test('hooks run for grad() too', () => {
  const x = leaf([1]);
  const y = x.mul(2);
  y.registerHook((gradient) => gradient.mul(3));
  expect(grad(y, x)[0].item()).toBe(6);
});

test('retainGrad keeps the gradient of a result', () => {
  const x = leaf([1, 2]);
  const y = x.mul(2);
  y.retainGrad();
  y.mul(y).sum().backward();
  expect(at(y)).toEqual([4, 8]);
  expect(at(x)).toEqual([8, 16]);
  x.retainGrad();
  const z = y.detach().mul(2);
  expect(() => z.retainGrad()).toThrow('retainGrad: this tensor does not require gradients');
});

test('kept gradients add up, and share no memory with those of leaves', () => {
  const x = leaf([1, 2]);
  const y = x.add(0);
  y.retainGrad();
  y.sum().backward(null, { retainGraph: true });
  y.grad?.fill_(7);
  expect(at(x)).toEqual([1, 1]);
  y.sum().backward();
  expect(at(y)).toEqual([8, 8]);
});

describe('refused', () => {
  test.each<[string, unknown, string]>([
    [
      'another shape',
      zeros(3),
      'hook: expected a float32 gradient of shape [2], got a float32 tensor of shape [3]',
    ],
    [
      'another dtype',
      zeros(2, { dtype: 'float64' }),
      'hook: expected a float32 gradient of shape [2], got a float64 tensor of shape [2]',
    ],
    ['a number', 3, 'hook: expected a float32 gradient of shape [2], got 3'],
    ['a text', 'abc', "hook: expected a float32 gradient of shape [2], got 'abc'"],
    [
      'an array',
      [1, 2],
      'hook: expected a float32 gradient of shape [2], got an array of 2 elements',
    ],
  ])('%s from a hook', (_what, result, message) => {
    const x = leaf([1, 2]);
    x.registerHook((() => result) as Hook);
    expect(() => x.mul(2).sum().backward()).toThrow(message);
    expect(x.grad).toBeNull();
  });

  test('what is no function', () => {
    expect(() => leaf([1]).registerHook('hook' as unknown as Hook)).toThrow(
      new TypeError("registerHook: expected a function for hook, got 'hook'"),
    );
    expect(() => tensor([1]).registerHook(() => undefined)).toThrow(
      'registerHook: this tensor does not require gradients',
    );
  });
});
