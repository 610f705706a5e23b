/** Reads, writes and adds elements with one index per element. The gradient of reading is adding, and the reverse. */
import { calledAs } from '../../core/caller';
import { requireOneOf, requireOptions, shapeText, unexpected } from '../../core/errors';
import { addMethods } from '../../core/methods';
import { normalizeDim, type Shape } from '../../core/shape';
import { requireTensor } from '../../core/tensor';
import {
  operand,
  record,
  recordInPlace,
  requireIndex,
  requireInPlace,
  Tensor,
  type Operand,
  type Rule,
} from '../define';
import { lineOf } from '../reduce/reductionShape';
import { dtypeOfSums, reading, writing, type Along } from './indexKernels';

const gatherKernels = reading('gather');
const scatterKernels = writing('scatter');
const scatterAddKernels = writing('scatterAdd');
const scatterMultiplyKernels = writing('scatterMultiply');

declare module '../../core/node' {
  interface OpAttrs extends Record<AlongName, Along> {}
}

type AlongName = 'gather' | 'gatherBackward' | 'scatter' | 'scatterAdd' | 'scatterMultiply';

/** Checks an index tensor: except along `dim`, its sizes are at most those of `x`. */
function requireIndexOf(op: string, x: Tensor, dim: number, value: unknown): Tensor {
  const index = requireTensor(op, 'index', value);
  requireIndex(op, 'index', index);
  const fits =
    Math.max(index.ndim, 1) === Math.max(x.ndim, 1) &&
    index.shape.every((size, i) => i === dim || x.ndim === 0 || size <= x.shape[i]);
  if (fits) return index.contiguous();
  const limits = x.shape.map((size, i) => (i === dim ? 'any' : String(size)));
  const what = `a shape of at most [${limits.join(', ')}]`;
  throw unexpected(op, what, 'index', shapeText(index.shape));
}

/** `x` cropped to the sizes of `shape`, except along `dim`. */
function cropped(x: Tensor, shape: Shape, dim: number): Tensor {
  let part = x;
  x.shape.forEach((size, i) => {
    if (i !== dim && i < shape.length && shape[i] < size) part = part.narrow(i, 0, shape[i]);
  });
  return part;
}

const gatherRule: Rule<'gather'> = {
  name: 'gather',
  grad: (dy, node) => [gatherBackward(dy, node.attrs, node.saved[0])],
};
const gatherBackwardRule: Rule<'gatherBackward'> = {
  name: 'gatherBackward',
  grad: (dy, node) => [dy.gather(node.attrs.dim, node.saved[0])],
};

/** The gradient of gather: zeros of the input's shape with `dy` added at `index`. */
export function gatherBackward(dy: Tensor, along: Along, index: Tensor): Tensor {
  const out = Tensor._empty(dy.dtype, along.shape).zero_();
  if (index.numel() > 0) scatterInto(scatterAddKernels, out, along.dim, index, dy.detach());
  return record(out, gatherBackwardRule, [dy], [index], along);
}

function gather(input: Tensor, dimension: number, indices: Tensor): Tensor {
  const dim = normalizeDim('gather', dimension, input.ndim);
  if (requireTensor('gather', 'index', indices).numel() === 0) {
    // An empty index may have any shape and dtype, as in PyTorch.
    const none = Tensor._empty(input.dtype, indices.shape);
    return record(none, gatherRule, [input], [indices], { dim, shape: input.shape });
  }
  const index = requireIndexOf('gather', input, dim, indices);
  const x = cropped(input, index.shape, dim).contiguous();
  const { outer, n, inner } = lineOf(x.shape, dim);
  const m = index.ndim === 0 ? 1 : index.shape[dim];
  const out = Tensor._empty(x.dtype, index.shape);
  gatherKernels[x.dtype][index.dtype](
    { x: x._flat, index: index._flat, out: out._flat },
    { outer, n, m, inner },
  );
  return record(out, gatherRule, [x], [index], { dim, shape: x.shape });
}

/** The source of a scatter, in the shape of its index. */
function sourceFor(op: string, x: Tensor, index: Tensor, value: unknown): Tensor {
  const source = operand(op, 'src', value, x);
  if (!(value instanceof Tensor)) return source.to(x.dtype).expand([...index.shape]);
  if (source.dtype !== x.dtype) {
    throw unexpected(op, `dtype ${x.dtype}`, 'src', source.dtype);
  }
  const fits =
    source.ndim === index.ndim && index.shape.every((size, i) => size <= source.shape[i]);
  if (!fits) {
    throw unexpected(
      op,
      `a shape of at least ${shapeText(index.shape)}`,
      'src',
      shapeText(source.shape),
    );
  }
  return cropped(source, index.shape, -1);
}

const scatterRule: Rule<'scatter'> = {
  name: 'scatter',
  grad: (dy, node) => {
    const { dim } = node.attrs;
    const index = node.saved[0];
    return [
      node.needs(0) ? dy.scatter(dim, index, 0) : null,
      node.needs(1) ? dy.gather(dim, index) : null,
    ];
  },
};

const scatterAddRule: Rule<'scatterAdd'> = {
  name: 'scatterAdd',
  grad: (dy, node) => [dy, node.needs(1) ? dy.gather(node.attrs.dim, node.saved[0]) : null],
};

const scatterMultiplyRule: Rule<'scatterMultiply'> = {
  name: 'scatterMultiply',
  grad: () => {
    throw new Error("backward: scatter with reduce: 'multiply' has no derivative");
  },
};

/** Writes `source`, which has the shape of `index`, to `x`, without recording. */
function scatterInto(
  kernels: typeof scatterKernels,
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
): void {
  const part = cropped(x, index.shape, dim);
  const computed = dtypeOfSums(x.dtype);
  if (computed !== x.dtype && kernels !== scatterKernels) {
    const wide = part.to(computed);
    scatterInto(kernels, wide, dim, index, source.to(computed));
    part.copy_(wide);
    return;
  }
  const whole = part.contiguous();
  const { outer, n, inner } = lineOf(whole.shape, dim);
  const m = index.ndim === 0 ? 1 : index.shape[dim];
  kernels[x.dtype][index.dtype](
    { out: whole._flat, index: index._flat, source: source.contiguous()._flat },
    { outer, n, m, inner },
  );
  if (whole !== part) part.copy_(whole);
}

const scatters = {
  scatter: { kernels: scatterKernels, rule: scatterRule },
  scatterAdd: { kernels: scatterAddKernels, rule: scatterAddRule },
  scatterMultiply: { kernels: scatterMultiplyKernels, rule: scatterMultiplyRule },
} as const;

/** Options of `scatter`. */
export interface ScatterOptions {
  /** 'add' or 'multiply' adds or multiplies instead of writing; 'multiply' has no gradient. Default: writes. */
  reduce?: 'add' | 'multiply';
}

function scatterBy(op: string, options: ScatterOptions | undefined): keyof typeof scatters {
  requireOptions(op, options, ['reduce']);
  if (options?.reduce === undefined) return 'scatter';
  const reduce = requireOneOf(op, 'reduce', options.reduce, ['add', 'multiply']);
  return reduce === 'add' ? 'scatterAdd' : 'scatterMultiply';
}

/** Writes or adds `src` along `dim` at `index`, to a copy of `x` or in place. */
function scatter(
  name: keyof typeof scatters,
  inPlace: boolean,
  x: Tensor,
  dimension: number,
  indices: Tensor,
  src: unknown,
): Tensor {
  const op = inPlace ? `${name}_` : name;
  const { kernels, rule } = scatters[name];
  const dim = normalizeDim(op, dimension, x.ndim);
  const index = requireIndexOf(op, x, dim, indices);
  const source = sourceFor(op, x, index, src);
  const along = { dim, shape: x.shape };
  if (!inPlace) {
    const out = x.detach().clone();
    scatterInto(kernels, out, dim, index, source.detach());
    return record(out, rule, [x, source], [index], along);
  }
  requireInPlace(op, x, x.shape, x.dtype);
  const separate = source._storage === x._storage ? source.clone() : source;
  scatterInto(kernels, x.detach(), dim, index, separate.detach());
  recordInPlace(x, rule, [x, separate], [index], along);
  return x;
}

declare module '../../core/tensor' {
  interface Tensor {
    /**
     * Selects elements along `dim` at the positions in `index`.
     *
     * @param dim the dimension; negative numbers count from the end
     * @param index an int32 or int64 tensor with as many dimensions as this one, and no larger than it in the
     *   others
     * @returns a tensor of the shape of `index`
     * @throws RangeError for indices outside the dimension, or if the shapes do not fit
     * @see torch.gather
     * @example tensor([[1, 2], [3, 4]]).gather(1, tensor([[1], [0]], { dtype: 'int32' })) // tensor([[2.], [3.]])
     */
    gather(dim: number, index: Tensor): Tensor;
    /**
     * Copies this tensor and writes `src` along `dim` at the positions in `index`.
     *
     * @param dim the dimension; negative numbers count from the end
     * @param index an int32 or int64 tensor with as many dimensions as this one
     * @param src a tensor at least as large as `index` in every dimension, or a number
     * @param options `reduce`, to add or multiply instead
     * @returns a tensor of this shape and dtype
     * @throws RangeError for indices outside the dimension, or if the shapes do not fit
     * @see torch.scatter
     * @example zeros(3).scatter(0, tensor([2, 0], { dtype: 'int32' }), tensor([5, 6])) // tensor([6., 0., 5.])
     */
    scatter(dim: number, index: Tensor, src: Operand, options?: ScatterOptions): Tensor;
    /**
     * Copies this tensor and adds `src` along `dim` at the positions in `index`.
     *
     * @param dim the dimension; negative numbers count from the end
     * @param index an int32 or int64 tensor with as many dimensions as this one
     * @param src a tensor at least as large as `index` in every dimension
     * @returns a tensor of this shape and dtype
     * @throws RangeError for indices outside the dimension, or if the shapes do not fit
     * @see torch.scatter_add
     * @example zeros(2).scatterAdd(0, tensor([1, 1], { dtype: 'int32' }), tensor([5, 6])) // tensor([ 0., 11.])
     */
    scatterAdd(dim: number, index: Tensor, src: Tensor): Tensor;
    /** Like `scatter`, in place: changes this tensor and returns it. */
    scatter_(dim: number, index: Tensor, src: Operand, options?: ScatterOptions): this;
    /** Like `scatterAdd`, in place: changes this tensor and returns it. */
    scatterAdd_(dim: number, index: Tensor, src: Tensor): this;
  }
}

addMethods({
  gather(this: Tensor, dim: number, index: Tensor): Tensor {
    return gather(this, dim, index);
  },
  scatter(
    this: Tensor,
    dim: number,
    index: Tensor,
    src: Operand,
    options?: ScatterOptions,
  ): Tensor {
    const name = scatterBy('scatter', options);
    return calledAs('scatter', () => scatter(name, false, this, dim, index, src));
  },
  scatterAdd(this: Tensor, dim: number, index: Tensor, src: Tensor): Tensor {
    return scatter('scatterAdd', false, this, dim, index, requireTensor('scatterAdd', 'src', src));
  },
  scatter_(
    this: Tensor,
    dim: number,
    index: Tensor,
    src: Operand,
    options?: ScatterOptions,
  ): Tensor {
    const name = scatterBy('scatter_', options);
    return calledAs('scatter_', () => scatter(name, true, this, dim, index, src));
  },
  scatterAdd_(this: Tensor, dim: number, index: Tensor, src: Tensor): Tensor {
    return calledAs('scatterAdd_', () =>
      scatter('scatterAdd', true, this, dim, index, requireTensor('scatterAdd_', 'src', src)),
    );
  },
});
