/** Datasets. */
export { cifar10 } from './cifar10';
export { ConcatDataset } from './concatDataset';
export type { Dataset } from './dataset';
export { gaussianClusters, type GaussianClustersOptions } from './gaussianClusters';
export { ImageFolder, type ImageFolderOptions } from './imageFolder';
export type { Indices } from './indices';
export { IterableDataset, type AnyIterable } from './iterableDataset';
export { mnist, type LabelledImages } from './mnist';
export { randomSplit, Subset, type RandomSplitOptions } from './subset';
export { TensorDataset, type TensorTuple } from './tensorDataset';
