/** The state of a loader, as it is saved. */
import {
  requireBoolean,
  requireInteger,
  requireOptions,
  unexpected,
  wrongType,
} from '../../core/errors';
import { Tensor } from '../../core/tensor';

/** Any tree of plain objects, arrays, tensors, numbers, strings, booleans and null. */
export type StateTree = unknown;

/** What `stateDict` of a DataLoader gives. */
export interface DataLoaderState {
  /** Finished epochs. */
  epoch: number;
  /** Batches of this epoch that were yielded. */
  position: number;
  /** Whether the iterable dataset has ended in this epoch. */
  ended: boolean;
  /** Samples in a batch; null with a batch sampler. */
  batchSize: number | null;
  /** Samples in the dataset; null for an iterable. */
  samples: number | null;
  /** State of the generator from which the order of this epoch was drawn; null before, and without random numbers. */
  order: Tensor | null;
  /** State of the loader's own generator; null without one. */
  generator: Tensor | null;
  /** State of a user's sampler at the start of the epoch; null without one. */
  sampler: StateTree;
  /** State of an iterable dataset after the last batch that was yielded; null without one. */
  dataset: StateTree;
}

const op = 'loadStateDict';
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

/** What a state must have to fit the loader. */
export interface Expected {
  readonly batchSize: number | null;
  readonly samples: number | null;
  readonly generator: boolean;
  readonly sampler: boolean;
  readonly dataset: boolean;
}

/** The state, if it fits the loader; otherwise throws. */
export function requireState(value: unknown, expected: Expected): DataLoaderState {
  if (value === undefined || value === null || value instanceof Tensor) {
    throw wrongType(op, 'the state of a DataLoader', 'state', value);
  }
  requireOptions(op, value, keys);
  const state = value as Record<string, unknown>;
  for (const key of keys) {
    if (!(key in state))
      throw wrongType(op, 'a state with all its entries', `state.${key}`, undefined);
  }
  for (const key of ['batchSize', 'samples'] as const) {
    if (state[key] === expected[key]) continue;
    throw unexpected(
      op,
      `${expected[key]}, as this loader has,`,
      `state.${key}`,
      String(state[key]),
    );
  }
  for (const key of ['generator', 'sampler', 'dataset'] as const) {
    if ((state[key] !== null) === expected[key]) continue;
    const what = expected[key]
      ? `the state of the loader's ${key}`
      : `null, as its ${key} has no state,`;
    throw wrongType(op, what, `state.${key}`, state[key]);
  }
  return {
    epoch: requireInteger(op, 'state.epoch', state['epoch'], 0),
    position: requireInteger(op, 'state.position', state['position'], 0),
    ended: requireBoolean(op, 'state.ended', state['ended']),
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
  if (!(value instanceof Tensor)) throw wrongType(op, 'a tensor or null', name, value);
  if (value.dtype === 'int32' && value.ndim === 1 && value.shape[0] === 4) return value.clone();
  throw unexpected(op, 'an int32 tensor of shape [4]', name, `a ${value.dtype} tensor`);
}
