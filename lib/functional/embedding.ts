/** Rows of a table, looked up by index. */
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
  /** The index of a row that gets no gradient; negative ones count from the end. */
  paddingIdx?: number | null;
  /** Rows that are looked up and longer than this are first scaled to this length, in `weight` itself. */
  maxNorm?: number | null;
  /** The order of that length, default 2. */
  normType?: number;
  /** Whether the gradient of a row is divided by the number of times it is looked up; default false. */
  scaleGradByFreq?: boolean;
}

/** Shortens the rows that are longer than `maxNorm`. A row that is looked up twice is written twice with the same numbers. */
function shorten(weight: Tensor, index: Tensor, maxNorm: number, normType: number): void {
  noGrad(() => {
    const rows = weight.indexSelect(0, index);
    const length = rows.norm({ p: normType, dim: 1, keepdim: true });
    const factor = where(length.gt(maxNorm), length.add(1e-7).reciprocal().mul(maxNorm), 1);
    weight.detach().indexPut_(index, rows.mul(factor));
  });
}

declare module '../core/node' {
  interface OpAttrs {
    scaleGradByFreq: undefined;
  }
}

/** A rule of its own: a composition that leaves the values as they are would give NaN for infinite ones. */
const scaleRule: Rule<'scaleGradByFreq'> = {
  name: 'scaleGradByFreq',
  grad: (dy, node) => [dy.div(node.saved[0])],
};

/** `rows` with gradients that are divided by how often each index occurs. */
function scaleGradients(rows: Tensor, index: Tensor, count: number): Tensor {
  if (!rows.requiresGrad) return rows;
  const zeros = Tensor._empty(rows.dtype, [count]).zero_();
  const ones = Tensor._empty(rows.dtype, [index.numel()]).fill_(1);
  const often = zeros.scatterAdd(0, index, ones).gather(0, index).unsqueeze(1);
  return record(rows.detach(), scaleRule, [rows], [often], undefined);
}

/**
 * Rows of `weight` (count, size) at the indices `input`, in int32 or int64 (torch.nn.functional.embedding).
 *
 * @example F.embedding(tensor([2, 0], { dtype: 'int32' }), table) // (2, size)
 */
export function embedding(input: Tensor, weight: Tensor, options: EmbeddingOptions = {}): Tensor {
  const op = 'embedding';
  requireArity(op, arguments.length, 3);
  requireOptions(op, options, ['paddingIdx', 'maxNorm', 'normType', 'scaleGradByFreq']);
  const maxNorm = options.maxNorm ?? null;
  const normType = requireNumber(op, 'normType', options.normType ?? 2);
  const scales = requireBoolean(op, 'scaleGradByFreq', options.scaleGradByFreq ?? false);
  if (maxNorm !== null) requireNumber(op, 'maxNorm', maxNorm);
  const places = requireTensor(op, 'input', input);
  requireIndex(op, 'input', places);
  if (requireTensor(op, 'weight', weight).ndim !== 2) {
    throw unexpected(op, '2 dimensions', 'weight', shapeText(weight.shape));
  }
  const [count, size] = weight.shape;
  const padding = paddingOf(options.paddingIdx ?? null, count);
  const shape = [...places.shape, size];
  const rows = calledAs(op, () => {
    const index = places.reshape([places.numel()]);
    if (maxNorm !== null) shorten(weight, index, maxNorm, normType);
    const found = weight.indexSelect(0, index);
    return (scales ? scaleGradients(found, index, count) : found).reshape(shape);
  }, ['index', 'input']);
  if (padding === null) return rows;
  return where(places.eq(padding).unsqueeze(-1), rows.detach(), rows);
}

/** The index of the padding row, from 0. */
function paddingOf(paddingIdx: number | null, count: number): number | null {
  if (paddingIdx === null) return null;
  const padding = requireInteger('embedding', 'paddingIdx', paddingIdx, -count);
  if (padding >= count) {
    throw unexpected('embedding', `a row below ${count}`, 'paddingIdx', String(padding));
  }
  return padding < 0 ? padding + count : padding;
}
