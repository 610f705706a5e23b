/** How samples become a batch (torch.utils.data.default_collate). */
import { tensor } from '../../creation/filled';
import { requireList } from '../../core/errors';
import type { NumberArray } from '../../core/nested';
import { stack } from '../../ops/shape/join';
import { Tensor } from '../../core/tensor';
import { collateFields, type BatchBuilder } from './collateFields';

/** What samples of a type become: tensors and numbers a tensor, arrays and objects one for each of their entries. */
export type Collated<Item> = Item extends Tensor | number | boolean | NumberArray
  ? Tensor
  : Item extends string
    ? string[]
    : Item extends readonly unknown[] | Readonly<Record<string, unknown>>
      ? { -readonly [K in keyof Item]: Collated<Item[K]> }
      : Item[];

/** Batches of tensors. */
const tensorBuilder: BatchBuilder = {
  isTensor: (value) => value instanceof Tensor,
  tensors: (items) => stack(items as Tensor[], 0),
  arrays: (items) => stack((items as NumberArray[]).map((array) => tensor(array))),
  numbers: (values, dtype) => tensor(values, { dtype }),
  booleans: (values) => tensor(values, { dtype: 'bool' }),
  list: (entries) => entries,
  object: (entries) => Object.fromEntries(entries),
  others: (items) => items,
};

/**
 * Joins samples along a new first dimension: tensors are stacked, and so are typed arrays, which have the dtype that
 * `tensor` gives them; whole numbers become int32, other numbers float32 and booleans bool tensors; arrays and plain
 * objects are joined entry by entry; anything else is left as an array.
 */
export function collate<Item>(items: readonly Item[]): Collated<Item> {
  return collateFields(
    requireList('collate', 'an array', 'items', items),
    tensorBuilder,
  ) as Collated<Item>;
}
