/** Distance modules. */
import { cosineSimilarity, pairwiseDistance } from '../../functional';
import { requireArity, requireMethodArity, requireOptions } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { Module } from '../module/module';

/** The inputs of the forward method of a distance. */
export type DistanceInputs = [x1: Tensor, x2: Tensor];

/**
 * Cosine of the angle between pairs of vectors along a dimension.
 *
 * Shape: (..., D, ...) and (..., D, ...) -> (..., ...), without dimension `dim`
 *
 * @see torch.nn.CosineSimilarity, F.cosineSimilarity
 * @example new nn.CosineSimilarity().forward(tensor([[1, 0]]), tensor([[1, 1]])) // tensor([0.7071])
 */
export class CosineSimilarity extends Module<DistanceInputs> {
  /**
   * Creates the module.
   *
   * @param options.dim dimension of the vectors; default 1
   * @param options.eps smallest divisor for each norm; default 1e-8
   */
  constructor(private readonly options: { dim?: number; eps?: number } = {}) {
    requireArity('CosineSimilarity', arguments.length, 1);
    super();
    requireOptions('CosineSimilarity', options, ['dim', 'eps']);
  }

  /**
   * Computes the cosines.
   *
   * @param x1 (..., D, ...), vectors along `dim`
   * @param x2 a shape that broadcasts with `x1`
   * @returns the broadcast shape without dimension `dim`
   */
  override forward(x1: Tensor, x2: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 2);
    return cosineSimilarity(x1, x2, this.options);
  }
}

/**
 * Distance between pairs of vectors along the last dimension: the p-norm of their difference.
 *
 * Shape: (N, D) and (N, D) -> (N), or (N, 1) with `keepdim`
 *
 * @see torch.nn.PairwiseDistance, F.pairwiseDistance
 * @example new nn.PairwiseDistance({ p: 1, eps: 0 }).forward(tensor([[3, 4]]), zeros(1, 2)) // tensor([7.])
 */
export class PairwiseDistance extends Module<DistanceInputs> {
  /**
   * Creates the module.
   *
   * @param options.p order of the norm; default 2
   * @param options.eps added to each element of the difference; default 1e-6
   * @param options.keepdim whether the last dimension stays, with size 1; default false
   */
  constructor(private readonly options: { p?: number; eps?: number; keepdim?: boolean } = {}) {
    requireArity('PairwiseDistance', arguments.length, 1);
    super();
    requireOptions('PairwiseDistance', options, ['p', 'eps', 'keepdim']);
  }

  /**
   * Computes the distances.
   *
   * @param x1 (..., D)
   * @param x2 a shape that broadcasts with `x1`
   * @returns (...), or (..., 1) with `keepdim`
   */
  override forward(x1: Tensor, x2: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 2);
    return pairwiseDistance(x1, x2, this.options);
  }
}
