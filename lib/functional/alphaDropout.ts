/** Dropout that keeps the mean and the variance of self-normalizing networks. */
import {
  requireArity,
  requireBoolean,
  requireInRange,
  requireOptions,
  shapeText,
  unexpected,
} from '../core/errors';
import { requireTensor, Tensor } from '../core/tensor';
import { asFloating, requireInPlace } from '../ops/define';
import type { DropoutOptions } from '../ops/random/random';

/** Minus the lower bound of SELU. */
const alpha = 1.7580993408473766;

/** Elements, or complete channels, become -alpha with probability p; then an affine map restores mean and variance. */
function dropped(op: string, input: Tensor, options: DropoutOptions, byChannel: boolean): Tensor {
  requireTensor(op, 'input', input);
  requireOptions(op, options, ['p', 'training', 'inplace', 'generator']);
  const p = requireInRange(op, 'p', options.p ?? 0.5, 0, 1);
  const training = requireBoolean(op, 'training', options.training ?? false);
  const inplace = requireBoolean(op, 'inplace', options.inplace ?? false);
  if (!training || p === 0) return input;
  if (byChannel && input.ndim < 2) {
    throw unexpected(op, 'at least 2 dimensions', 'input', shapeText(input.shape));
  }
  const x = asFloating(input);
  if (inplace) requireInPlace(op, input, x.shape, x.dtype);
  const shape = x.shape.map((size, i) => (byChannel && i > 1 ? 1 : size));
  const { generator } = options;
  const kept = Tensor._empty(x.dtype, shape).bernoulli_(
    1 - p,
    generator === undefined ? {} : { generator },
  );
  const scale = p < 1 ? 1 / Math.sqrt((alpha * alpha * p + 1) * (1 - p)) : 0;
  // -alpha scale (1 - p) where an element is dropped, alpha scale p elsewhere.
  const shift = kept.sub(1 - p).mul(alpha * scale);
  const out = x.mul(kept.mul(scale)).add(shift);
  return inplace ? input.copy_(out) : out;
}

/**
 * Dropout for networks with SELU: sets elements to -1.7581 with probability `p`, then scales and shifts all of them so
 * that mean 0 and variance 1 are preserved (Klambauer et al. 2017).
 *
 * @param input any shape, a floating dtype
 * @param options `p`, default 0.5; `training`, default false; `inplace` and `generator`
 * @returns the shape of `input`; `input` itself when not training
 * @throws RangeError if `p` is not from 0 to 1
 * @see torch.nn.functional.alpha_dropout
 * @example F.alphaDropout(tensor([1, 2])) // tensor([1., 2.])
 */
export function alphaDropout(input: Tensor, options: DropoutOptions = {}): Tensor {
  requireArity('alphaDropout', arguments.length, 2);
  return dropped('alphaDropout', input, options, false);
}

/**
 * Like `alphaDropout`, but for complete channels.
 *
 * @param input (N, C, ...): a channel is one index of the first two dimensions
 * @param options `p`, default 0.5; `training`, default false; `inplace` and `generator`
 * @returns the shape of `input`; `input` itself when not training
 * @throws RangeError if `p` is not from 0 to 1, or `input` has fewer than two dimensions when training
 * @see torch.nn.functional.feature_alpha_dropout
 * @example F.featureAlphaDropout(ones(1, 2, 2)) // tensor([[[1., 1.], [1., 1.]]])
 */
export function featureAlphaDropout(input: Tensor, options: DropoutOptions = {}): Tensor {
  requireArity('featureAlphaDropout', arguments.length, 2);
  return dropped('featureAlphaDropout', input, options, true);
}
