/** Activation modules with numeric options: positional, in PyTorch's order, or in one object: `new LeakyReLU(0.1)`. */
import { requireDType, type DType } from '../../core/dtype';
import {
  requireArity,
  requireInteger,
  requireMethodArity,
  requireNumber,
  requireOptions,
} from '../../core/errors';
import { Tensor } from '../../core/tensor';
import * as F from '../../functional';
import type { InplaceOption } from '../../functional';
import { constant_ } from '../init';
import { pythonFloat } from '../module/describe';
import { Module } from '../module/module';
import { Parameter } from '../module/parameter';
import { InplaceActivation, numericActivation, numericInplaceActivation } from './activationBases';

/**
 * Leaky ReLU, elementwise: x if x > 0, else negativeSlope * x.
 *
 * Constructor: `new LeakyReLU(0.1)` or `new LeakyReLU({ negativeSlope: 0.1, inplace: true })`.
 *
 * @see torch.nn.LeakyReLU; Maas et al. 2013, Rectifier Nonlinearities Improve Neural Network Acoustic Models
 * @example new nn.LeakyReLU(0.1).forward(tensor([-1, 2])) // tensor([-0.1000,  2.0000])
 */
export class LeakyReLU extends numericInplaceActivation(
  'LeakyReLU',
  (negativeSlope = 0.01) => ({ negativeSlope }),
  (x, { negativeSlope, inplace }) => F.leakyRelu(x, { negativeSlope, inplace }),
) {
  /** Factor for negative x; default 0.01. */
  declare readonly negativeSlope: number;
}

/**
 * Randomized leaky ReLU, elementwise: x if x > 0, else x times a random number from `lower` to `upper` during training,
 * and x (lower + upper) / 2 after `eval()`.
 *
 * Constructor: `new RReLU(0.1, 0.3)` or `new RReLU({ lower: 0.1, upper: 0.3, inplace: true })`.
 *
 * @see torch.nn.RReLU; Xu et al. 2015, Empirical Evaluation of Rectified Activations in Convolutional Network
 * @example new nn.RReLU(0.1, 0.3).eval().forward(tensor([-1, 2])) // tensor([-0.2000,  2.0000])
 */
export class RReLU extends numericInplaceActivation(
  'RReLU',
  (lower = 1 / 8, upper = 1 / 3) => ({ lower, upper }),
  (x, { lower, upper, inplace }) => F.rrelu(x, { lower, upper, inplace }),
) {
  /** Smallest factor for negative x; default 1/8. */
  declare readonly lower: number;
  /** Largest factor for negative x; default 1/3. */
  declare readonly upper: number;

  /**
   * Computes the activation: with random factors in training, with their mean in evaluation.
   *
   * @param input a tensor of any shape
   * @returns a tensor of the shape of `input`
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    const { lower, upper, training, inplace } = this;
    return F.rrelu(input, { lower, upper, training, inplace });
  }
}

/**
 * Limits elements to [minVal, maxVal].
 *
 * Constructor: `new Hardtanh(-2, 2)` or `new Hardtanh({ minVal: -2, maxVal: 2, inplace: true })`.
 *
 * @see torch.nn.Hardtanh
 * @example new nn.Hardtanh().forward(tensor([-3, 0.5])) // tensor([-1.0000,  0.5000])
 */
export class Hardtanh extends numericInplaceActivation(
  'Hardtanh',
  (minVal = -1, maxVal = 1) => ({ minVal, maxVal }),
  (x, { minVal, maxVal, inplace }) => F.hardtanh(x, { minVal, maxVal, inplace }),
) {
  /** Smallest result; default -1. */
  declare readonly minVal: number;
  /** Largest result; default 1. */
  declare readonly maxVal: number;
}

/**
 * Hard shrinkage, elementwise: x if |x| > lambd, else 0.
 *
 * @see torch.nn.Hardshrink
 * @example new nn.Hardshrink().forward(tensor([0.25, 2])) // tensor([0., 2.])
 */
export class Hardshrink extends numericActivation(
  'Hardshrink',
  (lambd = 0.5) => ({ lambd }),
  (x, { lambd }) => F.hardshrink(x, { lambd }),
) {
  /** Threshold: elements in [-lambd, lambd] become 0; default 0.5. */
  declare readonly lambd: number;

  override extraRepr(): string {
    return pythonFloat(this.lambd);
  }
}

/**
 * Soft shrinkage, elementwise: x - lambd if x > lambd, x + lambd if x < -lambd, else 0.
 *
 * @see torch.nn.Softshrink
 * @example new nn.Softshrink().forward(tensor([0.25, 2])) // tensor([0.0000, 1.5000])
 */
export class Softshrink extends numericActivation(
  'Softshrink',
  (lambd = 0.5) => ({ lambd }),
  (x, { lambd }) => F.softshrink(x, { lambd }),
) {
  /** Threshold: elements in [-lambd, lambd] become 0, others move towards 0 by it; default 0.5. */
  declare readonly lambd: number;

  override extraRepr(): string {
    return pythonFloat(this.lambd);
  }
}

/**
 * Exponential linear unit, elementwise: x if x > 0, else alpha * (exp(x) - 1).
 *
 * @see torch.nn.ELU; Clevert et al. 2016, Fast and Accurate Deep Network Learning by Exponential Linear Units
 * @example new nn.ELU().forward(tensor([-1, 2])) // tensor([-0.6321,  2.0000])
 */
export class ELU extends numericInplaceActivation(
  'ELU',
  (alpha = 1) => ({ alpha }),
  (x, { alpha, inplace }) => F.elu(x, { alpha, inplace }),
) {
  /** The result approaches -`alpha` as x goes to negative infinity; default 1. */
  declare readonly alpha: number;
}

/**
 * Continuously differentiable ELU, elementwise: x if x > 0, else alpha * (exp(x / alpha) - 1).
 *
 * @see torch.nn.CELU; Barron 2017, Continuously Differentiable Exponential Linear Units
 * @example new nn.CELU(2).forward(tensor([-1, 2])) // tensor([-0.7869,  2.0000])
 */
export class CELU extends numericInplaceActivation(
  'CELU',
  (alpha = 1) => ({ alpha }),
  (x, { alpha, inplace }) => F.celu(x, { alpha, inplace }),
) {
  /** The result approaches -`alpha` as x goes to negative infinity; default 1. */
  declare readonly alpha: number;
}

/**
 * Smooth ReLU, elementwise: log(1 + exp(beta * x)) / beta, and x where beta * x > threshold.
 *
 * @see torch.nn.Softplus
 * @example new nn.Softplus().forward(tensor([0, 2])) // tensor([0.6931, 2.1269])
 */
export class Softplus extends numericActivation(
  'Softplus',
  (beta = 1, threshold = 20) => ({ beta, threshold }),
  (x, { beta, threshold }) => F.softplus(x, { beta, threshold }),
) {
  /** Sharpness: larger values come closer to ReLU; default 1. */
  declare readonly beta: number;
  /** Value of beta * x above which the result is x; default 20. */
  declare readonly threshold: number;

  override extraRepr(): string {
    return `beta=${this.beta}, threshold=${this.threshold}`;
  }
}

/**
 * Replaces elements up to a threshold, elementwise: x if x > threshold, else value.
 *
 * @see torch.nn.Threshold
 * @example new nn.Threshold(0.5, 0).forward(tensor([0.25, 2])) // tensor([0., 2.])
 */
export class Threshold extends InplaceActivation {
  /**
   * Creates the layer.
   *
   * @param threshold elements up to this number are replaced
   * @param value the replacement
   * @param options.inplace whether `forward` writes the result to the input; default false
   */
  constructor(
    /** Elements up to this number are replaced. */
    readonly threshold: number,
    /** The replacement. */
    readonly value: number,
    options?: InplaceOption,
  ) {
    requireArity('Threshold', arguments.length, 3);
    super(options);
    requireNumber('Threshold', 'threshold', threshold);
    requireNumber('Threshold', 'value', value);
  }

  /**
   * Applies the function.
   *
   * @param input any shape
   * @returns the shape of `input`
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return F.threshold(input, this.threshold, this.value, { inplace: this.inplace });
  }

  /**
   * Returns the options in the form in which PyTorch prints them.
   *
   * @returns such as 'threshold=0.5, value=0'
   */
  override extraRepr(): string {
    const shown = `threshold=${this.threshold}, value=${this.value}`;
    return this.inplace ? `${shown}, inplace=True` : shown;
  }
}

/**
 * Parametric ReLU, elementwise: x if x > 0, else weight * x, with a learned weight.
 *
 * Shape: (N, C, ...) -> (N, C, ...)
 *
 * @see torch.nn.PReLU; He et al. 2015, Delving Deep into Rectifiers
 * @example new nn.PReLU().forward(tensor([-2, 3])).detach() // tensor([-0.5000,  3.0000])
 */
export class PReLU extends Module {
  /** Number of weights: 1 (default), or one for each channel. */
  readonly numParameters: number;
  /** The learned factors, (numParameters). */
  declare readonly weight: Parameter;

  /**
   * Creates the layer.
   *
   * @param numParameters number of weights: 1 (default) or the number of channels; or an object of all options
   * @param init initial value of the weights; default 0.25
   * @throws RangeError if `numParameters` is below 1
   */
  constructor(
    numParameters?: number | { numParameters?: number; init?: number; dtype?: DType },
    init?: number,
  ) {
    requireArity('PReLU', arguments.length, 2);
    super();
    const options = typeof numParameters === 'object' ? numParameters : { numParameters, init };
    requireOptions('PReLU', options, ['numParameters', 'init', 'dtype']);
    const dtype = requireDType('PReLU', (options as { dtype?: DType }).dtype ?? 'float32');
    this.numParameters = requireInteger('PReLU', 'numParameters', options.numParameters ?? 1, 1);
    const weight = new Parameter(Tensor._empty(dtype, [this.numParameters]));
    this.registerParameter('weight', weight);
    constant_(this.weight, requireNumber('PReLU', 'init', options.init ?? 0.25));
  }

  /**
   * Applies the function.
   *
   * @param input any shape; channels are dimension 1
   * @returns the shape of `input`
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return F.prelu(input, this.weight);
  }

  override extraRepr(): string {
    return `num_parameters=${this.numParameters}`;
  }
}
