/** Builders of columns: bytes become values immediately. */
import { isFloating, isHalf, type NumberDType } from '../../../core/dtype';
import type { Element } from '../../../core/element';
import { withMask, type Column, type NumberColumn } from '../column';
import { dateOf } from '../dates';
import { Blocks } from './blocks';
import { Dictionary } from './dictionary';
import { numberAt, numberOfText, type Notation } from './numbers';
import { booleanOf, elementOf, typedBooleanOf, type ColumnType } from './types';

/** Builds one column. */
export interface Builder {
  /** Adds the value in bytes `start` to before `end`. */
  add(buffer: Buffer, start: number, end: number): void;
  /** The column, after the last value. */
  column(): Column;
}

/** What builders need to know. */
export interface BuilderOptions {
  readonly notation: Notation;
  readonly missing: ReadonlySet<string>;
  /** Called with a text that the column's type does not hold, or null for a missing value; the value then is missing. */
  readonly onBad: (text: string | null) => void;
}

export function makeBuilder(type: Exclude<ColumnType, 'skip'>, options: BuilderOptions): Builder {
  switch (type) {
    case 'category':
      return new CategoryBuilder(options);
    case 'text':
      return new TextBuilder(options);
    case 'boolean':
      return new BooleanBuilder(options, typedBooleanOf);
    case 'date':
      return new DateBuilder(options);
    case 'integer':
      return new NumberBuilder('int64', options, true);
    case 'number':
      return new NumberBuilder('float64', options);
    default:
      return new NumberBuilder(type, options);
  }
}

/** The text of a field; null if it means a missing value. */
export function fieldText(
  buffer: Buffer,
  start: number,
  end: number,
  missing: ReadonlySet<string>,
): string | null {
  const text = buffer.toString('utf8', start, end);
  return missing.has(text) ? null : text;
}

/** Rows with a missing value, as a mask. */
class Mask {
  private readonly rows: number[] = [];

  get size(): number {
    return this.rows.length;
  }

  add(row: number): void {
    this.rows.push(row);
  }

  of(length: number): Uint8Array {
    const mask = new Uint8Array(length);
    for (const row of this.rows) mask[row] = 1;
    return mask;
  }
}

/** Numbers of a given dtype. */
class NumberBuilder implements Builder {
  private readonly blocks: Blocks;
  private readonly mask = new Mask();
  private readonly point: number;
  private readonly isFast: boolean;
  private rows = 0;

  /** `isInteger`: a column of the kind integer, which may lack values, and which is int32 if that holds all values. */
  constructor(
    private readonly dtype: NumberDType,
    private readonly options: BuilderOptions,
    private readonly isInteger = false,
  ) {
    this.blocks = new Blocks(dtype);
    this.point = pointOf(options.notation);
    this.isFast = isFloating(dtype) && !isHalf(dtype);
  }

  add(buffer: Buffer, start: number, end: number): void {
    if (this.isFast) {
      const number = numberAt(buffer, start, end, this.point);
      if (!Number.isNaN(number)) {
        this.blocks.push(number);
        this.rows++;
        return;
      }
    }
    this.addText(fieldText(buffer, start, end, this.options.missing));
  }

  private addText(text: string | null): void {
    const type = this.isInteger ? 'integer' : this.dtype;
    const value = text === null ? undefined : elementOf(type, text, this.options.notation);
    if (value !== undefined) this.blocks.pushElement(value);
    else {
      if (text !== null || (!this.isInteger && !isFloating(this.dtype))) this.options.onBad(text);
      this.blocks.pushElement(isFloating(this.dtype) ? NaN : 0);
      this.mask.add(this.rows);
    }
    this.rows++;
  }

  column(): Column {
    const values = this.blocks.join();
    if (isFloating(this.dtype)) return { type: this.dtype, values };
    const mask = this.mask.of(values.length);
    if (this.isInteger && values instanceof BigInt64Array && values.every(fitsInt32)) {
      return withMask<NumberColumn>(
        { type: 'int32', values: Int32Array.from(values, Number) },
        mask,
      );
    }
    return withMask<NumberColumn>({ type: this.dtype, values }, mask);
  }
}

function fitsInt32(value: bigint): boolean {
  return BigInt.asIntN(32, value) === value;
}

/** The byte before fractions. */
export function pointOf({ decimal }: Notation): number {
  return decimal.charCodeAt(0);
}

/**
 * Numbers of an inferred dtype: int32 for integers, float64 for others and where values are missing, int64 for whole
 * numbers beyond 2^53.
 */
export class InferredNumbers implements Builder {
  private blocks = new Blocks('int32');
  private readonly mask = new Mask();
  private readonly point: number;
  private rows = 0;
  private isWhole = true;

  constructor(private readonly options: BuilderOptions) {
    this.point = pointOf(options.notation);
  }

  add(buffer: Buffer, start: number, end: number): void {
    const number = numberAt(buffer, start, end, this.point);
    const { dtype } = this.blocks;
    if (dtype === 'float64' && Math.abs(number) < 2 ** 53) {
      if (this.isWhole) this.isWhole = Number.isInteger(number);
      this.blocks.push(number);
    } else if (dtype === 'int32' && (number | 0) === number) this.blocks.push(number);
    else this.addText(fieldText(buffer, start, end, this.options.missing));
    this.rows++;
  }

  private addText(text: string | null): void {
    const { notation, onBad } = this.options;
    const number = text === null ? undefined : numberOfText(text, notation);
    if (number === undefined) {
      if (text !== null) onBad(text);
      this.mask.add(this.rows);
      if (this.blocks.dtype === 'int32') this.widen('float64', Number);
      this.blocks.pushElement(this.blocks.dtype === 'int64' ? 0 : NaN);
      return;
    }
    const long = text === null ? undefined : elementOf('int64', text, notation);
    if (this.blocks.dtype !== 'int64' && (typeof long !== 'bigint' || !this.isWhole)) {
      if (this.blocks.dtype === 'int32') this.widen('float64', Number);
      this.isWhole &&= Number.isInteger(number);
      this.blocks.pushElement(number);
    } else if (long === undefined) {
      this.isWhole = false;
      this.toFloat64();
      this.blocks.pushElement(number);
    } else {
      if (this.blocks.dtype !== 'int64') this.widen('int64', (x) => (Number.isNaN(x) ? 0 : x));
      this.blocks.pushElement(long);
    }
  }

  /** How many values are numbers. */
  get numbers(): number {
    return this.rows - this.mask.size;
  }

  private widen(dtype: NumberDType, change: (value: Element) => Element): void {
    this.blocks = this.blocks.convert(dtype, change);
  }

  /** Back from int64: missing values are NaN again. */
  private toFloat64(): void {
    const { length } = this.blocks;
    const mask = this.mask.of(length);
    let row = 0;
    this.widen('float64', (value) => (mask[row++] === 1 ? NaN : Number(value)));
  }

  column(): Column {
    const { dtype } = this.blocks;
    if (this.rows === 0) return { type: 'float64', values: new Float64Array(0) };
    const values = this.blocks.join();
    if (dtype !== 'int64') return { type: dtype, values };
    return withMask<NumberColumn>({ type: dtype, values }, this.mask.of(values.length));
  }
}

/** Categories in the order in which they appear. */
class CategoryBuilder implements Builder {
  private readonly blocks = new Blocks('int32');
  private readonly dictionary = new Dictionary();
  private readonly first: number;

  constructor({ missing }: BuilderOptions) {
    // The first numbers are those of the texts that mean a missing value.
    for (const text of missing) {
      const bytes = Buffer.from(text);
      this.dictionary.codeOf(bytes, 0, bytes.length);
    }
    this.first = this.dictionary.size;
  }

  add(buffer: Buffer, start: number, end: number): void {
    this.blocks.push(Math.max(this.dictionary.codeOf(buffer, start, end) - this.first, -1));
  }

  column(): Column {
    const values = this.blocks.join() as Int32Array;
    return { type: 'category', values, categories: this.dictionary.texts(this.first) };
  }
}

class TextBuilder implements Builder {
  private readonly values: (string | null)[] = [];

  constructor(private readonly options: BuilderOptions) {}

  add(buffer: Buffer, start: number, end: number): void {
    this.values.push(fieldText(buffer, start, end, this.options.missing));
  }

  column(): Column {
    return { type: 'text', values: this.values };
  }
}

export class BooleanBuilder implements Builder {
  private readonly blocks = new Blocks('uint8');
  private readonly mask = new Mask();
  private rows = 0;

  constructor(
    private readonly options: BuilderOptions,
    private readonly valueOf: (text: string) => boolean | undefined = booleanOf,
  ) {}

  add(buffer: Buffer, start: number, end: number): void {
    const text = fieldText(buffer, start, end, this.options.missing);
    const value = text === null ? undefined : this.valueOf(text);
    if (value === undefined) {
      if (text !== null) this.options.onBad(text);
      this.mask.add(this.rows);
    }
    this.blocks.push(Number(value ?? false));
    this.rows++;
  }

  column(): Column {
    const values = this.blocks.join() as Uint8Array;
    return withMask<Column>({ type: 'boolean', values }, this.mask.of(values.length));
  }
}

export class DateBuilder implements Builder {
  private readonly blocks = new Blocks('float64');

  constructor(private readonly options: BuilderOptions) {}

  add(buffer: Buffer, start: number, end: number): void {
    const text = fieldText(buffer, start, end, this.options.missing);
    const time = text === null ? undefined : dateOf(text);
    if (time === undefined && text !== null) this.options.onBad(text);
    this.blocks.push(time ?? NaN);
  }

  column(): Column {
    return { type: 'date', values: this.blocks.join() as Float64Array };
  }
}
