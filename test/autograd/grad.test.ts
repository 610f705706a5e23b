/** grad() returns gradients. */
import { grad, tensor, zeros, type Tensor } from 'blasgrad';

const leaf = (values: number | number[]): Tensor => tensor(values, { requiresGrad: true });

test('leaves .grad alone', () => {
  const x = leaf([1, 2]);
  const [dx] = grad(x.mul(x).sum(), x);
  expect(dx.toArray()).toEqual([2, 4]);
  expect(x.grad).toBeNull();
  expect(dx.requiresGrad).toBe(false);
});

test('of several inputs, in their order', () => {
  const [x, y] = [leaf([2]), leaf([3])];
  expect(grad(x.mul(y), [y, x]).map((one) => one.item())).toEqual([2, 3]);
});

test('of one input asked for twice', () => {
  const x = leaf([2]);
  expect(grad(x.mul(x), [x, x]).map((one) => one.item())).toEqual([4, 4]);
});

test('of several outputs', () => {
  const x = leaf([1, 2]);
  const outputs = [x.sum(), x.mul(x)];
  const [dx] = grad(outputs, x, { gradOutputs: [null, tensor([10, 20])] });
  expect(dx.toArray()).toEqual([21, 81]);
});

test('of outputs of which one stands on the other', () => {
  const x = leaf([2]);
  const y = x.mul(3);
  const z = y.mul(y);
  expect(grad([y, z], [x])[0].item()).toBe(3 + 36);
  const a = x.mul(3);
  expect(grad([a, a.mul(a)], [a])[0].item()).toBe(1 + 12);
});

test('with respect to results of ops', () => {
  const x = leaf([2]);
  const y = x.mul(3);
  const z = y.mul(y);
  const [dy, dx] = grad(z, [y, x]);
  expect([dy.item(), dx.item()]).toEqual([12, 36]);
});

test('of a tensor with respect to itself', () => {
  const x = leaf([5]);
  expect(grad(x, x)[0].item()).toBe(1);
  const y = x.mul(2);
  expect(grad(y, y)[0].item()).toBe(1);
});

test('goes no further than it must', () => {
  const x = leaf([2]);
  const y = x.mul(3);
  let walked = false;
  x.mul(1).registerHook(() => void (walked = true));
  const unrelated = leaf([1]);
  const side = unrelated.exp();
  side.registerHook(() => void (walked = true));
  const [dy] = grad(y.mul(side), [y]);
  expect(dy.item()).toBeCloseTo(Math.E, 5);
  expect(x.grad).toBeNull();
  expect(walked).toBe(false);
});

test('unused inputs: an error, or null', () => {
  const [x, y] = [leaf([1]), leaf([2])];
  const z = x.mul(2);
  expect(() => grad(z, [x, y], { retainGraph: true })).toThrow(
    new Error(
      'grad: the outputs do not depend on inputs[1]; pass { allowUnused: true } to get null for it',
    ),
  );
  const [dx, dy] = grad(z, [x, y], { allowUnused: true });
  expect([dx?.item(), dy]).toEqual([2, null]);
});

test('third derivatives', () => {
  const x = tensor([2], { dtype: 'float64', requiresGrad: true });
  const [first] = grad(x.pow(4), x, { createGraph: true });
  const [second] = grad(first, x, { createGraph: true });
  const [third] = grad(second, x);
  expect([first.item(), second.item(), third.item()]).toEqual([32, 48, 48]);
});

test('a product of a Hessian and a vector', () => {
  const x = tensor([1, 2, 3], { dtype: 'float64', requiresGrad: true });
  const f = x
    .mul(x)
    .mul(x)
    .sum()
    .add(x.select(0, 0).mul(x.select(0, 1)));
  const [first] = grad(f, x, { createGraph: true });
  const [product] = grad(first, x, { gradOutputs: tensor([1, 0, -1], { dtype: 'float64' }) });
  expect(product.toArray()).toEqual([6, 1, -18]);
});

test('a gradient as part of a loss', () => {
  const x = leaf([3]);
  const w = leaf([2]);
  const [dx] = grad(x.mul(x).mul(w), x, { createGraph: true });
  dx.mul(dx).backward(); // (2 x w)^2
  expect(w.grad?.item()).toBe(2 * 4 * 9 * 2);
  expect(x.grad?.item()).toBe(2 * 4 * 4 * 3);
});

test('retainGraph keeps the graph, and without it is freed', () => {
  const x = leaf([2]);
  const y = x.mul(x);
  grad(y, x, { retainGraph: true });
  grad(y, x);
  expect(() => grad(y, x)).toThrow('an earlier backward freed the graph');
});

describe('errors', () => {
  const x = leaf([1, 2]);
  test.each<[string, () => unknown, typeof Error, string]>([
    [
      'no tensors',
      () => grad(1 as unknown as Tensor, x),
      TypeError,
      'grad: expected a tensor or an array of tensors for outputs, got 1',
    ],
    [
      'no tensor among inputs',
      () => grad(x.sum(), [null as unknown as Tensor]),
      TypeError,
      'grad: expected a tensor or an array of tensors for inputs, got null',
    ],
    [
      'an output that needs none',
      () => grad(tensor([1]), x),
      Error,
      'grad: one of the outputs does not require gradients; set requiresGrad first',
    ],
    [
      'an input that needs none',
      () => grad(x.sum(), tensor([1])),
      Error,
      'grad: one of the inputs does not require gradients; set requiresGrad first',
    ],
    [
      'several elements and no weights',
      () => grad(x.mul(2), x),
      RangeError,
      'grad: a tensor of shape [2] needs a gradient of that shape; pass it, or reduce to one element',
    ],
    [
      'weights of another shape',
      () => grad(x.mul(2), x, { gradOutputs: zeros(3) }),
      RangeError,
      'grad: expected a float32 tensor of shape [2] for gradient, got a float32 tensor of shape [3]',
    ],
    [
      'too many weights',
      () => grad(x.mul(2), x, { gradOutputs: [zeros(2), zeros(2)] }),
      RangeError,
      'grad: expected at most 1 for gradOutputs, got an array of 2 elements',
    ],
    [
      'a misspelt option',
      () => grad(x.sum(), x, { creategraph: true } as object),
      RangeError,
      "grad: expected one of gradOutputs, allowUnused, retainGraph, createGraph for options, got 'creategraph'",
    ],
    [
      'an option of the wrong kind',
      () => grad(x.sum(), x, { createGraph: 'yes' } as object),
      TypeError,
      "grad: expected a boolean for createGraph, got 'yes'",
    ],
  ])('%s', (_what, run, type, message) => {
    expect(run).toThrow(type);
    expect(run).toThrow(message);
  });
});
