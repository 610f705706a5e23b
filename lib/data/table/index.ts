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
export type { CsvOptions, CsvProgress, ReadCsvOptions } from './csv/options';
export { parseCsv, readCsv } from './csv/read';
export { csvRows, type CsvRow } from './csv/rows';
export type { TableSource } from './csv/source';
export type { ColumnType } from './csv/types';
export { formatCsv, writeCsv, type WriteCsvOptions } from './csv/write';
export {
  fromArrow,
  toArrow,
  type ArrowField,
  type ArrowSchema,
  type ArrowTable,
  type FromArrowOptions,
} from './files/arrow';
export { readJson, readNdjson, type ReadJsonOptions, type ReadNdjsonOptions } from './files/json';
export { readParquet, type ReadParquetOptions } from './files/parquet';
export type { TableRow } from './rows';
export type { RowSelection, SampleOptions } from './select';
export type { SortOptions } from './sort';
export { Table } from './table';
