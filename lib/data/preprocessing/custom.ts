/** A user's own transform of a column, inside a ColumnTransformer. */
import { numbersOf } from '../../core/access';
import { unexpected, wrongType } from '../../core/errors';
import { Tensor } from '../../core/tensor';
import { shapeText } from '../../core/errors';
import type { Column } from '../table/column';
import type { InputColumn, Source } from './source';
import type { ColumnState, TransformerState } from './state';
import { requireColumn } from './state';
import { Transformer, type Out } from './transformer';

/** A transform of your own for a column of a ColumnTransformer. */
export interface ColumnTransform {
  /**
   * Computes from a column the values that `transform` uses.
   *
   * @param column the column of the table in `fit`
   * @returns anything; it is ignored
   */
  fit(column: Column): unknown;
  /**
   * Transforms a column.
   *
   * @param column a column of any number of rows
   * @returns a tensor (rows, columns); the number of columns may change only with `fit`
   */
  transform(column: Column): Tensor;
  /**
   * The state after `fit`. It is also called before `fit`, when a checkpoint is loaded.
   *
   * @returns a tree of plain objects, arrays, tensors, numbers, strings, booleans and null
   */
  stateDict(): unknown;
  /**
   * Restores the state of `stateDict`.
   *
   * @param state a result of `stateDict`
   * @returns anything; it is ignored
   */
  loadStateDict(state: never): unknown;
  /**
   * The names of the output columns; default: the column's name, with a number if there are several.
   *
   * @param name the column's name
   * @returns a name for each column of the result of `transform`
   */
  outputNames?(name: string): string[];
}

export function isColumnTransform(value: unknown): value is ColumnTransform {
  if (typeof value !== 'object' || value === null) return false;
  return ['fit', 'transform', 'stateDict', 'loadStateDict'].every(
    (method) => typeof (value as Record<string, unknown>)[method] === 'function',
  );
}

/** Lets a user's transform stand for a transformer of one column. */
export class CustomTransformer extends Transformer {
  private input: InputColumn | null = null;
  private width = 1;

  constructor(
    column: string,
    readonly transform_: ColumnTransform,
  ) {
    super('custom', { column });
  }

  get _inputs(): readonly InputColumn[] | null {
    return this.input === null ? null : [this.input];
  }

  get _width(): number {
    return this.width;
  }

  _fit(op: string, [source]: readonly Source[]): void {
    const column = source.column(op);
    this.transform_.fit(column);
    this.width = this.matrixOf(op, source, column).shape[1];
    this.input = { name: source.name, kind: source.kind };
  }

  private matrixOf(op: string, source: Source, column: Column): Tensor {
    const result: unknown = this.transform_.transform(column);
    if (!(result instanceof Tensor)) {
      throw wrongType(op, 'a tensor', `the result of the transform of ${source.label}`, result);
    }
    if (result.ndim === 2 && result.shape[0] === source.length) return result;
    const what = `a shape (${source.length}, columns)`;
    throw unexpected(op, what, `the result of the transform of ${source.label}`, shapeText(result.shape)); // prettier-ignore
  }

  _write(op: string, [source]: readonly Source[], out: Out): void {
    const result = this.matrixOf(op, source, source.column(op));
    const [rows, columns] = result.shape;
    if (columns !== this.width) {
      const what = `${this.width} columns, as in fit,`;
      throw unexpected(op, what, `the result of the transform of ${source.label}`, String(columns));
    }
    const numbers = numbersOf(op, result);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        out.values[out.offset + i * out.stride + j] = numbers[i * columns + j];
      }
    }
  }

  _names(): string[] {
    const name = this.input?.name ?? '';
    const given = this.transform_.outputNames?.(name);
    if (given !== undefined) return given;
    if (this.width === 1) return [name];
    return Array.from({ length: this.width }, (_, j) => `${name}_${j}`);
  }

  _fittedState(): { columns: ColumnState[] | null } {
    const { input, width } = this;
    if (input === null) return { columns: null };
    return { columns: [{ ...input, width, state: this.transform_.stateDict() }] };
  }

  _restore(op: string, name: string, { columns }: TransformerState): void {
    if (columns === null || columns.length === 0) {
      this.input = null;
      return;
    }
    const [column] = columns;
    const input = requireColumn(op, `${name}.columns[0]`, column);
    this.transform_.loadStateDict(column['state'] as never);
    this.width = Number(column['width']);
    this.input = input;
  }

  /** The user's object cannot be copied; ColumnTransformer refuses one that is used twice. */
  override _clone(): Transformer {
    return new CustomTransformer(String(this._options['column']), this.transform_);
  }
}
