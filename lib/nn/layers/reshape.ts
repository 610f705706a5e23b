/** Layers that return their input, or the input in another shape. */
import { requireArity, requireInteger, requireList, requireMethodArity } from '../../core/errors';
import { requireShape } from '../../core/shape';
import { requireTensor, type Tensor } from '../../core/tensor';
import { pythonTuple } from '../module/describe';
import { Module } from '../module/module';

/** Returns its input, whatever its arguments (torch.nn.Identity). */
export class Identity extends Module {
  constructor(..._args: unknown[]) {
    super();
  }

  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return input;
  }
}

/** Merges the dimensions from `startDim` to `endDim`; all but the first if missing (torch.nn.Flatten). */
export class Flatten extends Module {
  constructor(
    /** First dimension that is merged. */
    readonly startDim = 1,
    /** Last dimension that is merged. */
    readonly endDim = -1,
  ) {
    requireArity('Flatten', arguments.length, 2);
    super();
    requireInteger('Flatten', 'startDim', startDim);
    requireInteger('Flatten', 'endDim', endDim);
  }

  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return requireTensor('Flatten', 'input', input).flatten(this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}

/** Splits dimension `dim` into several; one size may be -1 (torch.nn.Unflatten). */
export class Unflatten extends Module {
  /** The sizes of the new dimensions. */
  readonly unflattenedSize: readonly number[];

  constructor(
    /** The dimension that is split. */
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

  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return requireTensor('Unflatten', 'input', input).unflatten(this.dim, this.unflattenedSize);
  }

  override extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=${pythonTuple(this.unflattenedSize)}`;
  }
}
