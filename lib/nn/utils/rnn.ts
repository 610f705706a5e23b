/**
 * Sequences of different lengths in one tensor (torch.nn.utils.rnn).
 *
 * @module
 */
import { numbersOf } from '../../core/access';
import {
  requireArity,
  requireBoolean,
  requireInteger,
  requireItems,
  requireOneOf,
  requireOptions,
  shapeText,
  unexpected,
  wrongType,
} from '../../core/errors';
import { requireTensor, Tensor } from '../../core/tensor';
import { joinPadded } from './joinPadded';

/** Options of `padSequence`. */
export interface PadSequenceOptions {
  /** Whether the result is (n, longest, ...) instead of (longest, n, ...). Default: false. */
  batchFirst?: boolean;
  /** Number that fills the places behind the end of shorter sequences. Default: 0. */
  paddingValue?: number;
  /** Where shorter sequences are filled up. Default: 'right'. */
  paddingSide?: 'left' | 'right';
}

const sides = ['left', 'right'] as const;

/**
 * Joins sequences of different lengths to one tensor, in which shorter sequences are filled up with `paddingValue`.
 *
 * @param sequences n tensors (length, ...), which differ in length only; at least one
 * @param options order of the dimensions, number and side of the padding; see PadSequenceOptions
 * @returns (longest, n, ...), or (n, longest, ...) with `batchFirst`
 * @throws TypeError if an element is not a tensor, or the dtypes differ
 * @throws RangeError if there are no sequences, if they differ in other dimensions than the first, or if their dtype does
 * not hold `paddingValue`
 * @see torch.nn.utils.rnn.pad_sequence
 * @example
 * nn.utils.rnn.padSequence([tensor([1, 2, 3]), tensor([4])], { batchFirst: true }); // tensor([[1., 2., 3.], [4., 0., 0.]])
 */
export function padSequence(sequences: Iterable<Tensor>, options: PadSequenceOptions = {}): Tensor {
  requireArity('padSequence', arguments.length, 2);
  const op = 'padSequence';
  requireOptions(op, options, ['batchFirst', 'paddingValue', 'paddingSide']);
  const { batchFirst = false, paddingValue = 0, paddingSide = 'right' } = options;
  requireBoolean(op, 'batchFirst', batchFirst);
  requireOneOf(op, 'paddingSide', paddingSide, sides);
  return joinPadded(op, 'sequences', requireSequences(op, sequences), {
    dim: batchFirst ? 0 : 1,
    paddingValue,
    paddingSide,
  });
}

function requireSequences(op: string, sequences: unknown): Tensor[] {
  if (sequences instanceof Tensor) throw wrongType(op, 'an iterable of tensors', 'sequences', sequences); // prettier-ignore
  const list = requireItems(op, 'an iterable of tensors', 'sequences', sequences);
  return list.map((one, i) => requireTensor(op, `sequences[${i}]`, one));
}

/**
 * Splits a result of `padSequence` (with padding on the right) into the sequences again.
 *
 * @param padded (longest, n, ...), or (n, longest, ...) with `batchFirst`
 * @param lengths the length of each sequence: integers from 0 to `longest`, in a tensor (n) or an array
 * @param options.batchFirst whether the first dimension is that of the sequences; default false
 * @returns n views (length, ...)
 * @throws RangeError if there are not n lengths, or one is longer than `longest`
 * @see torch.nn.utils.rnn.unpad_sequence
 * @example
 * nn.utils.rnn.unpadSequence(tensor([[1, 2], [4, 0]]), [2, 1], { batchFirst: true }); // [tensor([1., 2.]), tensor([4.])]
 */
export function unpadSequence(
  padded: Tensor,
  lengths: Tensor | readonly number[],
  options: { batchFirst?: boolean } = {},
): Tensor[] {
  requireArity('unpadSequence', arguments.length, 3);
  const op = 'unpadSequence';
  requireOptions(op, options, ['batchFirst']);
  const batchFirst = requireBoolean(op, 'batchFirst', options.batchFirst ?? false);
  const { shape, ndim } = requireTensor(op, 'padded', padded);
  if (ndim < 2) throw unexpected(op, 'at least 2 dimensions', 'padded', shapeText(shape));
  const [longest, n] = batchFirst ? [shape[1], shape[0]] : shape;
  const numbers = lengths instanceof Tensor ? numbersOf(op, lengths) : lengths;
  const list = requireItems(op, 'a tensor or an array of integers', 'lengths', numbers);
  if (list.length !== n) throw unexpected(op, `${n} lengths`, 'lengths', String(list.length));
  return Array.from(list, (value, i) => {
    const length = requireInteger(op, `lengths[${i}]`, value, 0);
    if (length > longest) throw unexpected(op, `at most ${longest}`, `lengths[${i}]`, String(length)); // prettier-ignore
    return padded.select(batchFirst ? 0 : 1, i).narrow(0, 0, length);
  });
}
