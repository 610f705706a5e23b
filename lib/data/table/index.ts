/** Tables, and reading them from CSV files. */
export { csvRows, readCsv, type CsvRow } from './csv';
export type { ColumnType } from './csvColumn';
export type { CsvOptions, ReadCsvOptions } from './csvOptions';
export {
  Table,
  type CategoryColumn,
  type Column,
  type ColumnData,
  type NumberColumn,
} from './table';
