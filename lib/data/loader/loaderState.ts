/** Where a loader stands, as it is saved. */
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
  /** Batches handed out in this epoch. */
  position: number;
  /** Whether an iterable dataset has shown its end in this epoch. */
  ended: boolean;
  /** Samples in a batch; null if a batch sampler says. */
  batchSize: number | null;
  /** Samples in the dataset; null for an iterable. */
  samples: number | null;
  /** State of the generator when this epoch's order was drawn; null before, and where nothing was. */
  order: Tensor | null;
  /** State of the loader's generator, if it has one of its own. */
  generator: Tensor | null;
  /** State of a user's sampler at the epoch's start, if it has one. */
  sampler: StateTree;
  /** State of an iterable dataset after the last batch handed out, if it has one. */
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

/** What the loader that takes a state is like. */
export interface Expected {
  readonly batchSize: number | null;
  readonly samples: number | null;
  readonly generator: boolean;
  readonly sampler: boolean;
  readonly dataset: boolean;
}

/** A state that fits the loader, else an error. */
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
