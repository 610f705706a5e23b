/**
 * npm run test:torch: runs the samples of PyTorch's own tests with this library, in every form. See CONTRIBUTING.md.
 *
 *   --name clamp     only this name, as PyTorch or this library has it; may be repeated
 *   --dtype float64  only this dtype
 *   --verbose        every call that fails, in all of its forms
 *   --report FILE    the results as JSON
 *   --workers N      processes; default one for each CPU
 *   --fresh          makes the calls anew
 *   --select         writes the calls that npm test makes
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runJobs } from './pool';
import { findPython, generate, root } from './python';
import { allTargets, type Operator, type Target } from './targets';
import type { Job, JobResult } from './worker';
import { writeSelection } from './select';
import { summarize } from './summary';

const { values: options } = parseArgs({
  options: {
    name: { type: 'string', multiple: true },
    dtype: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    report: { type: 'string' },
    select: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
    workers: { type: 'string', default: String(Math.max(1, availableParallelism())) },
  },
});

const workers = Number(options.workers);
const directory = join(root, 'build', 'torch', 'cases');

/** Of the generator: other cases need to be made when it changes. */
function fingerprint(): string {
  const folder = join(__dirname, 'generate');
  const hash = createHash('sha256');
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.py'))
    .sort()) {
    hash.update(readFileSync(join(folder, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

const fileName = (key: string): string => key.replace(':', '-').replaceAll('.', '_');
const matches = (names: readonly string[], { key, target }: Target): boolean =>
  names.some((name) => [key, key.split(':')[0], target, target.split('.').at(-1)].includes(name));

/** The calls of these operators, made unless they are there, by several processes. */
async function makeCases(python: string, place: string, keys: readonly string[]): Promise<void> {
  const missing = keys.filter(
    (key) => options.fresh || !existsSync(join(place, `${fileName(key)}.jsonl`)),
  );
  let made = 0;
  const lane = async (at: number): Promise<void> => {
    const own = missing.filter((_key, i) => i % workers === at);
    if (own.length === 0) return;
    await generate(python, ['make', place, ...own], (line) => {
      const { key, leftOut } = JSON.parse(line) as { key: string; leftOut: Record<string, number> };
      for (const [why, count] of Object.entries(leftOut)) {
        console.log(`not called: ${key}, ${count} samples: ${why}`);
      }
      progress('made', ++made, missing.length);
    });
  };
  await Promise.all(Array.from({ length: workers }, (_none, i) => lane(i)));
}

function progress(what: string, done: number, all: number): void {
  if (process.stdout.isTTY)
    process.stdout.write(`\r${what}: ${done} of ${all}${done === all ? '\n' : ''}`);
}

async function main(): Promise<number> {
  const python = findPython();
  const place = join(directory, fingerprint());
  for (const old of existsSync(directory) ? readdirSync(directory) : []) {
    if (!place.endsWith(old)) rmSync(join(directory, old), { recursive: true });
  }
  const list = join(place, 'list.json');
  mkdirSync(place, { recursive: true });
  if (!existsSync(list) || options.fresh) {
    await generate(python, ['list'], (line) => writeFileSync(list, line));
  }
  const operators = JSON.parse(readFileSync(list, 'utf8')) as Operator[];
  const { targets, missing } = allTargets(operators);
  const wanted = targets.filter(
    (target) => options.name === undefined || matches(options.name, target),
  );
  await makeCases(python, place, [...new Set(wanted.map(({ key }) => key))]);
  if (options.select) {
    writeSelection((key) => join(place, fileName(key)), wanted);
    return 0;
  }
  const jobs = wanted.map(({ key, target }): Job => {
    const job = { path: join(place, fileName(key)), target, skip: [] };
    return options.dtype === undefined ? job : { ...job, dtype: options.dtype };
  });
  const results = new Map<Job, JobResult>();
  let done = 0;
  await runJobs(jobs, workers, (job, result) => {
    results.set(job, result);
    progress('called', ++done, jobs.length);
  });
  return summarize(
    wanted.map((target, i) => ({
      ...target,
      ...(results.get(jobs[i]) ?? { calls: 0, failed: [] }),
    })),
    missing,
    { verbose: options.verbose, ...(options.report !== undefined && { report: options.report }) },
  );
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
