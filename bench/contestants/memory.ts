/** Resident memory over a long loop of training steps: memory.js TRIAL MODE STEPS. */
import type { NetTrial } from '../trial';
import { runnerOf, type Mode } from './net';
import { readTrial, report } from './timing';

/** The largest of several readings: between two collections the resident set swings by some megabytes. */
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
  // V8's young generation takes up to 350,000 eager steps to grow to its size; what comes then is flat or a leak.
  const before = await peakOver(steps * warmUp, repeat);
  const after = await peakOver(steps - steps * warmUp, repeat);
  report({ before, after });
}

void main();
