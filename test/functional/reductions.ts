/** Helpers of tests of losses. */
import type { Tensor } from 'blasgrad';
import type { InputSpec, OpCase, Plain } from '../ops/harness';

type Loss = (...args: [...tensors: Tensor[], options: never]) => Tensor;

interface LossCase {
  readonly name: string;
  readonly inputs: readonly InputSpec[];
  readonly options?: object;
  readonly run: unknown;
  /** The losses of single elements. */
  readonly reference: (...inputs: Plain[]) => Plain;
}

const sum = ({ data }: Plain): number => data.reduce((a, b) => a + b, 0);

/** One case for each reduction of a loss. */
export function reductions({ name, inputs, options, run, reference }: LossCase): OpCase[] {
  const scalar = (value: number): Plain => ({ shape: [], data: [value] });
  const finish = {
    none: (losses: Plain) => losses,
    sum: (losses: Plain) => scalar(sum(losses)),
    mean: (losses: Plain) => scalar(sum(losses) / losses.data.length),
  };
  return (['none', 'sum', 'mean'] as const).map((reduction) => ({
    name: `${name}, ${reduction}`,
    ops: [],
    inputs,
    run: (...tensors) => (run as Loss)(...tensors, { ...options, reduction } as never),
    reference: (...all) => finish[reduction](reference(...all)),
  }));
}
