/** Checks for the arguments of `loadStateDict`. */
import { describe, wrongType, wrongValue } from '../../core/errors';
import { Tensor } from '../../core/tensor';

/** The entries of a state, which must be exactly `keys`. */
export function requireState(
  op: string,
  state: unknown,
  keys: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof state !== 'object' || state === null || Array.isArray(state)) {
    throw wrongType(op, 'an object', 'state', state);
  }
  const found = Object.keys(state);
  const missing = keys.find((key) => !found.includes(key));
  if (missing !== undefined) throw wrongValue(op, `the entry '${missing}'`, 'state', found.join());
  const other = found.find((key) => !keys.includes(key));
  if (other !== undefined) throw wrongValue(op, `one of ${keys.join(', ')}`, 'state', other);
  return state as Record<string, unknown>;
}

/** Finite numbers of a float64 vector. */
export function requireVector(op: string, name: string, value: unknown): Float64Array {
  if (!(value instanceof Tensor) || value.ndim !== 1 || value.dtype !== 'float64') {
    throw wrongType(op, 'a float64 vector', name, value);
  }
  const numbers = value.data as Float64Array;
  const wrong = numbers.find((x) => !Number.isFinite(x));
  if (wrong !== undefined) throw wrongValue(op, 'finite numbers', name, wrong);
  return numbers.slice();
}

/** Strings without duplicates. */
export function requireCategories(op: string, value: unknown): string[] {
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw wrongType(op, 'an array of strings', 'state.categories', value);
  }
  const seen = new Set<string>();
  const twice = value.find((text) => seen.size === seen.add(text).size);
  if (twice !== undefined) throw wrongValue(op, 'each category once', 'state.categories', twice);
  return [...value];
}

/** The error of a transform that is not fitted. */
export function notFitted(op: string): Error {
  return new Error(`${op}: expected fit or loadStateDict before, got ${describe(null)}`);
}
