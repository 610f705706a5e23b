/** Time measurement for contestants in Node, the same as timing.h and timing.py. */
import { readFileSync } from 'node:fs';
import type { Timing } from '../trial';

/** Does something `calls` times. */
export type Repeat = (calls: number) => void | Promise<void>;

async function timeOf(run: Repeat, calls: number): Promise<number> {
  const start = process.hrtime.bigint();
  const pending = run(calls);
  if (pending !== undefined) await pending;
  return Number(process.hrtime.bigint() - start) / 1e9;
}

/** Warm-up samples at least: until V8 has optimised the JavaScript of a training step. */
export const warmUp = 4;

/** Seconds for each call, one number a sample. A sample has as many calls as it needs to take long enough. */
export async function samplesOf(
  run: Repeat,
  { samples, seconds }: Pick<Timing, 'samples' | 'seconds'>,
): Promise<number[]> {
  let calls = 1;
  let taken = await timeOf(run, calls);
  for (let total = taken; taken < seconds / 2 || total < warmUp * seconds; total += taken) {
    if (taken < seconds / 2) {
      calls = taken > seconds / 16 ? Math.ceil((calls * seconds) / taken) : calls * 8;
    }
    taken = await timeOf(run, calls);
  }
  const times: number[] = [];
  for (let i = 0; i < samples; i++) times.push((await timeOf(run, calls)) / calls);
  return times;
}

/** The trial file named on the command line. */
export function readTrial(): unknown {
  return JSON.parse(readFileSync(process.argv[2], 'utf8'));
}

/**
 * The largest resident set of this program, in bytes. On Linux from /proc: resourceUsage().maxRSS would count the parent
 * before exec as well.
 */
export function peakRss(): number {
  try {
    const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    if (line !== null) return Number(line[1]) * 1024;
  } catch {
    // not Linux
  }
  return process.resourceUsage().maxRSS * 1024;
}

/** sin(0.7 i + phase) times a bound: numbers that every contestant can compute. */
export function waveValues(count: number, phase: number, bound: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => bound * Math.sin(0.7 * i + phase));
}

/** Even pseudo-random numbers from -bound to bound, which every contestant can compute. */
export function noiseValues(count: number, seed: number, bound: number): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let h = (i + Math.imul(seed, 0x9e3779b1)) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
    values[i] = bound * ((h >>> 0) / 2 ** 31 - 1);
  }
  return values;
}

/** Prints the figures as one line of JSON. */
export function report(figures: object): void {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}
