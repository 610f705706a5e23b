/** The messages between a search and its worker threads. */
import type { TransferableTensor } from '../core/transfer';
import type { Outcome, Task, TrialError } from './trial';

/** Data in shared memory. */
export type Shared =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'tensor'; readonly message: TransferableTensor }
  | { readonly kind: 'table'; readonly columns: readonly (readonly [string, Shared])[] }
  | { readonly kind: 'list'; readonly items: readonly Shared[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [string, Shared])[] };

/** The data a worker is started with. */
export interface WorkerSetup {
  /** The module of `run`. */
  readonly href: string;
  /** Files of the library. Those that the module has loaded are seeded for each trial. */
  readonly libraries: readonly string[];
  readonly threads: number;
  readonly data: Shared;
}

/** A trial to run. */
export interface TaskMessage {
  readonly task: Task;
}

/** A message from a worker. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  /** The module cannot be loaded, or has no function. */
  | { readonly kind: 'unusable'; readonly error: TrialError }
  | { readonly kind: 'outcome'; readonly number: number; readonly outcome: Outcome };

/** Whether a message is one of these: a user's module may post other messages to the same port. */
export function isWorkerMessage(value: unknown): value is WorkerMessage {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  const { kind, outcome } = value as Record<string, unknown>;
  return kind === 'ready' || kind === 'unusable' || (kind === 'outcome' && outcome !== undefined);
}
