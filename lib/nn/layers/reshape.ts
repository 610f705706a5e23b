/** Layers that return their input, or the input in another shape. */
import { requireArity, requireInteger, requireList, requireMethodArity } from '../../core/errors';
import { requireShape } from '../../core/shape';
import { requireTensor, type Tensor } from '../../core/tensor';
import { pythonTuple } from '../module/describe';
import { Module } from '../module/module';

/**
 * Returns its input unchanged, as a placeholder for another layer.
 *
 * Shape: any -> the same
 *
 * @see torch.nn.Identity
 * @example new nn.Identity().forward(tensor([1, 2])) // tensor([1., 2.])
 */
export class Identity extends Module {
  /**
   * Creates the layer.
   *
   * @param _args any arguments, which are ignored
   */
  constructor(..._args: unknown[]) {
    super();
  }

  /**
   * Returns the input.
   *
   * @param input any shape
   * @returns `input`
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return input;
  }
}

/**
 * Merges the dimensions from `startDim` to `endDim` into one; by default all but the first.
 *
 * Shape: (N, d1, ..., dk) -> (N, d1 * ... * dk)
 *
 * @see torch.nn.Flatten
 * @example new nn.Flatten().forward(zeros(32, 1, 28, 28)).shape // [ 32, 784 ]
 */
export class Flatten extends Module {
  /**
   * Creates the layer.
   *
   * @param startDim first dimension to merge; default 1
   * @param endDim last dimension to merge; default -1
   */
  constructor(
    /** First dimension to merge; default 1. */
    readonly startDim = 1,
    /** Last dimension to merge; default -1. */
    readonly endDim = -1,
  ) {
    requireArity('Flatten', arguments.length, 2);
    super();
    requireInteger('Flatten', 'startDim', startDim);
    requireInteger('Flatten', 'endDim', endDim);
  }

  /**
   * Merges dimensions.
   *
   * @param input at least one dimension
   * @returns a view of `input` if possible, else a copy
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return requireTensor('Flatten', 'input', input).flatten(this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}

/**
 * Splits dimension `dim` into several.
 *
 * Shape: (..., D, ...) -> (..., s1, ..., sk, ...), with s1 * ... * sk = D
 *
 * @see torch.nn.Unflatten
 * @example new nn.Unflatten(1, [2, -1]).forward(zeros(4, 6)).shape // [ 4, 2, 3 ]
 */
export class Unflatten extends Module {
  /** Sizes of the new dimensions; one may be -1. */
  readonly unflattenedSize: readonly number[];

  /**
   * Creates the layer.
   *
   * @param dim dimension to split
   * @param unflattenedSize sizes of the new dimensions; one may be -1, which is computed from the others
   */
  constructor(
    /** Dimension to split. */
    readonly dim: number,
    unflattenedSize: readonly number[],
  ) {
    requireArity('Unflatten', arguments.length, 2);
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

  /**
   * Splits the dimension.
   *
   * @param input (..., D, ...)
   * @returns (..., s1, ..., sk, ...)
   * @throws RangeError if the sizes do not multiply to D
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return requireTensor('Unflatten', 'input', input).unflatten(this.dim, this.unflattenedSize);
  }

  override extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=${pythonTuple(this.unflattenedSize)}`;
  }
}
