/** The arguments of a compiled function: tensors, followed by options. */
import { requireOptions, shapeText, unexpected, wrongType } from '../core/errors';
import { Tensor } from '../core/tensor';
import type { RunOptions } from './asyncRun';

/** Options of `scan`. */
export interface ScanOptions {
  /** Number of steps, for functions without inputs. */
  steps?: number;
}

/** Inputs of a call, and the options after them. */
export function splitArguments(
  op: string,
  args: readonly unknown[],
  known: readonly string[],
): { inputs: Tensor[]; options: ScanOptions & RunOptions } {
  const last = args.at(-1);
  const hasOptions = args.length > 0 && !(last instanceof Tensor) && known.length > 0;
  const options = hasOptions ? (last ?? {}) : {};
  requireOptions(op, options, known);
  return {
    inputs: requireInputs(op, hasOptions ? args.slice(0, -1) : args),
    options,
  };
}

/** Tensors that do not overlap, else an error. */
export function requireInputs(op: string, args: readonly unknown[]): Tensor[] {
  for (let i = 0; i < args.length; i++) {
    const one = args[i];
    if (!(one instanceof Tensor)) throw wrongType(op, 'a tensor', `inputs[${i}]`, one);
    for (let k = 0; k < i; k++) {
      if (overlap(one, args[k] as Tensor)) {
        throw unexpected(op, 'memory of its own', `inputs[${i}]`, `that of inputs[${k}]`);
      }
    }
  }
  return args as Tensor[];
}

function overlap(a: Tensor, b: Tensor): boolean {
  if (a._storage !== b._storage) return false;
  const [x, y] = [a._flat, b._flat];
  return x.byteOffset < y.byteOffset + y.byteLength && y.byteOffset < x.byteOffset + x.byteLength;
}

/** The number of rows that all inputs of a scan have, or `steps` where there are none. */
export function stepsOf(inputs: readonly Tensor[], steps: number | undefined): number {
  if (steps !== undefined && (!Number.isInteger(steps) || steps < 1 || steps > 2 ** 32)) {
    throw unexpected('scan', 'a whole number from 1 to 2^32', 'steps', String(steps));
  }
  inputs.forEach(({ shape }, i) => {
    const what = i === 0 ? 'at least one row' : `${inputs[0].shape[0]} rows`;
    if (shape.length === 0 || shape[0] === 0 || shape[0] !== inputs[0].shape[0]) {
      throw unexpected('scan', what, `inputs[${i}]`, shapeText(shape));
    }
  });
  const count = inputs.length === 0 ? steps : inputs[0].shape[0];
  if (count === undefined) throw unexpected('scan', 'a number', 'steps', 'none');
  if (steps !== undefined && steps !== count) {
    throw unexpected('scan', `${count}, the rows of the inputs`, 'steps', String(steps));
  }
  return count;
}
