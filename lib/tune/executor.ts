/** Where trials run: in this thread, or in worker threads. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { getNumThreads, setNumThreads } from '../backend';
import { messageOf } from '../core/errors';
import { Generator, withGeneratorAsync } from '../core/generator';
import { isError } from '../core/realms';
import { startWorker } from '../data/workers/startWorker';
import { isWorkerMessage, type TaskMessage, type WorkerSetup } from './protocol';
import { runOf } from './runModule';
import { share } from './share';
import { plainError, runTrial, type Outcome, type Run, type Task } from './trial';

/** Runs trials, at most `size` at a time. */
export interface Executor {
  readonly size: number;
  run(task: Task): Promise<Outcome>;
  close(): Promise<void>;
}

/** How trials run. */
export interface Plan {
  /** A function, or the file URL of a module. */
  readonly run: Run | string;
  readonly workers: number;
  readonly threads: number;
  readonly data: unknown;
  readonly signal: AbortSignal;
}

export async function executorOf(plan: Plan): Promise<Executor> {
  return plan.workers === 0 ? LocalExecutor.start(plan) : new Pool(plan);
}

/** Runs trials in this thread. */
class LocalExecutor implements Executor {
  readonly size = 1;

  static async start(plan: Plan): Promise<LocalExecutor> {
    const run = typeof plan.run === 'string' ? await runOf(plan.run) : plan.run;
    const before = getNumThreads();
    setNumThreads(plan.threads);
    return new LocalExecutor(run, plan, before);
  }

  private constructor(
    private readonly execute: Run,
    private readonly plan: Plan,
    private readonly threadsBefore: number,
  ) {}

  run(task: Task): Promise<Outcome> {
    return withGeneratorAsync(new Generator(task.seed), () =>
      runTrial(this.execute, task, this.plan),
    );
  }

  close(): Promise<void> {
    setNumThreads(this.threadsBefore);
    return Promise.resolve();
  }
}

/** The program of a worker: in the bundle, and in the unbundled library. */
const entries = [join(__dirname, 'tune', 'entry.js'), join(__dirname, 'entry.js')];
/** Files of the library, in the bundle and unbundled; the first one that exists is what users load. */
const libraries = [
  join(__dirname, 'blasgrad.js'),
  ...['blasgrad.js', 'index.js'].map((file) => join(__dirname, '..', file)),
].filter(existsSync);

/** A worker, and the trial that runs in it. */
interface WorkerThread {
  readonly worker: Worker;
  readonly ready: Promise<void>;
  pending: { readonly task: Task; readonly start: number; end(outcome: Outcome): void } | null;
}

/** Runs trials in worker threads, which start with the first trials. */
class Pool implements Executor {
  readonly size: number;
  private readonly setup: WorkerSetup;
  private idle: WorkerThread[] = [];
  private readonly all = new Set<WorkerThread>();

  constructor({ run, workers, threads, data }: Plan) {
    this.size = workers;
    this.setup = { href: run as string, libraries, threads, data: share(data) };
  }

  async run(task: Task): Promise<Outcome> {
    const thread = this.idle.pop() ?? this.start();
    await thread.ready;
    const outcome = await new Promise<Outcome>((resolve) => {
      thread.pending = { task, start: performance.now(), end: resolve };
      const message: TaskMessage = { task };
      thread.worker.postMessage(message);
    });
    if (this.all.has(thread)) this.idle.push(thread);
    return outcome;
  }

  async close(): Promise<void> {
    const threads = [...this.all];
    this.all.clear();
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }

  private start(): WorkerThread {
    const worker = this.createWorker();
    const ready = new Promise<void>((resolve, reject) => {
      worker.on('message', (message: unknown) => {
        if (!isWorkerMessage(message)) return;
        if (message.kind === 'ready') resolve();
        else if (message.kind === 'outcome') end(message.outcome);
        else reject(unusable(message.error.message, message.error));
      });
      const fail = (error: unknown): void => {
        this.all.delete(thread);
        this.idle = this.idle.filter((other) => other !== thread);
        end(failureOf(thread, error));
        reject(unusable(messageOf(error), error));
      };
      worker.on('messageerror', fail);
      worker.on('error', fail);
      worker.on('exit', (code) => {
        fail(new Error(`the worker thread exited (code ${code}) during the trial`));
      });
    });
    ready.catch(() => undefined); // `run` awaits it
    const thread: WorkerThread = { worker, ready, pending: null };
    const end = (outcome: Outcome): void => {
      const { pending } = thread;
      thread.pending = null;
      pending?.end(outcome);
    };
    this.all.add(thread);
    return thread;
  }

  private createWorker(): Worker {
    const entry = entries.find(existsSync) ?? entries[0];
    try {
      return startWorker(entry, this.setup);
    } catch (error) {
      if (!isError(error) || error.name !== 'DataCloneError') throw error;
      throw new TypeError(`tune.search: data cannot be sent to worker threads: ${error.message}`, {
        cause: error,
      });
    }
  }
}

function failureOf({ pending }: WorkerThread, error: unknown): Outcome {
  const seconds = pending === null ? 0 : (performance.now() - pending.start) / 1000;
  return { status: 'failed', error: plainError(error), reports: [], seconds };
}

function unusable(text: string, error: unknown): Error {
  return new Error(`tune.search: a worker thread cannot load run: ${text}`, { cause: error });
}
