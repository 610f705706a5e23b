/** Arguments with a number for each of several dimensions, such as strides. */
import { requireInteger, unexpected, wrongType } from './errors';

/** Kernels count positions in 64 bits; up to this number their products are exact. */
const most = 2 ** 30;

/**
 * Integers from `low` to 2^30 for `count` dimensions, from one integer for all or an array with one for each; throws
 * for other values.
 */
export function requireTuple(
  op: string,
  name: string,
  value: unknown,
  count: number,
  low = -most,
): number[] {
  const sizes = new Array<number>(count);
  if (typeof value === 'number') return sizes.fill(requireSize(op, name, value, low));
  const what = count === 1 ? 'an integer or an array of one' : `an integer or ${count} integers`;
  if (!Array.isArray(value)) throw wrongType(op, what, name, value);
  if (value.length !== count && value.length !== 1) {
    throw unexpected(op, what, name, `${value.length}`);
  }
  for (let i = 0; i < count; i++) {
    const at = value.length === 1 ? 0 : i;
    sizes[i] = requireSize(op, `${name}[${at}]`, value[at], low);
  }
  return sizes;
}

function requireSize(op: string, name: string, value: unknown, low: number): number {
  const size = requireInteger(op, name, value, low);
  if (size > most) throw unexpected(op, 'at most 2^30', name, String(size));
  return size;
}
