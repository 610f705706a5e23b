/** Batch, instance, group, layer, RMS and local response normalisation. */
import {
  requireArity,
  requireBoolean,
  requireInRange,
  requireInteger,
  requireNumber,
  requireOptions,
  shapeText,
  unexpected,
} from '../core/errors';
import { isHalf } from '../core/dtype';
import { numelOf, requireShape, sameShape, type Shape } from '../core/shape';
import { requireTensor, Tensor } from '../core/tensor';
import { requireFloating } from '../ops/define';
import {
  normalized,
  updateRunning,
  type Normalization,
  type NormInputs,
} from '../ops/nn/normalization';
import { cat } from '../ops/shape/join';

/** Weight and bias of a normalisation. */
export interface AffineOptions {
  /** Factors of the normalized numbers; default null, 1. */
  weight?: Tensor | null;
  /** Added to the normalized numbers; default null, 0. */
  bias?: Tensor | null;
  /** Added to the variance; default 1e-5. */
  eps?: number;
}

/** Options of `batchNorm`. */
export interface BatchNormOptions extends AffineOptions {
  /** Whether to use the statistics of the batch, and to update the running ones; default false. */
  training?: boolean;
  /** Factor of the batch's statistics in the update of the running ones; default 0.1. */
  momentum?: number;
}

/** Options of `instanceNorm`. */
export interface InstanceNormOptions extends AffineOptions {
  /** Running mean of each channel (C); default null. */
  runningMean?: Tensor | null;
  /** Running variance of each channel (C); default null. */
  runningVar?: Tensor | null;
  /** Whether to use the statistics of each sample instead of the running ones; default true. */
  useInputStats?: boolean;
  /** Factor of the samples' statistics in the update of the running ones; default 0.1. */
  momentum?: number;
}

/** Options of `rmsNorm`. */
export interface RmsNormOptions {
  /** Factors of the normalized numbers, of shape `normalizedShape`; default null, 1. */
  weight?: Tensor | null;
  /** Added to the mean square; default null: 2^-52 for float64, else 2^-23. */
  eps?: number | null;
}

/** Options of `localResponseNorm`. */
export interface LocalResponseNormOptions {
  /** Factor of the mean square; default 1e-4. */
  alpha?: number;
  /** Exponent; default 0.75. */
  beta?: number;
  /** Added to the mean square times `alpha`; default 1. */
  k?: number;
}

/** A parameter or statistic: null, or a tensor of this shape. */
function partOf(op: string, name: string, value: unknown, x: Tensor, shape: Shape): Tensor | null {
  if (value === null || value === undefined) return null;
  const part = requireTensor(op, name, value);
  if (!sameShape(part.shape, shape)) {
    const what = `shape ${shapeText(shape)} (input has shape ${shapeText(x.shape)})`;
    throw unexpected(op, what, name, shapeText(part.shape));
  }
  return part;
}

/**
 * Runs `body` with the input in the dtype of the parameters and statistics: that of the input, or float32 for float16 and
 * bfloat16. The result has the dtype of the input.
 */
function inDTypeOfParts(
  op: string,
  inputs: NormInputs,
  body: (inputs: NormInputs) => Tensor,
): Tensor {
  const { x, weight, bias, runningMean, runningVar } = inputs;
  const given = weight ?? bias ?? runningMean;
  const dtype = isHalf(x.dtype) && given?.dtype === 'float32' ? 'float32' : x.dtype;
  const parts = { weight, bias, runningMean, runningVar };
  for (const [name, part] of Object.entries(parts)) {
    if (part === null || part.dtype === dtype) continue;
    const owner = dtype === x.dtype ? 'input' : 'the first parameter';
    throw unexpected(op, `dtype ${dtype}, which ${owner} has,`, name, part.dtype);
  }
  return dtype === x.dtype ? body(inputs) : body({ ...inputs, x: x.to(dtype) }).to(x.dtype);
}

function inputOf(op: string, value: unknown, least: number): Tensor {
  const x = requireTensor(op, 'input', value);
  requireFloating(op, 'input', x);
  if (x.ndim >= least) return x;
  throw unexpected(op, `at least ${least} dimensions`, 'input', shapeText(x.shape));
}

/** Statistics of channels, the dimension 1, over the batch or of each sample. */
function normalizeChannels(
  op: string,
  kind: 'batch' | 'instance',
  inputs: NormInputs,
  options: { eps: number; fixed: boolean; momentum: number | Tensor },
): Tensor {
  const { x, runningMean, runningVar } = inputs;
  const [batch, groups, ...spatial] = x.shape;
  const { eps, fixed, momentum } = options;
  const inner = numelOf(spatial);
  const acrossBatch = kind === 'batch' || fixed;
  const count = (acrossBatch ? batch : 1) * inner;
  if (!fixed && count === 1) {
    const what = acrossBatch
      ? 'more than one value for each channel'
      : 'more than one element in each plane';
    throw unexpected(op, `${what} to normalize by their statistics`, 'input', shapeText(x.shape));
  }
  const how: Omit<Normalization, 'hasWeight' | 'hasBias'> = {
    kind, batch, groups, channels: 1, inner, acrossBatch, centered: true, fixed, eps, parameters: [groups],
  }; // prettier-ignore
  return inDTypeOfParts(op, inputs, (given) => {
    const result = normalized(given, how);
    if (!fixed && x.numel() > 0 && runningMean !== null && runningVar !== null) {
      updateRunning(op, result, how, { mean: runningMean, variance: runningVar, momentum });
    }
    return result.y;
  });
}

/** The operands of a normalisation of channels. */
function channelInputs(
  op: string,
  input: unknown,
  mean: unknown,
  variance: unknown,
  options: AffineOptions,
): NormInputs {
  const x = inputOf(op, input, 2);
  const shape = [x.shape[1]];
  return {
    x,
    weight: partOf(op, 'weight', options.weight, x, shape),
    bias: partOf(op, 'bias', options.bias, x, shape),
    runningMean: partOf(op, 'runningMean', mean, x, shape),
    runningVar: partOf(op, 'runningVar', variance, x, shape),
  };
}

/** Throws unless both running statistics are given, or, if they are optional, neither. */
function requireRunning(op: string, inputs: NormInputs, needed: boolean, unless: string): void {
  const { runningMean, runningVar } = inputs;
  const name = runningMean === null ? 'runningMean' : 'runningVar';
  if ((runningMean === null) !== (runningVar === null)) {
    throw unexpected(op, 'a tensor, as the other running statistic,', name, 'null');
  }
  if (needed && runningMean === null) throw unexpected(op, `a tensor ${unless}`, name, 'null');
}

/** `batchNorm` with a factor of the running statistics that may be the count of batches. */
export function batchNormWith(
  op: string,
  input: Tensor,
  mean: Tensor | null,
  variance: Tensor | null,
  options: Omit<BatchNormOptions, 'momentum'> & { momentum: number | Tensor },
): Tensor {
  const training = requireBoolean(op, 'training', options.training ?? false);
  const eps = requireInRange(op, 'eps', options.eps ?? 1e-5, 0, Infinity);
  if (training && eps === 0) throw unexpected(op, 'a positive number in training', 'eps', '0');
  const inputs = channelInputs(op, input, mean, variance, options);
  requireRunning(op, inputs, !training, 'unless training');
  const { momentum } = options;
  return normalizeChannels(op, 'batch', inputs, { eps, fixed: !training, momentum });
}

/**
 * Batch normalisation: (x - mean) / sqrt(variance + eps) weight + bias, with the mean and the variance of each channel.
 *
 * In training they are those of the batch, and the running ones are updated in place: running = (1 - momentum) running +
 * momentum batch, with the unbiased variance. Otherwise they are the running ones.
 *
 * @param input (N, C, ...)
 * @param runningMean (C), or null in training
 * @param runningVar (C), or null in training
 * @param options `weight` and `bias` (C), `training`, `momentum` and `eps`; see BatchNormOptions
 * @returns the shape of `input`
 * @throws RangeError if the shapes or dtypes do not fit, or a channel has only one value in training
 * @see torch.nn.functional.batch_norm; Ioffe and Szegedy 2015, Batch Normalization
 * @example F.batchNorm(tensor([[1], [3]]), null, null, { training: true }) // tensor([[-1.0000], [ 1.0000]])
 */
export function batchNorm(
  input: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  options: BatchNormOptions = {},
): Tensor {
  requireArity('batchNorm', arguments.length, 4);
  requireOptions('batchNorm', options, ['weight', 'bias', 'training', 'momentum', 'eps']);
  const momentum = requireNumber('batchNorm', 'momentum', options.momentum ?? 0.1);
  return batchNormWith('batchNorm', input, runningMean, runningVar, { ...options, momentum });
}

/**
 * Instance normalisation: (x - mean) / sqrt(variance + eps) weight + bias, with the mean and the variance of each
 * channel of each sample.
 *
 * @param input (N, C, ...)
 * @param options `weight` and `bias` (C), `runningMean` and `runningVar` (C), `useInputStats`, `momentum` and `eps`;
 * see InstanceNormOptions
 * @returns the shape of `input`
 * @throws RangeError if the shapes or dtypes do not fit, or a channel of a sample has only one value
 * @see torch.nn.functional.instance_norm; Ulyanov et al. 2016, Instance Normalization
 * @example F.instanceNorm(tensor([[[1, 3]]])) // tensor([[[-1.0000,  1.0000]]])
 */
export function instanceNorm(input: Tensor, options: InstanceNormOptions = {}): Tensor {
  const op = 'instanceNorm';
  requireArity(op, arguments.length, 2);
  const known = ['runningMean', 'runningVar', 'weight', 'bias', 'useInputStats', 'momentum', 'eps'];
  requireOptions(op, options, known);
  const momentum = requireNumber(op, 'momentum', options.momentum ?? 0.1);
  const eps = requireNumber(op, 'eps', options.eps ?? 1e-5);
  const fromInput = requireBoolean(op, 'useInputStats', options.useInputStats ?? true);
  const inputs = channelInputs(op, input, options.runningMean, options.runningVar, options);
  requireRunning(op, inputs, !fromInput, 'without useInputStats');
  return normalizeChannels(op, 'instance', inputs, { eps, fixed: !fromInput, momentum });
}

/**
 * Group normalisation: (x - mean) / sqrt(variance + eps) weight + bias, with the mean and the variance of each group of
 * channels of each sample.
 *
 * @param input (N, C, ...)
 * @param numGroups number of groups, a divisor of C
 * @param options `weight` and `bias` (C), and `eps`; see AffineOptions
 * @returns the shape of `input`
 * @throws RangeError if C is not divisible by `numGroups`, or the shapes or dtypes do not fit
 * @see torch.nn.functional.group_norm; Wu and He 2018, Group Normalization
 * @example F.groupNorm(tensor([[1, 3, 5, 9]]), 2) // tensor([[-1.0000,  1.0000, -1.0000,  1.0000]])
 */
export function groupNorm(input: Tensor, numGroups: number, options: AffineOptions = {}): Tensor {
  const op = 'groupNorm';
  requireArity(op, arguments.length, 3);
  requireOptions(op, options, ['weight', 'bias', 'eps']);
  const groups = requireInteger(op, 'numGroups', numGroups, 1);
  const eps = requireNumber(op, 'eps', options.eps ?? 1e-5);
  const x = inputOf(op, input, 2);
  const [batch, count, ...spatial] = x.shape;
  if (count % groups !== 0) {
    const what = `channels that are divisible by numGroups (${groups})`;
    throw unexpected(op, what, 'input', shapeText(x.shape));
  }
  const channels = count / groups;
  const inner = numelOf(spatial);
  if (batch * channels * inner === 1) {
    throw unexpected(op, 'more than one value for each group', 'input', shapeText(x.shape));
  }
  const weight = partOf(op, 'weight', options.weight, x, [count]);
  const bias = partOf(op, 'bias', options.bias, x, [count]);
  const how = { kind: 'group', batch, groups, channels, inner, acrossBatch: false, centered: true, fixed: false, eps, parameters: [count] } as const; // prettier-ignore
  const inputs = { x, weight, bias, runningMean: null, runningVar: null };
  return inDTypeOfParts(op, inputs, (given) => normalized(given, how).y);
}

/** The input and the normalized shape, which must be the last dimensions of the input. */
function rowsOf(
  op: string,
  input: unknown,
  normalizedShape: unknown,
): { x: Tensor; shape: number[] } {
  const x = inputOf(op, input, 0);
  const shape = requireShape(op, normalizedShape, 'normalizedShape');
  if (shape.length === 0) throw unexpected(op, 'at least one size', 'normalizedShape', '[]');
  if (shape.length > x.ndim || !sameShape(x.shape.slice(x.ndim - shape.length), shape)) {
    const what = `a shape that ends with normalizedShape ${shapeText(shape)}`;
    throw unexpected(op, what, 'input', shapeText(x.shape));
  }
  return { x, shape };
}

function normalizeRows(
  kind: 'layer' | 'rms',
  x: Tensor,
  shape: readonly number[],
  weight: Tensor | null,
  bias: Tensor | null,
  eps: number,
): Tensor {
  const channels = numelOf(shape);
  const batch = numelOf(x.shape.slice(0, x.ndim - shape.length));
  const how = { kind, batch, groups: 1, channels, inner: 1, acrossBatch: false, centered: kind === 'layer', fixed: false, eps, parameters: shape } as const; // prettier-ignore
  const inputs = { x, weight, bias, runningMean: null, runningVar: null };
  return inDTypeOfParts(`${kind}Norm`, inputs, (given) => normalized(given, how).y);
}

/**
 * Layer normalisation: (x - mean) / sqrt(variance + eps) weight + bias, with the mean and the variance over the last
 * dimensions.
 *
 * @param input (..., *normalizedShape)
 * @param normalizedShape the sizes of the last dimensions
 * @param options `weight` and `bias` of shape `normalizedShape`, and `eps`; see AffineOptions
 * @returns the shape of `input`
 * @throws RangeError if the shapes or dtypes do not fit
 * @see torch.nn.functional.layer_norm; Ba et al. 2016, Layer Normalization
 * @example F.layerNorm(tensor([[1, 3]]), [2]) // tensor([[-1.0000,  1.0000]])
 */
export function layerNorm(
  input: Tensor,
  normalizedShape: readonly number[],
  options: AffineOptions = {},
): Tensor {
  requireArity('layerNorm', arguments.length, 3);
  requireOptions('layerNorm', options, ['weight', 'bias', 'eps']);
  const eps = requireNumber('layerNorm', 'eps', options.eps ?? 1e-5);
  const { x, shape } = rowsOf('layerNorm', input, normalizedShape);
  const weight = partOf('layerNorm', 'weight', options.weight, x, shape);
  const bias = partOf('layerNorm', 'bias', options.bias, x, shape);
  return normalizeRows('layer', x, shape, weight, bias, eps);
}

/** The difference between 1 and the next larger number of the dtype in which halves are computed. */
const epsilonOf = (x: Tensor): number => (x.dtype === 'float64' ? 2 ** -52 : 2 ** -23);

/**
 * Root mean square normalisation: x / sqrt(mean(x^2) + eps) weight, over the last dimensions.
 *
 * @param input (..., *normalizedShape)
 * @param normalizedShape the sizes of the last dimensions
 * @param options `weight` of shape `normalizedShape`, and `eps`; see RmsNormOptions
 * @returns the shape of `input`
 * @throws RangeError if the shapes or dtypes do not fit
 * @see torch.nn.functional.rms_norm; Zhang and Sennrich 2019, Root Mean Square Layer Normalization
 * @example F.rmsNorm(tensor([1, 7]), [2]) // tensor([0.2000, 1.4000])
 */
export function rmsNorm(
  input: Tensor,
  normalizedShape: readonly number[],
  options: RmsNormOptions = {},
): Tensor {
  requireArity('rmsNorm', arguments.length, 3);
  requireOptions('rmsNorm', options, ['weight', 'eps']);
  const { x, shape } = rowsOf('rmsNorm', input, normalizedShape);
  const weight = partOf('rmsNorm', 'weight', options.weight, x, shape);
  const eps = requireNumber('rmsNorm', 'eps', options.eps ?? epsilonOf(x));
  return normalizeRows('rms', x, shape, weight, null, eps);
}

/**
 * Local response normalisation: divides by (k + alpha m)^beta, where m is the mean square of `size` neighbouring
 * channels. Channels beyond the first and the last count as 0.
 *
 * @param input (N, C, ...), at least 3 dimensions
 * @param size number of channels in each mean
 * @param options `alpha`, `beta` and `k`; see LocalResponseNormOptions
 * @returns the shape of `input`
 * @throws RangeError if `input` has fewer than 3 dimensions
 * @see torch.nn.functional.local_response_norm; Krizhevsky et al. 2012, ImageNet Classification with Deep Convolutional
 * Neural Networks
 * @example F.localResponseNorm(ones(1, 2, 1), 2, { k: 0, alpha: 2 }).shape // [ 1, 2, 1 ]
 */
export function localResponseNorm(
  input: Tensor,
  size: number,
  options: LocalResponseNormOptions = {},
): Tensor {
  const op = 'localResponseNorm';
  requireArity(op, arguments.length, 3);
  requireOptions(op, options, ['alpha', 'beta', 'k']);
  const alpha = requireNumber(op, 'alpha', options.alpha ?? 1e-4);
  const beta = requireNumber(op, 'beta', options.beta ?? 0.75);
  const k = requireNumber(op, 'k', options.k ?? 1);
  requireInteger(op, 'size', size, 1);
  const x = inputOf(op, input, 3);
  if (x.numel() === 0) return x;
  const [before, after] = [Math.floor(size / 2), Math.floor((size - 1) / 2)];
  const channels = x.shape[1];
  const zeros = (count: number): Tensor => {
    const shape = x.shape.map((n, i) => (i === 1 ? count : n));
    return Tensor._empty(x.dtype, shape).zero_();
  };
  const padded = cat([zeros(before), x.square(), zeros(after)], 1);
  let sum = padded.narrow(1, 0, channels);
  for (let i = 1; i < size; i++) sum = sum.add(padded.narrow(1, i, channels));
  return x.div(
    sum
      .mul(alpha / size)
      .add(k)
      .pow(beta),
  );
}
