/**
 * Datasets, loaders that make batches of them, tables of CSV files, and transforms (torch.utils.data).
 *
 * @module
 */
export * from './datasets';
export * from './images';
export * from './loader';
export * from './preprocessing';
export * from './splits';
export * from './table';
export * from './text';
export * as transforms from './transforms';
export * from './workers';
