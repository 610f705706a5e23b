import { inspect } from 'node:util';
import { arange, ones, tensor, zeros } from 'blasgrad';
import { formatCases } from './print.cases';

test.each(formatCases)('$name', ({ make, text }) => {
  expect(String(make()).split('\n')).toEqual(text);
});

test('1000 elements are printed in full, on lines of at most 80 characters', () => {
  const text = String(arange(1000));
  expect(text.match(/\d+/g)).toHaveLength(1000);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});

test('only the elements shown are read: of a tensor that no memory could hold', () => {
  expect(String(zeros([1]).expand(2 ** 45, 1)).split('\n')).toHaveLength(7);
});

test('inspect prints the same, and an object indents it', () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  expect(inspect(x)).toBe(String(x));
  expect(inspect({ x })).toBe('{\n  x: tensor([[1., 2.],\n          [3., 4.]])\n}');
});

test('a non-leaf names its op, also after a change in place', () => {
  const x = ones([2], { requiresGrad: true }).mul(3);
  expect(String(x)).toBe('tensor([3., 3.], gradFn: <MulBackward>)');
  x.add_(1);
  expect(String(x)).toBe('tensor([4., 4.], gradFn: <AddBackward>)');
  expect(String(x.detach())).toBe('tensor([4., 4.])');
});
