/** Worker threads that train at the same time, each with one thread: workers.js TRIAL MODE COUNT. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { TrainTrial } from '../trial';
import { runnerOf, type Mode } from './net';
import { readTrial, report, warmUp } from './timing';

interface Told {
  readonly check: number;
  readonly seconds: number[];
}

/** Trains for a fixed time, so that all workers are busy; returns the seconds for each step. */
async function stepsFor(
  duration: number,
  run: (calls: number) => void | Promise<void>,
): Promise<number> {
  const start = performance.now();
  for (let calls = 1, done = 0; ; calls *= 2) {
    await run(calls);
    done += calls;
    const taken = (performance.now() - start) / 1000;
    if (taken >= duration) return taken / done;
    if (calls * (taken / done) > duration / 20) calls /= 2;
  }
}

async function work({ trial, mode }: { trial: TrainTrial; mode: Mode }): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('workers: expected to run in a worker thread');
  const runner = runnerOf(trial, mode);
  const check = await runner.check(trial.check);
  await stepsFor(warmUp * trial.seconds, runner.repeat);
  port.postMessage('ready');
  await new Promise((go) => port.once('message', go));
  const seconds: number[] = [];
  for (let i = 0; i < trial.samples; i++)
    seconds.push(await stepsFor(trial.seconds, runner.repeat));
  port.postMessage({ check, seconds } satisfies Told);
}

async function main(): Promise<void> {
  const data = { trial: readTrial() as TrainTrial, mode: process.argv[3] as Mode };
  const workers = Array.from(
    { length: Number(process.argv[4]) },
    () => new Worker(__filename, { workerData: data }),
  );
  const messageOf = <T>(worker: Worker): Promise<T> =>
    new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  await Promise.all(workers.map(messageOf));
  const told = Promise.all(workers.map((worker) => messageOf<Told>(worker)));
  for (const worker of workers) worker.postMessage('go');
  const [first, ...others] = await told;
  if (others.some(({ check }) => check !== first.check)) {
    throw new Error(`workers: expected the same loss in each, ${first.check}`);
  }
  report({ check: first.check, seconds: [first, ...others].flatMap(({ seconds }) => seconds) });
}

void (isMainThread ? main() : work(workerData as Parameters<typeof work>[0]));
