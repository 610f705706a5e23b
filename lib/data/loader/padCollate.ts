/** Batches of sequences of different lengths. */
import { arrayClass } from '../../core/dtype';
import {
  requireArity,
  requireList,
  requireOneOf,
  requireOptions,
  unexpected,
  wrongType,
} from '../../core/errors';
import { isPlainObject } from '../../core/realms';
import { Tensor } from '../../core/tensor';
import { fromArray, tensor } from '../../creation/filled';
import { joinPadded } from '../../nn/utils/joinPadded';
import { collate, type Collated } from './collate';

/** Options of `padCollate`. */
export interface PadCollateOptions {
  /** Number that fills the places behind the end of shorter sequences. Default: 0. */
  paddingValue?: number;
  /** Where shorter sequences are filled up. Default: 'right'. */
  paddingSide?: 'left' | 'right';
}

/** The type of the batch that `padCollate` makes: that of `collate`, with the lengths. */
export type PadCollated<Item> = Item extends Tensor | ArrayBufferView
  ? [batch: Tensor, lengths: Tensor]
  : Item extends readonly unknown[]
    ? [...Extract<Collated<Item>, readonly unknown[]>, Tensor]
    : Collated<Item> & {
        /** The length of each sequence, int32 (n). */
        lengths: Tensor;
      };

type Options = { dim: 0; paddingValue: number; paddingSide: 'left' | 'right' };

const op = 'padCollate';

/**
 * Joins samples with sequences of different lengths to a batch: the `collate` function of a `DataLoader` for texts and
 * time series.
 *
 * Sequences are tensors (length, ...) and typed arrays; n of them become a tensor (n, longest, ...), in which shorter ones
 * are filled up. Other fields are joined as `data.collate` does, whose dtypes of numbers are those of this batch. The lengths (int32, n) of the first field that is a
 * sequence come last in the batch of samples that are arrays, and as `lengths` in that of plain objects.
 *
 * @param items samples of the same structure: a sequence, an array of fields, or a plain object of fields
 * @param options number and side of the padding; see PadCollateOptions
 * @returns the batch with the lengths
 * @throws TypeError if samples differ in structure, or if none of their fields is a sequence
 * @throws RangeError if sequences differ in other dimensions than the first, or if their dtype does not hold
 * `paddingValue`
 * @example
 * const items: [Tensor, number][] = [[tensor([1, 2, 3]), 0], [tensor([4]), 1]];
 * data.padCollate(items); // [tensor([[1., 2., 3.], [4., 0., 0.]]), tensor([0, 1], dtype: int32), tensor([3, 1], dtype: int32)]
 */
export function padCollate<Item>(
  items: readonly Item[],
  options: PadCollateOptions = {},
): PadCollated<Item> {
  requireArity(op, arguments.length, 2);
  requireOptions(op, options, ['paddingValue', 'paddingSide']);
  const { paddingValue = 0, paddingSide = 'right' } = options;
  requireOneOf(op, 'paddingSide', paddingSide, ['left', 'right']);
  const list: readonly unknown[] = requireList(op, 'an array', 'items', items);
  if (list.length === 0) throw unexpected(op, 'at least one sample', 'items', 'none');
  const padding = { dim: 0, paddingValue, paddingSide } as const;
  return batchOf(list, padding) as PadCollated<Item>;
}

function batchOf(items: readonly unknown[], options: Options): unknown {
  const [first] = items;
  if (isSequence(first)) {
    const { batch, lengths } = sequences(items, 'sample', options);
    return [batch, lengths];
  }
  if (!Array.isArray(first) && !isPlainObject(first)) {
    throw wrongType(op, 'a sequence, an array or a plain object', 'sample 0', first);
  }
  const keys = Object.keys(first);
  const rows = items.map((item, i) => requireFields(item, i, first, keys));
  const found: Tensor[] = [];
  const fields = keys.map((key) => {
    const values = rows.map((row) => row[key]);
    if (!isSequence(values[0])) return collate(values);
    const { batch, lengths } = sequences(values, `field ${key} of sample`, options);
    found.push(lengths);
    return batch;
  });
  if (found.length === 0) throw wrongType(op, 'a tensor or a typed array in it', 'sample 0', first);
  if (Array.isArray(first)) return [...fields, found[0]];
  if (keys.includes('lengths')) throw unexpected(op, 'no field lengths, which is made here,', 'sample 0', 'one'); // prettier-ignore
  return Object.fromEntries([...keys.map((key, i) => [key, fields[i]]), ['lengths', found[0]]]);
}

/** Tensors of 0 dimensions are numbers, such as labels. */
function isSequence(value: unknown): value is Tensor | ArrayBufferView {
  return value instanceof Tensor ? value.ndim > 0 : arrayClass(value) !== undefined;
}

function requireFields(
  item: unknown,
  row: number,
  first: object,
  keys: readonly string[],
): Readonly<Record<string, unknown>> {
  const isAlike = Array.isArray(first) ? Array.isArray(item) : isPlainObject(item);
  const same = isAlike && Object.keys(item as object).length === keys.length;
  if (same && keys.every((key) => key in (item as object))) {
    return item as Readonly<Record<string, unknown>>;
  }
  const what = Array.isArray(first)
    ? `an array of ${keys.length} elements`
    : `an object with the keys ${keys.join(', ')}`;
  throw wrongType(op, `${what}, as in sample 0,`, `sample ${row}`, item);
}

function sequences(
  values: readonly unknown[],
  name: string,
  options: Options,
): { batch: Tensor; lengths: Tensor } {
  const list = values.map((value, i) => {
    if (!isSequence(value)) throw wrongType(op, 'a tensor or a typed array', `${name} ${i}`, value);
    return value instanceof Tensor ? value : tensor(value as Float32Array);
  });
  const lengths = fromArray(Int32Array.from(list, ({ shape }) => shape[0]));
  return { batch: joinPadded(op, `${name}s`, list, options), lengths };
}
