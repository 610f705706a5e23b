/** Builds a column while a file is read: texts become numbers or categories immediately. */
import { codeOf, type Column } from './table';

/** What a column of a CSV file holds; `number` is float64. */
export type ColumnType = 'number' | 'float32' | 'float64' | 'int32' | 'category' | 'skip';

export const columnTypes: readonly ColumnType[] = [
  'number',
  'float32',
  'float64',
  'int32',
  'category',
  'skip',
];

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const infinite = /^([+-]?)inf(?:inity)?$/i;

/** The number that a text represents; undefined if it is not a number. */
export function numberOf(text: string): number | undefined {
  if (decimal.test(text)) return Number(text);
  const found = infinite.exec(text);
  return found === null ? undefined : found[1] === '-' ? -Infinity : Infinity;
}

type Values = Float32Array | Float64Array | Int32Array;
const arrays = {
  number: Float64Array,
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  category: Int32Array,
} as const;

/** Values are kept in blocks: an array that grows is copied completely, again and again. */
const blockLength = 1 << 16;

/** A column of a known type. */
export class ColumnBuilder {
  private full: Values[] = [];
  private block: Values;
  private used = 0;
  private readonly codes = new Map<string, number>();

  constructor(readonly type: Exclude<ColumnType, 'skip'>) {
    this.block = new arrays[type](16);
  }

  /** Adds the value of a text, or null for a missing one; false if it does not have the type. */
  add(text: string | null): boolean {
    const value = this.valueOf(text);
    if (value === undefined) return false;
    if (this.used === this.block.length) {
      this.full.push(this.block);
      this.block = new arrays[this.type](Math.min(2 * this.used, blockLength));
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
    const values = new arrays[this.type](blocks.reduce((sum, { length }) => sum + length, 0));
    let offset = 0;
    for (const block of blocks) {
      values.set(block, offset);
      offset += block.length;
    }
    this.full = [];
    if (this.type === 'category') {
      return { type: 'category', values: values as Int32Array, categories: [...this.codes.keys()] };
    }
    return { type: this.type === 'number' ? 'float64' : this.type, values };
  }
}

/** The type that fits all texts: int32 for integers, float64 for other numbers, otherwise categories. */
export function inferredType(texts: readonly (string | null)[]): 'int32' | 'float64' | 'category' {
  let type: 'int32' | 'float64' = 'int32';
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
export function widerType(type: ColumnType, text: string | null): 'float64' | 'category' {
  return type === 'int32' && (text === null || numberOf(text) !== undefined)
    ? 'float64'
    : 'category';
}
