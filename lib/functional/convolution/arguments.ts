/** Checks of the arguments that all convolutions share. */
import {
  isOptions,
  requireInteger,
  requireOptions,
  shapeText,
  unexpected,
  wrongType,
} from '../../core/errors';
import { requireTensor, Tensor } from '../../core/tensor';
import { requireTuple } from '../../core/tuple';
import { requireDTypeOfWeight, requireNumbers } from '../../ops/define';
import type { Triple } from '../../ops/nn/convolution';
import { requireSameDType } from '../dtypes';

/** One number for all dimensions, or an array with a number for each. */
export type Size = number | readonly number[];

/** The checked arguments of a convolution. */
export interface ConvArguments {
  /** With a batch dimension. */
  readonly x: Tensor;
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  /** Whether the input has a batch dimension. */
  readonly batched: boolean;
  readonly groups: number;
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
}

/** The options that all convolutions have. */
interface CommonOptions {
  readonly stride?: Size;
  readonly dilation?: Size;
  readonly groups?: number;
}

/** Checks kinds, dtypes and numbers of dimensions; the sizes are left to the caller. */
export function requireArguments(
  op: string,
  dims: number,
  input: unknown,
  weight: unknown,
  bias: unknown,
  options: CommonOptions,
  known: readonly string[],
): ConvArguments {
  requireOptions(op, options, known);
  const x = requireTensor(op, 'input', input);
  const kernel = requireTensor(op, 'weight', weight);
  if (bias !== null && !(bias instanceof Tensor)) {
    const hint = isOptions(bias) ? '; pass null before the options' : '';
    const { message } = wrongType(op, 'a tensor or null', 'bias', bias);
    throw new TypeError(message + hint);
  }
  if (kernel.ndim !== dims + 2) {
    const what = `${dims + 2} dimensions (output channels, input channels and ${dims} of the kernel)`;
    throw unexpected(op, what, 'weight', shapeText(kernel.shape));
  }
  const batched = x.ndim === dims + 2;
  if (!batched && x.ndim !== dims + 1) {
    const what = `${dims + 2} dimensions, or ${dims + 1} without a batch,`;
    throw unexpected(op, what, 'input', shapeText(x.shape));
  }
  requireDTypeOfWeight(op, 'input', x, kernel);
  requireNumbers(op, 'input', x);
  if (bias !== null) requireSameDType(op, kernel, 'bias', bias);
  const groups = requireInteger(op, 'groups', options.groups ?? 1, 1);
  const stride = requireTuple(op, 'stride', options.stride ?? 1, dims, 1);
  const dilation = requireTuple(op, 'dilation', options.dilation ?? 1, dims, 1);
  requireKernel(op, x, kernel, groups);
  return {
    x: batched ? x : x.unsqueeze(0),
    weight: kernel,
    bias,
    batched,
    groups,
    stride,
    dilation,
  };
}

/** Refuses sizes of 0, with the exception of an empty batch and of no input channels. */
function requireKernel(op: string, x: Tensor, weight: Tensor, groups: number): void {
  const { shape } = weight;
  if (shape[0] === 0 || shape.includes(0, 2)) {
    const what = `sizes of at least 1 for input ${shapeText(x.shape)}`;
    throw unexpected(op, what, 'weight', shapeText(shape));
  }
  if (shape[0] % groups !== 0) {
    const what = `a first size that groups ${groups} divides, for input ${shapeText(x.shape)},`;
    throw unexpected(op, what, 'weight', shapeText(shape));
  }
  if (x.shape.includes(0, x.ndim - (shape.length - 2))) {
    const what = `sizes of at least 1 after the channels, for weight ${shapeText(shape)},`;
    throw unexpected(op, what, 'input', shapeText(x.shape));
  }
}

/** Throws unless the input has this number of channels. */
export function requireChannels(op: string, given: ConvArguments, channels: number): void {
  const { x, weight, batched, groups } = given;
  if (x.shape[1] === channels) return;
  const which = groups === 1 ? '' : ` and groups ${groups}`;
  const what = `${channels} channels for weight ${shapeText(weight.shape)}${which}`;
  throw unexpected(op, what, 'input', shapeText(batched ? x.shape : x.shape.slice(1)));
}

/** Throws unless there is one bias for each output channel. */
export function requireBias(op: string, { weight, bias }: ConvArguments, channels: number): void {
  if (bias === null || (bias.ndim === 1 && bias.shape[0] === channels)) return;
  const what = `[${channels}] for weight ${shapeText(weight.shape)}`;
  throw unexpected(op, what, 'bias', shapeText(bias.shape));
}

/** Numbers for 1 to 3 dimensions as three, with `fill` in front. */
export function triple(values: readonly number[], fill: number): Triple {
  if (values.length === 3) return [values[0], values[1], values[2]];
  if (values.length === 2) return [fill, values[0], values[1]];
  return [fill, fill, values[0]];
}
