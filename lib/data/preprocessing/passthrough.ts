/** Columns of numbers as they are: 'passthrough' of a ColumnTransformer. */
import { unexpected } from '../../core/errors';
import { cellOf, lostInFloat32 } from '../table/column';
import { ColumnwiseTransformer } from './columnwise';
import { register } from './registry';
import type { Source } from './source';
import type { Out, OutputDType } from './transformer';

/** Numbers as they are. Those that the dtype of the result would round are refused. */
export class Passthrough extends ColumnwiseTransformer<object> {
  protected readonly schema = {};
  private isWide = false;

  static {
    register('passthrough', this);
  }

  constructor() {
    super('passthrough', {});
  }

  override _fit(op: string, sources: readonly Source[], dtype: OutputDType): void {
    super._fit(op, sources, dtype);
    this.isWide = dtype === 'float64';
  }

  /** @internal The dtype of the result, when a state is restored. */
  _setOutput(dtype: OutputDType): void {
    this.isWide = dtype === 'float64';
  }

  protected fitColumn(op: string, source: Source, dtype: OutputDType): object {
    source.numbers(op); // refuses texts
    const column = source.column(op);
    const row = dtype === 'float32' ? lostInFloat32(column) : -1;
    if (row >= 0) throw rounded(op, source, row, String(cellOf(column, row)), 'float32');
    return {};
  }

  protected writeColumn(op: string, _fitted: object, source: Source, out: Out): void {
    const values = source.numbers(op);
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (Number.isInteger(value)) this.requireExact(op, source, i, value);
      out.values[out.offset + i * out.stride] = value;
    }
  }

  private requireExact(op: string, source: Source, row: number, value: number): void {
    const size = Math.abs(value);
    if (size <= 2 ** 24) return;
    if (this.isWide ? size < 2 ** 53 : Math.fround(value) === value && size < 2 ** 53) return;
    if (size >= 2 ** 63 && !this.isWide) return; // no count and no identifier
    const column = source.column(op);
    if (this.isWide && (column.type !== 'int64' || BigInt(value) === column.values[row])) return;
    throw rounded(
      op,
      source,
      row,
      String(cellOf(column, row)),
      this.isWide ? 'float64' : 'float32',
    );
  }
}

function rounded(op: string, source: Source, row: number, value: string, dtype: string): Error {
  const hint = dtype === 'float32' ? "; use the option dtype: 'float64', or scale the column" : '';
  const what = `numbers that ${dtype} keeps apart (${dtype} rounds this one${hint})`;
  return unexpected(op, what, source.label, `${value} in row ${row}`);
}
