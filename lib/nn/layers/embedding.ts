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

/** A table with one vector for each index below `numEmbeddings` (torch.nn.Embedding). */
export class Embedding extends Module {
  /** (numEmbeddings, embeddingDim) */
  declare readonly weight: Parameter;
  /** The index of a row that is not trained; null for none. */
  readonly paddingIdx: number | null;
  /** The length to which longer rows are scaled when they are looked up; null for any. */
  readonly maxNorm: number | null;
  /** The order of that length. */
  readonly normType: number;
  /** Whether the gradient of a row is divided by the number of times it is looked up. */
  readonly scaleGradByFreq: boolean;

  constructor(
    /** Number of rows. */
    readonly numEmbeddings: number,
    /** Size of each row. */
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

  /** Initializes the weight: normal values, and zeros in the row of `paddingIdx`. */
  resetParameters(): void {
    requireMethodArity(this, 'resetParameters', arguments.length, 0);
    normal_(this.weight);
    if (this.paddingIdx !== null) this.weight.detach().select(0, this.paddingIdx).zero_();
  }

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
