/** Worker threads that load batches. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { decode } from './decode';
import {
  isWorkerMessage,
  type LoadMessage,
  type Recipe,
  type WorkerMessage,
  type WorkerSetup,
} from './protocol';

/** Of the bundle, and of the library's files one by one. */
const entries = [join(__dirname, 'data', 'workers', 'entry.js'), join(__dirname, 'entry.js')];
const libraries = [
  join(__dirname, 'blasgrad.js'),
  ...['blasgrad.js', 'index.js'].map((file) => join(__dirname, '..', '..', file)),
];

/** A batch that somebody waits for. */
interface Waiting {
  readonly slot: number;
  readonly resolve: (batch: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A worker, its slots of shared memory, and the batches it has to load. */
interface Member {
  readonly worker: Worker;
  readonly slots: (SharedArrayBuffer | null)[];
  readonly free: number[];
  readonly waiting: Map<number, Waiting>;
}

/** What a batch is loaded from. */
export type Order = Omit<LoadMessage, 'slot'>;

export class WorkerPool {
  private readonly members: readonly Member[];
  private failure: Error | null = null;
  private closed = false;

  constructor(
    count: number,
    recipes: readonly Recipe[],
    private readonly lengths: readonly number[],
    joinSamples: boolean,
  ) {
    const workerData: WorkerSetup = { recipes, libraries, join: joinSamples };
    this.members = Array.from({ length: count }, (_, number) => this.start(number, workerData));
  }

  /** Loads a batch in the worker with the fewest to do. */
  load(order: Order): Promise<unknown> {
    if (this.failure !== null) return Promise.reject(this.failure);
    const member = this.members.reduce((a, b) => (b.waiting.size < a.waiting.size ? b : a));
    const slot = member.free.pop() ?? member.slots.push(null) - 1;
    return new Promise((resolve, reject) => {
      member.waiting.set(order.batch, { slot, resolve, reject });
      const message: LoadMessage = { ...order, slot };
      member.worker.postMessage(message);
    });
  }

  /** Whether the process is kept alive until batches arrive. */
  hold(alive: boolean): void {
    for (const { worker } of this.members) {
      if (alive) worker.ref();
      else worker.unref();
    }
  }

  /** Ends all workers at once, whatever they do. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.members.map(({ worker }) => worker.terminate()));
  }

  private start(number: number, workerData: WorkerSetup): Member {
    const entry = entries.find(existsSync) ?? entries[0];
    const worker = startWorker(entry, workerData);
    worker.unref();
    const member: Member = { worker, slots: [], free: [], waiting: new Map() };
    worker.on('message', (message: unknown) => {
      if (isWorkerMessage(message)) this.receive(number, member, message);
    });
    worker.on('messageerror', (error) => {
      this.fail(failureOf(number, error));
    });
    worker.on('error', (error) => {
      this.fail(failureOf(number, error));
    });
    worker.on('exit', (code) => {
      this.fail(
        new Error(
          `DataLoader: expected worker ${number} to load batches, got its end with code ${code}`,
        ),
      );
    });
    return member;
  }

  private receive(number: number, member: Member, message: WorkerMessage): void {
    if (message.kind === 'ready') {
      const wrong = message.lengths.findIndex((length, i) => length !== this.lengths[i]);
      if (wrong < 0) return;
      this.fail(
        new RangeError(
          `DataLoader: expected ${this.lengths[wrong]} samples, as in this thread, ` +
            `for a dataset in worker ${number}, got ${message.lengths[wrong]}`,
        ),
      );
      return;
    }
    if (message.kind === 'failed') {
      this.fail(failureOf(number, message.error));
      return;
    }
    const waiting = member.waiting.get(message.batch);
    if (waiting === undefined) return;
    const { slot, resolve, reject } = waiting;
    member.waiting.delete(message.batch);
    if (message.kind === 'error') {
      reject(failureOf(number, message.error));
    } else {
      if (message.memory !== null) member.slots[slot] = message.memory;
      try {
        resolve(decode(message.part, member.slots[slot] as SharedArrayBuffer));
      } catch (error) {
        reject(error as Error);
      }
    }
    member.free.push(slot);
  }

  private fail(error: Error): void {
    if (this.closed || this.failure !== null) return;
    this.failure = error;
    for (const { waiting } of this.members) {
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    }
  }
}

/** The error that a worker's error is here: with the stack it had there, and the error itself as its cause. */
function failureOf(number: number, cause: unknown): Error {
  const told = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  return new Error(`DataLoader: worker ${number} failed: ${told}`, { cause });
}

/**
 * Node's own options are inherited, those of a program on the command line too: with a module loader beside it, such as
 * tsx, a worker refuses --input-type. Given one by one, those of V8 or of the process, such as --expose-gc, are refused.
 */
function startWorker(entry: string, workerData: WorkerSetup): Worker {
  try {
    return new Worker(entry, { workerData, ...optionsOfNode() });
  } catch (error) {
    const refused = error instanceof Error && 'code' in error ? error.code : undefined;
    if (refused !== 'ERR_WORKER_INVALID_EXEC_ARGV') throw error;
    return new Worker(entry, { workerData });
  }
}

function optionsOfNode(): { execArgv?: string[] } {
  const given = process.execArgv;
  if (!given.some((one) => one.startsWith('--input-type'))) return {};
  const program = (one: string | undefined): boolean =>
    /^(-e|-p|-pe|--eval|--print)$/.test(one ?? '');
  const ofProgram = /^(-e|-p|-pe|--eval|--print|--input-type)(=|$)/;
  return { execArgv: given.filter((one, i) => !ofProgram.test(one) && !program(given[i - 1])) };
}
