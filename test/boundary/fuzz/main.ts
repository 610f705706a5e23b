/**
 * The fuzz as a program: --calls 200000 --seed TEXT [--round N] [--trace] [--place FILE]. Prints the number
 * of calls and the problems; the exit code is 1 if there are any. Files that functions write go to a temporary folder.
 */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import * as blasgrad from 'blasgrad';
import { fuzz } from './session';

const { values: options } = parseArgs({
  options: {
    calls: { type: 'string', default: '200000' },
    seed: { type: 'string', default: '1' },
    /** Only this one. */
    round: { type: 'string' },
    /** Prints each call before it is made. */
    trace: { type: 'boolean', default: false },
    /** A file where the call that is running stands, in case the process crashes. */
    place: { type: 'string' },
  },
});

/** A fuzz of nothing would find nothing. */
function whole(name: 'calls' | 'round', least: number): number {
  const value = Number(options[name]);
  if (Number.isSafeInteger(value) && value >= least) return value;
  console.error(`fuzz: expected an integer from ${least} on for --${name}, got ${options[name]}`);
  process.exit(1);
}
const only = options.round === undefined ? {} : { first: whole('round', 0) };
const calls = options.round === undefined ? whole('calls', 1) : 1;

const place = options.place === undefined ? null : fs.openSync(options.place, 'w');
const made = new Int32Array(new SharedArrayBuffer(4)); // calls so far
const problems: string[] = [];
for (const event of ['uncaughtException', 'unhandledRejection'])
  process.on(event, (error) =>
    problems.push(`${event}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`),
  );

/** A thread that ends the process when one call takes two minutes. */
function watch(): Worker {
  const source = `
    const { workerData: made } = require('node:worker_threads');
    let [seen, since] = [-1, 0];
    setInterval(() => {
      if (made[0] !== seen) [seen, since] = [made[0], 0];
      else if (++since === 24) process.kill(process.pid, 'SIGKILL');
    }, 5000).unref();
    setInterval(() => undefined, 2 ** 30);`;
  const worker = new Worker(source, { eval: true, workerData: made });
  worker.unref();
  return worker;
}

function before(round: number, call: number, name: string): void {
  made[0]++;
  if (options.trace) fs.writeSync(1, `${round}.${call} ${name}\n`);
  if (place !== null) {
    fs.writeSync(place, `round ${round}, call ${call}: ${name}`.slice(0, 120).padEnd(120), 0);
  }
}

async function main(): Promise<number> {
  const start = performance.now();
  const tally = await fuzz(blasgrad, options.seed, calls, { before, ...only });
  for (const [what, where] of tally.problems) problems.push(`${what}\n  ${where}`);
  for (const one of problems.slice(0, 50)) console.log(one);
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(
    `${tally.calls} calls of ${tally.names.size} names, ${tally.refused} refused, ` +
      `${problems.length} problems; seed ${options.seed}, ${seconds} s`,
  );
  return problems.length > 0 ? 1 : 0;
}

const folder = fs.mkdtempSync(join(tmpdir(), 'blasgrad-fuzz-'));
process.chdir(folder);
process.removeAllListeners('warning'); // shapes that broadcast
watch();
void main()
  .catch((error: unknown) => {
    console.log(error);
    return 2;
  })
  .then((code) => {
    process.chdir(tmpdir());
    fs.rmSync(folder, { recursive: true, force: true });
    process.exit(code);
  });
