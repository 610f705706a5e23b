/** Times of functions of tensors by name; the same as report_functions in timing.py. */
import type { Tensor } from 'blasgrad';
import type { Timing } from '../trial';
import { report, samplesOf } from './timing';

/** What to time: names of functions. */
export interface FunctionsTrial extends Timing {
  readonly ops: readonly string[];
}

/**
 * Reports the times of each function of the trial, and the sum of the absolute values of its result, which must be the same
 * for all contestants.
 */
export async function reportFunctions(
  functions: Readonly<Record<string, () => Tensor>>,
  trial: FunctionsTrial,
): Promise<void> {
  const ops: Record<string, object> = {};
  for (const name of trial.ops) {
    const run = functions[name];
    const check = run().to('float64').abs().sum().item();
    const seconds = await samplesOf((calls) => {
      for (let i = 0; i < calls; i++) run();
    }, trial);
    ops[name] = { check, seconds };
  }
  report({ ops });
}
