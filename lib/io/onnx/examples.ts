/** Traces of a model with example inputs of several batch sizes. */
import { isError } from '../../core/realms';
import { noGrad } from '../../core/gradMode';
import { fromArray } from '../../creation/filled';
import { isFloating } from '../../core/dtype';
import { messageOf, shapeText, unexpected, wrongType } from '../../core/errors';
import type { AnyModule } from '../../nn/module/module';
import { isModule } from '../../nn/module/fields';
import { Tensor } from '../../core/tensor';
import { VariesError } from './batch';
import { trace, type Traced } from './trace';

const op = 'exportOnnx';
/** Batch sizes to trace with: two to find what depends on the batch, one to confirm it. Primes that no layer has. */
const batches = [11, 13, 67];

export interface Named {
  readonly names: readonly string[] | null;
  readonly tensors: readonly Tensor[];
}

/** Tensors alone, in an array, or by name. */
export function tensorsIn(value: unknown, name: string): Named {
  if (value instanceof Tensor) return { names: null, tensors: [value] };
  const isList = Array.isArray(value);
  if (typeof value !== 'object' || value === null || isModule(value)) {
    throw wrongType(op, 'a tensor, or an array or object of tensors', name, value);
  }
  const entries = Object.entries(value as Readonly<Record<string, unknown>>);
  const tensors = entries.map(([key, one]) => {
    if (one instanceof Tensor) return one;
    throw wrongType(op, 'a tensor', isList ? `${name}[${key}]` : `${name}.${key}`, one);
  });
  if (tensors.length === 0) throw unexpected(op, 'at least one tensor', name, 'none');
  return { names: isList ? null : entries.map(([key]) => key), tensors };
}

/** The names in an option, checked; by default made from `missing`. */
export function namesFor(option: string, value: unknown, missing: string, count: number): string[] {
  if (value === null || value === undefined) {
    return Array.from({ length: count }, (_, i) => (i === 0 ? missing : `${missing}${i}`));
  }
  if (!Array.isArray(value)) throw wrongType(op, 'an array of names', option, value);
  const names = value.map((name: unknown, i) => {
    if (typeof name === 'string' && name !== '') return name;
    throw wrongType(op, 'a name', `${option}[${i}]`, name);
  });
  if (names.length !== count) throw unexpected(op, `${count} names`, option, String(names.length));
  return names;
}

/** Traces of forward in eval mode, with several batch sizes or with one, and with different values each time. */
export function traceAll(model: AnyModule, examples: readonly Tensor[], dynamic: boolean) {
  const sizes = dynamic ? batches : [0, 0];
  if (dynamic) requireBatch(examples);
  let outputs: Named = { names: null, tensors: [] };
  const modes = model.modules().map((part) => ({ part, training: part.training }));
  model.eval();
  try {
    const traces = noGrad(() =>
      sizes.map((size, i) => {
        const inputs = examples.map((one) => variant(one, dynamic ? size : null, i));
        return traceOne(inputs, dynamic ? size : null, () => {
          outputs = tensorsIn(model.forward(...inputs), 'the result of forward');
          return outputs.tensors;
        });
      }),
    );
    return { traces, outputs, sizes };
  } finally {
    for (const { part, training } of modes) part.training = training;
  }
}

/** A trace, or an error that names the batch size for which forward fails. */
function traceOne(
  inputs: readonly Tensor[],
  size: number | null,
  forward: () => readonly Tensor[],
): Traced {
  try {
    return trace(inputs, forward);
  } catch (error) {
    const own = isError(error) && error.message.startsWith(`${op}:`);
    if (size === null || own) throw error;
    const why = messageOf(error);
    throw new VariesError(
      `${op}: expected a forward for every batch size, got an error for a batch of ${size}: ${why}; ` +
        'pass { dynamicBatch: false } for a graph of one batch size',
      { cause: error },
    );
  }
}

function requireBatch(examples: readonly Tensor[]): void {
  const [first] = examples;
  examples.forEach(({ shape }, i) => {
    if (shape.length > 0 && shape[0] > 0 && shape[0] === first.shape[0]) return;
    const what =
      i === 0
        ? 'a first dimension, the batch, of at least 1'
        : `a batch of ${first.shape[0]} as in the first`;
    throw unexpected(
      op,
      `${what}, or { dynamicBatch: false }`,
      `exampleInput[${i}]`,
      shapeText(shape),
    );
  });
}

/** The example with `size` rows: its own repeated, starting at row `turn`; floating numbers differ a little. */
function variant(example: Tensor, size: number | null, turn: number): Tensor {
  const x = example.detach();
  const rows = size ?? (x.ndim === 0 ? 1 : x.shape[0]);
  const turned =
    x.ndim === 0 || x.shape[0] === 0
      ? x.clone()
      : x.indexSelect(
          0,
          fromArray(Int32Array.from({ length: rows }, (_, i) => (i + turn) % x.shape[0])),
        );
  return isFloating(x.dtype) ? turned.mul(1 + turn / 1024) : turned;
}
