/** Functions that make tensors of random numbers. */
import {
  dtypeOf,
  finish,
  like,
  randomKeys,
  sizesAndOptions,
  splitOptions,
  type Options,
  type SizesAnd,
} from './options';
import { calledAs } from '../core/caller';
import { requireArity, requireInteger, requireOptions } from '../core/errors';
import { fillRandint, fillRandperm } from '../ops/random/random';
import { requireShape } from '../core/shape';
import { Tensor } from '../core/tensor';

/**
 * Draws uniformly distributed numbers from 0 to 1, without 1 itself.
 *
 * @param args the sizes, in an array or as separate arguments, then options: `dtype`, default float32,
 *   `requiresGrad`, and the `generator`, by default the one that `manualSeed` seeds
 * @returns a tensor of this shape and a floating dtype
 * @throws RangeError for sizes that are not integers of at least 0
 * @see torch.rand
 * @example rand(2, 3, { generator: new Generator(7) }).shape // [ 2, 3 ]
 */
export function rand(...args: SizesAnd<Options>): Tensor {
  const { shape, options } = sizesAndOptions('rand', args, randomKeys);
  return uniform('rand', shape, options);
}

/**
 * Draws normally distributed numbers of mean 0 and variance 1.
 *
 * @param args the sizes, in an array or as separate arguments, then options: `dtype`, default float32,
 *   `requiresGrad`, and the `generator`, by default the one that `manualSeed` seeds
 * @returns a tensor of this shape and a floating dtype
 * @throws RangeError for sizes that are not integers of at least 0
 * @see torch.randn
 * @example randn(2, 3).shape // [ 2, 3 ]
 */
export function randn(...args: SizesAnd<Options>): Tensor {
  const { shape, options } = sizesAndOptions('randn', args, randomKeys);
  return normal('randn', shape, options);
}

/**
 * Draws uniformly distributed numbers from 0 to 1, in the shape and dtype of `input`.
 *
 * @param input a tensor of a floating dtype, unless `dtype` is given
 * @param options `dtype`, `requiresGrad` and `generator`
 * @returns a tensor of the shape of `input`
 * @see torch.rand_like
 * @example randLike(zeros(2, 3)).shape // [ 2, 3 ]
 */
export function randLike(input: Tensor, options: Options = {}): Tensor {
  requireArity('randLike', arguments.length, 2);
  const [x, dtype] = like('randLike', input, options, randomKeys);
  return uniform('randLike', x.shape, { ...options, dtype });
}

/**
 * Draws normally distributed numbers of mean 0 and variance 1, in the shape and dtype of `input`.
 *
 * @param input a tensor of a floating dtype, unless `dtype` is given
 * @param options `dtype`, `requiresGrad` and `generator`
 * @returns a tensor of the shape of `input`
 * @see torch.randn_like
 * @example randnLike(zeros(2, 3)).shape // [ 2, 3 ]
 */
export function randnLike(input: Tensor, options: Options = {}): Tensor {
  requireArity('randnLike', arguments.length, 2);
  const [x, dtype] = like('randnLike', input, options, randomKeys);
  return normal('randnLike', x.shape, { ...options, dtype });
}

const ofDType = ['dtype of this', 'dtype'] as const;

function uniform(op: string, shape: readonly number[], options: Options): Tensor {
  const out = Tensor._empty(dtypeOf(op, options), shape);
  calledAs(op, () => out.uniform_(0, 1, { generator: options.generator }), ofDType);
  return finish(op, out, options);
}

function normal(op: string, shape: readonly number[], options: Options): Tensor {
  const out = Tensor._empty(dtypeOf(op, options), shape);
  calledAs(op, () => out.normal_(0, 1, { generator: options.generator }), ofDType);
  return finish(op, out, options);
}

/**
 * Draws uniformly distributed integers from 0 to `high` - 1.
 *
 * @param high one more than the largest integer
 * @param shape the sizes
 * @param options `dtype`, default int32, and `generator`
 * @returns a tensor of this shape
 * @throws RangeError if there is no integer in the range
 * @see torch.randint
 * @example randint(1, [3]) // tensor([0, 0, 0], dtype: int32)
 */
export function randint(high: number, shape: readonly number[], options?: Options): Tensor;
/**
 * Draws uniformly distributed integers from `low` to `high` - 1.
 *
 * @param low the smallest integer
 * @param high one more than the largest integer
 * @param shape the sizes
 * @param options `dtype`, default int32, and `generator`
 * @returns a tensor of this shape
 */
export function randint(
  low: number,
  high: number,
  shape: readonly number[],
  options?: Options,
): Tensor;
export function randint(...args: unknown[]): Tensor {
  const [rest, options] = splitOptions('randint', args, randomKeys, 3);
  const [low, high, shape] = Array.isArray(rest[1]) ? [0, ...rest] : rest;
  const from = requireInteger('randint', 'low', low);
  const to = requireInteger('randint', 'high', high, from + 1);
  const out = Tensor._empty(dtypeOf('randint', options, 'int32'), requireShape('randint', shape));
  fillRandint(out, from, to, options);
  return finish('randint', out, options);
}

/**
 * Draws a random permutation of the integers from 0 to n - 1.
 *
 * @param n how many
 * @param options `dtype`, default int32, and `generator`
 * @returns a tensor of shape [n]
 * @throws RangeError if `n` is not an integer of at least 0
 * @see torch.randperm
 * @example randperm(4).sort().values // tensor([0, 1, 2, 3], dtype: int32)
 */
export function randperm(n: number, options: Options = {}): Tensor {
  requireArity('randperm', arguments.length, 2);
  requireOptions('randperm', options, randomKeys);
  requireInteger('randperm', 'n', n, 0);
  const out = Tensor._empty('int32', requireShape('randperm', [n]));
  fillRandperm(out, options);
  return finish('randperm', out.to(dtypeOf('randperm', options, 'int32')), options);
}
