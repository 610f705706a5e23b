/** Tables below each other. */
import { promoteTypes, type NumberDType } from '../../core/dtype';
import { newArray } from '../../core/dtype';
import { copyElements, readElement, writeElement } from '../../core/element';
import { unexpected } from '../../core/errors';
import {
  isFloatingType,
  isMissing,
  isNumbers,
  kindOf,
  withMask,
  type CategoryColumn,
  type Column,
  type NumberColumn,
} from './column';
import { codeOf } from './columnData';

interface Columns {
  readonly columns: ReadonlyMap<string, Column>;
}

/** The columns of all tables; names must be the same, in any order. */
export function concatColumns(
  op: string,
  first: ReadonlyMap<string, Column>,
  others: readonly Columns[],
): Map<string, Column> {
  for (const [i, { columns }] of others.entries()) {
    const surplus = [...columns.keys()].find((name) => !first.has(name));
    if (surplus !== undefined || columns.size < first.size) {
      const lacking = [...first.keys()].find((name) => !columns.has(name));
      const got = surplus === undefined ? `none named '${lacking}'` : `the column '${surplus}'`;
      throw unexpected(op, `the columns ${[...first.keys()].join(', ')}`, `tables[${i}]`, got);
    }
  }
  const joined = new Map<string, Column>();
  for (const [name, column] of first) {
    const parts = [column, ...others.map(({ columns }) => columns.get(name) ?? column)];
    joined.set(name, joinParts(op, name, parts));
  }
  return joined;
}

function joinParts(op: string, name: string, parts: readonly Column[]): Column {
  const used = parts.filter((part) => part.values.length > 0);
  if (used.length < 2) return used[0] ?? parts[0];
  const [{ type }] = used;
  if (used.every(isNumbers)) return joinNumbers(used);
  const other = used.find((part) => part.type !== type);
  if (other !== undefined) {
    throw unexpected(op, `one kind in all tables`, `column '${name}'`, `${kindOf(used[0])} and ${kindOf(other)}`); // prettier-ignore
  }
  if (type === 'category') return joinCategories(used as CategoryColumn[]);
  const length = lengthOf(used);
  const at = (i: number): [Column, number] => placeOf(used, i);
  if (type === 'text') {
    const values = used.flatMap((part) => part.values as readonly (string | null)[]);
    return { type, values };
  }
  const missing = new Uint8Array(length);
  if (type === 'date') {
    const values = new Float64Array(length);
    copyAll(values, used);
    return { type, values };
  }
  const values = new Uint8Array(length);
  copyAll(values, used);
  for (let i = 0; i < length; i++) missing[i] = Number(isMissing(...at(i)));
  return withMask<Column>({ type: 'boolean', values }, missing);
}

function lengthOf(parts: readonly Column[]): number {
  return parts.reduce((sum, { values }) => sum + values.length, 0);
}

function placeOf(parts: readonly Column[], row: number): [Column, number] {
  let i = row;
  for (const part of parts) {
    if (i < part.values.length) return [part, i];
    i -= part.values.length;
  }
  return [parts[0], 0];
}

function copyAll(to: Float64Array | Uint8Array, parts: readonly Column[]): void {
  let offset = 0;
  for (const { values } of parts) {
    copyElements(to, values as typeof to, offset);
    offset += values.length;
  }
}

/** Numbers in the dtype that holds all of them: int64 and float32 together become float64. */
function joinNumbers(parts: readonly NumberColumn[]): NumberColumn {
  const promoted = parts.map(({ type }) => type).reduce<NumberDType>(joinTypes, parts[0].type);
  const length = lengthOf(parts);
  const values = newArray(promoted, length);
  const missing = new Uint8Array(length);
  let row = 0;
  for (const part of parts) {
    for (let i = 0; i < part.values.length; i++, row++) {
      const isNone = isMissing(part, i);
      if (isNone && !isFloatingType(promoted)) missing[row] = 1;
      else if (isNone) writeElement(promoted, values, row, NaN);
      else writeElement(promoted, values, row, readElement(part.type, part.values, i));
    }
  }
  return withMask({ type: promoted, values }, missing);
}

function joinTypes(a: NumberDType, b: NumberDType): NumberDType {
  if (a === b) return a;
  const promoted = promoteTypes(a, b) as NumberDType;
  // float32 does not hold all integers of 32 bits.
  return isFloatingType(promoted) && (!isFloatingType(a) || !isFloatingType(b)) ? 'float64' : promoted; // prettier-ignore
}

function joinCategories(parts: readonly CategoryColumn[]): CategoryColumn {
  const codes = new Map<string, number>();
  const values = new Int32Array(lengthOf(parts));
  let row = 0;
  for (const part of parts) {
    const mapped = part.categories.map((category) => codeOf(codes, category));
    for (const code of part.values) values[row++] = code < 0 ? -1 : mapped[code];
  }
  return { type: 'category', values, categories: [...codes.keys()] };
}
