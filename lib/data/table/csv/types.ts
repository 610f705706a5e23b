/** What columns of CSV files hold, and the values of texts. */
import {
  elementBytes,
  isFloating,
  isUnsigned,
  numberDTypes,
  rangeOf,
  type NumberDType,
} from '../../../core/dtype';
import type { Element } from '../../../core/element';
import { columnKinds, type Cell, type ColumnKind } from '../column';
import { dateOf } from '../dates';
import { numberOfText, plainNumber, type Notation } from './numbers';

/**
 * What a column of a CSV file holds: a kind, a dtype, or nothing that is needed (`skip`). `number` is float64, `integer`
 * int32 or, if a value needs it, int64.
 */
export type ColumnType = ColumnKind | NumberDType | 'skip';

export const columnTypes: readonly ColumnType[] = [...columnKinds, ...numberDTypes, 'skip'];

const whole = /^[+-]?\d+$/;

/**
 * The number that a text represents in a column of a type: exact, a bigint if need be, for int64. Undefined if the type
 * does not hold it.
 */
export function elementOf(
  type: 'number' | 'integer' | NumberDType,
  text: string,
  notation: Notation,
): Element | undefined {
  if (type === 'number') return numberOfText(text, notation);
  const dtype = type === 'integer' ? 'int64' : type;
  if (isFloating(dtype)) return numberOfText(text, notation);
  const value = dtype === 'int64' ? longOfText(text, notation) : undefined;
  if (value !== undefined) return value;
  const number = numberOfText(text, notation);
  if (number === undefined) return undefined;
  const [least, largest] = rangeOf(dtype);
  const holds = dtype === 'int64' ? Number.isSafeInteger(number) : Number.isInteger(number);
  return holds && number >= least && number <= largest ? number : undefined;
}

/** The integer of a text without a fraction or exponent, a bigint beyond 2^53; undefined beyond 64 bits. */
export function longOfText(text: string, notation: Notation): Element | undefined {
  const plain = plainNumber(text, notation);
  if (plain === undefined || !whole.test(plain)) return undefined;
  const number = Number(plain);
  if (Number.isSafeInteger(number)) return number;
  if (plain.length > 20) return undefined;
  const value = BigInt(plain.replace(/^\+/, ''));
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'True', 'TRUE'].map((text) => [text, true] as const),
  ...['false', 'False', 'FALSE'].map((text) => [text, false] as const),
]);

export function booleanOf(text: string): boolean | undefined {
  return booleans.get(text);
}

/** Where the type is given, also `1` and `0`. */
export function typedBooleanOf(text: string): boolean | undefined {
  return text === '1' ? true : text === '0' ? false : booleanOf(text);
}

/** The value of a text in a column of a type; undefined if the type does not hold it. */
export function cellOfText(
  type: Exclude<ColumnType, 'skip'>,
  text: string,
  notation: Notation,
): Exclude<Cell, null> | undefined {
  switch (type) {
    case 'category':
    case 'text':
      return text;
    case 'boolean':
      return typedBooleanOf(text);
    case 'date': {
      const time = dateOf(text);
      return time === undefined ? undefined : new Date(time);
    }
    default:
      return elementOf(type, text, notation);
  }
}

const descriptions: Partial<Record<ColumnType, string>> = {
  integer: 'a 64-bit integer',
  boolean: 'true, false, 1 or 0',
  date: 'a date such as 2024-02-29 or 2024-02-29T12:30:00Z',
};

/** What a text of a column must be. */
export function whatOf(type: ColumnType): string {
  const known = descriptions[type];
  if (known !== undefined) return known;
  const dtype = numberDTypes.find((one) => one === type);
  if (dtype === undefined || isFloating(dtype)) return 'a number';
  if (isUnsigned(dtype)) return `an integer from 0 to ${rangeOf(dtype)[1]}`;
  return `a ${8 * elementBytes(dtype)}-bit integer`;
}
