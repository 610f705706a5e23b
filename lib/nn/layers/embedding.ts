/** The embedding layer. */
import type { DType } from '../../core/dtype';
import {
  requireArity,
  requireBoolean,
  requireInRange,
  requireInteger,
  requireMethodArity,
  requireNumber,
  requireOptions,
} from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { embedding, type EmbeddingOptions } from '../../functional';
import { normal_ } from '../init';
import { Module } from '../module/module';
import type { Parameter } from '../module/parameter';
import { weights } from './weights';

/**
 * A learned vector for each index: looks up rows of a weight matrix.
 *
 * Shape: (...) int32 or int64 -> (..., embeddingDim)
 *
 * @see torch.nn.Embedding
 * @example new nn.Embedding(10, 3).forward(tensor([1, 2], { dtype: 'int32' })).shape // [ 2, 3 ]
 */
export class Embedding extends Module {
  /** The vectors, (numEmbeddings, embeddingDim), initialized from the standard normal distribution. */
  declare readonly weight: Parameter;
  /** Index of a row that stays 0 and gets no gradient, or null. */
  readonly paddingIdx: number | null;
  /** Largest norm of a row, to which selected rows are scaled in place, or null for no limit. */
  readonly maxNorm: number | null;
  /** Order p of the norm that `maxNorm` limits; default 2. */
  readonly normType: number;
  /**
   * Whether the gradient of a row is divided by the number of times its index occurs in the input; default
   * false.
   */
  readonly scaleGradByFreq: boolean;

  /**
   * Creates the layer and initializes its weight.
   *
   * @param numEmbeddings number of vectors N; indices are 0 to N - 1
   * @param embeddingDim size of each vector
   * @param options.paddingIdx index of a row that stays 0 and gets no gradient; default null
   * @param options.maxNorm largest norm of a row, to which selected rows are scaled in place; default null, no
   * limit
   * @param options.normType order of that norm; default 2
   * @param options.scaleGradByFreq whether to divide gradients by the number of occurrences of the index;
   * default false
   * @param options.dtype dtype of the weight; default 'float32'
   * @throws RangeError if a size is negative, or `paddingIdx` is out of range
   */
  constructor(
    /** Number of vectors N; indices are 0 to N - 1. */
    readonly numEmbeddings: number,
    /** Size of each vector. */
    readonly embeddingDim: number,
    options: EmbeddingOptions & { dtype?: DType } = {},
  ) {
    requireArity('Embedding', arguments.length, 3);
    super();
    const known = ['paddingIdx', 'maxNorm', 'normType', 'scaleGradByFreq', 'dtype'];
    requireOptions('Embedding', options, known);
    requireInteger('Embedding', 'numEmbeddings', numEmbeddings, 0);
    requireInteger('Embedding', 'embeddingDim', embeddingDim, 0);
    const { paddingIdx = null, maxNorm = null, normType = 2, scaleGradByFreq = false } = options;
    const { weight } = weights(
      'Embedding',
      { dtype: options.dtype },
      [numEmbeddings, embeddingDim],
      [],
    );
    this.registerParameter('weight', weight);
    if (paddingIdx !== null) {
      requireInteger('Embedding', 'paddingIdx', paddingIdx);
      requireInRange('Embedding', 'paddingIdx', paddingIdx, -numEmbeddings, numEmbeddings - 1);
    }
    this.paddingIdx = paddingIdx;
    this.maxNorm = maxNorm === null ? null : requireNumber('Embedding', 'maxNorm', maxNorm);
    this.normType = requireNumber('Embedding', 'normType', normType);
    this.scaleGradByFreq = requireBoolean('Embedding', 'scaleGradByFreq', scaleGradByFreq);
    this.resetParameters();
  }

  /** Fills the weight with standard normal values, and the row of `paddingIdx` with zeros. */
  resetParameters(): void {
    requireMethodArity(this, 'resetParameters', arguments.length, 0);
    normal_(this.weight);
    if (this.paddingIdx !== null) this.weight.detach().select(0, this.paddingIdx).zero_();
  }

  /**
   * Looks up the vectors of the indices.
   *
   * @param input indices from 0 to numEmbeddings - 1, int32 or int64, any shape (...)
   * @returns (..., embeddingDim)
   * @throws RangeError if an index is out of range
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    const { paddingIdx, maxNorm, normType, scaleGradByFreq } = this;
    return embedding(input, this.weight, { paddingIdx, maxNorm, normType, scaleGradByFreq });
  }

  override extraRepr(): string {
    const fields = [`${this.numEmbeddings}, ${this.embeddingDim}`];
    if (this.paddingIdx !== null) fields.push(`padding_idx=${this.paddingIdx}`);
    if (this.maxNorm !== null) fields.push(`max_norm=${this.maxNorm}`);
    if (this.normType !== 2) fields.push(`norm_type=${this.normType}`);
    if (this.scaleGradByFreq) fields.push('scale_grad_by_freq=True');
    return fields.join(', ');
  }
}
