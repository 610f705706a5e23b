/** Worker threads that load batches. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { isError } from '../../core/realms';
import type { NumberTypes, Field, FieldState } from '../loader/numberTypes';
import { decode } from './decode';
import {
  isWorkerMessage,
  type LoadMessage,
  type InferMessage,
  type DatasetModule,
  type WorkerMessage,
  type WorkerSetup,
} from './protocol';
import { startWorker } from './startWorker';

/** The program of a worker: in the bundle, and in the unbundled library. */
const entries = [join(__dirname, 'data', 'workers', 'entry.js'), join(__dirname, 'entry.js')];
const libraries = [
  join(__dirname, 'blasgrad.js'),
  ...['blasgrad.js', 'index.js'].map((file) => join(__dirname, '..', '..', file)),
];

/** A batch that is being loaded. */
interface PendingBatch {
  readonly slot: number;
  readonly resolve: (batch: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A worker, its slots of shared memory, and its pending batches. */
interface WorkerThread {
  readonly worker: Worker;
  readonly slots: (SharedArrayBuffer | null)[];
  readonly free: number[];
  readonly pending: Map<number, PendingBatch>;
}

/** A batch to load. */
export type LoadRequest = Omit<LoadMessage, 'slot'>;

/** The worker threads of a loop over a loader. */
export class WorkerPool {
  private readonly threads: readonly WorkerThread[];
  private failure: Error | null = null;
  private closed = false;
  private inferring: {
    readonly resolve: (state: FieldState) => void;
    readonly reject: (error: Error) => void;
  } | null = null;
  /** The first batch, which may still choose dtypes. */
  private first: number | null = null;
  /** Messages that arrived before the first batch; null after it. */
  private held: (() => void)[] | null;

  constructor(
    count: number,
    modules: readonly DatasetModule[],
    private readonly lengths: readonly number[],
    /** The dtypes of numbers; null if a user's `collate` gets the samples. */
    private readonly field: Field | null,
  ) {
    const workerData: WorkerSetup = { modules, libraries, collate: field !== null };
    this.held = field === null ? null : [];
    this.threads = Array.from({ length: count }, (_, number) => this.start(number, workerData));
  }

  /** Loads a batch in the worker with the fewest pending batches. */
  load(request: LoadRequest): Promise<unknown> {
    if (this.failure !== null) return Promise.reject(this.failure);
    const thread = this.threads.reduce((a, b) => (b.pending.size < a.pending.size ? b : a));
    this.first ??= request.batch;
    const slot = thread.free.pop() ?? thread.slots.push(null) - 1;
    return new Promise((resolve, reject) => {
      thread.pending.set(request.batch, { slot, resolve, reject });
      const message: LoadMessage = { ...request, slot };
      thread.worker.postMessage(message);
    });
  }

  /** Lets one worker infer the dtypes of numbers in samples. */
  inferDTypes(dtypes: NumberTypes | null): Promise<FieldState> {
    if (this.failure !== null) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.inferring = { resolve, reject };
      const message: InferMessage = { infer: dtypes };
      this.threads[0].worker.postMessage(message);
    });
  }

  /** Keeps the process alive until batches arrive, or no longer does. */
  keepAlive(alive: boolean): void {
    for (const { worker } of this.threads) {
      if (alive) worker.ref();
      else worker.unref();
    }
  }

  /** Terminates all workers immediately. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.threads.map(({ worker }) => worker.terminate()));
  }

  private start(number: number, workerData: WorkerSetup): WorkerThread {
    const entry = entries.find(existsSync) ?? entries[0];
    const worker = startWorker(entry, workerData);
    worker.unref();
    const thread: WorkerThread = { worker, slots: [], free: [], pending: new Map() };
    worker.on('message', (message: unknown) => {
      if (isWorkerMessage(message)) this.receive(number, thread, message);
    });
    worker.on('messageerror', (error) => {
      this.fail(failureOf(number, error));
    });
    worker.on('error', (error) => {
      this.fail(failureOf(number, error));
    });
    worker.on('exit', (code) => {
      this.fail(new Error(`DataLoader: worker ${number} exited unexpectedly (code ${code})`));
    });
    return thread;
  }

  private receive(number: number, thread: WorkerThread, message: WorkerMessage): void {
    if (message.kind === 'ready') {
      const wrong = message.lengths.findIndex((length, i) => length !== this.lengths[i]);
      if (wrong < 0) return;
      this.fail(
        new RangeError(
          `DataLoader: a dataset has ${message.lengths[wrong]} samples in worker ${number}, but ` +
            `${this.lengths[wrong]} in the main thread; its module must create the same dataset in every thread`,
        ),
      );
      return;
    }
    if (message.kind === 'failed') {
      this.fail(failureOf(number, message.error));
      return;
    }
    if (message.kind === 'inferred') {
      this.inferring?.resolve(message.state);
      return;
    }
    if (this.held !== null && message.batch !== this.first) {
      this.held.push(() => {
        this.receive(number, thread, message);
      });
      return;
    }
    const { held } = this;
    this.held = null;
    const pending = thread.pending.get(message.batch);
    if (pending === undefined) return;
    const { slot, resolve, reject } = pending;
    thread.pending.delete(message.batch);
    if (message.kind === 'error') {
      reject(failureOf(number, message.error));
    } else {
      if (message.memory !== null) thread.slots[slot] = message.memory;
      try {
        resolve(decode(message.part, thread.slots[slot] as SharedArrayBuffer, this.field));
      } catch (error) {
        reject(error as Error);
      }
    }
    thread.free.push(slot);
    held?.forEach((receive) => {
      receive();
    });
  }

  private fail(error: Error): void {
    if (this.closed || this.failure !== null) return;
    this.failure = error;
    this.inferring?.reject(error);
    for (const { pending } of this.threads) {
      for (const { reject } of pending.values()) reject(error);
      pending.clear();
    }
  }
}

/** The error of a worker, with its stack in the message and the original error as its cause. */
function failureOf(number: number, cause: unknown): Error {
  const text = isError(cause) ? (cause.stack ?? cause.message) : String(cause);
  return new Error(`DataLoader: worker ${number} failed: ${text}`, { cause });
}
