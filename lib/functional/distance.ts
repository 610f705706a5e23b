/** Norms and distances of vectors. */
import { requireInRange, requireNumber, requireOptions } from '../core/errors';
import { requireTensor, type Tensor } from '../core/tensor';

/**
 * Vectors along `dim` divided by their p-norm, or by `eps` where that is larger (torch.nn.functional.normalize).
 *
 * @example F.normalize(tensor([[3, 4]])) // tensor([[0.6000, 0.8000]])
 */
export function normalize(
  input: Tensor,
  options: { p?: number; dim?: number; eps?: number } = {},
): Tensor {
  requireOptions('normalize', options, ['p', 'dim', 'eps']);
  const { p = 2, dim = 1, eps = 1e-12 } = options;
  const x = requireTensor('normalize', 'input', input);
  requireNumber('normalize', 'eps', eps);
  return x.div(x.norm({ p, dim, keepdim: true }).clamp({ min: eps }));
}

/**
 * x1 x2 / max(|x1| |x2|, eps) for vectors along `dim`, which broadcast: the cosine of the angle between them
 * (torch.nn.functional.cosine_similarity).
 */
export function cosineSimilarity(
  x1: Tensor,
  x2: Tensor,
  options: { dim?: number; eps?: number } = {},
): Tensor {
  requireOptions('cosineSimilarity', options, ['dim', 'eps']);
  const { dim = 1, eps = 1e-8 } = options;
  const a = requireTensor('cosineSimilarity', 'x1', x1);
  const b = requireTensor('cosineSimilarity', 'x2', x2);
  requireNumber('cosineSimilarity', 'eps', eps);
  const product = a.mul(b);
  // The squares first, so that both have the dimensions of the product when they are summed.
  const squares = a.square().expandAs(product).sum(dim).mul(b.square().expandAs(product).sum(dim));
  return product.sum(dim).div(squares.clamp({ min: eps * eps }).sqrt());
}

/** The p-norm of x1 - x2 + eps along the last dimension (torch.nn.functional.pairwise_distance). */
export function pairwiseDistance(
  x1: Tensor,
  x2: Tensor,
  options: { p?: number; eps?: number; keepdim?: boolean } = {},
): Tensor {
  requireOptions('pairwiseDistance', options, ['p', 'eps', 'keepdim']);
  const { p = 2, eps = 1e-6, keepdim = false } = options;
  const a = requireTensor('pairwiseDistance', 'x1', x1);
  const b = requireTensor('pairwiseDistance', 'x2', x2);
  requireInRange('pairwiseDistance', 'eps', eps, 0, Infinity);
  return a.sub(b).add(eps).norm({ p, dim: -1, keepdim });
}
