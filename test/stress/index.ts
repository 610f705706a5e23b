/**
 * npm run stress and npm run soak: the long versions of some tests. Each check prints its figures and whether it passed; the
 * exit code is 1 if one fails.
 */
import { parseArgs } from 'node:util';
import { determinism } from './determinism';
import { soak } from './soak';
import { workers } from './workers';

const usage = `usage: npm run stress [-- CHECK ...] [--workers N] [--runs N] [--minutes N | --cycles N]
  workers      creates N workers (default 1000) and terminates them during a step
  determinism  trains in N processes (default 100) and compares the results bit for bit
  soak         trains, predicts, captures, disposes, saves and loads for N minutes (default 10)
Without a CHECK, workers and determinism run. npm run soak runs soak.`;

function numberOf(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0))
    throw new RangeError(`stress: expected a positive number for --${name}, got ${text}`);
  return value;
}

const say = (line: string): void => {
  console.log(line);
};

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      workers: { type: 'string', default: '1000' },
      runs: { type: 'string', default: '100' },
      minutes: { type: 'string', default: '10' },
      cycles: { type: 'string', default: 'Infinity' },
      help: { type: 'boolean', default: false },
    },
  });
  const checks: Readonly<Record<string, () => Promise<string[]>>> = {
    workers: () => workers(numberOf('workers', values.workers), say),
    determinism: () => determinism(numberOf('runs', values.runs), say),
    soak: () =>
      soak({
        minutes: numberOf('minutes', values.minutes),
        cycles: numberOf('cycles', values.cycles),
        say,
      }),
  };
  const names = positionals.length > 0 ? positionals : ['workers', 'determinism'];
  const unknown = names.filter((name) => !(name in checks));
  if (values.help || unknown.length > 0) {
    say(usage);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  for (const name of names) {
    say(`${name}:`);
    const start = performance.now();
    const wrong = await checks[name]();
    const time = `${((performance.now() - start) / 1000).toFixed(0)} s`;
    for (const one of wrong) say(`  ${one}`);
    say(`${name}: ${wrong.length === 0 ? 'all well' : 'FAILED'} after ${time}`);
    if (wrong.length > 0) process.exitCode = 1;
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1); // a worker that hangs must not keep the process
});
