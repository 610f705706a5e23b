/**
 * Hyperparameter search: `tune.search` runs trials with different parameters, in this thread or in worker threads, and
 * returns the best one and a table of all.
 *
 * @module
 */
export type { Json } from './json';
export type { SearchOptions, SearchStrategy } from './options';
export {
  choice,
  integer,
  logUniform,
  uniform,
  type ContinuousOptions,
  type Parameter,
} from './parameter';
export type { SearchResult, TrialResult } from './results';
export { search } from './search';
export type { AnyParameters, ParametersOf, SearchSpace } from './space';
export type { Trial, TrialError, TrialValue, ValueAndMore } from './trial';
