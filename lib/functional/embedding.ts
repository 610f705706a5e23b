/** Rows of a table, looked up by index. */
import { calledAs } from '../core/caller';
import {
  requireArity,
  requireInteger,
  requireOptions,
  shapeText,
  unexpected,
} from '../core/errors';
import { requireTensor, type Tensor } from '../core/tensor';
import { requireIndex } from '../ops/define';
import { where } from '../ops/elementwise/select';

/**
 * Rows of `weight` (count, size) at the indices `input`, in int32 or int64; the row `paddingIdx` gets no gradient
 * (torch.nn.functional.embedding).
 *
 * @example F.embedding(tensor([2, 0], { dtype: 'int32' }), table) // (2, size)
 */
export function embedding(
  input: Tensor,
  weight: Tensor,
  options: { paddingIdx?: number } = {},
): Tensor {
  requireArity('embedding', arguments.length, 3);
  requireOptions('embedding', options, ['paddingIdx']);
  const index = requireTensor('embedding', 'input', input);
  requireIndex('embedding', 'input', index);
  if (requireTensor('embedding', 'weight', weight).ndim !== 2) {
    throw unexpected('embedding', '2 dimensions', 'weight', shapeText(weight.shape));
  }
  const [count, size] = weight.shape;
  const shape = [...index.shape, size];
  const rows = calledAs(
    'embedding',
    () => weight.indexSelect(0, index.reshape([index.numel()])).reshape(shape),
    ['index', 'input'],
  );
  if (options.paddingIdx === undefined) return rows;
  const padding = requireInteger('embedding', 'paddingIdx', options.paddingIdx, -count);
  if (padding >= count) {
    throw unexpected('embedding', `a row below ${count}`, 'paddingIdx', String(padding));
  }
  const isPadding = index.eq(padding < 0 ? padding + count : padding).unsqueeze(-1);
  return where(isPadding, rows.detach(), rows);
}
