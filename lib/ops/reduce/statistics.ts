/** Variance, standard deviation and norms. */
import { isHalf, promoteTypes, requireDType, type DType } from '../../core/dtype';
import { noGrad } from '../../core/gradMode';
import {
  requireBoolean,
  requireNumber,
  requireOptions,
  unexpected,
  wrongType,
} from '../../core/errors';
import { addMethods } from '../../core/methods';
import { numelOf } from '../../core/shape';
import { where } from '../elementwise/select';
import type { Tensor } from '../define';
import {
  isGradEnabled,
  kernels,
  record,
  requireFloating,
  zerosLike,
  type Node,
  type Rule,
} from '../define';
import { extremeValue } from './reduce';
import {
  leadsWithOptions,
  reductionOf,
  requireElements,
  runReduction,
  type Dims,
  type KeepDim,
  type Reduction,
} from './reductionShape';

const norm1Kernels = kernels('norm1');
const norm2Kernels = kernels('norm2');

/** x with 0 replaced by 1: a safe divisor if the dividend is 0 too. */
function orOne(x: Tensor): Tensor {
  return where(x.eq(0), 1, x);
}

// --- Variance -------------------------------------------------------------------------------------

/** Options of `var` and `std`. */
export interface VarianceOptions extends KeepDim {
  /** The sum of squares is divided by n - `correction`. Default 1 (Bessel's correction), which null also means. */
  correction?: number | null;
  /** true for a correction of 1, false for 0. It cannot be combined with `correction`. */
  unbiased?: boolean;
}

interface Variance extends Reduction {
  /** n - correction, at least 0. */
  readonly divisor: number;
}

/** Deviations from the mean. */
function deviations(x: Tensor, { shape, kept }: Reduction): Tensor {
  const dims = shape.flatMap((_, i) => (kept[i] === 1 ? [i] : []));
  return x.sub(x.mean(dims, { keepdim: true }));
}

declare module '../../core/node' {
  interface OpAttrs {
    var: Variance;
    std: Variance;
    norm: Norm;
  }
}

const varRule: Rule<'var'> = {
  name: 'var',
  grad: (dy, node) => {
    const scaled = dy.mul(2 / node.attrs.divisor).reshape(node.attrs.kept);
    return [deviations(node.saved[0], node.attrs).mul(scaled)];
  },
};

const stdRule: Rule<'std'> = {
  name: 'std',
  grad: (dy, node) => {
    const [x, out] = node.saved;
    const scaled = dy.div(orOne(out).mul(node.attrs.divisor)).reshape(node.attrs.kept);
    return [deviations(x, node.attrs).mul(scaled)];
  },
};

function varianceOf(
  op: string,
  x: Tensor,
  dim: Dims | undefined,
  options: VarianceOptions = {},
): Variance {
  requireFloating(op, 'this', x);
  requireOptions(op, options, ['correction', 'unbiased', 'keepdim']);
  const { unbiased = true, keepdim = false } = options;
  requireBoolean(op, 'unbiased', unbiased);
  if (options.unbiased !== undefined && options.correction !== undefined) {
    throw new RangeError(`${op}: pass either correction or unbiased, not both`);
  }
  const correction = options.correction ?? (unbiased ? 1 : 0);
  const reduction = reductionOf(op, x.shape, dim, { keepdim });
  const n = numelOf(x.shape) / numelOf(reduction.kept);
  return { ...reduction, divisor: Math.max(n - requireNumber(op, 'correction', correction), 0) };
}

/** sqrt(sum of squared deviations). */
function deviation(x: Tensor, reduction: Reduction): Tensor {
  return runReduction(norm2Kernels, deviations(x, reduction), reduction);
}

// --- Norms ----------------------------------------------------------------------------------------

/** Options of `norm`. */
export interface NormOptions extends KeepDim {
  /**
   * The order of the norm: 'fro' is 2, 0 counts the elements other than 0, Infinity takes the largest absolute
   * value. Default 2.
   */
  p?: number | 'fro';
  /** The dimensions to reduce; default null: all. */
  dim?: Dims;
  /** A floating dtype that the elements are converted to first; it must hold the numbers of this one. */
  dtype?: DType;
}

interface Norm extends Reduction {
  readonly p: number;
}

/** dx = dy sign(x) (|x| / norm)^(p - 1), 0 where x is 0; in PyTorch's forms, whose second derivative at 0 is NaN. */
function normGrad(dy: Tensor, node: Node<'norm'>): readonly [Tensor] {
  const [x, out] = node.saved;
  const { p, kept } = node.attrs;
  const weight = dy.reshape(kept);
  if (p === 0) return [zerosLike(x)];
  if (p === 1) return [x.sign().mul(weight)];
  const size = out.reshape(kept);
  if (p < 1) {
    const powers = where(x.eq(0), 0, x.abs().pow(p - 1));
    return [
      x
        .sign()
        .mul(powers)
        .mul(weight)
        .mul(size.pow(1 - p)),
    ];
  }
  // The second derivative of the shorter form below would be 0.
  if (p === 2 && isGradEnabled()) return [weight.mul(where(size.eq(0), 0, x.div(size)))];
  const scale = where(size.eq(0), 0, weight.div(p === 2 ? size : size.pow(p - 1)));
  if (p === 2) return [x.mul(scale)];
  const abs = x.abs();
  return [(p < 2 ? x.sign().mul(abs.pow(p - 1)) : x.mul(abs.pow(p - 2))).mul(scale)];
}

const normRule: Rule<'norm'> = { name: 'norm', grad: normGrad };

function normValue(x: Tensor, p: number, reduction: Reduction): Tensor {
  if (p === 1) return runReduction(norm1Kernels, x, reduction);
  if (p === 2) return runReduction(norm2Kernels, x, reduction);
  // The norm of order 1 of the powers is their sum.
  const powers = p === 0 ? x.ne(0).to(x.dtype) : x.abs().pow(p);
  const sum = runReduction(norm1Kernels, powers, reduction);
  return p === 0 ? sum : sum.pow(1 / p);
}

function norm(input: Tensor, options: NormOptions = {}): Tensor {
  requireOptions('norm', options, ['p', 'dim', 'keepdim', 'dtype']);
  const { dim = null, keepdim = false, dtype, ...rest } = options;
  if (dtype !== undefined) {
    requireFloating('norm', 'this', input);
    if (promoteTypes(input.dtype, requireDType('norm', dtype)) !== dtype) {
      throw unexpected('norm', `a floating dtype that holds ${input.dtype}`, 'dtype', dtype);
    }
    return norm(input.to(dtype), { ...rest, dim, keepdim });
  }
  requireFloating('norm', 'this', input);
  const p = options.p === undefined || options.p === 'fro' ? 2 : options.p;
  if (typeof p !== 'number') throw wrongType('norm', "a number or 'fro'", 'p', p);
  if (p === Infinity) return extremeValue('amax', 'norm', input.abs(), dim, { keepdim });
  if (p === -Infinity) return extremeValue('amin', 'norm', input.abs(), dim, { keepdim });
  requireNumber('norm', 'p', p);
  const reduction = reductionOf('norm', input.shape, dim, { keepdim });
  if (p < 0) requireElements('norm', reduction);
  // Rounded once.
  if (isHalf(input.dtype) && ![0, 1, 2].includes(p)) {
    return norm(input.to('float32'), options).to(input.dtype);
  }
  const out = noGrad(() => normValue(input, p, reduction));
  return record(out, normRule, [input], [input, out], { ...reduction, p });
}

declare module '../../core/tensor' {
  interface Tensor {
    /**
     * Variance over one dimension, several, or all: the mean squared difference from the mean.
     *
     * @param dim the dimensions to reduce; default null: all
     * @param options `correction`, default 1, or `unbiased`; `keepdim: true` keeps the reduced dimensions with size
     *   1
     * @returns a tensor without the reduced dimensions
     * @throws TypeError for integers and bools
     * @see torch.var
     * @example tensor([1, 2, 3, 4]).var() // tensor(1.6667)
     */
    var(dim?: Dims | VarianceOptions, options?: VarianceOptions): Tensor;
    /**
     * Standard deviation over one dimension, several, or all: the square root of the variance. Its gradient is 0
     * where it is 0.
     *
     * @param dim the dimensions to reduce; default null: all
     * @param options `correction`, default 1, or `unbiased`; `keepdim: true` keeps the reduced dimensions with size
     *   1
     * @returns a tensor without the reduced dimensions
     * @throws TypeError for integers and bools
     * @see torch.std
     * @example tensor([1, 2, 3, 4]).std() // tensor(1.2910)
     */
    std(dim?: Dims | VarianceOptions, options?: VarianceOptions): Tensor;
    /**
     * Norm (sum of |x|^p)^(1/p), by default the Euclidean length of all elements.
     *
     * @param options the order `p`, default 2; `dim`, default all; `keepdim` and `dtype`
     * @returns a tensor without the reduced dimensions
     * @throws TypeError for integers and bools
     * @see torch.norm
     * @example tensor([3, 4]).norm() // tensor(5.)
     */
    norm(options?: NormOptions): Tensor;
  }
}

addMethods({
  var(this: Tensor, dim?: Dims | VarianceOptions, options?: VarianceOptions): Tensor {
    if (leadsWithOptions(dim, options)) return this.var(undefined, dim as VarianceOptions);
    if (isHalf(this.dtype)) return this.to('float32').var(dim, options).to(this.dtype);
    const attrs = varianceOf('var', this, dim as Dims, options);
    const out = noGrad(() => deviation(this, attrs).square().div(attrs.divisor));
    return record(out, varRule, [this], [this], attrs);
  },
  std(this: Tensor, dim?: Dims | VarianceOptions, options?: VarianceOptions): Tensor {
    if (leadsWithOptions(dim, options)) return this.std(undefined, dim as VarianceOptions);
    if (isHalf(this.dtype)) return this.to('float32').std(dim, options).to(this.dtype);
    const attrs = varianceOf('std', this, dim as Dims, options);
    const out = noGrad(() => deviation(this, attrs).div(Math.sqrt(attrs.divisor)));
    return record(out, stdRule, [this], [this, out], attrs);
  },
  norm(this: Tensor, options?: NormOptions): Tensor {
    return norm(this, options);
  },
});
