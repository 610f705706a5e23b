export { collate, type Collated } from './collate';
export { DataLoader, type DataLoaderOptions } from './dataLoader';
export type { Dataset } from './dataset';
export { gaussianClusters, type GaussianClustersOptions } from './gaussianClusters';
export { mnist, type LabelledImages } from './mnist';
export { TensorDataset, type TensorTuple } from './tensorDataset';
