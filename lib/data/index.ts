/**
 * Datasets, loaders that make batches of them, tables of CSV files, and transforms (torch.utils.data).
 *
 * @module
 */
export { collate, type Collated } from './collate';
export { ConcatDataset } from './concatDataset';
export { DataLoader } from './dataLoader';
export type { Dataset } from './dataset';
export { gaussianClusters, type GaussianClustersOptions } from './gaussianClusters';
export { ImageFolder, type ImageFolderOptions } from './imageFolder';
export { mnist, type LabelledImages } from './mnist';
export type { Indices } from './indices';
export { IterableDataset, type AnyIterable } from './iterableDataset';
export type { DataLoaderOptions, LoaderSource } from './loaderOptions';
export type { DataLoaderState } from './loaderState';
export {
  BatchSampler,
  RandomSampler,
  SequentialSampler,
  SubsetRandomSampler,
  type RandomSamplerOptions,
  type Sampler,
  type SamplerOptions,
  type Sized,
} from './samplers';
export { randomSplit, Subset, type RandomSplitOptions } from './subset';
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
export { TensorDataset, type TensorTuple } from './tensorDataset';
export * from './transforms';
export { WeightedRandomSampler, type WeightedRandomSamplerOptions } from './weightedRandomSampler';
export { WorkerDataset, type WorkerDatasetOptions } from './workers/workerDataset';
