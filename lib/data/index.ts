export { collate, type Collated } from './collate';
export { csvRows, readCsv, type CsvRow } from './csv';
export type { ColumnType } from './csvColumn';
export type { CsvOptions, ReadCsvOptions } from './csvOptions';
export { DataLoader, type DataLoaderOptions } from './dataLoader';
export type { Dataset } from './dataset';
export { gaussianClusters, type GaussianClustersOptions } from './gaussianClusters';
export { ImageFolder, type ImageFolderOptions } from './imageFolder';
export { mnist, type LabelledImages } from './mnist';
export {
  Table,
  type CategoryColumn,
  type Column,
  type ColumnData,
  type NumberColumn,
} from './table';
export { TensorDataset, type TensorTuple } from './tensorDataset';
export * from './transforms';
