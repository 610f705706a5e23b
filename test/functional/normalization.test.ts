/** Normalisation: what the tables of ops leave open. */
import { F, tensor, zeros } from 'blasgrad';

test('localResponseNorm of int64 truncates the mean squares, as PyTorch', () => {
  const x = tensor([[[3], [-5], [4]]], { dtype: 'int64' });
  const y = F.localResponseNorm(x, 2, { alpha: 0.5, beta: 1, k: 1 });
  expect(y.dtype).toBe('float32');
  expect(y.flatten().toArray()).toEqual([1, -5 / 9.5, 4 / 11].map(Math.fround));
  expect(() => F.localResponseNorm(x.to('int32'), 2)).toThrow('for dtype of input, got int32');
});

test('batchNorm of an empty vector is empty', () => {
  const none = zeros(0);
  expect(F.batchNorm(none, none, none, { training: true }).shape).toEqual([0]);
  expect(() => F.batchNorm(zeros(1), zeros(1), zeros(1))).toThrow(
    'batchNorm: expected at least 2 dimensions for input, got [1]',
  );
});

test.each([
  [2, 0, 3],
  [2, 4, 0],
])('groupNorm of [%i, %i, %i] is refused, as in PyTorch', (...shape) => {
  expect(() => F.groupNorm(zeros(...shape), 2)).toThrow(
    `groupNorm: expected at least one channel and one position for input, got [${shape.join(', ')}]`,
  );
});
