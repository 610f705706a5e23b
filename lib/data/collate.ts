/** How samples become a batch (torch.utils.data.default_collate). */
import { tensor } from '../creation';
import { requireList, unexpected, wrongType } from '../errors';
import { stack } from '../ops/join';
import { Tensor } from '../tensor';

/** What samples of a type become: tensors and numbers a tensor, arrays and objects one for each of their entries. */
export type Collated<Item> = Item extends Tensor | number | boolean
  ? Tensor
  : Item extends string
    ? string[]
    : Item extends readonly unknown[] | Readonly<Record<string, unknown>>
      ? { -readonly [K in keyof Item]: Collated<Item[K]> }
      : Item[];

/**
 * Joins samples along a new first dimension: tensors are stacked; whole numbers become int32, other numbers float32 and
 * booleans bool tensors; arrays and plain objects are joined entry by entry; anything else is left as an array.
 */
export function collate<Item>(items: readonly Item[]): Collated<Item> {
  return join(requireList('collate', 'an array', 'items', items)) as Collated<Item>;
}

function join(items: readonly unknown[], depth = 0): unknown {
  if (depth > 64) throw unexpected('collate', 'at most 64 levels', 'items', 'more'); // or a cycle
  const first = items[0];
  if (first instanceof Tensor)
    return stack(
      all(items, (one) => one instanceof Tensor, 'a tensor'),
      0,
    );
  if (typeof first === 'number') {
    const numbers = all(items, (one) => typeof one === 'number', 'a number');
    return tensor(numbers, { dtype: numbers.every(isInt32) ? 'int32' : 'float32' });
  }
  if (typeof first === 'boolean') {
    return tensor(
      all(items, (one) => typeof one === 'boolean', 'a boolean'),
      { dtype: 'bool' },
    );
  }
  if (Array.isArray(first)) {
    const arrays = all(
      items,
      (one): one is unknown[] => Array.isArray(one) && one.length === first.length,
      `an array of ${first.length} elements`,
    );
    return first.map((_, i) =>
      join(
        arrays.map((array) => array[i]),
        depth + 1,
      ),
    );
  }
  if (isPlainObject(first)) {
    const keys = Object.keys(first);
    const objects = all(
      items,
      (one): one is Record<string, unknown> =>
        isPlainObject(one) && keys.every((key) => key in one),
      `an object with ${keys.join(', ')}`,
    );
    return Object.fromEntries(
      keys.map((key) => [
        key,
        join(
          objects.map((one) => one[key]),
          depth + 1,
        ),
      ]),
    );
  }
  return [...items];
}

/** The items, which must all be of the first one's kind. */
function all<T>(items: readonly unknown[], is: (one: unknown) => one is T, what: string): T[] {
  const wrong = items.findIndex((one) => !is(one));
  if (wrong >= 0)
    throw wrongType(
      'collate',
      `${what}, as the first sample has,`,
      `sample ${wrong}`,
      items[wrong],
    );
  return items as T[];
}

function isInt32(value: number): boolean {
  return (value | 0) === value;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
