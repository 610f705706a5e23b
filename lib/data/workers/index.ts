/** Datasets that worker threads read. */
export { WorkerDataset, type WorkerDatasetOptions } from './workerDataset';
