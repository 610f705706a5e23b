/** Builds a column while a file is read: texts become numbers or categories immediately. */
import {
  isFloating,
  newArray,
  numberDTypes,
  rangeOf,
  type NumberDType,
  type TypedArray,
} from '../../core/dtype';
import { copyElements, writeElement, type Element } from '../../core/element';
import type { Column } from './column';
import { codeOf } from './columnData';

/** What a column of a CSV file holds; `number` is float64. */
export type ColumnType = 'number' | NumberDType | 'category' | 'skip';

export const columnTypes: readonly ColumnType[] = ['number', ...numberDTypes, 'category', 'skip'];

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const infinite = /^([+-]?)inf(?:inity)?$/i;

/** The number that a text represents; undefined if it is not a number. */
export function numberOf(text: string): number | undefined {
  if (decimal.test(text)) return Number(text);
  const found = infinite.exec(text);
  return found === null ? undefined : found[1] === '-' ? -Infinity : Infinity;
}

const whole = /^[+-]?\d+$/;

/**
 * The number that a text represents, null for a missing one, in a column of a type: NaN for a missing one in floating
 * columns; exact, a bigint if need be, for int64. Undefined if the type does not hold it.
 */
export function elementOf(type: 'number' | NumberDType, text: string | null): Element | undefined {
  if (type === 'number' || isFloating(type)) return text === null ? NaN : numberOf(text);
  if (text === null) return undefined;
  const value = type === 'int64' && whole.test(text) ? longOf(text) : numberOf(text);
  if (value === undefined || typeof value === 'bigint') return value;
  const [least, largest] = rangeOf(type);
  const holds = type === 'int64' ? Number.isSafeInteger(value) : Number.isInteger(value);
  return holds && value >= least && value <= largest ? value : undefined;
}

/** The whole number of a text, a bigint beyond 2^53; undefined beyond 64 bits. */
function longOf(text: string): Element | undefined {
  const number = Number(text);
  if (Number.isSafeInteger(number)) return number;
  const value = BigInt(text.replace(/^\+/, ''));
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** What a text of a column must be. */
export function whatOf(type: ColumnType): string {
  if (type === 'int32') return 'a whole number of 32 bits';
  if (type === 'int64') return 'a whole number of 64 bits';
  if (type === 'uint8') return 'a whole number from 0 to 255';
  return 'a number';
}

/** The dtype of a column's values. */
function dtypeOf(type: Exclude<ColumnType, 'skip'>): NumberDType {
  return type === 'number' ? 'float64' : type === 'category' ? 'int32' : type;
}

/** Values are kept in blocks: an array that grows is copied completely, again and again. */
const blockLength = 1 << 16;

/** A column of a known type. */
export class ColumnBuilder {
  private full: TypedArray[] = [];
  private block: TypedArray;
  private readonly dtype: NumberDType;
  private used = 0;
  private readonly codes = new Map<string, number>();

  constructor(readonly type: Exclude<ColumnType, 'skip'>) {
    this.dtype = dtypeOf(type);
    this.block = newArray(this.dtype, 16);
  }

  /** Adds the value of a text, or null for a missing one; false if it does not have the type. */
  add(text: string | null): boolean {
    const value = this.valueOf(text);
    if (value === undefined) return false;
    if (this.used === this.block.length) {
      this.full.push(this.block);
      this.block = newArray(this.dtype, Math.min(2 * this.used, blockLength));
      this.used = 0;
    }
    writeElement(this.dtype, this.block, this.used++, value);
    return true;
  }

  private valueOf(text: string | null): Element | undefined {
    if (this.type === 'category') return text === null ? -1 : codeOf(this.codes, text);
    return elementOf(this.type, text);
  }

  /** The column, after the last value. */
  column(): Column {
    const blocks = [...this.full, this.block.subarray(0, this.used)];
    const values = newArray(
      this.dtype,
      blocks.reduce((sum, { length }) => sum + length, 0),
    );
    let offset = 0;
    for (const block of blocks) {
      copyElements(values, block, offset);
      offset += block.length;
    }
    this.full = [];
    if (this.type === 'category') {
      return { type: 'category', values: values as Int32Array, categories: [...this.codes.keys()] };
    }
    return { type: this.dtype, values };
  }
}

/** The type that fits all texts: int32 for integers, float64 for other numbers, otherwise categories. */
export function inferredType(texts: readonly (string | null)[]): ColumnType {
  let type: NumberDType = 'int32';
  let some = false;
  for (const text of texts) {
    const value = text === null ? NaN : numberOf(text);
    if (value === undefined) return 'category';
    some ||= text !== null;
    if (value !== (value | 0)) type = 'float64';
  }
  return some ? type : 'float64';
}

/** The next wider type for a column with texts that do not fit. */
export function widerType(type: ColumnType, text: string | null): ColumnType {
  return type === 'int32' && (text === null || numberOf(text) !== undefined)
    ? 'float64'
    : 'category';
}
