/** Traces a model with example inputs of several batch sizes. */
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
/**
 * Batch sizes to trace with: two to find what depends on the batch size, one to confirm it. Primes are rare as layer
 * sizes.
 */
const batches = [11, 13, 67];

export interface Named {
  readonly names: readonly string[] | null;
  readonly tensors: readonly Tensor[];
}

/** The tensors of a single tensor, an array or an object. */
export function tensorsIn(value: unknown, name: string): Named {
  if (value instanceof Tensor) return { names: null, tensors: [value] };
  const isList = Array.isArray(value);
  if (typeof value !== 'object' || value === null || isModule(value)) {
    throw wrongType(op, 'a tensor, or an array or object of tensors', name, value);
  }
  const entries = Object.entries(value as Readonly<Record<string, unknown>>);
  const tensors = entries.map(([key, tensor]) => {
    if (tensor instanceof Tensor) return tensor;
    throw wrongType(op, 'a tensor', isList ? `${name}[${key}]` : `${name}.${key}`, tensor);
  });
  if (tensors.length === 0) throw unexpected(op, 'at least one tensor', name, 'none');
  return { names: isList ? null : entries.map(([key]) => key), tensors };
}

/** Checks the names in an option; by default they are made from `prefix`. */
export function namesFor(option: string, value: unknown, prefix: string, count: number): string[] {
  if (value === null || value === undefined) {
    return Array.from({ length: count }, (_, i) => (i === 0 ? prefix : `${prefix}${i}`));
  }
  if (!Array.isArray(value)) throw wrongType(op, 'an array of strings', option, value);
  const names = value.map((name: unknown, i) => {
    if (typeof name === 'string' && name !== '') return name;
    throw wrongType(op, 'a nonempty string', `${option}[${i}]`, name);
  });
  if (names.length !== count) throw unexpected(op, `${count} names`, option, String(names.length));
  return names;
}

/** Traces forward in evaluation mode, with one or several batch sizes and with different values each time. */
export function traceAll(model: AnyModule, examples: readonly Tensor[], dynamic: boolean) {
  const sizes = dynamic ? batches : [0, 0];
  if (dynamic) requireBatch(examples);
  let outputs: Named = { names: null, tensors: [] };
  const modes = model.modules().map((module) => ({ module, training: module.training }));
  model.eval();
  try {
    const traces = noGrad(() =>
      sizes.map((size, i) => {
        const inputs = examples.map((example) => variant(example, dynamic ? size : null, i));
        return traceOne(inputs, dynamic ? size : null, () => {
          outputs = tensorsIn(model.forward(...inputs), 'the result of forward');
          return outputs.tensors;
        });
      }),
    );
    return { traces, outputs, sizes };
  } finally {
    for (const { module, training } of modes) module.training = training;
  }
}

/** Traces forward; an error names the batch size for which it fails. */
function traceOne(
  inputs: readonly Tensor[],
  size: number | null,
  forward: () => readonly Tensor[],
): Traced {
  try {
    return trace(inputs, forward);
  } catch (error) {
    const isOwn = isError(error) && error.message.startsWith(`${op}:`);
    if (size === null || isOwn) throw error;
    const why = messageOf(error);
    throw new VariesError(
      `${op}: forward fails for a batch of ${size}: ${why}; ` +
        'pass { dynamicBatch: false } to export it for the batch size of exampleInput',
      { cause: error },
    );
  }
}

function requireBatch(examples: readonly Tensor[]): void {
  const [first] = examples;
  examples.forEach(({ shape }, i) => {
    if (shape.length > 0 && shape[0] > 0 && shape[0] === first.shape[0]) return;
    const problem =
      i === 0
        ? 'but its first dimension must be the batch, at least 1'
        : `but the batch size of exampleInput[0] is ${first.shape[0]}`;
    throw new RangeError(
      `${op}: exampleInput[${i}] has shape ${shapeText(shape)}, ${problem}; ` +
        'change it, or pass { dynamicBatch: false }',
    );
  });
}

/**
 * An example with `size` rows, which are its own rows repeated, starting at row `turn`. Floating-point numbers differ a
 * little in each turn.
 */
function variant(example: Tensor, size: number | null, turn: number): Tensor {
  const x = example.detach();
  const rows = size ?? (x.ndim === 0 ? 1 : x.shape[0]);
  const rotated =
    x.ndim === 0 || x.shape[0] === 0
      ? x.clone()
      : x.indexSelect(
          0,
          fromArray(Int32Array.from({ length: rows }, (_, i) => (i + turn) % x.shape[0])),
        );
  return isFloating(x.dtype) ? rotated.mul(1 + turn / 1024) : rotated;
}
