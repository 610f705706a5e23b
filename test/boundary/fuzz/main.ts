/**
 * The fuzz as a program: tsx main.ts --calls 200000 --seed TEXT [--round N] [--trace]. Prints what was called and what
 * was strange; ends with 1 if anything was. Run in a folder of its own: functions that write files write there.
 */
import * as fs from 'node:fs';
import { parseArgs } from 'node:util';
import * as blasgrad from 'blasgrad';
import { fuzz } from './session';

const { values: options } = parseArgs({
  options: {
    calls: { type: 'string', default: '200000' },
    seed: { type: 'string', default: '1' },
    round: { type: 'string' },
    trace: { type: 'boolean', default: false },
    /** A file where the place of the call that is running stands, for whoever outlives a crash. */
    place: { type: 'string' },
  },
});

const place = options.place === undefined ? null : fs.openSync(options.place, 'w');
const strange: string[] = [];
for (const event of ['uncaughtException', 'unhandledRejection'])
  process.on(event, (error) =>
    strange.push(`${event}: ${String((error as Error).stack ?? error)}`),
  );

function before(round: number, call: number, name: string): void {
  if (options.trace) process.stdout.write(`${round}.${call} ${name}\n`);
  if (place !== null) fs.writeSync(place, `round ${round}, call ${call}: ${name}`.padEnd(120), 0);
}

async function main(): Promise<void> {
  const start = performance.now();
  const only = options.round === undefined ? {} : { first: Number(options.round) };
  const calls = options.round === undefined ? Number(options.calls) : 1;
  const tally = await fuzz(blasgrad, options.seed, calls, { before, ...only });
  for (const [what, where] of tally.strange) strange.push(`${what}\n  ${where}`);
  for (const one of strange.slice(0, 50)) console.log(one);
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(
    `${tally.calls} calls of ${tally.doors.size} names, ${tally.refused} refused, ${strange.length} strange, ` +
      `seed ${options.seed}, ${seconds} s`,
  );
  process.exit(strange.length > 0 ? 1 : 0);
}

main().catch((error: unknown) => {
  console.log(error);
  process.exit(2);
});
