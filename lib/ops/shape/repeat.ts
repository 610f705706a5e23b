/** Repeating tensors, and reversing or rotating their dimensions. */
import { requireInteger, requireList, shapeText, unexpected } from '../../core/errors';
import { addMethods, addVariadicMethods } from '../../core/methods';
import { normalizeDims, requireShape, type Shape } from '../../core/shape';
import { kernels, record, Tensor, type Rule } from '../define';
import { lineOf } from '../reduce/reductionShape';
import { cat, requireDim } from './join';
import { sizesOf, type Sizes } from './view';

const flipKernels = kernels('flip');

declare module '../../core/node' {
  interface OpAttrs {
    /** The dimension. */
    flip: number;
  }
}

const flipRule: Rule<'flip'> = { name: 'flip', grad: (dy, node) => [flipped(dy, node.attrs)] };

function flipped(input: Tensor, dim: number): Tensor {
  const x = input.contiguous();
  const out = Tensor._empty(x.dtype, x.shape);
  const { outer, n, inner } = lineOf(x.shape, dim);
  flipKernels[x.dtype](x._flat, out._flat, outer, n, inner);
  return record(out, flipRule, [x], [], dim);
}

/** One whole number or several. */
function wholeNumbers(op: string, name: string, value: unknown): number[] {
  const list = Array.isArray(value) ? requireList(op, 'whole numbers', name, value, 64) : [value];
  return list.map((one) => requireInteger(op, name, one));
}

/** `x` rotated along `dim` by `shift` elements. */
function rolled(x: Tensor, shift: number, dim: number): Tensor {
  const n = x.shape[dim];
  const by = n === 0 ? 0 : ((shift % n) + n) % n;
  return by === 0 ? x.clone() : cat([x.narrow(dim, n - by, by), x.narrow(dim, 0, n - by)], dim);
}

/** `sizes` with ones in front, up to `ndim` of them. */
function padded(sizes: Shape, ndim: number): number[] {
  return [...new Array<number>(Math.max(ndim - sizes.length, 0)).fill(1), ...sizes];
}

function repeat(op: string, x: Tensor, times: readonly number[]): Tensor {
  const shape = padded(x.shape, times.length);
  const pairs = <T>(a: readonly T[], b: readonly T[]): T[] => a.flatMap((one, i) => [one, b[i]]);
  const ones = shape.map(() => 1);
  requireShape(
    op,
    shape.map((size, i) => size * times[i]),
    'result',
  );
  return x
    .reshape(pairs(ones, shape))
    .expand(pairs(times, shape))
    .clone()
    .reshape(shape.map((size, i) => size * times[i]));
}

declare module '../../core/tensor' {
  interface Tensor {
    /** Repeats this `times` along each dimension (torch.Tensor.repeat). */
    repeat(...times: Sizes): Tensor;
    /** Like repeat, but missing leading counts are 1 (torch.tile). */
    tile(...times: Sizes): Tensor;
    /** Reverses the order of elements along dimensions; a copy (torch.flip). */
    flip(...dims: Sizes): Tensor;
    /** Rotates the elements by `shifts` along `dims`, or the flattened elements without `dims` (torch.roll). */
    roll(shifts: number | readonly number[], dims?: number | readonly number[]): Tensor;
  }
}

addVariadicMethods({
  repeat(this: Tensor, ...args: unknown[]): Tensor {
    const times = requireShape('repeat', sizesOf(args), 'times');
    if (times.length < this.ndim) {
      throw unexpected('repeat', `at least ${this.ndim} counts`, 'times', String(times.length));
    }
    return repeat('repeat', this, times);
  },
  tile(this: Tensor, ...args: unknown[]): Tensor {
    return repeat('tile', this, padded(requireShape('tile', sizesOf(args), 'times'), this.ndim));
  },
  flip(this: Tensor, ...args: unknown[]): Tensor {
    const dims = normalizeDims('flip', sizesOf(args), this.ndim);
    return dims.length === 0 ? this.clone() : dims.reduce(flipped, this);
  },
});

addMethods({
  roll(
    this: Tensor,
    shifts: number | readonly number[],
    dims?: number | readonly number[],
  ): Tensor {
    const by = wholeNumbers('roll', 'shifts', shifts);
    if (dims === undefined) {
      if (by.length !== 1)
        throw unexpected('roll', 'a shift for each of dims', 'shifts', shapeText(by));
      return rolled(this.flatten(), by[0], 0).reshape(this.shape);
    }
    // A dimension may occur twice: the shifts add up.
    const along = wholeNumbers('roll', 'dims', dims).map((dim) => requireDim('roll', this, dim));
    if (along.length !== by.length) {
      throw unexpected(
        'roll',
        `${along.length} shifts for dims ${shapeText(along)}`,
        'shifts',
        shapeText(by),
      );
    }
    return along.reduce((x, dim, i) => rolled(x, by[i], dim), this);
  },
});
