/** The messages between a loader and its workers. */
import type { DType } from '../../core/dtype';
import type { NumberTypes, FieldState } from '../loader/numberTypes';
import type { SeedBase } from '../loader/seeds';

/** How a worker creates a dataset: a module, and the arguments for its class or function. */
export interface DatasetModule {
  readonly href: string;
  readonly args: readonly unknown[];
}

/** The data a worker is started with. */
export interface WorkerSetup {
  readonly modules: readonly DatasetModule[];
  /** Files of the library. If the dataset's module has loaded one, it is seeded for each sample. */
  readonly libraries: readonly string[];
  /** Whether samples are collated; a user's `collate` gets them one by one. */
  readonly collate: boolean;
}

/** A batch to load into the memory of a slot. */
export interface LoadMessage {
  readonly batch: number;
  readonly slot: number;
  /** The index of the dataset of each sample; null if there is only one dataset. */
  readonly datasets: Uint16Array | null;
  readonly indices: Int32Array;
  readonly seeds: SeedBase;
}

/** A request to infer the dtypes of numbers that the option `dtypes` does not set. */
export interface InferMessage {
  readonly infer: NumberTypes | null;
}

/** A field of a batch; its numbers are in the slot's memory, starting at byte `offset`. */
export type Part =
  | {
      readonly kind: 'tensor';
      readonly dtype: DType;
      readonly shape: readonly number[];
      readonly offset: number;
    }
  | {
      readonly kind: 'array';
      readonly type: string;
      readonly length: number;
      readonly offset: number;
    }
  | { readonly kind: 'stack'; readonly parts: readonly Part[] }
  | { readonly kind: 'plain'; readonly values: readonly (number | bigint | boolean)[] }
  | { readonly kind: 'list'; readonly parts: readonly Part[] }
  | { readonly kind: 'object'; readonly parts: readonly (readonly [string, Part])[] }
  | { readonly kind: 'value'; readonly value: unknown };

/** A message from a worker. */
export type WorkerMessage =
  | { readonly kind: 'ready'; readonly lengths: readonly number[] }
  | { readonly kind: 'failed'; readonly error: unknown }
  | {
      readonly kind: 'batch';
      readonly batch: number;
      /** The memory of the slot, if it is new. */
      readonly memory: SharedArrayBuffer | null;
      readonly part: Part;
    }
  | { readonly kind: 'inferred'; readonly state: FieldState }
  | { readonly kind: 'error'; readonly batch: number; readonly error: unknown };

/** Whether a message is one of these: a dataset's module may post other messages to the same port. */
export function isWorkerMessage(value: unknown): value is WorkerMessage {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  const { kind, batch, lengths } = value as Record<string, unknown>;
  if (kind === 'ready') return Array.isArray(lengths);
  return (
    kind === 'failed' ||
    kind === 'inferred' ||
    ((kind === 'batch' || kind === 'error') && typeof batch === 'number')
  );
}
