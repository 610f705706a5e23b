/** Batch, instance and group normalisation. */
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
import { numelOf } from '../core/shape';
import { requireTensor, type Tensor } from '../core/tensor';
import {
  normalized,
  updateRunning,
  type Normalization,
  type NormInputs,
} from '../ops/nn/normalization';
import { inDTypeOfParts, inputOf, partOf, type AffineOptions } from './normalizationInputs';

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
  const x = requireTensor(op, 'input', input);
  if (x.ndim === 1 && x.numel() === 0) {
    // As in PyTorch, an empty vector counts as no samples of no channels.
    return batchNormWith(op, x.reshape(0, 0), mean, variance, options).reshape(0);
  }
  const training = requireBoolean(op, 'training', options.training ?? false);
  const eps = requireInRange(op, 'eps', options.eps ?? 1e-5, 0, Infinity);
  if (training && eps === 0) throw unexpected(op, 'a positive number in training', 'eps', '0');
  const inputs = channelInputs(op, x, mean, variance, options);
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
  if (channels * inner === 0) {
    throw unexpected(op, 'at least one channel and one position', 'input', shapeText(x.shape));
  }
  if (batch * channels * inner === 1) {
    throw unexpected(op, 'more than one value for each group', 'input', shapeText(x.shape));
  }
  const weight = partOf(op, 'weight', options.weight, x, [count]);
  const bias = partOf(op, 'bias', options.bias, x, [count]);
  const how = { kind: 'group', batch, groups, channels, inner, acrossBatch: false, centered: true, fixed: false, eps, parameters: [count] } as const; // prettier-ignore
  const inputs = { x, weight, bias, runningMean: null, runningVar: null };
  return inDTypeOfParts(op, inputs, (given) => normalized(given, how).y);
}
