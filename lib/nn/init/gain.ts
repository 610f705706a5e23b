/** Gains of activations. */
import { requireArity, requireNumber, requireOneOf } from '../../core/errors';

const gains = {
  linear: 1,
  conv1d: 1,
  conv2d: 1,
  conv3d: 1,
  convTranspose1d: 1,
  convTranspose2d: 1,
  convTranspose3d: 1,
  sigmoid: 1,
  tanh: 5 / 3,
  relu: Math.SQRT2,
  leakyRelu: Math.SQRT2,
  selu: 3 / 4,
} as const;

/** A layer or activation that `calculateGain` knows. */
export type Nonlinearity = keyof typeof gains;

/**
 * The recommended factor for initial values before an activation; `param` is the negative slope of leakyRelu, 0.01 if
 * missing (torch.nn.init.calculate_gain).
 */
export function calculateGain(nonlinearity: Nonlinearity, param?: number): number {
  requireArity('calculateGain', arguments.length, 2);
  const names = Object.keys(gains) as Nonlinearity[];
  const kind = requireOneOf('calculateGain', 'nonlinearity', nonlinearity, names);
  if (kind !== 'leakyRelu') return gains[kind];
  const negativeSlope = requireNumber('calculateGain', 'param', param ?? 0.01);
  return Math.sqrt(2 / (1 + negativeSlope * negativeSlope));
}
