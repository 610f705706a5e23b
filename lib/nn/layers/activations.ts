/** Activation modules. Numeric options are positional, in PyTorch's order, or in one object: `new LeakyReLU(0.1)`. */
import {
  requireArity,
  requireInteger,
  requireMethodArity,
  requireNumber,
  requireOneOf,
  requireOptions,
} from '../../core/errors';
import { requireDType, type DType } from '../../core/dtype';
import * as F from '../../functional';
import type { InplaceOption } from '../../functional';
import { Tensor } from '../../core/tensor';
import { pythonFloat } from '../module/describe';
import { constant_ } from '../init';
import {
  activation,
  numericActivation,
  InplaceActivation,
  inplaceActivation,
  numericInplaceActivation,
} from './activationBases';
import { Module } from '../module/module';
import { Parameter } from '../module/parameter';

// --- Without options ------------------------------------------------------------------------------------------------

/** max(x, 0). */
export class ReLU extends inplaceActivation(F.relu) {}

/** x limited to [0, 6]. */
export class ReLU6 extends inplaceActivation(F.relu6) {}

/** 1 / (1 + e^-x). */
export class Sigmoid extends activation(F.sigmoid) {}

/** Hyperbolic tangent. */
export class Tanh extends activation(F.tanh) {}

/** x sigmoid(x), also called swish. */
export class SiLU extends inplaceActivation(F.silu) {}

/** x tanh(softplus(x)). */
export class Mish extends inplaceActivation(F.mish) {}

/** The self-normalising ELU. */
export class SELU extends inplaceActivation(F.selu) {}

/** A piecewise linear sigmoid. */
export class Hardsigmoid extends inplaceActivation(F.hardsigmoid) {
  /** Nothing, as in PyTorch. */
  override extraRepr(): string {
    return '';
  }
}

/** x hardsigmoid(x). */
export class Hardswish extends inplaceActivation(F.hardswish) {
  /** Nothing, as in PyTorch. */
  override extraRepr(): string {
    return '';
  }
}

/** x / (1 + |x|). */
export class Softsign extends activation(F.softsign) {}

/** x - tanh(x). */
export class Tanhshrink extends activation(F.tanhshrink) {}

/** log(sigmoid(x)). */
export class LogSigmoid extends activation(F.logsigmoid) {}

// --- With numeric options -------------------------------------------------------------------------------------------

/** x where it is positive, negativeSlope x elsewhere. */
export class LeakyReLU extends numericInplaceActivation(
  'LeakyReLU',
  (negativeSlope = 0.01) => ({ negativeSlope }),
  (x, { negativeSlope, inplace }) => F.leakyRelu(x, { negativeSlope, inplace }),
) {
  /** The slope for negative x. */
  declare readonly negativeSlope: number;
}

/** x limited to [minVal, maxVal]. */
export class Hardtanh extends numericInplaceActivation(
  'Hardtanh',
  (minVal = -1, maxVal = 1) => ({ minVal, maxVal }),
  (x, { minVal, maxVal, inplace }) => F.hardtanh(x, { minVal, maxVal, inplace }),
) {
  /** Lowest result. */
  declare readonly minVal: number;
  /** Highest result. */
  declare readonly maxVal: number;
}

/** x where |x| is above lambd, 0 elsewhere. */
export class Hardshrink extends numericActivation(
  'Hardshrink',
  (lambd = 0.5) => ({ lambd }),
  (x, { lambd }) => F.hardshrink(x, { lambd }),
) {
  /** Half the width of the range that becomes 0. */
  declare readonly lambd: number;

  override extraRepr(): string {
    return pythonFloat(this.lambd);
  }
}

/** x moved towards 0 by lambd, 0 where |x| is at most that. */
export class Softshrink extends numericActivation(
  'Softshrink',
  (lambd = 0.5) => ({ lambd }),
  (x, { lambd }) => F.softshrink(x, { lambd }),
) {
  /** Half the width of the range that becomes 0. */
  declare readonly lambd: number;

  override extraRepr(): string {
    return pythonFloat(this.lambd);
  }
}

/** x where it is positive, alpha (e^x - 1) elsewhere. */
export class ELU extends numericInplaceActivation(
  'ELU',
  (alpha = 1) => ({ alpha }),
  (x, { alpha, inplace }) => F.elu(x, { alpha, inplace }),
) {
  /** Minus the limit towards negative infinity. */
  declare readonly alpha: number;
}

/** x where it is positive, alpha (e^(x / alpha) - 1) elsewhere. */
export class CELU extends numericInplaceActivation(
  'CELU',
  (alpha = 1) => ({ alpha }),
  (x, { alpha, inplace }) => F.celu(x, { alpha, inplace }),
) {
  /** Minus the limit towards negative infinity. */
  declare readonly alpha: number;
}

/** log(1 + e^(beta x)) / beta, and x itself where beta x is above `threshold`. */
export class Softplus extends numericActivation(
  'Softplus',
  (beta = 1, threshold = 20) => ({ beta, threshold }),
  (x, { beta, threshold }) => F.softplus(x, { beta, threshold }),
) {
  /** The sharpness of the bend. */
  declare readonly beta: number;
  /** Where input times beta exceeds it, the function is the identity. */
  declare readonly threshold: number;

  override extraRepr(): string {
    return `beta=${this.beta}, threshold=${this.threshold}`;
  }
}

// --- With other options ---------------------------------------------------------------------------------------------

/** x Phi(x), or its tanh form with `approximate: 'tanh'`. */
export class GELU extends Module {
  /** 'none' for the exact function, 'tanh' for Hendrycks and Gimpel's approximation. */
  readonly approximate: 'none' | 'tanh';

  constructor(options: { approximate?: 'none' | 'tanh' } = {}) {
    requireArity('GELU', arguments.length, 1);
    super();
    requireOptions('GELU', options, ['approximate']);
    const { approximate = 'none' } = options;
    this.approximate = requireOneOf('GELU', 'approximate', approximate, ['none', 'tanh']);
  }

  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return F.gelu(input, { approximate: this.approximate });
  }

  override extraRepr(): string {
    return `approximate='${this.approximate}'`;
  }
}

/** x where it is above `threshold`, `value` elsewhere. */
export class Threshold extends InplaceActivation {
  constructor(
    /** Inputs up to this number are replaced. */
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

  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return F.threshold(input, this.threshold, this.value, { inplace: this.inplace });
  }

  /** The numbers, as PyTorch prints them. */
  override extraRepr(): string {
    const shown = `threshold=${this.threshold}, value=${this.value}`;
    return this.inplace ? `${shown}, inplace=True` : shown;
  }
}

/** x where it is positive, a learned weight times x elsewhere: one weight, or one for each channel. */
export class PReLU extends Module {
  /** Number of weights: 1, or one for each channel. */
  readonly numParameters: number;
  /** (numParameters) */
  declare readonly weight: Parameter;

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

  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return F.prelu(input, this.weight);
  }

  override extraRepr(): string {
    return `num_parameters=${this.numParameters}`;
  }
}

// --- Along a dimension ----------------------------------------------------------------------------------------------

/** A module that computes along one dimension. */
abstract class AlongDim extends Module {
  /** Dimension along which the module computes. */
  readonly dim: number;

  constructor(dim: number | { dim?: number }) {
    requireArity(new.target.name, arguments.length, 1);
    super();
    const byName = typeof dim === 'object' && (dim as unknown) !== null;
    if (byName) requireOptions(new.target.name, dim, ['dim']);
    this.dim = requireInteger(new.target.name, 'dim', byName ? dim.dim : dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** The first half along `dim` (the last if missing) times the sigmoid of the second. */
export class GLU extends AlongDim {
  constructor(dim: number | { dim?: number } = -1) {
    requireArity('GLU', arguments.length, 1);
    super(dim);
  }

  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return F.glu(input, { dim: this.dim });
  }
}

/** e^x divided by its sum along `dim`. */
export class Softmax extends AlongDim {
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return F.softmax(input, this.dim);
  }
}

/** log(softmax(x)) along `dim`, without overflow. */
export class LogSoftmax extends AlongDim {
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return F.logSoftmax(input, this.dim);
  }
}

/** softmax(-x) along `dim`. */
export class Softmin extends AlongDim {
  override forward(input: Tensor): Tensor {
    requireMethodArity(this, 'forward', arguments.length, 1);
    return F.softmin(input, this.dim);
  }
}
