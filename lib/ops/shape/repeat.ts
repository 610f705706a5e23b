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

/** One integer or several. */
function wholeNumbers(op: string, name: string, value: unknown): number[] {
  const list = Array.isArray(value) ? requireList(op, 'integers', name, value, 64) : [value];
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
    /**
     * Repeats this tensor along each dimension, as a copy.
     *
     * @param times a count for each dimension, in an array or as separate arguments; further leading counts add
     *   dimensions
     * @returns a tensor whose sizes are multiplied by the counts
     * @throws RangeError for fewer counts than dimensions
     * @see torch.Tensor.repeat
     * @example tensor([1, 2]).repeat(2, 2) // tensor([[1., 2., 1., 2.], [1., 2., 1., 2.]])
     */
    repeat(...times: Sizes): Tensor;
    /**
     * Repeats this tensor along its last dimensions, as a copy; missing leading counts are 1.
     *
     * @param times counts for the last dimensions, in an array or as separate arguments
     * @returns a tensor whose sizes are multiplied by the counts
     * @see torch.tile
     * @example tensor([[1], [2]]).tile(2) // tensor([[1., 1.], [2., 2.]])
     */
    tile(...times: Sizes): Tensor;
    /**
     * Reverses the order of the elements along dimensions, as a copy.
     *
     * @param dims the dimensions, in an array or as separate arguments; negative numbers count from the end
     * @returns a tensor of this shape
     * @throws RangeError for dimensions that do not exist or occur twice
     * @see torch.flip
     * @example tensor([1, 2, 3]).flip(0) // tensor([3., 2., 1.])
     */
    flip(...dims: Sizes): Tensor;
    /**
     * Rotates the elements along dimensions, as a copy: those shifted beyond the last position come first.
     *
     * @param shifts an integer for each of `dims`
     * @param dims the dimensions; without them the flattened elements are rotated
     * @returns a tensor of this shape
     * @throws RangeError if there are not as many shifts as dimensions
     * @see torch.roll
     * @example tensor([1, 2, 3]).roll(1) // tensor([3., 1., 2.])
     */
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
    // A dimension may occur several times: the shifts add up.
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
