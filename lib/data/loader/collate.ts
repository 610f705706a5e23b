/** Joins samples to a batch. */
import type { Element } from '../../core/element';
import { tensor } from '../../creation/filled';
import { requireArity, requireList, requireOptions } from '../../core/errors';
import type { NumberArray } from '../../core/nested';
import { stack } from '../../ops/shape/join';
import { Tensor } from '../../core/tensor';
import { collateFields, type BatchBuilder } from './collateFields';
import { Field, requireNumberTypes, type NumberTypes } from './numberTypes';

/**
 * The type of the batch that `collate` makes of samples: tensors and numbers become a tensor, other values an array.
 */
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

/**
 * Whether a type has methods, as dates, maps and instances of classes have. TypeScript cannot tell those from
 * interfaces otherwise.
 */
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
  numbers: (values, field) => tensor(values, { dtype: field?.dtypeOf(values) }),
  bigints: (values, field) => {
    field?.requireKind('bigints', values[0]);
    return tensor(values);
  },
  booleans: (values, field) => {
    field?.requireKind('booleans', values[0]);
    return tensor(values, { dtype: 'bool' });
  },
  list: (entries) => entries,
  object: (entries) => Object.fromEntries(entries),
  others: (items) => items,
};

/** Options of `collate`. */
export interface CollateOptions {
  /** Dtypes of numbers. Default, for each field: int32 if all numbers are 32-bit integers, else float32. */
  dtypes?: NumberTypes;
}

/**
 * Joins samples to a batch, along a new first dimension.
 *
 * Tensors of one shape are stacked: n tensors (C, H, W) become (n, C, H, W). Typed arrays are stacked as tensors of the
 * dtype that `tensor` gives them. Integers become an int32 tensor (n), other numbers float32, bigints int64, booleans
 * bool. Arrays and plain objects are collated entry by entry. Anything else becomes an array of n elements. A
 * `DataLoader` chooses the dtypes once for all batches.
 *
 * @param items samples of the same structure
 * @param options dtypes of numbers; see CollateOptions
 * @returns the batch, in the structure of a sample
 * @throws TypeError if samples differ in structure
 * @throws RangeError if shapes differ, or a dtype cannot represent a number
 * @see torch.utils.data.default_collate
 * @example data.collate([[30, 1], [25.5, 0]]); // [tensor([30.0000, 25.5000]), tensor([1, 0], dtype: int32)]
 */
export function collate<Item>(
  items: readonly Item[],
  options: CollateOptions = {},
): Collated<Item> {
  requireArity('collate', arguments.length, 2);
  const op = 'collate';
  requireOptions(op, options, ['dtypes']);
  const { dtypes } = options;
  const requested = dtypes === undefined ? null : requireNumberTypes(op, dtypes);
  const list = requireList(op, 'an array', 'items', items);
  return collateAt(new Field(op, requested), list) as Collated<Item>;
}

/** Makes a batch of `items`, whose numbers get the dtypes of `field`. */
export function collateAt(field: Field, items: readonly unknown[]): unknown {
  return collateFields(items, tensorBuilder, field);
}
