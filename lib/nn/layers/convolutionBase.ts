/** What all convolution layers share: sizes, parameters, initial values and their text. */
import type { DType } from '../../core/dtype';
import { requireInteger, requireMethodArity, unexpected } from '../../core/errors';
import { requireTuple } from '../../core/tuple';
import type { Size } from '../../functional';
import { kaimingUniform_, uniform_ } from '../init';
import { fans } from '../init/fans';
import { pythonTuple } from '../module/describe';
import { Module } from '../module/module';
import type { Parameter } from '../module/parameter';
import { weights } from './weights';

/** Options that all convolution layers have. */
interface CommonOptions {
  readonly stride?: Size;
  readonly dilation?: Size;
  readonly groups?: number;
  readonly bias?: boolean;
  readonly dtype?: DType;
}

/** A convolution layer of any number of dimensions. */
export abstract class AnyConvolution<Inputs extends readonly unknown[]> extends Module<Inputs> {
  /** The kernels: (outChannels, inChannels / groups, ...), or (inChannels, outChannels / groups, ...) if transposed. */
  declare readonly weight: Parameter;
  /** The bias, (outChannels), or null. */
  declare readonly bias: Parameter | null;
  /** Number of channels of the input. */
  readonly inChannels: number;
  /** Number of channels of the result. */
  readonly outChannels: number;
  /** Sizes of the kernel. */
  readonly kernelSize: readonly number[];
  /** Distance between two positions of the kernel, for each dimension. */
  readonly stride: readonly number[];
  /** Distance between two elements of the kernel, for each dimension. */
  readonly dilation: readonly number[];
  /** Number of groups of channels that are convolved separately. */
  readonly groups: number;

  protected constructor(
    op: string,
    dims: number,
    sizes: readonly [inChannels: number, outChannels: number, kernelSize: Size],
    options: CommonOptions,
    transposed: boolean,
  ) {
    super();
    const [inChannels, outChannels, kernelSize] = sizes;
    this.inChannels = requireInteger(op, 'inChannels', inChannels, 1);
    this.outChannels = requireInteger(op, 'outChannels', outChannels, 1);
    this.kernelSize = requireTuple(op, 'kernelSize', kernelSize, dims, 1);
    this.stride = requireTuple(op, 'stride', options.stride ?? 1, dims, 1);
    this.dilation = requireTuple(op, 'dilation', options.dilation ?? 1, dims, 1);
    this.groups = requireInteger(op, 'groups', options.groups ?? 1, 1);
    for (const name of ['inChannels', 'outChannels'] as const) {
      if (this[name] % this.groups === 0) continue;
      throw unexpected(op, `a multiple of groups ${this.groups}`, name, String(this[name]));
    }
    const [first, second] = transposed ? [inChannels, outChannels] : [outChannels, inChannels];
    const shape = [first, second / this.groups, ...this.kernelSize];
    const { bias, dtype } = options;
    const parameters = weights(op, { bias, dtype }, shape, [outChannels]);
    this.registerParameter('weight', parameters.weight);
    this.registerParameter('bias', parameters.bias);
    this.resetParameters();
  }

  /** Fills weight and bias with uniform values in [-1, 1] / sqrt(fan in), as PyTorch does. */
  resetParameters(): void {
    requireMethodArity(this, 'resetParameters', arguments.length, 0);
    kaimingUniform_(this.weight, { a: Math.sqrt(5) });
    const bound = 1 / Math.sqrt(fans('resetParameters', this.weight).fanIn);
    if (this.bias !== null) uniform_(this.bias, -bound, bound);
  }

  /** The text of the settings; those with the default value are left out. */
  protected describeWith(padding: string | readonly number[], between: string, end = ''): string {
    const { kernelSize, stride, dilation, groups } = this;
    const fields = [
      `${this.inChannels}, ${this.outChannels}, kernel_size=${pythonTuple(kernelSize)}`,
      `stride=${pythonTuple(stride)}`,
    ];
    if (typeof padding === 'string') fields.push(`padding=${padding}`);
    else if (padding.some((width) => width !== 0)) fields.push(`padding=${pythonTuple(padding)}`);
    if (dilation.some((step) => step !== 1)) fields.push(`dilation=${pythonTuple(dilation)}`);
    if (between !== '') fields.push(between);
    if (groups !== 1) fields.push(`groups=${groups}`);
    if (this.bias === null) fields.push('bias=False');
    if (end !== '') fields.push(end);
    return fields.join(', ');
  }
}
