/** The arguments of a compiled function: tensors, followed by options. */
import { requireOptions, shapeText, unexpected, wrongType } from '../core/errors';
import { ScalarInput } from '../core/scalarInput';
import { allocateOwn } from '../core/storage';
import { Tensor } from '../core/tensor';
import type { RunOptions } from './asyncRun';

/** Options of `scan`. */
export interface ScanOptions {
  /** Number of steps, for functions without inputs. */
  steps?: number;
}

/** The inputs of a call, and its options. */
export function splitArguments(
  op: string,
  args: readonly unknown[],
  known: readonly string[],
): { inputs: Tensor[]; options: RunOptions } {
  const { positional, options } = withoutOptions(op, args, known);
  return { inputs: requireInputs(op, positional), options };
}

/** The rows of a scan, their number, and the options. A number is the same for every row. */
export function scanArguments(
  op: string,
  args: readonly unknown[],
  known: readonly string[],
): { inputs: Tensor[]; steps: number; options: RunOptions } {
  const { positional, options } = withoutOptions(op, args, known);
  const rows = positional.map((row, i) => (Array.isArray(row) ? numbersIn(op, i, row) : row));
  const constant = (row: unknown): boolean => typeof row === 'number' || isScalar(row);
  const stacked = requireInputs(
    op,
    rows.filter((row) => !constant(row)),
  );
  const steps = stepsOf(stacked, options.steps);
  const inputs = rows.map((row) => {
    if (!constant(row)) return row as Tensor;
    const value = typeof row === 'number' ? row : (row as ScalarInput).value;
    return new ScalarInput((allocateOwn('float64', steps) as Float64Array).fill(value), steps);
  });
  return { inputs, steps, options };
}

function withoutOptions(
  op: string,
  args: readonly unknown[],
  known: readonly string[],
): { positional: readonly unknown[]; options: ScanOptions & RunOptions } {
  const last = args.at(-1);
  const isInput = last instanceof Tensor || typeof last === 'number' || Array.isArray(last);
  const hasOptions = args.length > 0 && !isInput && known.length > 0;
  const options = hasOptions ? (last ?? {}) : {};
  requireOptions(op, options, known);
  return { positional: hasOptions ? args.slice(0, -1) : args, options };
}

function isScalar(value: unknown): boolean {
  return value instanceof Tensor && value._isNumber && value.ndim === 0;
}

function numbersIn(op: string, i: number, list: readonly unknown[]): ScalarInput {
  for (let k = 0; k < list.length; k++) {
    if (typeof list[k] !== 'number') throw wrongType(op, 'a number', `inputs[${i}][${k}]`, list[k]);
  }
  const values = allocateOwn('float64', list.length) as Float64Array;
  values.set(list as number[]);
  return new ScalarInput(values, list.length);
}

/** Returns tensors that do not overlap; numbers become tensors. Throws for anything else. */
export function requireInputs(op: string, args: readonly unknown[]): Tensor[] {
  let inputs = args as unknown[];
  for (let i = 0; i < args.length; i++) {
    const input = inputs[i];
    if (typeof input === 'number') {
      if (inputs === args) inputs = [...args];
      inputs[i] = new ScalarInput(Float64Array.of(input));
      continue;
    }
    if (!(input instanceof Tensor))
      throw wrongType(op, 'a tensor or a number', `inputs[${i}]`, input);
    for (let k = 0; k < i; k++) {
      if (overlap(input, inputs[k] as Tensor)) {
        throw new RangeError(`${op}: inputs[${i}] shares memory with inputs[${k}]; pass a clone`);
      }
    }
  }
  return inputs as Tensor[];
}

function overlap(a: Tensor, b: Tensor): boolean {
  if (a._storage !== b._storage) return false;
  const [x, y] = [a._flat, b._flat];
  return x.byteOffset < y.byteOffset + y.byteLength && y.byteOffset < x.byteOffset + x.byteLength;
}

/** The number of rows of all inputs of a scan, or `steps` if there are no inputs. */
function stepsOf(inputs: readonly Tensor[], steps: number | undefined): number {
  if (steps !== undefined && (!Number.isInteger(steps) || steps < 1 || steps > 2 ** 32)) {
    throw unexpected('scan', 'an integer from 1 to 2^32', 'steps', String(steps));
  }
  inputs.forEach(({ shape }, i) => {
    const what = i === 0 ? 'at least one row' : `${inputs[0].shape[0]} rows`;
    if (shape.length === 0 || shape[0] === 0 || shape[0] !== inputs[0].shape[0]) {
      throw unexpected('scan', what, `inputs[${i}]`, shapeText(shape));
    }
  });
  const count = inputs.length === 0 ? steps : inputs[0].shape[0];
  if (count === undefined) {
    throw new RangeError(
      'scan: without tensors among the inputs, pass the number of steps: { steps }',
    );
  }
  if (steps !== undefined && steps !== count) {
    throw unexpected('scan', `the ${count} rows of the inputs`, 'steps', String(steps));
  }
  return count;
}
