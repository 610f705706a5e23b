/** Distance modules. */
import { cosineSimilarity, pairwiseDistance } from '../../functional';
import { requireArity, requireMethodArity, requireOptions } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { Module } from '../module/module';

/** The inputs of the forward method of a distance. */
export type DistanceInputs = [x1: Tensor, x2: Tensor];

/** The cosine of the angle between vectors along a dimension; see F.cosineSimilarity. */
export class CosineSimilarity extends Module<DistanceInputs> {
  constructor(private readonly options: { dim?: number; eps?: number } = {}) {
    requireArity('CosineSimilarity', arguments.length, 1);
    super();
    requireOptions('CosineSimilarity', options, ['dim', 'eps']);
  }

  override forward(x1: Tensor, x2: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 2);
    return cosineSimilarity(x1, x2, this.options);
  }
}

/** The p-norm of x1 - x2 along the last dimension; see F.pairwiseDistance. */
export class PairwiseDistance extends Module<DistanceInputs> {
  constructor(private readonly options: { p?: number; eps?: number; keepdim?: boolean } = {}) {
    requireArity('PairwiseDistance', arguments.length, 1);
    super();
    requireOptions('PairwiseDistance', options, ['p', 'eps', 'keepdim']);
  }

  override forward(x1: Tensor, x2: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 2);
    return pairwiseDistance(x1, x2, this.options);
  }
}
