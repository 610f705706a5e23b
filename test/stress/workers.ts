/** Workers that are created, work, and are terminated during a step: nothing remains of them. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describeTasks } from '../support/process';
import { collected, leaksIn, lineOf, type Sample } from './measure';

const program = join(__dirname, 'worker.cjs');
const library = join(__dirname, '..', '..', 'dist', 'blasgrad.js');

/** The exit code of a worker that works this way; those that end themselves are not terminated. */
const modes = {
  eager: 1,
  compiled: 1,
  scan: 1,
  scanAsync: 1,
  queue: 1,
  capture: 1,
  captures: 1,
  descriptions: 1,
  products: 1,
  exit: 3,
  exitInFlight: 3,
  error: 1,
} as const;
type Mode = keyof typeof modes;

const limit = 60_000; // ms for the end of one worker

/** One worker's whole life; `wait` ms pass between its first work and its end. */
async function live(mode: Mode, threads: number, wait: number): Promise<void> {
  // Without this process's own flags: what turns TypeScript into JavaScript leaves a file open in each worker.
  const worker = new Worker(program, { workerData: { library, mode, threads }, execArgv: [] });
  const errors: Error[] = [];
  worker.on('error', (error: Error) => errors.push(error));
  const code = new Promise<number>((resolve) => worker.once('exit', resolve));
  const alive = new AbortController();
  const late = delay(limit, 'late' as const, { signal: alive.signal }).catch(() => 'late' as const);
  const begun = new Promise((resolve) => worker.once('message', resolve));
  await Promise.race([begun, code]);
  if (!['exit', 'exitInFlight', 'error'].includes(mode)) {
    await delay(wait);
    void worker.terminate();
  }
  const ended = await Promise.race([code, late]);
  alive.abort();
  if (ended === 'late')
    throw new Error(`a worker (${mode}) does not end:\n${describeTasks('self')}`);
  const wanted = mode === 'error' ? ['of the hook'] : [];
  const messages = errors.map((error) => error.message);
  if (ended !== modes[mode] || messages.join() !== wanted.join()) {
    throw new Error(`a worker (${mode}) ended with code ${ended} and errors [${messages.join()}]`);
  }
}

/** `count` workers, three at a time; what is wrong, or nothing. */
export async function workers(count: number, say: (line: string) => void): Promise<string[]> {
  const names = Object.keys(modes) as Mode[];
  const samples: Sample[] = [];
  const parts = 20;
  let started = 0;
  const lane = async (end: number): Promise<void> => {
    while (started < end) {
      const i = started++;
      // Waits of 0 to 12 ms, spread over the modes.
      await live(names[i % names.length], 1 + (Math.floor(i / names.length) % 2), (i * 7) % 13);
    }
  };
  for (let part = 1; part <= parts; part++) {
    const end = Math.round((count * part) / parts);
    await Promise.all([lane(end), lane(end), lane(end)]);
    const now = await collected();
    samples.push(now);
    say(`${String(end).padStart(5)} workers: ${lineOf(now)}`);
  }
  return leaksIn(samples.slice(parts / 2));
}
