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

/** Names of layers and activations that `calculateGain` knows. */
export type Nonlinearity = keyof typeof gains;

/**
 * Returns the recommended gain of initial values for the activation after a layer.
 *
 * 'linear', convolutions and 'sigmoid' have gain 1, 'tanh' 5/3, 'relu' sqrt(2), 'leakyRelu' sqrt(2 / (1 +
 * param^2)), 'selu' 3/4.
 *
 * @param nonlinearity name of the activation or layer
 * @param param negative slope of 'leakyRelu'; default 0.01
 * @returns the gain
 * @throws RangeError if the name is unknown
 * @see torch.nn.init.calculate_gain
 * @example nn.init.calculateGain('relu') // 1.4142
 */
export function calculateGain(nonlinearity: Nonlinearity, param?: number): number {
  requireArity('calculateGain', arguments.length, 2);
  const names = Object.keys(gains) as Nonlinearity[];
  const kind = requireOneOf('calculateGain', 'nonlinearity', nonlinearity, names);
  if (kind !== 'leakyRelu') return gains[kind];
  const negativeSlope = requireNumber('calculateGain', 'param', param ?? 0.01);
  return Math.sqrt(2 / (1 + negativeSlope * negativeSlope));
}
