/** Resident memory over a long loop of training steps: memory.js TRIAL MODE STEPS. */
import type { NetTrial } from '../trial';
import { runnerOf, type Mode } from './net';
import { readTrial, report } from './timing';

/** The largest of several readings: the resident set varies by some megabytes between garbage collections. */
async function peakOver(
  count: number,
  run: (calls: number) => void | Promise<void>,
): Promise<number> {
  let peak = 0;
  for (let part = 0; part < 20; part++) {
    await run(count / 20);
    peak = Math.max(peak, process.memoryUsage.rss());
  }
  return peak;
}

const warmUp = 0.4;

async function main(): Promise<void> {
  const [mode, steps] = [process.argv[3] as Mode, Number(process.argv[4])];
  const { repeat } = runnerOf(readTrial() as NetTrial, mode);
  // V8's young generation grows for up to 350,000 eager steps. Growth after that would be a leak.
  const before = await peakOver(steps * warmUp, repeat);
  const after = await peakOver(steps - steps * warmUp, repeat);
  report({ before, after });
}

void main();
