/** Embeddings: rows of a weight matrix, looked up by index. */
import { calledAs } from '../core/caller';
import {
  requireArity,
  requireBoolean,
  requireInteger,
  requireNumber,
  requireOptions,
  shapeText,
  unexpected,
} from '../core/errors';
import { noGrad } from '../core/gradMode';
import { requireTensor, Tensor } from '../core/tensor';
import { record, requireIndex, type Rule } from '../ops/define';
import { where } from '../ops/elementwise/select';

/** Options of `embedding`. */
export interface EmbeddingOptions {
  /** Index of a row that gets no gradient; a negative index counts from the end; default null, none. */
  paddingIdx?: number | null;
  /**
   * Largest norm of a row: selected rows with a larger norm are scaled to it, in `weight` itself; default
   * null, no limit.
   */
  maxNorm?: number | null;
  /** Order p of the norm that `maxNorm` limits; default 2. */
  normType?: number;
  /**
   * Whether to divide the gradient of a row by the number of times its index occurs in the input; default
   * false.
   */
  scaleGradByFreq?: boolean;
}

/** Scales rows with a norm above `maxNorm` to it, in place. A row that is looked up twice is written twice, with equal values. */
function renormalize(weight: Tensor, index: Tensor, maxNorm: number, normType: number): void {
  noGrad(() => {
    const rows = weight.indexSelect(0, index);
    const norms = rows.norm({ p: normType, dim: 1, keepdim: true });
    const factor = where(norms.gt(maxNorm), norms.add(1e-7).reciprocal().mul(maxNorm), 1);
    weight.detach().indexPut_(index, rows.mul(factor));
  });
}

declare module '../core/node' {
  interface OpAttrs {
    scaleGradByFreq: undefined;
  }
}

/** A gradient rule for the identity: a composition of ops that cancel out would turn infinite values into NaN. */
const scaleRule: Rule<'scaleGradByFreq'> = {
  name: 'scaleGradByFreq',
  grad: (dy, node) => [dy.div(node.saved[0])],
};

/** Returns `rows`, whose gradients are divided by the number of times their index occurs. */
function scaleGradients(rows: Tensor, index: Tensor, count: number): Tensor {
  if (!rows.requiresGrad) return rows;
  const zeros = Tensor._empty(rows.dtype, [count]).zero_();
  const ones = Tensor._empty(rows.dtype, [index.numel()]).fill_(1);
  const counts = zeros.scatterAdd(0, index, ones).gather(0, index).unsqueeze(1);
  return record(rows.detach(), scaleRule, [rows], [counts], undefined);
}

/**
 * Looks up rows of a weight matrix by index.
 *
 * @param input indices from 0 to N - 1, int32 or int64, any shape (...)
 * @param weight (N, D)
 * @param options.paddingIdx index of a row that gets no gradient; default null
 * @param options.maxNorm largest norm of a row, to which selected rows are scaled in place; default null, no
 * limit
 * @param options.normType order of that norm; default 2
 * @param options.scaleGradByFreq whether to divide gradients by the number of occurrences of the index;
 * default false
 * @returns (..., D)
 * @throws RangeError if an index is out of range, the dtype of `input` is not int32 or int64, or `weight` is
 * not a matrix
 * @see torch.nn.functional.embedding
 * @example F.embedding(tensor([1], { dtype: 'int32' }), tensor([[1, 2], [3, 4]])) // tensor([[3., 4.]])
 */
export function embedding(input: Tensor, weight: Tensor, options: EmbeddingOptions = {}): Tensor {
  const op = 'embedding';
  requireArity(op, arguments.length, 3);
  requireOptions(op, options, ['paddingIdx', 'maxNorm', 'normType', 'scaleGradByFreq']);
  const maxNorm = options.maxNorm ?? null;
  const normType = requireNumber(op, 'normType', options.normType ?? 2);
  const scales = requireBoolean(op, 'scaleGradByFreq', options.scaleGradByFreq ?? false);
  if (maxNorm !== null) requireNumber(op, 'maxNorm', maxNorm);
  const indices = requireTensor(op, 'input', input);
  requireIndex(op, 'input', indices);
  if (requireTensor(op, 'weight', weight).ndim !== 2) {
    throw unexpected(op, '2 dimensions', 'weight', shapeText(weight.shape));
  }
  const [count, size] = weight.shape;
  const padding = paddingOf(options.paddingIdx ?? null, count);
  const shape = [...indices.shape, size];
  const rows = calledAs(op, () => {
    const index = indices.reshape([indices.numel()]);
    if (maxNorm !== null) renormalize(weight, index, maxNorm, normType);
    const selected = weight.indexSelect(0, index);
    return (scales ? scaleGradients(selected, index, count) : selected).reshape(shape);
  }, ['index', 'input']);
  if (padding === null) return rows;
  return where(indices.eq(padding).unsqueeze(-1), rows.detach(), rows);
}

/** The index of the padding row, counted from the start. */
function paddingOf(paddingIdx: number | null, count: number): number | null {
  if (paddingIdx === null) return null;
  const padding = requireInteger('embedding', 'paddingIdx', paddingIdx, -count);
  if (padding >= count) {
    const what = `an index from ${-count} to ${count - 1}`;
    throw unexpected('embedding', what, 'paddingIdx', String(padding));
  }
  return padding < 0 ? padding + count : padding;
}
