/** Tables of vectors that are looked up by index. */
import type { DType } from '../../core/dtype';
import { requireArity, requireInRange, requireInteger, requireOptions } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { embedding } from '../../functional';
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

  constructor(
    /** Number of rows. */
    readonly numEmbeddings: number,
    /** Size of each row. */
    readonly embeddingDim: number,
    options: { paddingIdx?: number; dtype?: DType } = {},
  ) {
    requireArity('Embedding', arguments.length, 3);
    super();
    requireOptions('Embedding', options, ['paddingIdx', 'dtype']);
    requireInteger('Embedding', 'numEmbeddings', numEmbeddings, 0);
    requireInteger('Embedding', 'embeddingDim', embeddingDim, 0);
    const { paddingIdx, ...rest } = options;
    const { weight } = weights('Embedding', rest, [numEmbeddings, embeddingDim], []);
    this.registerParameter('weight', weight);
    if (paddingIdx !== undefined) {
      requireInRange('Embedding', 'paddingIdx', paddingIdx, -numEmbeddings, numEmbeddings - 1);
      requireInteger('Embedding', 'paddingIdx', paddingIdx);
    }
    this.paddingIdx = paddingIdx ?? null;
    this.resetParameters();
  }

  /** Initializes the weight: normal values, and zeros in the row of `paddingIdx`. */
  resetParameters(): void {
    requireArity('resetParameters', arguments.length, 0);
    normal_(this.weight);
    if (this.paddingIdx !== null) this.weight.detach().select(0, this.paddingIdx).zero_();
  }

  override forward(input: Tensor): Tensor {
    requireArity('Embedding', arguments.length, 1);
    return embedding(input, this.weight, { paddingIdx: this.paddingIdx ?? undefined });
  }

  override extraRepr(): string {
    const sizes = `${this.numEmbeddings}, ${this.embeddingDim}`;
    return this.paddingIdx === null ? sizes : `${sizes}, padding_idx=${this.paddingIdx}`;
  }
}
