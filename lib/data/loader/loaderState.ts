/** The state of a loader, which checkpoints save. */
import {
  describe,
  requireBoolean,
  requireInteger,
  requireOptions,
  unexpected,
  wrongType,
} from '../../core/errors';
import { Tensor } from '../../core/tensor';

/** A tree of plain objects, arrays, tensors, numbers, strings, booleans and null. */
export type StateTree = unknown;

/** The state of a DataLoader, from `stateDict()`. */
export interface DataLoaderState {
  /** Number of finished epochs. */
  epoch: number;
  /** Number of batches of the current epoch that were yielded. */
  position: number;
  /** Whether the iterable dataset has ended in this epoch. */
  ended: boolean;
  /** Number of samples in a batch; null if a batch sampler decides. */
  batchSize: number | null;
  /** Number of samples in the dataset; null for an iterable. */
  samples: number | null;
  /**
   * State of the generator from which the order of this epoch was drawn, int32 (4); null between epochs, and without
   * random numbers.
   */
  order: Tensor | null;
  /** State of the generator of the options `seed` or `generator`, int32 (4); null without these options. */
  generator: Tensor | null;
  /** State of the sampler at the start of the epoch; null if it has none. */
  sampler: StateTree;
  /** State of an iterable dataset after the last batch that was yielded; null if it has none. */
  dataset: StateTree;
}

/** The function that errors name. */
export const stateOp = 'DataLoader.loadStateDict';
const keys = [
  'epoch',
  'position',
  'ended',
  'batchSize',
  'samples',
  'order',
  'generator',
  'sampler',
  'dataset',
];

/** What a state must contain to fit the loader. */
export interface Expected {
  readonly batchSize: number | null;
  readonly samples: number | null;
  readonly generator: boolean;
  readonly sampler: boolean;
  readonly dataset: boolean;
}

/** Returns the state if it fits the loader; otherwise throws. */
export function requireState(value: unknown, expected: Expected): DataLoaderState {
  if (value === undefined || value === null || value instanceof Tensor) {
    throw wrongType(stateOp, 'the state of a DataLoader', 'state', value);
  }
  requireOptions(stateOp, value, keys);
  const state = value as Record<string, unknown>;
  for (const key of keys) {
    if (!(key in state)) throw new TypeError(`${stateOp}: state.${key} is missing`);
  }
  for (const key of ['batchSize', 'samples'] as const) {
    if (state[key] === expected[key]) continue;
    throw new RangeError(
      `${stateOp}: state.${key} is ${String(state[key])}, but this loader has ${key} ${expected[key]}; ` +
        'create it with the dataset and options of the loader that was saved',
    );
  }
  for (const key of ['generator', 'sampler', 'dataset'] as const) {
    if ((state[key] !== null) === expected[key]) continue;
    const problem = expected[key]
      ? `null, but the ${key} of this loader has a state`
      : `${describe(state[key])}, but this loader has no ${key} with a state`;
    throw new TypeError(
      `${stateOp}: state.${key} is ${problem}; create it with the options of the loader that was saved`,
    );
  }
  return {
    epoch: requireInteger(stateOp, 'state.epoch', state['epoch'], 0),
    position: requireInteger(stateOp, 'state.position', state['position'], 0),
    ended: requireBoolean(stateOp, 'state.ended', state['ended']),
    batchSize: expected.batchSize,
    samples: expected.samples,
    order: requireGeneratorState('state.order', state['order']),
    generator: requireGeneratorState('state.generator', state['generator']),
    sampler: state['sampler'],
    dataset: state['dataset'],
  };
}

function requireGeneratorState(name: string, value: unknown): Tensor | null {
  if (value === null) return null;
  if (!(value instanceof Tensor)) throw wrongType(stateOp, 'a tensor or null', name, value);
  if (value.dtype === 'int32' && value.ndim === 1 && value.shape[0] === 4) return value.clone();
  throw unexpected(stateOp, 'an int32 tensor of shape [4]', name, `a ${value.dtype} tensor`);
}
