/** Norms and distances of vectors. */
import { calledAs } from '../core/caller';
import { requireArity, requireInRange, requireNumber, requireOptions } from '../core/errors';
import { noGrad } from '../core/gradMode';
import { broadcastShapes, normalizeDim } from '../core/shape';
import { requireTensor, type Tensor } from '../core/tensor';
import { asFloating } from '../ops/define';
import { roundedOnce } from './dtypes';

/**
 * Divides vectors along `dim` by their p-norm, so that their norm is 1.
 *
 * y = x / max(norm_p(x), eps)
 *
 * @param input (..., D, ...), vectors along `dim`
 * @param options.p order of the norm; default 2
 * @param options.dim dimension of the vectors; default 1
 * @param options.eps smallest divisor; default 1e-12
 * @returns the shape of `input`
 * @throws RangeError if `dim` is out of range
 * @see torch.nn.functional.normalize
 * @example F.normalize(tensor([[3, 4]])) // tensor([[0.6000, 0.8000]])
 */
export function normalize(
  input: Tensor,
  options: { p?: number; dim?: number; eps?: number } = {},
): Tensor {
  requireArity('normalize', arguments.length, 2);
  requireOptions('normalize', options, ['p', 'dim', 'eps']);
  const { p = 2, dim = 1, eps = 1e-12 } = options;
  const x = requireTensor('normalize', 'input', input);
  requireNumber('normalize', 'eps', eps);
  return calledAs('normalize', () => x.div(x.norm({ p, dim, keepdim: true }).clamp({ min: eps })));
}

/**
 * The cosine along `dim`. Vectors shorter than `eps` are divided by `eps`; as in PyTorch, no gradient flows through that
 * limit.
 */
function cosine(a: Tensor, b: Tensor, dim: number, eps: number): Tensor {
  // A power of 2 by which the norm of the longest vector stays finite.
  const n = a.shape[normalizeDim('cosineSimilarity', dim, a.ndim)] ?? 1;
  const scale = 2 ** -Math.ceil(Math.log2(Math.max(n, 1)) / 2);
  const direction = (vector: Tensor): Tensor => {
    const x = vector.mul(scale);
    const length = x.norm({ dim, keepdim: true });
    const missing = noGrad(() => length.clamp({ min: eps * scale }).sub(length));
    return x.div(length.add(missing));
  };
  return direction(a).mul(direction(b)).sum(dim);
}

/**
 * Cosine of the angle between pairs of vectors along `dim`.
 *
 * cos = x1 . x2 / (max(|x1|, eps) * max(|x2|, eps))
 *
 * @param x1 (..., D, ...), vectors along `dim`
 * @param x2 a shape that broadcasts with `x1`
 * @param options.dim dimension of the vectors; default 1
 * @param options.eps smallest divisor for each norm; default 1e-8
 * @returns the broadcast shape without dimension `dim`
 * @throws RangeError if the shapes do not broadcast, or `dim` is out of range
 * @see torch.nn.functional.cosine_similarity
 * @example F.cosineSimilarity(tensor([[1, 0]]), tensor([[1, 1]])) // tensor([0.7071])
 */
export function cosineSimilarity(
  x1: Tensor,
  x2: Tensor,
  options: { dim?: number; eps?: number } = {},
): Tensor {
  requireArity('cosineSimilarity', arguments.length, 3);
  requireOptions('cosineSimilarity', options, ['dim', 'eps']);
  const { dim = 1, eps = 1e-8 } = options;
  const a = requireTensor('cosineSimilarity', 'x1', x1);
  const b = requireTensor('cosineSimilarity', 'x2', x2);
  requireNumber('cosineSimilarity', 'eps', eps);
  const shape = broadcastShapes('cosineSimilarity', a.shape, b.shape);
  return calledAs('cosineSimilarity', () =>
    roundedOnce([a, b], (x, y) => cosine(x.expand(shape), y.expand(shape), dim, eps)),
  );
}

/**
 * Distance between pairs of vectors along the last dimension: the p-norm of their difference.
 *
 * distance = norm_p(x1 - x2 + eps)
 *
 * @param x1 (..., D)
 * @param x2 a shape that broadcasts with `x1`
 * @param options.p order of the norm; default 2
 * @param options.eps added to each element of the difference, which avoids a distance of 0; default 1e-6
 * @param options.keepdim whether the last dimension stays, with size 1; default false
 * @returns (...), or (..., 1) with `keepdim`
 * @throws RangeError if the shapes do not broadcast, or `eps` is negative
 * @see torch.nn.functional.pairwise_distance
 * @example F.pairwiseDistance(tensor([[3, 4]]), zeros(1, 2)).item().toFixed(4) // '5.0000'
 */
export function pairwiseDistance(
  x1: Tensor,
  x2: Tensor,
  options: { p?: number; eps?: number; keepdim?: boolean } = {},
): Tensor {
  requireArity('pairwiseDistance', arguments.length, 3);
  requireOptions('pairwiseDistance', options, ['p', 'eps', 'keepdim']);
  const { p = 2, eps = 1e-6, keepdim = false } = options;
  const a = requireTensor('pairwiseDistance', 'x1', x1);
  const b = requireTensor('pairwiseDistance', 'x2', x2);
  requireInRange('pairwiseDistance', 'eps', eps, 0, Infinity);
  return calledAs('pairwiseDistance', () =>
    asFloating(a.sub(b)).add(eps).norm({ p, dim: -1, keepdim }),
  );
}
