/** Activations as modules. Their numbers stand in PyTorch's order or in one object: LeakyReLU(0.1). */
import { requireInteger, requireNumber, requireOneOf, requireOptions } from '../../core/errors';
import { requireDType, type DType } from '../../core/dtype';
import * as F from '../../functional';
import { Tensor } from '../../core/tensor';
import { pythonFloat } from '../module/describe';
import { constant_ } from '../init';
import { Module } from '../module/module';
import { Parameter } from '../module/parameter';

/** Numbers that may be given in order, or by name in one object. */
type Numbers<K extends string> = Partial<Record<K, number>>;

/** The numbers of one activation, checked. */
function settings<K extends string>(
  op: string,
  defaults: Readonly<Record<K, number>>,
  given: readonly (number | Numbers<K> | undefined)[],
): Record<K, number> {
  const names = Object.keys(defaults) as K[];
  const named = typeof given[0] === 'object' ? given[0] : null;
  if (named !== null) requireOptions(op, named, names);
  const values = names.map((name, i): [K, number] => {
    const value = named === null ? given[i] : named[name];
    return [name, requireNumber(op, name, value ?? defaults[name])];
  });
  return Object.fromEntries(values) as Record<K, number>;
}

/** max(x, 0). */
export class ReLU extends Module {
  override forward(input: Tensor): Tensor {
    return F.relu(input);
  }
}

/** x limited to [0, 6]. */
export class ReLU6 extends Module {
  override forward(input: Tensor): Tensor {
    return F.relu6(input);
  }
}

/** 1 / (1 + e^-x). */
export class Sigmoid extends Module {
  override forward(input: Tensor): Tensor {
    return F.sigmoid(input);
  }
}

/** Hyperbolic tangent. */
export class Tanh extends Module {
  override forward(input: Tensor): Tensor {
    return F.tanh(input);
  }
}

/** x sigmoid(x), also called swish. */
export class SiLU extends Module {
  override forward(input: Tensor): Tensor {
    return F.silu(input);
  }
}

/** x tanh(softplus(x)). */
export class Mish extends Module {
  override forward(input: Tensor): Tensor {
    return F.mish(input);
  }
}

/** The self-normalising ELU. */
export class SELU extends Module {
  override forward(input: Tensor): Tensor {
    return F.selu(input);
  }
}

/** A piecewise linear sigmoid. */
export class Hardsigmoid extends Module {
  override forward(input: Tensor): Tensor {
    return F.hardsigmoid(input);
  }
}

/** x hardsigmoid(x). */
export class Hardswish extends Module {
  override forward(input: Tensor): Tensor {
    return F.hardswish(input);
  }
}

/** x / (1 + |x|). */
export class Softsign extends Module {
  override forward(input: Tensor): Tensor {
    return F.softsign(input);
  }
}

/** x - tanh(x). */
export class Tanhshrink extends Module {
  override forward(input: Tensor): Tensor {
    return F.tanhshrink(input);
  }
}

/** log(sigmoid(x)). */
export class LogSigmoid extends Module {
  override forward(input: Tensor): Tensor {
    return F.logsigmoid(input);
  }
}

/** x Phi(x), or its tanh form with `approximate: 'tanh'`. */
export class GELU extends Module {
  /** 'none' for the exact function, 'tanh' for Hendrycks and Gimpel's approximation. */
  readonly approximate: 'none' | 'tanh';

  constructor(options: { approximate?: 'none' | 'tanh' } = {}) {
    super();
    requireOptions('GELU', options, ['approximate']);
    const { approximate = 'none' } = options;
    this.approximate = requireOneOf('GELU', 'approximate', approximate, ['none', 'tanh']);
  }

  override forward(input: Tensor): Tensor {
    return F.gelu(input, { approximate: this.approximate });
  }

  override extraRepr(): string {
    return `approximate='${this.approximate}'`;
  }
}

/** x where it is positive, negativeSlope x elsewhere. */
export class LeakyReLU extends Module {
  /** Slope below 0. */
  readonly negativeSlope: number;

  constructor(negativeSlope?: number | Numbers<'negativeSlope'>) {
    super();
    const given = settings('LeakyReLU', { negativeSlope: 0.01 }, [negativeSlope]);
    this.negativeSlope = given.negativeSlope;
  }

  override forward(input: Tensor): Tensor {
    return F.leakyRelu(input, { negativeSlope: this.negativeSlope });
  }

  override extraRepr(): string {
    return `negative_slope=${pythonFloat(this.negativeSlope)}`;
  }
}

/** x where it is above `limit`, `value` elsewhere. */
export class Threshold extends Module {
  constructor(
    /** What does not exceed it is replaced. */
    readonly threshold: number,
    /** What it is replaced by. */
    readonly value: number,
  ) {
    super();
    requireNumber('Threshold', 'threshold', threshold);
    requireNumber('Threshold', 'value', value);
  }

  override forward(input: Tensor): Tensor {
    return F.threshold(input, this.threshold, this.value);
  }

  override extraRepr(): string {
    return `threshold=${this.threshold}, value=${this.value}`;
  }
}

/** x limited to [minVal, maxVal]. */
export class Hardtanh extends Module {
  /** Lowest result. */
  readonly minVal: number;
  /** Highest result. */
  readonly maxVal: number;

  constructor(minVal?: number | Numbers<'minVal' | 'maxVal'>, maxVal?: number) {
    super();
    const given = settings('Hardtanh', { minVal: -1, maxVal: 1 }, [minVal, maxVal]);
    this.minVal = given.minVal;
    this.maxVal = given.maxVal;
  }

  override forward(input: Tensor): Tensor {
    return F.hardtanh(input, { minVal: this.minVal, maxVal: this.maxVal });
  }

  override extraRepr(): string {
    return `min_val=${pythonFloat(this.minVal)}, max_val=${pythonFloat(this.maxVal)}`;
  }
}

/** x where |x| is above lambd, 0 elsewhere. */
export class Hardshrink extends Module {
  /** Half the width of the range that becomes 0. */
  readonly lambd: number;

  constructor(lambd?: number | Numbers<'lambd'>) {
    super();
    this.lambd = settings('Hardshrink', { lambd: 0.5 }, [lambd]).lambd;
  }

  override forward(input: Tensor): Tensor {
    return F.hardshrink(input, { lambd: this.lambd });
  }

  override extraRepr(): string {
    return pythonFloat(this.lambd);
  }
}

/** x moved towards 0 by lambd, 0 where |x| is at most that. */
export class Softshrink extends Module {
  /** Half the width of the range that becomes 0. */
  readonly lambd: number;

  constructor(lambd?: number | Numbers<'lambd'>) {
    super();
    this.lambd = settings('Softshrink', { lambd: 0.5 }, [lambd]).lambd;
  }

  override forward(input: Tensor): Tensor {
    return F.softshrink(input, { lambd: this.lambd });
  }

  override extraRepr(): string {
    return pythonFloat(this.lambd);
  }
}

/** x where it is positive, alpha (e^x - 1) elsewhere. */
export class ELU extends Module {
  /** Minus the limit towards negative infinity. */
  readonly alpha: number;

  constructor(alpha?: number | Numbers<'alpha'>) {
    super();
    this.alpha = settings('ELU', { alpha: 1 }, [alpha]).alpha;
  }

  override forward(input: Tensor): Tensor {
    return F.elu(input, { alpha: this.alpha });
  }

  override extraRepr(): string {
    return `alpha=${pythonFloat(this.alpha)}`;
  }
}

/** x where it is positive, alpha (e^(x / alpha) - 1) elsewhere. */
export class CELU extends Module {
  /** Minus the limit towards negative infinity. */
  readonly alpha: number;

  constructor(alpha?: number | Numbers<'alpha'>) {
    super();
    this.alpha = settings('CELU', { alpha: 1 }, [alpha]).alpha;
  }

  override forward(input: Tensor): Tensor {
    return F.celu(input, { alpha: this.alpha });
  }

  override extraRepr(): string {
    return `alpha=${pythonFloat(this.alpha)}`;
  }
}

/** log(1 + e^(beta x)) / beta, and x itself where beta x is above `threshold`. */
export class Softplus extends Module {
  /** Sharpness of the bend. */
  readonly beta: number;
  /** Where input times beta exceeds it, the function is the identity. */
  readonly threshold: number;

  constructor(beta?: number | Numbers<'beta' | 'threshold'>, threshold?: number) {
    super();
    const given = settings('Softplus', { beta: 1, threshold: 20 }, [beta, threshold]);
    this.beta = given.beta;
    this.threshold = given.threshold;
  }

  override forward(input: Tensor): Tensor {
    return F.softplus(input, { beta: this.beta, threshold: this.threshold });
  }

  override extraRepr(): string {
    return `beta=${this.beta}, threshold=${this.threshold}`;
  }
}

/** x where it is positive, a learned weight times x elsewhere: one weight, or one for each channel. */
export class PReLU extends Module {
  /** Number of slopes: 1, or one for each channel. */
  readonly numParameters: number;
  /** (numParameters) */
  readonly weight: Parameter;

  constructor(
    numParameters?: number | { numParameters?: number; init?: number; dtype?: DType },
    init?: number,
  ) {
    super();
    const options = typeof numParameters === 'object' ? numParameters : { numParameters, init };
    requireOptions('PReLU', options, ['numParameters', 'init', 'dtype']);
    const dtype = requireDType('PReLU', (options as { dtype?: DType }).dtype ?? 'float32');
    this.numParameters = requireInteger('PReLU', 'numParameters', options.numParameters ?? 1, 1);
    this.weight = new Parameter(Tensor._empty(dtype, [this.numParameters]));
    constant_(this.weight, requireNumber('PReLU', 'init', options.init ?? 0.25));
  }

  override forward(input: Tensor): Tensor {
    return F.prelu(input, this.weight);
  }

  override extraRepr(): string {
    return `num_parameters=${this.numParameters}`;
  }
}

abstract class AlongDim extends Module {
  /** The dimension along which it works. */
  readonly dim: number;

  constructor(dim: number | Numbers<'dim'>) {
    super();
    const given: unknown = typeof dim === 'object' ? (dim as Numbers<'dim'> | null)?.dim : dim;
    this.dim = requireInteger(new.target.name, 'dim', given);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

/** The first half along `dim` (the last if missing) times the sigmoid of the second. */
export class GLU extends AlongDim {
  constructor(dim: number | Numbers<'dim'> = -1) {
    super(dim);
  }

  override forward(input: Tensor): Tensor {
    return F.glu(input, { dim: this.dim });
  }
}

/** e^x divided by its sum along `dim`. */
export class Softmax extends AlongDim {
  override forward(input: Tensor): Tensor {
    return F.softmax(input, this.dim);
  }
}

/** log(softmax(x)) along `dim`, without overflow. */
export class LogSoftmax extends AlongDim {
  override forward(input: Tensor): Tensor {
    return F.logSoftmax(input, this.dim);
  }
}

/** softmax(-x) along `dim`. */
export class Softmin extends AlongDim {
  override forward(input: Tensor): Tensor {
    return F.softmin(input, this.dim);
  }
}
