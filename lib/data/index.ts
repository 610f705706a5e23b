/**
 * Datasets, loaders that make batches of them, tables of CSV files, and transforms (torch.utils.data).
 *
 * @module
 */
export { collate, type Collated } from './loader/collate';
export { ConcatDataset } from './datasets/concatDataset';
export { DataLoader } from './loader/dataLoader';
export type { Dataset } from './datasets/dataset';
export { gaussianClusters, type GaussianClustersOptions } from './datasets/gaussianClusters';
export { ImageFolder, type ImageFolderOptions } from './datasets/imageFolder';
export { mnist, type LabelledImages } from './datasets/mnist';
export type { Indices } from './datasets/indices';
export { IterableDataset, type AnyIterable } from './datasets/iterableDataset';
export type { DataLoaderOptions, LoaderSource } from './loader/loaderOptions';
export type { DataLoaderState } from './loader/loaderState';
export {
  BatchSampler,
  RandomSampler,
  SequentialSampler,
  SubsetRandomSampler,
  type RandomSamplerOptions,
  type Sampler,
  type SamplerOptions,
  type Sized,
} from './loader/samplers';
export { randomSplit, Subset, type RandomSplitOptions } from './datasets/subset';
export { csvRows, readCsv, type CsvRow } from './table/csv';
export type { ColumnType } from './table/csvColumn';
export type { CsvOptions, ReadCsvOptions } from './table/csvOptions';
export {
  Table,
  type CategoryColumn,
  type Column,
  type ColumnData,
  type NumberColumn,
} from './table/table';
export { TensorDataset, type TensorTuple } from './datasets/tensorDataset';
export * from './transforms';
export {
  WeightedRandomSampler,
  type WeightedRandomSamplerOptions,
} from './loader/weightedRandomSampler';
export { WorkerDataset, type WorkerDatasetOptions } from './workers/workerDataset';
