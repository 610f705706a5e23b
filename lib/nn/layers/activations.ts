/** Activation modules without numeric options. */
import { requireArity, requireMethodArity, requireOneOf, requireOptions } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import * as F from '../../functional';
import { Module } from '../module/module';
import { activation, inplaceActivation } from './activationBases';

/**
 * Rectified linear unit, elementwise: max(x, 0).
 *
 * @see torch.nn.ReLU
 * @example new nn.ReLU().forward(tensor([-1, 2])) // tensor([0., 2.])
 */
export class ReLU extends inplaceActivation(F.relu) {}

/**
 * ReLU limited to 6, elementwise: min(max(x, 0), 6).
 *
 * @see torch.nn.ReLU6; Krizhevsky 2010, Convolutional Deep Belief Networks on CIFAR-10
 * @example new nn.ReLU6().forward(tensor([-1, 8])) // tensor([0., 6.])
 */
export class ReLU6 extends inplaceActivation(F.relu6) {}

/**
 * Logistic function, elementwise: 1 / (1 + exp(-x)).
 *
 * @see torch.nn.Sigmoid
 * @example new nn.Sigmoid().forward(tensor([0, 2])) // tensor([0.5000, 0.8808])
 */
export class Sigmoid extends activation(F.sigmoid) {}

/**
 * Hyperbolic tangent, elementwise.
 *
 * @see torch.nn.Tanh
 * @example new nn.Tanh().forward(tensor([0, 2])) // tensor([0.0000, 0.9640])
 */
export class Tanh extends activation(F.tanh) {}

/**
 * Sigmoid linear unit (swish), elementwise: x * sigmoid(x).
 *
 * @see torch.nn.SiLU; Ramachandran et al. 2017, Searching for Activation Functions
 * @example new nn.SiLU().forward(tensor([-1, 2])) // tensor([-0.2689,  1.7616])
 */
export class SiLU extends inplaceActivation(F.silu) {}

/**
 * Mish, elementwise: x * tanh(softplus(x)).
 *
 * @see torch.nn.Mish; Misra 2019, Mish: A Self Regularized Non-Monotonic Activation Function
 * @example new nn.Mish().forward(tensor([-1, 2])) // tensor([-0.3034,  1.9440])
 */
export class Mish extends inplaceActivation(F.mish) {}

/**
 * Scaled ELU, elementwise: 1.0507 * (x if x > 0, else 1.6733 * (exp(x) - 1)).
 *
 * @see torch.nn.SELU; Klambauer et al. 2017, Self-Normalizing Neural Networks
 * @example new nn.SELU().forward(tensor([-1, 2])) // tensor([-1.1113,  2.1014])
 */
export class SELU extends inplaceActivation(F.selu) {}

/**
 * Piecewise linear approximation of the sigmoid, elementwise: min(max(x + 3, 0), 6) / 6.
 *
 * @see torch.nn.Hardsigmoid
 * @example new nn.Hardsigmoid().forward(tensor([-4, 1.5])) // tensor([0.0000, 0.7500])
 */
export class Hardsigmoid extends inplaceActivation(F.hardsigmoid) {
  /**
   * Returns an empty text, because PyTorch does not print the options of this layer.
   *
   * @returns ''
   */
  override extraRepr(): string {
    return '';
  }
}

/**
 * Piecewise approximation of SiLU, elementwise: x * hardsigmoid(x).
 *
 * @see torch.nn.Hardswish; Howard et al. 2019, Searching for MobileNetV3
 * @example new nn.Hardswish().forward(tensor([-4, 1.5])) // tensor([-0.0000, 1.1250])
 */
export class Hardswish extends inplaceActivation(F.hardswish) {
  /**
   * Returns an empty text, because PyTorch does not print the options of this layer.
   *
   * @returns ''
   */
  override extraRepr(): string {
    return '';
  }
}

/**
 * Softsign, elementwise: x / (1 + |x|).
 *
 * @see torch.nn.Softsign
 * @example new nn.Softsign().forward(tensor([-1, 3])) // tensor([-0.5000,  0.7500])
 */
export class Softsign extends activation(F.softsign) {}

/**
 * Tanhshrink, elementwise: x - tanh(x).
 *
 * @see torch.nn.Tanhshrink
 * @example new nn.Tanhshrink().forward(tensor([-1, 2])) // tensor([-0.2384,  1.0360])
 */
export class Tanhshrink extends activation(F.tanhshrink) {}

/**
 * Logarithm of the sigmoid, elementwise, computed without overflow: log(1 / (1 + exp(-x))).
 *
 * @see torch.nn.LogSigmoid
 * @example new nn.LogSigmoid().forward(tensor([0, 2])) // tensor([-0.6931, -0.1269])
 */
export class LogSigmoid extends activation(F.logsigmoid) {}

/**
 * Gaussian error linear unit, elementwise: x * Phi(x), with the standard normal distribution function Phi.
 *
 * @see torch.nn.GELU; Hendrycks and Gimpel 2016, Gaussian Error Linear Units
 * @example new nn.GELU().forward(tensor([-1, 2])) // tensor([-0.1587,  1.9545])
 */
export class GELU extends Module {
  /** 'none' (default) for the exact function, 'tanh' for an approximation by tanh. */
  readonly approximate: 'none' | 'tanh';

  /**
   * Creates the layer.
   *
   * @param options.approximate 'none' (default) for the exact function, 'tanh' for an approximation by tanh
   * @throws RangeError if `approximate` is another text
   */
  constructor(options: { approximate?: 'none' | 'tanh' } = {}) {
    requireArity('GELU', arguments.length, 1);
    super();
    requireOptions('GELU', options, ['approximate']);
    const { approximate = 'none' } = options;
    this.approximate = requireOneOf('GELU', 'approximate', approximate, ['none', 'tanh']);
  }

  /**
   * Applies the function.
   *
   * @param input any shape
   * @returns the shape of `input`
   */
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return F.gelu(input, { approximate: this.approximate });
  }

  override extraRepr(): string {
    return `approximate='${this.approximate}'`;
  }
}
