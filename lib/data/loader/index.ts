/** Loaders, samplers, and how samples become batches. */
export { BucketSampler, type BucketSamplerOptions } from './bucketSampler';
export { collate, type Collated, type CollateOptions } from './collate';
export { DataLoader } from './dataLoader';
export type { DataLoaderOptions, LoaderSource } from './loaderOptions';
export type { DataLoaderState } from './loaderState';
export type { NumberTypes } from './numberTypes';
export { padCollate, type PadCollated, type PadCollateOptions } from './padCollate';
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
export { WeightedRandomSampler, type WeightedRandomSamplerOptions } from './weightedRandomSampler';
