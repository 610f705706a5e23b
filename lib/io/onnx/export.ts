/** Models as ONNX files. */
import { fileURLToPath } from 'node:url';
import { noGrad } from '../../autograd';
import { capture } from '../../capture';
import { isFloating, type TypedArray } from '../../dtype';
import {
  describe,
  requireBoolean,
  requireOptions,
  shapeText,
  unexpected,
  wrongType,
} from '../../errors';
import { isModule } from '../../nn/tree';
import type { AnyModule } from '../../nn/module';
import { collectState } from '../../nn/state';
import { fromArray } from '../../creation';
import { Tensor } from '../../tensor';
import { isAffine, Merger, VariesError, type GraphValue, type Size } from './batch';
import { GraphBuilder, Unsupported } from './builder';
import { emitters } from './emit';
import { dataTypes, type Init } from './schema';
import { sameElements, trace, type Traced } from './trace';
import { partsOf, writeParts, type Initializer } from './write';

const op = 'exportOnnx';
/** What is written: old enough for every runtime in use, new enough for all that is needed. */
const opset = 17;
/** Batch sizes to trace with: two to find what follows the batch, one to confirm it. Primes that no layer has. */
const batches = [11, 13, 67];

/** One tensor, or several: in the order of forward's arguments, and with names if it is an object. */
export type OnnxInputs = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>;

export interface OnnxExportOptions {
  /** Whether the first dimension of every input may have any size; true if missing. */
  dynamicBatch?: boolean;
  /** Names of the graph's inputs; by default those of `exampleInput`, or input, input1, ... */
  inputNames?: readonly string[];
  /** Names of the graph's outputs; by default those of the result, or output, output1, ... */
  outputNames?: readonly string[];
}

/**
 * Writes what `model` computes in `eval()` as an ONNX graph (opset 17) to `path`, with its weights: runs its forward on
 * `exampleInput` and translates every operation. The first dimension of the inputs is the batch, of any size unless
 * `dynamicBatch: false`. What has no ONNX operator is named in one RangeError, all at once. While the file is being
 * written, changes of the weights are refused.
 *
 * @example await io.exportOnnx(model, zeros(1, 784), 'digits.onnx');
 */
export async function exportOnnx(
  model: AnyModule,
  exampleInput: OnnxInputs,
  path: string | URL,
  options: OnnxExportOptions = {},
): Promise<void> {
  const file = requireFile(path);
  const { parts, weights } = modelParts(model, exampleInput, options);
  for (const { tensor } of weights) tensor._storage.readers++;
  try {
    await writeParts(file, parts);
  } finally {
    for (const { tensor } of weights) tensor._storage.readers--;
  }
}

function requireFile(path: unknown): string {
  if (path instanceof URL) return fileURLToPath(path);
  if (typeof path !== 'string') throw wrongType(op, 'a string or a file URL', 'path', path);
  return path;
}

interface Named {
  readonly names: readonly string[] | null;
  readonly tensors: readonly Tensor[];
}

/** Tensors alone, in an array, or by name. */
function tensorsIn(value: unknown, name: string): Named {
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

/** The file as parts, and the weights whose memory they are. */
function modelParts(model: AnyModule, exampleInput: unknown, options: OnnxExportOptions) {
  if (!isModule(model)) throw wrongType(op, 'a module', 'model', model);
  if (capture !== null)
    throw new Error(`${op}: expected a call outside of compiled functions, got one inside`);
  requireOptions(op, options, ['dynamicBatch', 'inputNames', 'outputNames']);
  const dynamic = requireBoolean(op, 'dynamicBatch', options.dynamicBatch ?? true);
  const given = tensorsIn(exampleInput, 'exampleInput');
  const inputNames = namesFor(
    'inputNames',
    options.inputNames ?? given.names,
    'input',
    given.tensors.length,
  );
  const { traces, outputs, sizes } = traceAll(model, given.tensors, dynamic);
  const graph = new Merger(sizes).merge(traces);
  const outputNames = namesFor(
    'outputNames',
    options.outputNames ?? outputs.names,
    'output',
    graph.outputs.length,
  );
  const shapes = given.tensors.map(({ shape }) =>
    shape.map((size, i): Size => (dynamic && i === 0 ? { times: 1, plus: 0 } : size)),
  );

  const builder = new GraphBuilder(dynamic ? inputNames[0] : null);
  for (const name of [...inputNames, ...outputNames]) {
    if (builder.name(name) !== name)
      throw unexpected(op, 'each name once', 'inputNames and outputNames', describe(name));
  }
  const weights: Initializer[] = [];
  const state = [...collectState(model)];
  const names = new Map<GraphValue, string>();
  const nameOf = (value: GraphValue): string => {
    const known = names.get(value);
    if (known !== undefined) return known;
    const name = value.input !== null ? inputNames[value.input] : constantName(value);
    names.set(value, name);
    return name;
  };
  const constantName = ({ constant, shape, dtype }: GraphValue): string => {
    if (constant === null) throw new Error(`${op}: expected values in order`);
    const { tensor, old, size } = constant;
    if (size !== null) {
      const number = builder.sizeScalar(size, dtype);
      return builder.expand({ name: number, shape: [], dtype }, shape);
    }
    if (!old) return builder.constant(dtype, tensor.shape, elements(tensor));
    const same = weights.find((one) => sameElements(one.tensor, tensor));
    if (same !== undefined) return same.name;
    const stateName = state.find(([, one]) => sameElements(one, tensor))?.[0];
    const name = builder.name(stateName ?? 'constant');
    weights.push({ name, dtype, tensor });
    return name;
  };

  const problems = new Set<string>();
  for (const { name, inputs, outputs: made, attrs } of graph.ops) {
    const emit = emitters.get(name);
    const refs = inputs.map((one) => ({ name: nameOf(one), shape: one.shape, dtype: one.dtype }));
    try {
      if (emit === undefined || emit === null) throw new Unsupported('no operator of ONNX');
      const results = emit({ inputs: refs, outputs: made, attrs }, builder);
      const list = typeof results === 'string' ? [results] : results;
      made.forEach((value, i) => names.set(value, list[i]));
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
      problems.add(`${name}: ${error.message}`);
      for (const value of made) names.set(value, 'unsupported');
    }
  }
  if (problems.size > 0) {
    throw new RangeError(
      `${op}: expected operations that an ONNX graph can have for model, got\n  ${[...problems].join('\n  ')}`,
    );
  }
  graph.outputs.forEach((value, i) => {
    builder.rename(nameOf(value), outputNames[i]);
  });
  const proto: Init<'GraphProto'> = {
    name: model.constructor.name,
    node: builder.nodes,
    input: given.tensors.map(({ dtype }, i) => valueInfo(inputNames[i], shapes[i], dtype)),
    output: graph.outputs.map(({ shape, dtype }, i) => valueInfo(outputNames[i], shape, dtype)),
  };
  return { parts: partsOf(proto, weights, opset), weights };
}

function elements(tensor: Tensor): TypedArray {
  return tensor.data;
}

function valueInfo(
  name: string,
  shape: readonly Size[],
  dtype: Tensor['dtype'],
): Init<'ValueInfoProto'> {
  const dim = shape.map((size) => {
    if (!isAffine(size)) return { dimValue: BigInt(size) };
    return size.times === 1 && size.plus === 0 ? { dimParam: 'batch' } : {};
  });
  return { name, type: { tensorType: { elemType: dataTypes[dtype], shape: { dim } } } };
}

function namesFor(option: string, given: unknown, missing: string, count: number): string[] {
  if (given === null || given === undefined) {
    return Array.from({ length: count }, (_, i) => (i === 0 ? missing : `${missing}${i}`));
  }
  if (!Array.isArray(given)) throw wrongType(op, 'an array of names', option, given);
  const names = given.map((name: unknown, i) => {
    if (typeof name === 'string' && name !== '') return name;
    throw wrongType(op, 'a name', `${option}[${i}]`, name);
  });
  if (names.length !== count) throw unexpected(op, `${count} names`, option, String(names.length));
  return names;
}

// --- Traces -------------------------------------------------------------------------------------

/** Traces of forward in eval mode, with batches of all sizes or of one, and with other values each time. */
function traceAll(model: AnyModule, examples: readonly Tensor[], dynamic: boolean) {
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

/** A trace, or why there is none for a batch of this size. */
function traceOne(
  inputs: readonly Tensor[],
  size: number | null,
  forward: () => readonly Tensor[],
): Traced {
  try {
    return trace(inputs, forward);
  } catch (error) {
    const own = error instanceof Error && error.message.startsWith(`${op}:`);
    if (size === null || own) throw error;
    const why = error instanceof Error ? error.message : String(error);
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

/** The example with `size` rows, its own ones again and again, turned by `turn`; numbers differ a little. */
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
