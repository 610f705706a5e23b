/** Tables, and reading them from files. */
export {
  type BooleanColumn,
  type CategoryColumn,
  type Cell,
  type Column,
  type ColumnKind,
  type DateColumn,
  type NumberColumn,
  type TextColumn,
} from './column';
export type { ColumnData } from './columnData';
export { csvRows, readCsv, type CsvRow } from './csv';
export type { ColumnType } from './csvColumn';
export type { CsvOptions, ReadCsvOptions } from './csvOptions';
export type { TableRow } from './rows';
export type { RowSelection, SampleOptions } from './select';
export type { SortOptions } from './sort';
export { Table } from './table';
