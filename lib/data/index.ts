/**
 * Datasets, loaders that make batches of them, tables of CSV files, and transforms (torch.utils.data).
 *
 * @module
 */
export * from './datasets';
export * from './loader';
export * from './table';
export * from './transforms';
export * from './workers';
