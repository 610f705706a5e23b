/** Values that JSON can represent, and their text. */
import { isPlainObject } from '../core/realms';

/** A value that JSON can represent. */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Deeper values are refused; among them are cycles. */
const mostLevels = 64;

/** Whether JSON represents a value as it is; `allowNonFinite` allows NaN and infinities too. */
export function isJson(value: unknown, allowNonFinite = false, level = 0): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return allowNonFinite || Number.isFinite(value);
  if (level === mostLevels) return false;
  const isEach = (item: unknown): boolean => isJson(item, allowNonFinite, level + 1);
  if (Array.isArray(value)) return Array.from(value, isEach).every(Boolean);
  return isPlainObject(value) && Object.values(value).every(isEach);
}

/** JSON with sorted keys: equal values have equal texts. */
export function sortedText(value: Json): string {
  return JSON.stringify(value, (_, part: Json) => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
