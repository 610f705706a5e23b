/** Layers that multiply by a matrix, and those that only rearrange. */
import {
  requireBoolean,
  requireInRange,
  requireInteger,
  requireList,
  requireOptions,
} from '../../core/errors';
import { requireDType, type DType } from '../../core/dtype';
import { bilinear, embedding, linear } from '../../functional';
import { requireShape } from '../../core/shape';
import { requireTensor, Tensor } from '../../core/tensor';
import { pythonBoolean, pythonTuple } from '../module/describe';
import { kaimingUniform_, normal_, uniform_ } from '../init';
import { Module } from '../module/module';
import { Parameter } from '../module/parameter';

/** Options of layers with weights. */
export interface LayerOptions {
  /** Whether the layer adds a learned number to each output; true if missing. */
  bias?: boolean;
  /** Of the parameters; 'float32' if missing. */
  dtype?: DType;
}

/** Parameters of one layer, for `resetParameters` to fill. */
function weights(op: string, options: LayerOptions, shape: number[], biasShape: number[]) {
  requireOptions(op, options, ['bias', 'dtype']);
  const dtype = requireDType(op, options.dtype ?? 'float32');
  const make = (sizes: number[]): Parameter => new Parameter(Tensor._empty(dtype, sizes));
  const hasBias = requireBoolean(op, 'bias', options.bias ?? true);
  return { weight: make(shape), bias: hasBias ? make(biasShape) : null };
}

/**
 * x weight^T + bias: (..., inFeatures) to (..., outFeatures) (torch.nn.Linear).
 *
 * @example new nn.Linear(784, 10)
 */
export class Linear extends Module {
  /** (outFeatures, inFeatures) */
  readonly weight: Parameter;
  /** (outFeatures), or null */
  readonly bias: Parameter | null;

  constructor(
    /** Size of each sample. */
    readonly inFeatures: number,
    /** Size of each result. */
    readonly outFeatures: number,
    options: LayerOptions = {},
  ) {
    super();
    requireInteger('Linear', 'inFeatures', inFeatures, 0);
    requireInteger('Linear', 'outFeatures', outFeatures, 0);
    const made = weights('Linear', options, [outFeatures, inFeatures], [outFeatures]);
    this.weight = made.weight;
    this.bias = made.bias;
    this.resetParameters();
  }

  /** New starting values: uniform in [-1, 1) / sqrt(inFeatures), as PyTorch's. */
  resetParameters(): void {
    kaimingUniform_(this.weight, { a: Math.sqrt(5) });
    const bound = this.inFeatures > 0 ? 1 / Math.sqrt(this.inFeatures) : 0;
    if (this.bias !== null) uniform_(this.bias, -bound, bound);
  }

  override forward(input: Tensor): Tensor {
    return linear(input, this.weight, this.bias);
  }

  override extraRepr(): string {
    const bias = pythonBoolean(this.bias !== null);
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${bias}`;
  }
}

/**
 * y[o] = x1 weight[o] x2 + bias[o]: (..., in1Features) and (..., in2Features) to (..., outFeatures)
 * (torch.nn.Bilinear).
 */
export class Bilinear extends Module<[input1: Tensor, input2: Tensor]> {
  /** (outFeatures, in1Features, in2Features) */
  readonly weight: Parameter;
  /** (outFeatures), or null */
  readonly bias: Parameter | null;

  constructor(
    /** Size of each sample of the first input. */
    readonly in1Features: number,
    /** Size of each sample of the second input. */
    readonly in2Features: number,
    /** Size of each result. */
    readonly outFeatures: number,
    options: LayerOptions = {},
  ) {
    super();
    requireInteger('Bilinear', 'in1Features', in1Features, 1);
    requireInteger('Bilinear', 'in2Features', in2Features, 0);
    requireInteger('Bilinear', 'outFeatures', outFeatures, 0);
    const shape = [outFeatures, in1Features, in2Features];
    const made = weights('Bilinear', options, shape, [outFeatures]);
    this.weight = made.weight;
    this.bias = made.bias;
    this.resetParameters();
  }

  /** New starting values: uniform in [-1, 1) / sqrt(in1Features), as PyTorch's. */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.in1Features);
    uniform_(this.weight, -bound, bound);
    if (this.bias !== null) uniform_(this.bias, -bound, bound);
  }

  override forward(input1: Tensor, input2: Tensor): Tensor {
    return bilinear(input1, input2, this.weight, this.bias);
  }

  override extraRepr(): string {
    const { in1Features, in2Features, outFeatures } = this;
    const sizes = `in1_features=${in1Features}, in2_features=${in2Features}, out_features=${outFeatures}`;
    return `${sizes}, bias=${pythonBoolean(this.bias !== null)}`;
  }
}

/** A table of vectors, one for each whole number below `numEmbeddings` (torch.nn.Embedding). */
export class Embedding extends Module {
  /** (numEmbeddings, embeddingDim) */
  readonly weight: Parameter;
  /** The row that takes no part in training; null for none. */
  readonly paddingIdx: number | null;

  constructor(
    /** Number of rows. */
    readonly numEmbeddings: number,
    /** Size of each row. */
    readonly embeddingDim: number,
    options: { paddingIdx?: number; dtype?: DType } = {},
  ) {
    super();
    requireOptions('Embedding', options, ['paddingIdx', 'dtype']);
    requireInteger('Embedding', 'numEmbeddings', numEmbeddings, 0);
    requireInteger('Embedding', 'embeddingDim', embeddingDim, 0);
    const { paddingIdx, ...rest } = options;
    this.weight = weights('Embedding', rest, [numEmbeddings, embeddingDim], []).weight;
    if (paddingIdx !== undefined) {
      requireInRange('Embedding', 'paddingIdx', paddingIdx, -numEmbeddings, numEmbeddings - 1);
      requireInteger('Embedding', 'paddingIdx', paddingIdx);
    }
    this.paddingIdx = paddingIdx ?? null;
    this.resetParameters();
  }

  /** New starting values: normal, and zeros in the row of `paddingIdx`. */
  resetParameters(): void {
    normal_(this.weight);
    if (this.paddingIdx !== null) this.weight.detach().select(0, this.paddingIdx).zero_();
  }

  override forward(input: Tensor): Tensor {
    return embedding(input, this.weight, { paddingIdx: this.paddingIdx ?? undefined });
  }

  override extraRepr(): string {
    const sizes = `${this.numEmbeddings}, ${this.embeddingDim}`;
    return this.paddingIdx === null ? sizes : `${sizes}, padding_idx=${this.paddingIdx}`;
  }
}

/** Gives its input back, whatever its arguments (torch.nn.Identity). */
export class Identity extends Module {
  constructor(..._args: unknown[]) {
    super();
  }

  override forward(input: Tensor): Tensor {
    return input;
  }
}

/** Makes the dimensions from `startDim` to `endDim` one; all but the first if missing (torch.nn.Flatten). */
export class Flatten extends Module {
  constructor(
    /** First dimension that is merged. */
    readonly startDim = 1,
    /** Last dimension that is merged. */
    readonly endDim = -1,
  ) {
    super();
    requireInteger('Flatten', 'startDim', startDim);
    requireInteger('Flatten', 'endDim', endDim);
  }

  override forward(input: Tensor): Tensor {
    return requireTensor('Flatten', 'input', input).flatten(this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}

/** Splits dimension `dim` into several; one size may be -1 (torch.nn.Unflatten). */
export class Unflatten extends Module {
  /** What the dimension becomes. */
  readonly unflattenedSize: readonly number[];

  constructor(
    /** The dimension that is split. */
    readonly dim: number,
    unflattenedSize: readonly number[],
  ) {
    super();
    requireInteger('Unflatten', 'dim', dim);
    const positive = (size: unknown): unknown => (size === -1 ? 1 : size);
    const sizes = requireList(
      'Unflatten',
      'an array of sizes',
      'unflattenedSize',
      unflattenedSize,
      64,
    );
    requireShape('Unflatten', sizes.map(positive), 'unflattenedSize');
    this.unflattenedSize = sizes as number[];
  }

  override forward(input: Tensor): Tensor {
    return requireTensor('Unflatten', 'input', input).unflatten(this.dim, this.unflattenedSize);
  }

  override extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=${pythonTuple(this.unflattenedSize)}`;
  }
}
