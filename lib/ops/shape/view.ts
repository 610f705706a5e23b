/** Views: other shapes of the same memory, without copies. */
import { shapeText, unexpected, wrongType } from '../../core/errors';
import { addMethods, addVariadicMethods } from '../../core/methods';
import {
  contiguousStrides,
  normalizeDim,
  normalizeDims,
  numelOf,
  requireFewDims,
  requireShape,
  sameShape,
  type Shape,
} from '../../core/shape';
import { record, Tensor, type OpAttrs, type OpName, type Rule } from '../define';

/** The layout of a view in its parent's memory. */
interface Place {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

declare module '../../core/node' {
  interface OpAttrs {
    /** The shape of the input. */
    view: Shape;
    expand: undefined;
  }
}

/** A view of `x`; `replay` creates the same view of another tensor of its shape. */
export function view<K extends OpName>(
  x: Tensor,
  place: Place,
  rule: Rule<K>,
  attrs: OpAttrs[K],
  replay: (parent: Tensor) => Tensor,
): Tensor {
  const out = x._view(place.shape, place.strides, place.offset);
  out._viewOf = { parent: x, replay, version: x._storage.version };
  return record(out, rule, [x], [], attrs);
}

const reshapeRule: Rule<'view'> = { name: 'view', grad: (dy, node) => [dy.reshape(node.attrs)] };
const expandRule: Rule<'expand'> = { name: 'expand', grad: (dy) => [dy] };

/** The elements of an array of sizes, each read once; -1 is allowed. */
function askedSizes(op: string, value: unknown): unknown[] {
  if (!Array.isArray(value)) throw wrongType(op, 'an array of sizes', 'shape', value);
  requireFewDims(op, value, 'shape');
  return Array.from({ length: value.length }, (_, i): unknown => value[i]);
}

/** The shape for `n` elements, with one -1 replaced by the missing size. */
function inferShape(op: string, value: unknown, n: number): number[] {
  const asked = askedSizes(op, value);
  const at = asked.indexOf(-1);
  const known = requireShape(op, at < 0 ? asked : asked.with(at, 1));
  if (at >= 0) {
    const rest = numelOf(known);
    if (rest === 0 || n % rest !== 0) {
      throw unexpected(
        op,
        `sizes whose product divides ${n}`,
        'shape',
        shapeText(asked as number[]),
      );
    }
    known[at] = n / rest;
  }
  if (numelOf(known) !== n)
    throw unexpected(op, `a shape of ${n} elements`, 'shape', shapeText(asked as number[]));
  return known;
}

/** Strides that give a tensor another shape without moving elements; null if there are none. */
function stridesFor(x: Tensor, shape: Shape): number[] | null {
  if (x._contiguous || x.numel() === 0) return contiguousStrides(shape);
  const strides = new Array<number>(shape.length).fill(1);
  let to = shape.length - 1;
  let from = x.ndim - 1;
  while (from >= 0) {
    // The longest run of old dimensions with one uniform stride, matched by new dimensions of as many elements.
    const step = x._strides[from];
    let run = x.shape[from];
    while (from > 0 && (x.shape[from - 1] === 1 || x._strides[from - 1] === run * step))
      run *= x.shape[--from];
    let taken = 1;
    while (to >= 0 && (taken < run || shape[to] === 1)) {
      strides[to] = taken * step;
      taken *= shape[to--];
    }
    if (taken !== run) return null;
    from--;
  }
  return strides;
}

/** The sizes of `...sizes` or of `[sizes]`: PyTorch accepts both. */
export function sizesOf(args: readonly unknown[]): unknown {
  return args.length === 1 && Array.isArray(args[0]) ? args[0] : args;
}

function flatten(x: Tensor, startDim = 0, endDim = -1): Tensor {
  const start = normalizeDim('flatten', startDim, x.ndim, 'startDim');
  const end = normalizeDim('flatten', endDim, x.ndim, 'endDim');
  if (x.ndim === 0) return x.reshape([1]);
  if (start > end)
    throw unexpected('flatten', 'startDim before endDim', 'startDim', String(startDim));
  const middle = numelOf(x.shape.slice(start, end + 1));
  return x.reshape([...x.shape.slice(0, start), middle, ...x.shape.slice(end + 1)]);
}

/** Sizes or dimensions, in an array or as separate arguments. */
export type Sizes = [shape: readonly number[]] | number[];

declare module '../../core/tensor' {
  interface Tensor {
    /**
     * The same elements in another shape: a view if possible, else a copy.
     *
     * @param shape the sizes, in an array or as separate arguments; one may be -1 and is inferred
     * @returns a tensor of `shape`
     * @throws RangeError if the number of elements differs
     * @see torch.reshape
     * @example arange(4).reshape(2, -1) // tensor([[0., 1.], [2., 3.]])
     */
    reshape(...shape: Sizes): Tensor;
    /**
     * The same elements in another shape, as a view, never a copy.
     *
     * @param shape the sizes, in an array or as separate arguments; one may be -1 and is inferred
     * @returns a view of `shape`
     * @throws RangeError if the number of elements differs, or if a copy would be needed; use `reshape`
     * @see torch.Tensor.view
     * @example arange(4).view(2, 2) // tensor([[0., 1.], [2., 3.]])
     */
    view(...shape: Sizes): Tensor;
    /**
     * Removes dimensions of size 1, as a view.
     *
     * @param dim one dimension, or several; those of another size stay. Default: all of size 1
     * @returns a view
     * @throws RangeError if a dimension does not exist
     * @see torch.squeeze
     * @example zeros(1, 3, 1).squeeze().shape // [ 3 ]
     */
    squeeze(dim?: number | readonly number[]): Tensor;
    /**
     * Inserts a dimension of size 1, as a view.
     *
     * @param dim the position of the new dimension; negative numbers count from the end
     * @returns a view with one dimension more
     * @throws RangeError if the position does not exist
     * @see torch.unsqueeze
     * @example zeros(3).unsqueeze(0).shape // [ 1, 3 ]
     */
    unsqueeze(dim: number): Tensor;
    /**
     * Repeats dimensions of size 1, as a view without a copy.
     *
     * @param shape the sizes, in an array or as separate arguments; -1 keeps a size; further leading sizes add
     *   dimensions
     * @returns a view of `shape`
     * @throws RangeError if a size differs and is not 1
     * @see torch.Tensor.expand
     * @example tensor([[1], [2]]).expand(2, 3) // tensor([[1., 1., 1.], [2., 2., 2.]])
     */
    expand(...shape: Sizes): Tensor;
    /**
     * Expands this tensor to the shape of `other`, as a view.
     *
     * @param other a tensor whose shape this one broadcasts to
     * @returns a view of the shape of `other`
     * @throws RangeError if a size differs and is not 1
     * @see torch.Tensor.expand_as
     * @example tensor([1, 2]).expandAs(zeros(2, 2)) // tensor([[1., 2.], [1., 2.]])
     */
    expandAs(other: Tensor): Tensor;
    /**
     * Merges the dimensions from `startDim` to `endDim` into one: a view if possible, else a copy.
     *
     * @param startDim the first one, default 0; negative numbers count from the end
     * @param endDim the last one, default -1; negative numbers count from the end
     * @returns a tensor with the same elements
     * @throws RangeError if a dimension does not exist, or if `endDim` is before `startDim`
     * @see torch.flatten
     * @example zeros(2, 3, 4).flatten(1).shape // [ 2, 12 ]
     */
    flatten(startDim?: number, endDim?: number): Tensor;
    /**
     * Splits one dimension into several.
     *
     * @param dim the dimension; negative numbers count from the end
     * @param sizes the sizes it becomes; one may be -1 and is inferred
     * @returns a tensor with the same elements
     * @throws RangeError if the product of the sizes is not that of the dimension
     * @see torch.unflatten
     * @example zeros(2, 12).unflatten(1, [3, 4]).shape // [ 2, 3, 4 ]
     */
    unflatten(dim: number, sizes: readonly number[]): Tensor;
  }
}

addVariadicMethods({
  reshape(this: Tensor, ...args: unknown[]): Tensor {
    const shape = inferShape('reshape', sizesOf(args), this.numel());
    if (sameShape(shape, this.shape)) return this;
    const strides = stridesFor(this, shape);
    if (strides === null) return this.contiguous().reshape(shape);
    return view(this, { shape, strides, offset: this._offset }, reshapeRule, this.shape, (x) =>
      x.reshape(shape),
    );
  },
  view(this: Tensor, ...args: unknown[]): Tensor {
    const shape = inferShape('view', sizesOf(args), this.numel());
    const strides = stridesFor(this, shape);
    if (strides === null) {
      const layout = `shape ${shapeText(this.shape)} and strides ${shapeText(this._strides)}`;
      throw new RangeError(
        `view: a tensor of ${layout} cannot be viewed as ${shapeText(shape)} without a copy; use reshape`,
      );
    }
    return view(this, { shape, strides, offset: this._offset }, reshapeRule, this.shape, (x) =>
      x.reshape(shape),
    );
  },
  expand(this: Tensor, ...args: unknown[]): Tensor {
    const asked = askedSizes('expand', sizesOf(args));
    const lead = asked.length - this.ndim;
    const shape = requireShape(
      'expand',
      asked.map((size, i) => (size === -1 && i >= lead ? this.shape[i - lead] : size)),
    );
    const fits = lead >= 0 && this.shape.every((size, i) => size === 1 || size === shape[i + lead]);
    if (!fits) {
      throw unexpected(
        'expand',
        `a shape that ${shapeText(this.shape)} broadcasts to`,
        'shape',
        shapeText(asked as number[]),
      );
    }
    const strides = shape.map((size, i) =>
      i < lead || (this.shape[i - lead] === 1 && size !== 1) ? 0 : this._strides[i - lead],
    );
    return view(this, { shape, strides, offset: this._offset }, expandRule, undefined, (x) =>
      x.expand(shape),
    );
  },
});

addMethods({
  squeeze(this: Tensor, dim?: number | number[]): Tensor {
    const dims = normalizeDims('squeeze', dim, this.ndim);
    const kept = this.shape
      .map((_, i) => i)
      .filter((i) => this.shape[i] !== 1 || !dims.includes(i));
    if (kept.length === this.ndim) return this;
    const shape = kept.map((i) => this.shape[i]);
    const strides = kept.map((i) => this._strides[i]);
    return view(this, { shape, strides, offset: this._offset }, reshapeRule, this.shape, (x) =>
      x.reshape(shape),
    );
  },
  unsqueeze(this: Tensor, dim: number): Tensor {
    const at = normalizeDim('unsqueeze', dim, this.ndim + 1);
    const shape = [...this.shape.slice(0, at), 1, ...this.shape.slice(at)];
    const strides = [...this._strides.slice(0, at), 1, ...this._strides.slice(at)];
    return view(this, { shape, strides, offset: this._offset }, reshapeRule, this.shape, (x) =>
      x.reshape(shape),
    );
  },
  expandAs(this: Tensor, other: Tensor): Tensor {
    if (!(other instanceof Tensor)) throw wrongType('expandAs', 'a tensor', 'other', other);
    return this.expand([...other.shape]);
  },
  flatten(this: Tensor, startDim?: number, endDim?: number): Tensor {
    return flatten(this, startDim, endDim);
  },
  unflatten(this: Tensor, dim: number, sizes: number[]): Tensor {
    const d = normalizeDim('unflatten', dim, this.ndim);
    const inner = inferShape('unflatten', sizes, this.ndim === 0 ? 1 : this.shape[d]);
    return this.reshape([...this.shape.slice(0, d), ...inner, ...this.shape.slice(d + 1)]);
  },
});
