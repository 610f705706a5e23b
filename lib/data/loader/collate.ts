/** How samples become a batch (torch.utils.data.default_collate). */
import type { Element } from '../../core/element';
import { tensor } from '../../creation/filled';
import { requireArity, requireList, requireOptions } from '../../core/errors';
import type { NumberArray } from '../../core/nested';
import { stack } from '../../ops/shape/join';
import { Tensor } from '../../core/tensor';
import { collateFields, type BatchBuilder } from './collateFields';
import { Place, requireNumberTypes, type NumberTypes } from './numberTypes';

/** The type of a batch: tensors and numbers become a tensor, arrays and objects have a batch for each entry. */
export type Collated<Item> = Item extends Tensor | Element | boolean | NumberArray
  ? Tensor
  : Item extends string
    ? string[]
    : Item extends readonly unknown[] | Readonly<Record<string, unknown>>
      ? { -readonly [K in keyof Item]: Collated<Item[K]> }
      : Item extends object
        ? HasMethods<Item> extends true
          ? Item[]
          : { -readonly [K in keyof Item]: Collated<Item[K]> } // an interface
        : Item[];

/** Whether it is a function or has one: dates, maps and instances of classes, which TypeScript cannot tell from interfaces. */
type HasMethods<Item> = Item extends Callable
  ? true
  : [Extract<Item[keyof Item], Callable>] extends [never]
    ? false
    : true;
type Callable = (...args: never[]) => unknown;

/** Builds batches of tensors. */
const tensorBuilder: BatchBuilder = {
  isTensor: (value) => value instanceof Tensor,
  tensors: (items) => stack(items as Tensor[], 0),
  arrays: (items) => stack((items as NumberArray[]).map((array) => tensor(array))),
  numbers: (values, place) => tensor(values, { dtype: place?.dtypeOf(values) }),
  bigints: (values, place) => {
    place?.requireKind('bigints', values[0]);
    return tensor(values);
  },
  booleans: (values, place) => {
    place?.requireKind('booleans', values[0]);
    return tensor(values, { dtype: 'bool' });
  },
  list: (entries) => entries,
  object: (entries) => Object.fromEntries(entries),
  others: (items) => items,
};

/** Options of `collate`. */
export interface CollateOptions {
  /** The dtypes of numbers; default: int32 if all of a place are whole numbers of 32 bits, else float32. */
  dtypes?: NumberTypes;
}

/**
 * Joins samples along a new first dimension (torch.utils.data.default_collate). Tensors are stacked, and typed arrays
 * too, with the dtype that `tensor` gives them. Integers become an int32 tensor, other numbers float32, bigints int64,
 * booleans bool. Arrays and plain objects are collated entry by entry. Anything else becomes an array. A `DataLoader`
 * chooses the dtypes once for all batches.
 *
 * @example data.collate([[30, 1], [25.5, 0]]); // float32 [30, 25.5] and int32 [1, 0]
 */
export function collate<Item>(
  items: readonly Item[],
  options: CollateOptions = {},
): Collated<Item> {
  requireArity('collate', arguments.length, 2);
  const op = 'collate';
  requireOptions(op, options, ['dtypes']);
  const { dtypes } = options;
  const given = dtypes === undefined ? null : requireNumberTypes(op, dtypes);
  const list = requireList(op, 'an array', 'items', items);
  return collateAt(new Place(op, given), list) as Collated<Item>;
}

/** The batch of `items`, whose numbers get the dtypes of `place`. */
export function collateAt(place: Place, items: readonly unknown[]): unknown {
  return collateFields(items, tensorBuilder, place);
}
