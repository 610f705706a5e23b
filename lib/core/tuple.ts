/** Arguments with a number for each of several dimensions, such as strides. */
import { requireInteger, unexpected, wrongType } from './errors';

/**
 * Integers of at least `low` for `count` dimensions, from one integer for all or an array with one for each; throws
 * for other values.
 */
export function requireTuple(
  op: string,
  name: string,
  value: unknown,
  count: number,
  low = -Infinity,
): number[] {
  const sizes = new Array<number>(count);
  if (typeof value === 'number') return sizes.fill(requireInteger(op, name, value, low));
  const what = count === 1 ? 'an integer or an array of one' : `an integer or ${count} integers`;
  if (!Array.isArray(value)) throw wrongType(op, what, name, value);
  if (value.length !== count && value.length !== 1) {
    throw unexpected(op, what, name, `${value.length}`);
  }
  for (let i = 0; i < count; i++) {
    const at = value.length === 1 ? 0 : i;
    sizes[i] = requireInteger(op, `${name}[${at}]`, value[at], low);
  }
  return sizes;
}
