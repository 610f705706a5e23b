/** blasgrad on a trial: step.js TRIAL MODE. */
import type { Trial } from '../trial';
import { runnerOf, type Mode } from './net';
import { peakRss, readTrial, report, samplesOf } from './timing';

async function main(): Promise<void> {
  const trial = readTrial() as Trial;
  const runner = runnerOf(trial, process.argv[3] as Mode);
  const check = await runner.check(trial.kind === 'infer' ? 1 : trial.check);
  runner.checked();
  const times = await samplesOf(runner.repeat, trial);
  report({
    check,
    seconds: times.map((time) => time / runner.units),
    maxRss: peakRss(),
    ...runner.stats(),
  });
}

void main();
