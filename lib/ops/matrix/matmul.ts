/** Matrix products: GEMM calls, and separate loops for integers. */
import { calledAs } from '../../core/caller';
import { isFloating } from '../../core/dtype';
import {
  requireArity,
  requireInteger,
  requireNumber,
  requireOptions,
  shapeText,
  unexpected,
  wrongType,
} from '../../core/errors';
import { addMethods } from '../../core/methods';
import {
  broadcastShapes,
  numelOf,
  requireBroadcast,
  sameShape,
  type Shape,
} from '../../core/shape';
import { requireTensor } from '../../core/tensor';
import { promote, record, requireNumbers, Tensor, type Rule } from '../define';
import { matmulKernels } from './products';

declare module '../../core/node' {
  interface OpAttrs {
    matmul: undefined;
  }
}

/** A batch of matrices as the native op reads it: rows in order or transposed, one matrix every `step` elements. */
interface Stack {
  readonly tensor: Tensor;
  readonly transposed: boolean;
  readonly rowStride: number;
  readonly step: number;
}

/**
 * How the native op reads `x` (..., rows, columns) with its leading dimensions expanded to `batch`. Copies only if
 * the strides of the last two dimensions or of the batch are not uniform.
 */
function stackOf(x: Tensor, batch: Shape): Stack {
  const [rows, columns] = x.shape.slice(-2);
  const wide = sameShape(x.shape.slice(0, -2), batch) ? x : x.expand([...batch, rows, columns]);
  if (wide.numel() === 0) {
    return { tensor: wide, transposed: false, rowStride: Math.max(columns, 1), step: 0 };
  }
  const [rowStride, columnStride] = wide._strides.slice(-2);
  const inOrder = (columnStride === 1 || columns === 1) && (rowStride >= columns || rows === 1);
  const transposed =
    !inOrder && (rowStride === 1 || rows === 1) && (columnStride >= rows || columns === 1);
  const step = evenStep(batch, wide._strides);
  if ((!inOrder && !transposed) || step === null) return stackOf(wide.contiguous(), batch);
  return {
    tensor: wide,
    transposed,
    rowStride: inOrder
      ? Math.max(rows === 1 ? columns : rowStride, 1)
      : Math.max(columns === 1 ? rows : columnStride, 1),
    step,
  };
}

/** The stride between matrices, if it is uniform over all leading dimensions; otherwise null. */
function evenStep(batch: Shape, strides: readonly number[]): number | null {
  let step = 0;
  let reach = 1;
  let first = true;
  for (let i = batch.length - 1; i >= 0; i--) {
    if (batch[i] === 1) continue;
    if (first) {
      step = strides[i];
      first = false;
    } else if (strides[i] !== step * reach) {
      return null;
    }
    reach *= batch[i];
  }
  return step;
}

const matmulRule: Rule<'matmul'> = {
  name: 'matmul',
  grad: (dy, node) => {
    const [a, b] = node.saved;
    return [
      node.needs(0) ? product(dy, b.transpose(-1, -2)) : null,
      node.needs(1) ? product(a.transpose(-1, -2), dy) : null,
    ];
  },
};

/** (..., m, k) times (..., k, n), with leading dimensions broadcast. `op` is the function that was called. */
export function product(a: Tensor, b: Tensor, op = 'matmul'): Tensor {
  const [m, k] = a.shape.slice(-2);
  const [inner, n] = b.shape.slice(-2);
  if (k !== inner) {
    throw unexpected(
      op,
      `${k} rows in other to match ${shapeText(a.shape)}`,
      'other',
      shapeText(b.shape),
    );
  }
  // A batch times one matrix is one product with more rows.
  if (a.ndim > 2 && b.ndim === 2 && a._contiguous) {
    return product(a.reshape([numelOf(a.shape.slice(0, -1)), k]), b, op).reshape([
      ...a.shape.slice(0, -1),
      n,
    ]);
  }
  const batch = broadcastShapes(op, a.shape.slice(0, -2), b.shape.slice(0, -2));
  const left = stackOf(a.detach(), batch);
  const right = stackOf(b.detach(), batch);
  const out = Tensor._empty(a.dtype, [...batch, m, n]);
  matmulKernels[a.dtype](
    { a: left.tensor._flat, b: right.tensor._flat, out: out._flat },
    {
      transA: left.transposed,
      transB: right.transposed,
      m,
      n,
      k,
      rowStrideA: left.rowStride,
      rowStrideB: right.rowStride,
      batch: numelOf(batch),
      batchStrideA: left.step,
      batchStrideB: right.step,
    },
  );
  return record(out, matmulRule, [a, b], [a, b], undefined);
}

/** Throws unless both operands are tensors with the given numbers of dimensions. */
function requireDims(
  op: string,
  a: Tensor,
  other: unknown,
  ndimA: number | null,
  ndimB: number | null,
): asserts other is Tensor {
  if (!(other instanceof Tensor)) throw wrongType(op, 'a tensor', 'other', other);
  for (const [x, ndim, name] of [
    [a, ndimA, 'this'],
    [other, ndimB, 'other'],
  ] as const) {
    if (ndim !== null && x.ndim !== ndim) {
      throw unexpected(op, `a tensor of ${ndim} dimensions`, name, shapeText(x.shape));
    }
  }
}

/** Both operands with the same numeric dtype: floating, or integers, whose products wrap around. */
function operands(
  op: string,
  a: Tensor,
  other: unknown,
  ndimA: number | null,
  ndimB: number | null,
): [Tensor, Tensor] {
  requireDims(op, a, other, ndimA, ndimB);
  const [left, right] = promote(a, other);
  requireNumbers(op, 'this', left);
  return [left, right];
}

/**
 * PyTorch's matmul: a vector is treated as a row or a column, a dimension that the result lacks. Leading dimensions
 * broadcast.
 */
function matmul(self: Tensor, other: Tensor, op = 'matmul'): Tensor {
  const [a, b] = operands(op, self, other, null, null);
  if (a.ndim === 0 || b.ndim === 0) {
    throw unexpected(op, 'at least one dimension', a.ndim === 0 ? 'this' : 'other', '[]');
  }
  const out = product(a.ndim === 1 ? a.unsqueeze(0) : a, b.ndim === 1 ? b.unsqueeze(1) : b, op);
  const left = a.ndim === 1 ? out.squeeze(-2) : out;
  return b.ndim === 1 ? left.squeeze(-1) : left;
}

/**
 * Computes `beta` `input` + `alpha` `mat1` `mat2`, a matrix product added to `input`.
 *
 * @param input a tensor whose shape broadcasts to (m, n)
 * @param mat1 (m, k)
 * @param mat2 (k, n)
 * @param options the factors `alpha` and `beta`, both 1 by default
 * @returns a tensor of shape (m, n)
 * @throws RangeError if the shapes do not fit
 * @see torch.addmm
 * @example addmm(tensor([1]), tensor([[1, 2]]), tensor([[3], [4]])) // tensor([[12.]])
 */
export function addmm(
  input: Tensor,
  mat1: Tensor,
  mat2: Tensor,
  options: { alpha?: number; beta?: number } = {},
): Tensor {
  requireArity('addmm', arguments.length, 4);
  requireOptions('addmm', options, ['alpha', 'beta']);
  const { alpha = 1, beta = 1 } = options;
  requireNumber('addmm', 'alpha', alpha);
  requireNumber('addmm', 'beta', beta);
  requireTensor('addmm', 'input', input);
  const [a, b] = operands('addmm', requireTensor('addmm', 'mat1', mat1), mat2, 2, 2);
  const result = product(a, b, 'addmm');
  requireBroadcast('addmm', 'input', input.shape, result.shape);
  const times = (x: Tensor, name: string, factor: number): Tensor => {
    if (factor === 1) return x;
    if (!isFloating(x.dtype)) requireInteger('addmm', name, factor);
    return calledAs('addmm', () => x.mul(factor), ['other', name]);
  };
  const scaled = times(result, 'alpha', alpha);
  return beta === 0 ? scaled : calledAs('addmm', () => scaled.add(times(input, 'beta', beta)));
}

declare module '../../core/tensor' {
  interface Tensor {
    /**
     * Matrix product. Vectors count as one row or one column, and leading dimensions broadcast as stacks of
     * matrices. Transposed views are not copied.
     *
     * @param other (..., k, n) or (k) for this tensor of shape (..., m, k) or (k)
     * @returns a tensor of shape (..., m, n), without the dimension of a vector
     * @throws TypeError for bool tensors, RangeError if the shapes do not fit
     * @see torch.matmul
     * @example tensor([[1, 2], [3, 4]]).matmul(tensor([1, 10])) // tensor([21., 43.])
     */
    matmul(other: Tensor): Tensor;
    /**
     * Product of two matrices, this one of shape (m, k).
     *
     * @param other (k, n)
     * @returns a tensor of shape (m, n)
     * @throws RangeError if the shapes do not fit
     * @see torch.mm
     * @example tensor([[1, 2]]).mm(tensor([[3], [4]])) // tensor([[11.]])
     */
    mm(other: Tensor): Tensor;
    /**
     * Products of two stacks of matrices, this one of shape (b, m, k).
     *
     * @param other (b, k, n)
     * @returns a tensor of shape (b, m, n)
     * @throws RangeError if the shapes do not fit
     * @see torch.bmm
     * @example ones(2, 1, 3).bmm(ones(2, 3, 1)).shape // [ 2, 1, 1 ]
     */
    bmm(other: Tensor): Tensor;
    /**
     * Product of this matrix of shape (m, k) and a vector.
     *
     * @param vector (k)
     * @returns a vector of length m
     * @throws RangeError if the shapes do not fit
     * @see torch.mv
     * @example tensor([[1, 2], [3, 4]]).mv(tensor([1, 10])) // tensor([21., 43.])
     */
    mv(vector: Tensor): Tensor;
    /**
     * Inner product of two vectors of one length.
     *
     * @param other a vector of this length
     * @returns a tensor without dimensions
     * @throws RangeError if the shapes do not fit
     * @see torch.dot
     * @example tensor([1, 2]).dot(tensor([3, 4])) // tensor(11.)
     */
    dot(other: Tensor): Tensor;
    /**
     * Outer product of this vector (m) and another one.
     *
     * @param other a vector (n)
     * @returns a tensor of shape (m, n)
     * @throws RangeError if one is not a vector
     * @see torch.outer
     * @example tensor([1, 2]).outer(tensor([3, 4])) // tensor([[3., 4.], [6., 8.]])
     */
    outer(other: Tensor): Tensor;
  }
}

addMethods({
  matmul(this: Tensor, other: Tensor): Tensor {
    return matmul(this, other);
  },
  mm(this: Tensor, other: Tensor): Tensor {
    return product(...operands('mm', this, other, 2, 2), 'mm');
  },
  bmm(this: Tensor, other: Tensor): Tensor {
    const [a, b] = operands('bmm', this, other, 3, 3);
    if (a.shape[0] !== b.shape[0]) {
      throw unexpected('bmm', `a stack of ${a.shape[0]} matrices`, 'other', shapeText(b.shape));
    }
    return product(a, b, 'bmm');
  },
  mv(this: Tensor, vector: Tensor): Tensor {
    return calledAs('mv', () => matmul(...operands('mv', this, vector, 2, 1)), ['other', 'vector']);
  },
  dot(this: Tensor, other: Tensor): Tensor {
    return matmul(...operands('dot', this, other, 1, 1), 'dot');
  },
  outer(this: Tensor, other: Tensor): Tensor {
    requireDims('outer', this, other, 1, 1);
    return this.unsqueeze(1).mul(other.unsqueeze(0));
  },
});
