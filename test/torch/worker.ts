/** Runs the samples of one operator after another. The file `place` has the current one, in case the process dies. */
import { openSync, writeSync } from 'node:fs';
import { canBeWritten } from './call';
import { Blob, caseName, readCases, type Case } from './cases';
import type { Failure } from './forms';
import { verdictOf } from './verdict';

export interface Job {
  /** Of the operator, the path of its files without endings. */
  readonly path: string;
  readonly target: string;
  readonly dtype?: string;
  /** Names of calls that ended the process before. */
  readonly skip: readonly string[];
}

export interface CallFailure {
  readonly name: string;
  readonly text: string;
  readonly inputs: string;
  readonly failures: readonly Failure[];
}

export interface JobResult {
  readonly calls: number;
  readonly failed: readonly CallFailure[];
}

export function runJob(job: Job, before: (name: string) => void): JobResult {
  const cases = readCases(`${job.path}.jsonl`);
  const blob = Blob.read(`${job.path}.bin`);
  const failed: CallFailure[] = [];
  let calls = 0;
  for (const one of cases) {
    if (job.dtype !== undefined && one.dtype !== job.dtype) continue;
    if (!canBeWritten(job.target, one)) continue;
    const name = caseName(one);
    if (job.skip.includes(name)) continue;
    before(name);
    calls++;
    const { text, failures } = verdictOf(job.target, one, blob);
    if (failures.length === 0) continue;
    const inputs = ((one.tensors as Case['tensors'] | undefined) ?? [])
      .map(({ dtype, shape }) => `${dtype}[${shape.join(', ')}]`)
      .join(' ');
    failed.push({ name, text, inputs, failures });
  }
  return { calls, failed };
}

if (process.send !== undefined && process.argv[2] === 'worker') {
  const place = openSync(process.argv[3], 'w');
  process.on('message', (job: Job) => {
    const result = runJob(job, (name) => writeSync(place, name.padEnd(120).slice(0, 120), 0));
    process.send?.(result);
  });
}
