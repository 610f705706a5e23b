/** In-place operations: their gradients, and which are refused. */
import { grad, noGrad, rand, tensor, zeros, type Tensor } from 'blasgrad';

const leaf = (values: number[] | number[][]): Tensor => tensor(values, { requiresGrad: true });
const changed = 'was changed in place since; clone it before the change';

test('a value that backward needs may not change', () => {
  const x = leaf([1, 2]);
  const y = x.mul(1);
  const z = y.mul(y);
  y.add_(1);
  expect(() => z.sum().backward()).toThrow(
    `backward: a tensor that mul saved (float32 [2], float32 [2]) ${changed}`,
  );
});

test.each<[string, (y: Tensor) => unknown]>([
  ['add_', (y) => y.add_(1)],
  ['mul_', (y) => y.mul_(2)],
  ['exp_', (y) => y.exp_()],
  ['fill_', (y) => y.fill_(3)],
  ['zero_', (y) => y.zero_()],
  ['copy_', (y) => y.copy_(tensor([5, 6]))],
  ['a change of a part', (y) => y.select(0, 1).add_(1)],
  ['a change of a view', (y) => y.view(2, 1).mul_(3)],
  ['a change of what was detached', (y) => y.detach().add_(1)],
  ['a change inside noGrad', (y) => noGrad(() => y.add_(1))],
])('%s of a kept output', (_name, change) => {
  const x = leaf([1, 2]);
  const y = x.exp();
  change(y);
  expect(() => y.sum().backward()).toThrow(changed);
});

test('a change of a base is seen by what kept a view of it, and the reverse', () => {
  const x = leaf([1, 2]);
  const y = x.mul(1);
  const part = y.narrow(0, 0, 1);
  const z = part.mul(part);
  y.add_(1);
  expect(() => z.sum().backward()).toThrow(changed);
});

test('a change that nothing depends on is fine', () => {
  const x = leaf([1, 2]);
  const y = x.add(1); // add keeps nothing
  const z = y.mul(3); // 3 does not change
  y.detach();
  z.sum().backward();
  const w = x.add(1);
  w.mul_(3).add_(1);
  w.sum().backward();
  expect(x.grad?.toArray()).toEqual([6, 6]);
});

test('gradients go through changes in place', () => {
  const x = leaf([1, 2]);
  const y = x.clone();
  y.mul_(x).add_(x).mul_(2);
  y.sum().backward(); // 2 (x^2 + x)
  expect(x.grad?.toArray()).toEqual([6, 10]);
  const z = leaf([4, 9]);
  z.clone().sqrt_().mul(3).sum().backward();
  expect(z.grad?.toArray()).toEqual([0.75, 0.5]);
});

test('what is overwritten gets no gradient', () => {
  const x = leaf([1, 2, 3]);
  const y = x.mul(2);
  y.narrow(0, 0, 2).zero_();
  y.sum().backward();
  expect(x.grad?.toArray()).toEqual([0, 0, 2]);
  const z = leaf([1, 2, 3]);
  z.mul(2).fill_(1).sum().backward();
  expect(z.grad?.toArray()).toEqual([0, 0, 0]);
});

test('a constant becomes part of the graph', () => {
  const x = leaf([3, 4]);
  const buffer = zeros(3);
  expect(buffer.requiresGrad).toBe(false);
  buffer.narrow(0, 1, 2).copy_(x);
  expect(buffer.requiresGrad).toBe(true);
  buffer
    .mul(tensor([1, 10, 100]))
    .sum()
    .backward();
  expect(x.grad?.toArray()).toEqual([10, 100]);
});

test('views see the change of their base, with gradients', () => {
  const x = leaf([1, 2]);
  const y = x.mul(1);
  const view = y.view(2, 1);
  y.mul_(5);
  expect(view.toArray()).toEqual([[5], [10]]);
  view.sum().backward();
  expect(x.grad?.toArray()).toEqual([5, 5]);
});

test('the base sees the change of a view of a view', () => {
  const x = leaf([
    [1, 2],
    [3, 4],
  ]);
  const y = x.mul(1);
  y.T.select(0, 1).mul_(10);
  expect(y.toArray()).toEqual([
    [1, 20],
    [3, 40],
  ]);
  y.sum().backward();
  expect(x.grad?.toArray()).toEqual([
    [1, 10],
    [1, 10],
  ]);
});

test('two views, changed in turn', () => {
  const x = leaf([1, 2, 3]);
  const y = x.mul(1);
  const [a, b] = [y.narrow(0, 0, 2), y.narrow(0, 1, 2)];
  a.mul_(2);
  b.mul_(3);
  expect(y.toArray()).toEqual([2, 12, 9]);
  a.sum().backward();
  expect(x.grad?.toArray()).toEqual([2, 6, 0]);
});

test('an operand in place, and its own operand', () => {
  const x = leaf([2, 3]);
  const y = x.clone();
  y.mul_(y);
  y.sum().backward();
  expect(x.grad?.toArray()).toEqual([4, 6]);
  const z = leaf([2, 3]);
  const w = z.clone();
  w.add_(w);
  w.sum().backward();
  expect(z.grad?.toArray()).toEqual([2, 2]);
});

const side = 800; // enough elements for several threads
/** A change in place of `y` by `of(source)`, where `source` is `y` itself or a copy of it. */
const overlapping: Readonly<Record<string, (y: Tensor, source: Tensor) => unknown>> = {
  'its transpose': (y, source) => y.add_(source.T),
  'a row of it': (y, source) => y.sub_(source.select(0, 1)),
  'an element of it': (y, source) => y.div_(source.select(0, 2).narrow(0, 0, 1)),
  'its neighbours': (y, source) => y.narrow(0, 1, side - 1).mul_(source.narrow(0, 0, side - 1)),
  'columns that overlap': (y, source) =>
    y.narrow(1, 0, side - 1).add_(source.narrow(1, 1, side - 1)),
  'its neighbours, copied': (y, source) =>
    y.narrow(0, 1, side - 1).copy_(source.narrow(0, 0, side - 1)),
  'its transpose, copied': (y, source) => y.copy_(source.T),
  'its own rows in another order': (y, source) => y.copy_(source.flip(0)),
  itself: (y, source) => y.mul_(source),
  'itself without gradients': (y, source) => y.add_(source.detach()),
};

test.each(Object.entries(overlapping))('an operand in the same memory: %s', (_what, change) => {
  const x = rand(side, side).add(1).requiresGrad_();
  const results = [true, false].map((own) => {
    const y = x.clone();
    change(y, own ? y : y.clone());
    return [y.sub(x), ...grad([y.square().sum()], [x])];
  });
  const differences = results[0].map((one, i) => one.ne(results[1][i]).sum().item());
  expect(differences).toEqual([0, 0]);
});

describe('refused', () => {
  const x = leaf([1, 2]);
  test.each<[string, () => unknown, string]>([
    [
      'a leaf',
      () => x.add_(1),
      'add_: this tensor is a leaf that requires gradients; change it in noGrad(() => ...) only',
    ],
    [
      'a leaf, filled',
      () => x.fill_(1),
      'fill_: this tensor is a leaf that requires gradients; change it in noGrad(() => ...) only',
    ],
    [
      'a view of a leaf',
      () => x.view(1, 2).mul_(2),
      'mul_: this tensor is a view of a leaf that requires gradients; change it in noGrad(() => ...) only',
    ],
    [
      'a result that would be larger',
      () => x.mul(1).add_(zeros(3, 2)),
      'add_: the result has shape [3, 2], which this tensor of shape [2] cannot hold',
    ],
    [
      'a result that would be floating',
      () => tensor([1], { dtype: 'int32' }).add_(0.5),
      'add_: the result is float32, which this int32 tensor cannot hold',
    ],
    [
      'an expanded tensor',
      () => zeros(1).expand(3).add_(1),
      'add_: elements of this expanded tensor share memory; clone it first',
    ],
  ])('%s', (_what, run, message) => {
    expect(run).toThrow(message);
    expect(x.toArray()).toEqual([1, 2]);
  });
});
