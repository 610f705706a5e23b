/** Options without the dimension before them, and the dtype of sums, means and products. */
import { tensor, zeros, type DType, type Tensor } from 'blasgrad';

const x = tensor([[3, 1, 2], [6, 5, 4]]); // prettier-ignore

test.each<[string, () => Tensor, () => Tensor]>([
  ['sum', () => x.sum({ keepdim: true }), () => x.sum(null, { keepdim: true })],
  ['mean', () => x.mean({ keepdim: true }), () => x.mean(null, { keepdim: true })],
  ['prod', () => x.prod({ keepdim: true }), () => x.prod(null, { keepdim: true })],
  ['amax', () => x.amax({ keepdim: true }), () => x.amax(null, { keepdim: true })],
  ['amin', () => x.amin({ keepdim: true }), () => x.amin(null, { keepdim: true })],
  ['any', () => x.any({ keepdim: true }), () => x.any(null, { keepdim: true })],
  ['all', () => x.all({ keepdim: true }), () => x.all(null, { keepdim: true })],
  ['argmax', () => x.argmax({ keepdim: true }), () => x.argmax(null, { keepdim: true })],
  ['argmin', () => x.argmin({ keepdim: true }), () => x.argmin(null, { keepdim: true })],
  ['std', () => x.std({ correction: 0 }), () => x.std(null, { correction: 0 })],
  ['var', () => x.var({ correction: 0 }), () => x.var(null, { correction: 0 })],
  ['var by default', () => x.var({ correction: null }), () => x.var()],
  [
    'sort',
    () => x.sort({ descending: true }).values,
    () => x.sort(-1, { descending: true }).values,
  ],
  ['argsort', () => x.argsort({ descending: true }), () => x.argsort(-1, { descending: true })],
  [
    'topk',
    () => x.topk(2, { largest: false }).values,
    () => x.topk(2, -1, { largest: false }).values,
  ],
])('%s', (_, short, long) => {
  const [a, b] = [short(), long()];
  expect([a.shape, a.dtype, a.toArray()]).toEqual([b.shape, b.dtype, b.toArray()]);
});

test.each<[string, () => unknown, string]>([
  [
    'an unknown option',
    () => x.sum({ dim: 1 } as object),
    "sum: expected one of keepdim, dtype for options, got 'dim'",
  ],
  [
    'an unknown option of sort',
    () => x.sort({ largest: true } as object),
    "sort: expected one of descending, stable for options, got 'largest'",
  ],
])('%s is refused', (_, run, message) => {
  expect(run).toThrow(new RangeError(message));
});

test('options twice are refused', () => {
  expect(() => x.sum({ keepdim: true }, { keepdim: true })).toThrow(TypeError);
});

const fractions = tensor([1.9, 2.2]);
const bytes = tensor([200, 100], { dtype: 'uint8' });
// Numbers of PyTorch 2.15: the elements are converted first.
test.each<[string, () => Tensor, DType, unknown]>([
  ['sum in int32', () => fractions.sum({ dtype: 'int32' }), 'int32', 3],
  ['sum in uint8', () => bytes.sum({ dtype: 'uint8' }), 'uint8', 44],
  ['sum in bool', () => tensor([0, 1.5]).sum({ dtype: 'bool' }), 'bool', true],
  ['sum in float64', () => bytes.sum(0, { dtype: 'float64' }), 'float64', 300],
  ['mean of integers', () => bytes.mean({ dtype: 'float32' }), 'float32', 150],
  ['prod in float32', () => bytes.prod(0, { dtype: 'float32' }), 'float32', 20000],
  ['prod in uint8', () => bytes.prod({ dtype: 'uint8' }), 'uint8', 32],
  ['cumsum in int32', () => fractions.cumsum(0, { dtype: 'int32' }), 'int32', [1, 3]],
  ['norm in float64', () => tensor([3, 4]).norm({ dtype: 'float64' }), 'float64', 5],
  ['norm by its name', () => tensor([[3, 0], [0, 4]]).norm({ p: 'fro' }), 'float32', 5], // prettier-ignore
  ['sumToSize of the same shape', () => bytes.sumToSize([2]), 'uint8', [200, 100]],
])('%s', (_, run, dtype, expected) => {
  const out = run();
  expect([out.dtype, out.toArray()]).toEqual([dtype, expected]);
});

test('gradients flow through the conversion', () => {
  const y = tensor([1, 2], { requiresGrad: true });
  y.prod({ dtype: 'float64' }).backward();
  expect([y.grad?.dtype, y.grad?.toArray()]).toEqual(['float32', [2, 1]]);
});

test.each([-1, Infinity, -Infinity])('the norm of order %p of no elements is refused', (p) => {
  const message = 'norm: expected at least one element for this, got [2, 0]';
  expect(() => zeros(2, 0).norm({ p, dim: 1 })).toThrow(new RangeError(message));
});
