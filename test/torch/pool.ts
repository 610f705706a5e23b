/** Runs jobs in separate processes; a call that kills its process is reported, and the others continue. */
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CallFailure, Job, JobResult } from './worker';

/** A call that takes longer than this hangs, in milliseconds. */
const patience = 60_000;

export async function runJobs(
  jobs: readonly Job[],
  workers: number,
  done: (job: Job, result: JobResult) => void,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'blasgrad-torch-'));
  const waiting = [...jobs];
  const lane = async (i: number): Promise<void> => {
    const place = join(directory, String(i));
    let child: ChildProcess | null = null;
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const crashes: CallFailure[] = [];
      let current = job;
      while (true) {
        child ??= start(place);
        const result = await ask(child, current, place);
        if (typeof result === 'object') {
          const { calls, failed } = result;
          done(job, { calls: calls + crashes.length, failed: [...crashes, ...failed] });
          break;
        }
        child = null;
        const name = readFileSync(place, 'utf8').trim();
        const failures = [{ form: 'eager', kind: 'crash' as const, detail: result }];
        crashes.push({ name, text: job.target, inputs: '', failures });
        if (name === '' || current.skip.includes(name)) {
          done(job, { calls: crashes.length, failed: crashes }); // it ends outside of calls
          break;
        }
        current = { ...current, skip: [...current.skip, name] };
      }
    }
    child?.kill();
  };
  await Promise.all(Array.from({ length: workers }, (_none, i) => lane(i)));
  rmSync(directory, { recursive: true });
}

function start(place: string): ChildProcess {
  return fork(join(__dirname, 'worker.ts'), ['worker', place], {
    execArgv: [...process.execArgv, '--max-old-space-size=4096'],
    env: { ...process.env, BLASGRAD_NUM_THREADS: '1' },
  });
}

/** The result, or how the process ended. */
function ask(child: ChildProcess, job: Job, place: string): Promise<JobResult | string> {
  return new Promise((resolve) => {
    const watch = setInterval(() => {
      const idle = Date.now() - statSync(place).mtimeMs;
      if (idle > patience) child.kill('SIGKILL');
    }, 5000);
    const finish = (result: JobResult | string): void => {
      clearInterval(watch);
      child.removeAllListeners();
      resolve(result);
    };
    child.once('message', (result) => finish(result as JobResult));
    child.once('exit', (code, signal) =>
      finish(`the process ended with ${signal ?? String(code)}`),
    );
    child.send(job);
  });
}
