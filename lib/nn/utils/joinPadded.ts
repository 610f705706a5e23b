/** Padding of sequences, for nn.utils.rnn and data.padCollate. */
import { isFloating, rangeOf } from '../../core/dtype';
import { shapeText, unexpected, wrongType } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { full } from '../../creation/filled';
import { cat, stack } from '../../ops/shape/join';

/** Joins sequences along a new dimension `dim`, 0 or 1. */
export function joinPadded(
  op: string,
  name: string,
  sequences: readonly Tensor[],
  options: { dim: 0 | 1; paddingValue: number; paddingSide: 'left' | 'right' },
): Tensor {
  if (sequences.length === 0) throw unexpected(op, 'at least one tensor', name, 'none');
  const [first] = sequences;
  if (first.ndim === 0) throw unexpected(op, 'at least one dimension', `${name}[0]`, '[]');
  const rest = first.shape.slice(1);
  sequences.forEach(({ dtype, shape, ndim }, i) => {
    if (dtype !== first.dtype) {
      throw new TypeError(`${op}: expected ${first.dtype}, as in ${name}[0], for ${name}[${i}], got ${dtype}`); // prettier-ignore
    }
    if (ndim > 0 && ndim === first.ndim && rest.every((size, j) => shape[j + 1] === size)) return;
    const what = `a shape (length${rest.map((size) => `, ${size}`).join('')}), as in ${name}[0],`;
    throw unexpected(op, what, `${name}[${i}]`, shapeText(shape));
  });
  const { dim, paddingValue, paddingSide } = options;
  if (typeof paddingValue !== 'number') throw wrongType(op, 'a number', 'paddingValue', paddingValue); // prettier-ignore
  if (!isFloating(first.dtype)) {
    const [least, largest] = rangeOf(first.dtype);
    if (!Number.isInteger(paddingValue) || paddingValue < least || paddingValue > largest) {
      throw unexpected(op, `an integer that ${first.dtype} holds`, 'paddingValue', String(paddingValue)); // prettier-ignore
    }
  }
  const longest = Math.max(...sequences.map(({ shape }) => shape[0]));
  const filled = sequences.map((sequence) => {
    const missing = longest - sequence.shape[0];
    if (missing === 0) return sequence;
    const padding = full([missing, ...rest], paddingValue, { dtype: first.dtype });
    return cat(paddingSide === 'right' ? [sequence, padding] : [padding, sequence]);
  });
  return stack(filled, dim);
}
