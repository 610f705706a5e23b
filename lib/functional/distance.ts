/** Norms and distances of vectors. */
import { calledAs } from '../core/caller';
import { requireArity, requireInRange, requireNumber, requireOptions } from '../core/errors';
import { noGrad } from '../core/gradMode';
import { broadcastShapes, normalizeDim } from '../core/shape';
import { requireTensor, type Tensor } from '../core/tensor';
import { asFloating } from '../ops/define';
import { roundedOnce } from './dtypes';

/**
 * Vectors along `dim` divided by their p-norm, or by `eps` where that is larger (torch.nn.functional.normalize).
 *
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

/** x1 x2 for vectors of length 1; a vector shorter than `eps` is divided by `eps`, as in PyTorch without a gradient of that. */
function cosine(a: Tensor, b: Tensor, dim: number, eps: number): Tensor {
  // A power of 2 that keeps the length of the longest vector finite.
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
 * The cosine of the angle between vectors along `dim`, which broadcast: their product after each is divided by its length, or
 * by `eps` where that is larger (torch.nn.functional.cosine_similarity).
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

/** The p-norm of x1 - x2 + eps along the last dimension (torch.nn.functional.pairwise_distance). */
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
