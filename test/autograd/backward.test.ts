/** backward: which tensors get gradients, how gradients add up, and when the graph is freed. */
import { tensor, zeros, type Tensor } from 'blasgrad';

const leaf = (values: number | number[] | number[][]): Tensor =>
  tensor(values, { requiresGrad: true });

test('fills grad of leaves, and of nothing else', () => {
  const x = leaf([1, 2, 3]);
  const constant = tensor([4, 5, 6]);
  const y = x.mul(constant);
  y.sum().backward();
  expect(x.grad?.toArray()).toEqual([4, 5, 6]);
  expect(constant.grad).toBeNull();
  expect(y.grad).toBeNull();
});

test('adds to the grad that is there, in place', () => {
  const x = leaf([1, 2]);
  x.mul(3).sum().backward();
  const first = x.grad;
  x.mul(x).sum().backward();
  expect(x.grad).toBe(first);
  expect(x.grad?.toArray()).toEqual([5, 7]);
  x.grad = null;
  x.sum().backward();
  expect(x.grad).not.toBe(first);
  expect((x.grad as unknown as Tensor).toArray()).toEqual([1, 1]);
});

test('a tensor used several times gets the sum', () => {
  const x = leaf([2]);
  const y = x.mul(x).add(x).add(x);
  y.backward();
  expect(x.grad?.toArray()).toEqual([6]);
});

test('weights the elements by gradient', () => {
  const x = leaf([1, 2, 3]);
  x.mul(2).backward(tensor([1, 0, -1]));
  expect(x.grad?.toArray()).toEqual([2, 0, -2]);
});

test('the seed is left alone, and grad is not its memory', () => {
  const x = leaf([1, 2]);
  const seed = tensor([5, 6]);
  x.reshape([2]).view(2, 1).reshape([2]).backward(seed);
  x.grad?.fill_(0);
  expect(seed.toArray()).toEqual([5, 6]);
  const direct = leaf([1, 2]);
  direct.backward(seed);
  expect(direct.grad?.toArray()).toEqual([5, 6]);
  direct.grad?.fill_(0);
  expect(seed.toArray()).toEqual([5, 6]);
});

test.each<[string, (x: Tensor, y: Tensor) => Tensor]>([
  ['a sum', (x, y) => x.add(y)],
  ['a sum of views', (x, y) => x.view(4).add(y.view(4))],
  ['a sum of sums', (x, y) => x.add(y).add(x).add(y)],
  ['in place', (x, y) => x.clone().add_(y)],
  ['of reshaped copies', (x, y) => x.reshape(4).add(y.T.reshape(4))],
])('gradients of two leaves share no memory: %s', (_name, fn) => {
  for (const createGraph of [false, true]) {
    const x = leaf([
      [1, 2],
      [3, 4],
    ]);
    const y = leaf([
      [5, 6],
      [7, 8],
    ]);
    fn(x, y).sum().backward(null, { createGraph });
    const before = y.grad?.toArray();
    x.grad?.detach().fill_(99);
    expect(y.grad?.toArray()).toEqual(before);
  }
});

test('a gradient shares no memory with a value of the graph', () => {
  const x = leaf([1, 2]);
  const one = zeros(2).add(1);
  const y = x.mul(one);
  y.sum().backward();
  x.grad?.fill_(7);
  expect(one.toArray()).toEqual([1, 1]);
  expect(y.toArray()).toEqual([1, 2]);
});

test('frees the graph, unless retainGraph', () => {
  const x = leaf([1, 2]);
  const y = x.exp().sum();
  y.backward(null, { retainGraph: true });
  const once = x.grad?.toArray() as number[];
  y.backward();
  expect(x.grad?.toArray()).toEqual(once.map((value) => 2 * value));
  expect(() => y.backward()).toThrow(
    new Error(
      'backward: an earlier backward freed the graph (at sum); ' +
        'pass { retainGraph: true } to the earlier call, or compute the loss again',
    ),
  );
});

test('a part that was freed is missed by what stands on it', () => {
  const x = leaf([1, 2]);
  const shared = x.exp();
  shared.sum().backward();
  expect(() => shared.mul(2).sum().backward()).toThrow(
    'an earlier backward freed the graph (at exp)',
  );
});

test('one leaf can serve many graphs', () => {
  const x = leaf([3]);
  for (let i = 0; i < 5; i++) x.mul(x).backward();
  expect(x.grad?.toArray()).toEqual([30]);
});

test('createGraph lets gradients be differentiated', () => {
  const x = leaf([2, 3]);
  x.pow(3).sum().backward(null, { createGraph: true });
  const first = x.grad as unknown as Tensor;
  expect(first.toArray()).toEqual([12, 27]);
  expect(first.requiresGrad).toBe(true);
  x.grad = null;
  first.sum().backward();
  expect((x.grad as unknown as Tensor).toArray()).toEqual([12, 18]);
});

test('without createGraph gradients are constants', () => {
  const x = leaf([2]);
  x.mul(x).backward();
  expect(x.grad?.requiresGrad).toBe(false);
  expect(x.grad?.gradFn).toBeNull();
});

test('integers and flags stop the flow', () => {
  const x = leaf([1.5, -2.5]);
  const mask = x.gt(0);
  expect(mask.requiresGrad).toBe(false);
  expect(x.to('int32').requiresGrad).toBe(false);
  x.mul(mask).sum().backward();
  expect(x.grad?.toArray()).toEqual([1, 0]);
});

test('float64 and float32 mix, each leaf in its own dtype', () => {
  const x = leaf([1, 2]);
  const y = tensor([3, 4], { dtype: 'float64', requiresGrad: true });
  x.mul(y).sum().backward();
  expect([x.grad?.dtype, x.grad?.toArray()]).toEqual(['float32', [3, 4]]);
  expect([y.grad?.dtype, y.grad?.toArray()]).toEqual(['float64', [1, 2]]);
});

test('a leaf without elements', () => {
  const x = zeros(0, 3, { requiresGrad: true });
  x.mul(2).sum().backward();
  expect(x.grad?.shape).toEqual([0, 3]);
});

describe('errors', () => {
  test.each<[string, () => void, string]>([
    [
      'several elements and no gradient',
      () => leaf([1, 2]).mul(2).backward(),
      'backward: a tensor of shape [2] needs a gradient of that shape; pass it, or reduce to one element',
    ],
    [
      'a constant',
      () => tensor([1]).backward(),
      'backward: this tensor does not depend on a tensor that requires gradients; set requiresGrad, and compute it outside noGrad',
    ],
    [
      'a gradient of another shape',
      () => leaf([1, 2]).mul(2).backward(zeros(3)),
      'backward: expected a float32 tensor of shape [2] for gradient, got a float32 tensor of shape [3]',
    ],
    [
      'a gradient of another dtype',
      () =>
        leaf([1, 2])
          .mul(2)
          .backward(zeros(2, { dtype: 'float64' })),
      'backward: expected a float32 tensor of shape [2] for gradient, got a float64 tensor of shape [2]',
    ],
    [
      'a number as gradient',
      () =>
        leaf([1])
          .mul(2)
          .backward(1 as unknown as Tensor),
      'backward: expected a tensor for gradient, got 1',
    ],
    [
      'an unknown option',
      () =>
        leaf([1])
          .mul(2)
          .backward(null, { keepGraph: true } as object),
      "backward: expected one of retainGraph, createGraph for options, got 'keepGraph'",
    ],
    [
      'an option of the wrong kind',
      () =>
        leaf([1])
          .mul(2)
          .backward(null, { retainGraph: 1 } as object),
      'backward: expected a boolean for retainGraph, got 1',
    ],
  ])('%s', (_what, run, message) => {
    expect(run).toThrow(message);
  });

  test('an error on the way leaves grad as it was', () => {
    const x = leaf([1, 2]);
    x.sum().backward();
    const y = x.mul(2);
    y.registerHook(() => {
      throw new Error('stop');
    });
    const z = y.add(x).sum();
    expect(() => z.backward()).toThrow('stop');
    expect(x.grad?.toArray()).toEqual([1, 1]);
    x.mul(5).sum().backward();
    expect(x.grad?.toArray()).toEqual([6, 6]);
  });
});
