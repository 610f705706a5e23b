/** Builds a column while a file is read: texts become numbers or categories immediately. */
import { newArray, numberDTypes, type DType, type NumberDType } from '../../core/dtype';
import { codeOf, type Column, type NumberColumn } from './table';

/** What a column of a CSV file holds; `number` is float64. */
export type ColumnType = 'number' | Exclude<DType, 'bool'> | 'category' | 'skip';

export const columnTypes: readonly ColumnType[] = ['number', ...numberDTypes, 'category', 'skip'];

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const infinite = /^([+-]?)inf(?:inity)?$/i;

/** The number that a text represents; undefined if it is not a number. */
export function numberOf(text: string): number | undefined {
  if (decimal.test(text)) return Number(text);
  const found = infinite.exec(text);
  return found === null ? undefined : found[1] === '-' ? -Infinity : Infinity;
}

type Values = NumberColumn['values'];

/** The dtype of a column's values. */
function dtypeOf(type: Exclude<ColumnType, 'skip'>): NumberDType {
  return type === 'number' ? 'float64' : type === 'category' ? 'int32' : type;
}

/** Values are kept in blocks: an array that grows is copied completely, again and again. */
const blockLength = 1 << 16;

/** A column of a known type. */
export class ColumnBuilder {
  private full: Values[] = [];
  private block: Values;
  private used = 0;
  private readonly codes = new Map<string, number>();

  constructor(readonly type: Exclude<ColumnType, 'skip'>) {
    this.block = this.newBlock(16);
  }

  private newBlock(length: number): Values {
    return newArray(dtypeOf(this.type), length) as Values;
  }

  /** Adds the value of a text, or null for a missing one; false if it does not have the type. */
  add(text: string | null): boolean {
    const value = this.valueOf(text);
    if (value === undefined) return false;
    if (this.used === this.block.length) {
      this.full.push(this.block);
      this.block = this.newBlock(Math.min(2 * this.used, blockLength));
      this.used = 0;
    }
    this.block[this.used++] = value;
    return true;
  }

  private valueOf(text: string | null): number | undefined {
    if (this.type === 'category') return text === null ? -1 : codeOf(this.codes, text);
    const value = text === null ? NaN : numberOf(text);
    if (this.type === 'int32' && value !== undefined && value !== (value | 0)) return undefined;
    return value;
  }

  /** The column, after the last value. */
  column(): Column {
    const blocks = [...this.full, this.block.subarray(0, this.used)];
    const values = this.newBlock(blocks.reduce((sum, { length }) => sum + length, 0));
    let offset = 0;
    for (const block of blocks) {
      values.set(block, offset);
      offset += block.length;
    }
    this.full = [];
    if (this.type === 'category') {
      return { type: 'category', values: values as Int32Array, categories: [...this.codes.keys()] };
    }
    return { type: dtypeOf(this.type), values };
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
