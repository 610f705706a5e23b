/** Columns as a tensor. */
import { isFloating, newArray, type NumberDType } from '../../core/dtype';
import { readElement, requireElement, writeElement } from '../../core/element';
import { unexpected } from '../../core/errors';
import { Storage } from '../../core/storage';
import { Tensor } from '../../core/tensor';
import { isMissing, kindOf, lostInFloat32, numberOf, textOf, type Column } from './column';

/** Columns of numbers and booleans side by side, (rows, columns). Without a dtype float32, which must not merge values. */
export function tensorOf(
  op: string,
  columns: readonly (readonly [name: string, column: Column])[],
  rows: number,
  dtype?: NumberDType,
): Tensor {
  const width = columns.length;
  const type = dtype ?? 'float32';
  const out = newArray(type, rows * width);
  for (const [j, [name, column]] of columns.entries()) {
    requireNumbers(op, name, column);
    if (dtype === undefined) requireFloat32(op, name, column);
    if (out instanceof Float32Array || out instanceof Float64Array) {
      for (let i = 0; i < rows; i++) out[i * width + j] = numberOf(column, i);
      continue;
    }
    for (let i = 0; i < rows; i++) {
      const place = `row ${i} of column '${name}'`;
      if (isMissing(column, i) && !isFloating(type)) {
        throw unexpected(op, `a number that ${type} holds`, place, 'a missing value');
      }
      const value =
        column.type === 'int64' ? readElement('int64', column.values, i) : numberOf(column, i);
      writeElement(type, out, i * width + j, requireElement(op, place, type, value));
    }
  }
  return new Tensor(new Storage(type, out), [rows, width]);
}

function requireNumbers(op: string, name: string, column: Column): void {
  const kind = kindOf(column);
  if (kind === 'number' || kind === 'integer' || kind === 'boolean') return;
  const got = { category: 'categories', text: 'texts', date: 'dates' }[kind];
  throw unexpected(op, 'numbers', `column '${name}'`, got);
}

/** Refuses a column with values that float32 would merge with others. */
export function requireFloat32(op: string, name: string, column: Column): void {
  const row = lostInFloat32(column);
  if (row < 0) return;
  const what = "values that float32 tells apart (or dtype: 'float64', or 'float32' to round them)";
  const rounded = String(Math.fround(numberOf(column, row)));
  const got = `${String(textOf(column, row))} in row ${row}, which float32 rounds to ${rounded}`;
  throw unexpected(op, what, `column '${name}'`, got);
}
