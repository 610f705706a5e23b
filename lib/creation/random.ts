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
 * Uniformly distributed numbers in [0, 1), of this shape; float32 unless `dtype` says float64. From the default stream
 * (`manualSeed`), or from `generator`.
 *
 * @example rand(2, 3, { generator: new Generator(7) })
 */
export function rand(...args: SizesAnd<Options>): Tensor {
  const { shape, options } = sizesAndOptions('rand', args, randomKeys);
  return uniform('rand', shape, options);
}

/**
 * Normally distributed numbers of mean 0 and variance 1, of this shape; float32 unless `dtype` says float64. From the
 * default stream (`manualSeed`), or from `generator`.
 *
 * @example randn(2, 3) // two rows of three
 */
export function randn(...args: SizesAnd<Options>): Tensor {
  const { shape, options } = sizesAndOptions('randn', args, randomKeys);
  return normal('randn', shape, options);
}

/** Uniformly distributed numbers in [0, 1), of the shape and dtype of `input`. */
export function randLike(input: Tensor, options: Options = {}): Tensor {
  requireArity('randLike', arguments.length, 2);
  const [x, dtype] = like('randLike', input, options, randomKeys);
  return uniform('randLike', x.shape, { ...options, dtype });
}

/** Normally distributed numbers of mean 0 and variance 1, of the shape and dtype of `input`. */
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
 * Uniformly distributed integers from `low` (default 0) to `high` - 1, of this shape; int32 unless `dtype` says otherwise.
 *
 * @example randint(10, [3]) // three digits
 */
export function randint(high: number, shape: readonly number[], options?: Options): Tensor;
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
 * A random permutation of 0 to n - 1, of shape (n); int32 unless `dtype` says otherwise.
 *
 * @example images.indexSelect(0, randperm(images.shape[0])) // shuffled
 */
export function randperm(n: number, options: Options = {}): Tensor {
  requireArity('randperm', arguments.length, 2);
  requireOptions('randperm', options, randomKeys);
  requireInteger('randperm', 'n', n, 0);
  const out = Tensor._empty('int32', requireShape('randperm', [n]));
  fillRandperm(out, options);
  return finish('randperm', out.to(dtypeOf('randperm', options, 'int32')), options);
}
