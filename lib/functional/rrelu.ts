/** The rectifier with random slopes. */
import { calledAs } from '../core/caller';
import type { RandomOptions } from '../core/generator';
import {
  requireArity,
  requireBoolean,
  requireNumber,
  requireOptions,
  unexpected,
} from '../core/errors';
import { requireTensor, Tensor } from '../core/tensor';
import { requireFloating, requireInPlace } from '../ops/define';
import type { InplaceOption } from '../ops/elementwise/activationCall';
import { leakyRelu } from '../ops/elementwise/rectifier';
import { where } from '../ops/elementwise/select';

/** Options of `rrelu`. */
export interface RReLUOptions extends InplaceOption, RandomOptions {
  /** Smallest factor of negative elements; default 1/8. */
  lower?: number;
  /** Largest factor of negative elements; default 1/3. */
  upper?: number;
  /** Whether factors are random; otherwise all are (lower + upper) / 2. Default false. */
  training?: boolean;
}

/**
 * Randomized leaky ReLU: x where it is positive, else x times a random number from `lower` to `upper`, a new one for each
 * element (Xu et al. 2015).
 *
 * @param input any shape, a floating dtype
 * @param options `lower`, default 1/8; `upper`, default 1/3; `training`, default false; `inplace` and `generator`
 * @returns the shape of `input`
 * @throws RangeError if `lower` is above `upper`
 * @see torch.nn.functional.rrelu
 * @example F.rrelu(tensor([-1, 2]), { lower: 0.1, upper: 0.3 }) // tensor([-0.2000,  2.0000])
 */
export function rrelu(input: Tensor, options: RReLUOptions = {}): Tensor {
  requireArity('rrelu', arguments.length, 2);
  requireTensor('rrelu', 'input', input);
  requireOptions('rrelu', options, ['lower', 'upper', 'training', 'inplace', 'generator']);
  const lower = requireNumber('rrelu', 'lower', options.lower ?? 1 / 8);
  const upper = requireNumber('rrelu', 'upper', options.upper ?? 1 / 3);
  if (lower > upper) throw unexpected('rrelu', `a number of at least lower (${lower})`, 'upper', String(upper)); // prettier-ignore
  const training = requireBoolean('rrelu', 'training', options.training ?? false);
  const inplace = requireBoolean('rrelu', 'inplace', options.inplace ?? false);
  requireFloating('rrelu', 'input', input);
  if (!training) {
    return calledAs('rrelu', () =>
      leakyRelu(input, { negativeSlope: (lower + upper) / 2, inplace }),
    );
  }
  if (inplace) requireInPlace('rrelu', input, input.shape, input.dtype);
  const { generator } = options;
  const random = generator === undefined ? {} : { generator };
  const slopes = Tensor._empty(input.dtype, input.shape).uniform_(lower, upper, random);
  const out = input.mul(where(input.detach().le(0), slopes, 1));
  return inplace ? input.copy_(out) : out;
}
