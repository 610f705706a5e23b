/** Helpers of tests of compiled functions: comparison bit for bit, and running a step both ways. */
import { compile, manualSeed, type Compiled, type Output, type Tensor } from 'blasgrad';
import { plainOf, requireSame } from '../support/plain';

/** The tensors of a result with their places, nothing left out. */
function placed(result: unknown, place: string): [string, Tensor | null][] {
  if (result === undefined || result === null) return [[place, null]];
  if (typeof result === 'object' && '_storage' in result) return [[place, result as Tensor]];
  return Object.entries(result).flatMap(([name, one]) => placed(one, `${place}.${name}`));
}

/** Throws unless both have the same structure, shapes, dtypes and bits (NaN is NaN). */
export function requireSameBits(actual: unknown, expected: unknown, what: string): void {
  const [found, wanted] = [placed(actual, what), placed(expected, what)];
  expect(found.map(([place]) => place)).toEqual(wanted.map(([place]) => place));
  found.forEach(([place, tensor], i) => {
    const other = wanted[i][1];
    if (tensor === null || other === null) {
      if (tensor !== other) throw new Error(`${place}: expected a tensor both times, got one null`);
      return;
    }
    if (tensor.dtype !== other.dtype) {
      throw new Error(`${place}: expected dtype ${other.dtype}, got ${tensor.dtype}`);
    }
    requireSame(plainOf(tensor.detach()), plainOf(other.detach()), place);
  });
}

/** Values now: a copy that later steps leave alone. */
export function snapshot(tensors: Iterable<Tensor | null>): (Tensor | null)[] {
  return Array.from(tensors, (one) => one && one.detach().clone());
}

/** What a way of training is made of: everything that steps change, and the step. */
export interface Training<Inputs extends Tensor[], Result extends Output> {
  readonly step: (...inputs: Inputs) => Result;
  /** State to compare after each step: parameters, gradients, buffers. */
  readonly state: () => Iterable<Tensor | null>;
  /** Changes something between steps, before step number i. */
  readonly between?: (i: number) => void;
}

/** Builds the same training twice from one seed, takes the steps eagerly and compiled, and compares after each. */
export function requireSameTraining<Inputs extends Tensor[], Result extends Output>(
  make: () => Training<Inputs, Result>,
  batches: readonly Inputs[],
  seed = 5,
): Compiled<Inputs, Result> {
  const run = (
    wrap: (training: Training<Inputs, Result>) => (...inputs: Inputs) => Result,
  ): [unknown, (Tensor | null)[]][] => {
    manualSeed(seed);
    const training = make();
    const step = wrap(training);
    return batches.map((inputs, i) => {
      training.between?.(i);
      const result = step(...inputs);
      return [result, snapshot(training.state())];
    });
  };
  const expected = run((training) => training.step);
  let compiled: Compiled<Inputs, Result> | undefined;
  const actual = run((training) => (compiled = compile(training.step)));
  actual.forEach(([result, state], i) => {
    requireSameBits(result, expected[i][0], `result of step ${i}`);
    requireSameBits(state, expected[i][1], `state after step ${i}`);
  });
  return compiled as Compiled<Inputs, Result>;
}
