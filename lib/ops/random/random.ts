/** Random numbers: fills tensors, permutations, dropout. */
import { calledAs } from '../../core/caller';
import { stateOf, type RandomOptions } from '../../core/generator';
import { isHalf, rangeOf } from '../../core/dtype';
import {
  requireArity,
  requireBoolean,
  requireInRange,
  requireNumber,
  requireOptions,
  shapeText,
  unexpected,
  wrongValue,
} from '../../core/errors';
import { addMethods } from '../../core/methods';
import { requireTensor } from '../../core/tensor';
import {
  asFloating,
  kernels,
  record,
  recordInPlace,
  requireFloating,
  requireInPlace,
  runElementwise,
  Tensor,
  zerosLike,
  type Rule,
} from '../define';

const uniformKernels = kernels('uniform');
const normalKernels = kernels('normal');
const bernoulliKernels = kernels('bernoulli');
const randintKernels = kernels('randint');
const randpermKernels = kernels('randperm');
const dropoutKernels = kernels('dropout');
const dropoutBackwardKernels = kernels('dropoutBackward');

declare module '../../core/node' {
  interface OpAttrs {
    random: undefined;
    /** The probability of 0. */
    dropout: number;
  }
}

const drawRule: Rule<'random'> = { name: 'random', grad: (dy) => [zerosLike(dy)] };

/** Overwrites `x` with numbers that `draw` writes to a contiguous tensor. */
function fill(op: string, x: Tensor, draw: (out: Tensor) => void): Tensor {
  requireInPlace(op, x, x.shape, x.dtype);
  if (x._contiguous) {
    draw(x);
    recordInPlace(x, drawRule, [x], [], undefined);
  } else {
    const numbers = Tensor._empty(x.dtype, x.shape);
    draw(numbers);
    x.copy_(numbers);
  }
  return x;
}

function uniformInPlace(x: Tensor, low = 0, high = 1, options: RandomOptions = {}): Tensor {
  requireOptions('uniform_', options, ['generator']);
  requireFloating('uniform_', 'this', x);
  requireNumber('uniform_', 'low', low);
  if (requireNumber('uniform_', 'high', high) < low) {
    throw wrongValue('uniform_', `a number of at least ${low}`, 'high', high);
  }
  const [, widest] = rangeOf(x.dtype);
  if (high - low > widest) {
    throw wrongValue('uniform_', `a difference of at most ${widest}`, 'high - low', high - low);
  }
  const state = stateOf('uniform_', options);
  return fill('uniform_', x, (out) => {
    uniformKernels[out.dtype](state._flat, out._flat, low, high, out.numel());
  });
}

function normalInPlace(x: Tensor, mean = 0, std = 1, options: RandomOptions = {}): Tensor {
  requireOptions('normal_', options, ['generator']);
  requireFloating('normal_', 'this', x);
  requireNumber('normal_', 'mean', mean);
  requireInRange('normal_', 'std', std, 0, Infinity);
  const state = stateOf('normal_', options);
  return fill('normal_', x, (out) => {
    normalKernels[out.dtype](state._flat, out._flat, mean, std, out.numel());
  });
}

function bernoulliInPlace(x: Tensor, p = 0.5, options: RandomOptions = {}): Tensor {
  requireOptions('bernoulli_', options, ['generator']);
  requireInRange('bernoulli_', 'p', p, 0, 1);
  const state = stateOf('bernoulli_', options);
  return fill('bernoulli_', x, (out) => {
    bernoulliKernels[out.dtype](state._flat, out._flat, p, out.numel());
  });
}

function bernoulli(x: Tensor, options: RandomOptions = {}): Tensor {
  requireOptions('bernoulli', options, ['generator']);
  requireFloating('bernoulli', 'this', x);
  const dtype = isHalf(x.dtype) ? 'float32' : x.dtype;
  return Tensor._empty(dtype, x.shape).uniform_(0, 1, options).lt(x).to(x.dtype);
}

declare module '../../core/tensor' {
  interface Tensor {
    /**
     * Fills this tensor with uniformly distributed numbers from `low` to `high`, without `high` itself, in place.
     *
     * @param low the lower bound, default 0
     * @param high the upper bound, default 1
     * @param options the `generator`, by default the one that `manualSeed` seeds
     * @returns this tensor
     * @throws TypeError for integer and bool tensors, RangeError if `high` is below `low`
     * @see torch.Tensor.uniform_
     * @example zeros(2, 3).uniform_(-1, 1).shape // [ 2, 3 ]
     */
    uniform_(low?: number, high?: number, options?: RandomOptions): this;
    /**
     * Fills this tensor with normally distributed numbers, in place.
     *
     * @param mean the mean, default 0
     * @param std the standard deviation, default 1
     * @param options the `generator`, by default the one that `manualSeed` seeds
     * @returns this tensor
     * @throws TypeError for integer and bool tensors, RangeError if `std` is negative
     * @see torch.Tensor.normal_
     * @example zeros(2, 3).normal_(0, 0.02).shape // [ 2, 3 ]
     */
    normal_(mean?: number, std?: number, options?: RandomOptions): this;
    /**
     * Sets each element to 1 with probability `p`, else to 0, in place.
     *
     * @param p the probability of 1, from 0 to 1; default 0.5
     * @param options the `generator`, by default the one that `manualSeed` seeds
     * @returns this tensor
     * @throws RangeError if `p` is not from 0 to 1
     * @see torch.Tensor.bernoulli_
     * @example zeros(3).bernoulli_(1) // tensor([1., 1., 1.])
     */
    bernoulli_(p?: number, options?: RandomOptions): this;
    /**
     * Draws 1 with a probability equal to each element, else 0.
     *
     * @param options the `generator`, by default the one that `manualSeed` seeds
     * @returns a tensor of this shape and dtype
     * @throws TypeError for integer and bool tensors
     * @see torch.bernoulli
     * @example tensor([0, 1, 1]).bernoulli() // tensor([0., 1., 1.])
     */
    bernoulli(options?: RandomOptions): Tensor;
  }
}

addMethods({
  uniform_(this: Tensor, low?: number, high?: number, options?: RandomOptions): Tensor {
    return uniformInPlace(this, low, high, options);
  },
  normal_(this: Tensor, mean?: number, std?: number, options?: RandomOptions): Tensor {
    return normalInPlace(this, mean, std, options);
  },
  bernoulli_(this: Tensor, p?: number, options?: RandomOptions): Tensor {
    return bernoulliInPlace(this, p, options);
  },
  bernoulli(this: Tensor, options?: RandomOptions): Tensor {
    return bernoulli(this, options);
  },
});

/** Fills a new, contiguous tensor with integers from `low` to `high` - 1. */
export function fillRandint(out: Tensor, low: number, high: number, options: RandomOptions): void {
  const state = stateOf('randint', options);
  if (out.dtype === 'bool') {
    if (low < 0) throw wrongValue('randint', '0 or 1', 'low', low);
    if (high > 2) throw wrongValue('randint', '1 or 2', 'high', high);
    const bytes = Tensor._empty('uint8', out.shape);
    randintKernels.uint8(state._flat, bytes._flat, low, high - low, out.numel());
    out.copy_(bytes);
    return;
  }
  randintKernels[out.dtype](state._flat, out._flat, low, high - low, out.numel());
}

/** Fills a new int32 tensor of n elements with 0 to n - 1 in random order. */
export function fillRandperm(out: Tensor, options: RandomOptions): void {
  randpermKernels[out.dtype](stateOf('randperm', options)._flat, out._flat, out.numel());
}

/** The op is its own derivative: dy, scaled where the mask is true, 0 elsewhere. */
const dropoutRule: Rule<'dropout'> = {
  name: 'dropout',
  grad: (dy, node) => {
    const mask = node.saved[0];
    const dx = Tensor._empty(dy.dtype, dy.shape);
    runElementwise('dropout', dropoutBackwardKernels[dy.dtype], [dy, mask], dx, [node.attrs]);
    return [record(dx, dropoutRule, [dy], [mask], node.attrs)];
  },
};

/** Options of `dropout` and `featureDropout`. */
export interface DropoutOptions extends RandomOptions {
  /** The probability of setting an element to 0; default 0.5. */
  p?: number;
  /** false returns the input unchanged; default true. */
  training?: boolean;
  /** Whether to write the result to the input, and to return the input; default false. */
  inplace?: boolean;
}

/** The checked options; null if the input is to be returned. */
function dropoutOf(op: string, input: Tensor, options: DropoutOptions) {
  requireTensor(op, 'input', input);
  requireOptions(op, options, ['p', 'training', 'inplace', 'generator']);
  const p = requireInRange(op, 'p', options.p ?? 0.5, 0, 1);
  const inplace = requireBoolean(op, 'inplace', options.inplace ?? false);
  const training = requireBoolean(op, 'training', options.training ?? true);
  const state = stateOf(op, options);
  return training && p > 0 ? { p, inplace, state } : null;
}

/**
 * Sets each element to 0 with probability `p`, and divides the others by 1 - `p` (Srivastava et al. 2014).
 *
 * @param input a tensor of any shape and a floating dtype
 * @param options `p`, default 0.5; `training`, default true; `inplace` and `generator`
 * @returns a tensor of the shape of `input`; `input` itself when not training
 * @throws RangeError if `p` is not from 0 to 1
 * @see torch.nn.functional.dropout
 * @example F.dropout(tensor([1, 2]), { training: false }) // tensor([1., 2.])
 */
export function dropout(input: Tensor, options: DropoutOptions = {}): Tensor {
  requireArity('dropout', arguments.length, 2);
  const given = dropoutOf('dropout', input, options);
  if (given === null) return input;
  const { p, inplace, state } = given;
  const x = asFloating(input);
  if (inplace) requireInPlace('dropout', input, x.shape, x.dtype);
  const from = x.contiguous();
  const out = Tensor._empty(x.dtype, x.shape);
  const mask = Tensor._empty('bool', x.shape);
  dropoutKernels[out.dtype](state._flat, from._flat, out._flat, mask._flat, p, out.numel());
  record(out, dropoutRule, [x], [mask], p);
  return inplace ? input.copy_(out) : out;
}

/**
 * Sets complete channels to 0 with probability `p`, and divides the others by 1 - `p` (Tompson et al. 2015).
 *
 * @param input (N, C, ...): a channel is one index of the first two dimensions
 * @param options `p`, default 0.5; `training`, default true; `inplace` and `generator`
 * @returns a tensor of the shape of `input`; `input` itself when not training
 * @throws RangeError if `p` is not from 0 to 1, or `input` has fewer than two dimensions when training
 * @see torch.nn.functional.dropout2d
 * @example F.featureDropout(ones(1, 2, 3), { p: 0 }) // tensor([[[1., 1., 1.], [1., 1., 1.]]])
 */
export function featureDropout(input: Tensor, options: DropoutOptions = {}): Tensor {
  requireArity('featureDropout', arguments.length, 2);
  return channelDropout('featureDropout', input, options, 2);
}

/** Dropout of channels, where a channel is one index of the first `leading` dimensions. */
export function channelDropout(
  op: string,
  input: Tensor,
  options: DropoutOptions,
  leading: 1 | 2,
): Tensor {
  const given = dropoutOf(op, input, options);
  if (given === null) return input;
  if (input.ndim < leading) {
    const what = leading === 1 ? 'at least 1 dimension' : 'at least 2 dimensions';
    throw unexpected(op, what, 'input', shapeText(input.shape));
  }
  const { p, inplace } = given;
  const x = asFloating(input);
  const shape = x.shape.map((size, i) => (i < leading ? size : 1));
  const kept = Tensor._empty(x.dtype, shape).bernoulli_(1 - p, { generator: options.generator });
  const factors = kept.mul(p < 1 ? 1 / (1 - p) : 0);
  return inplace ? calledAs(op, () => input.mul_(factors)) : x.mul(factors);
}
