/** How samples become a batch (torch.utils.data.default_collate). */
import type { Element } from '../../core/element';
import { tensor } from '../../creation/filled';
import { requireList } from '../../core/errors';
import type { NumberArray } from '../../core/nested';
import { stack } from '../../ops/shape/join';
import { Tensor } from '../../core/tensor';
import { collateFields, type BatchBuilder } from './collateFields';

/** The type of a batch: tensors and numbers become a tensor, arrays and objects have a batch for each entry. */
export type Collated<Item> = Item extends Tensor | Element | boolean | NumberArray
  ? Tensor
  : Item extends string
    ? string[]
    : Item extends readonly unknown[] | Readonly<Record<string, unknown>>
      ? { -readonly [K in keyof Item]: Collated<Item[K]> }
      : Item[];

/** Builds batches of tensors. */
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
 * Joins samples along a new first dimension (torch.utils.data.default_collate). Tensors are stacked, and typed arrays
 * too, with the dtype that `tensor` gives them. Integers become an int32 tensor, other numbers float32, bigints int64,
 * booleans bool. Arrays and plain objects are collated entry by entry. Anything else becomes an array.
 */
export function collate<Item>(items: readonly Item[]): Collated<Item> {
  return collateFields(
    requireList('collate', 'an array', 'items', items),
    tensorBuilder,
  ) as Collated<Item>;
}
