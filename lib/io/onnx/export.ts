/** Exports models as ONNX files. */
import { capture } from '../../core/capture';
import { requireArity, requireBoolean, requireOptions, wrongType } from '../../core/errors';
import type { AnyModule } from '../../nn/module/module';
import { isModule } from '../../nn/module/fields';
import type { Storage } from '../../core/storage';
import type { Tensor } from '../../core/tensor';
import { requirePath } from '../file';
import { writeWhole } from '../write';
import { Merger } from './batch';
import { namesFor, tensorsIn, traceAll } from './examples';
import { graphMessage } from './model';
import { requireProtobuf } from './protobuf';
import type { Size } from './size';
import { partsOf } from './write';

const op = 'exportOnnx';

/** One tensor, or several in the order of forward's arguments; the keys of an object name them. */
export type OnnxInputs = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>;

/** Options of `exportOnnx`. */
export interface OnnxExportOptions {
  /** Whether the first dimension of every input is the batch, of any size. Default: true. */
  dynamicBatch?: boolean;
  /** Names of the graph's inputs. Default: the keys of `exampleInput`, or `input`, `input1`, ... */
  inputNames?: readonly string[];
  /** Names of the graph's outputs. Default: the keys of the result of forward, or `output`, `output1`, ... */
  outputNames?: readonly string[];
}

/**
 * Writes a model, in evaluation mode, as an ONNX file with its weights.
 *
 * It runs forward on variations of `exampleInput` and translates every op. The opset is 17, or 18 if the model uses
 * bitwise ops. The weights cannot be changed until the file is written. The package @bufbuild/protobuf encodes the
 * file.
 *
 * @param model the model to export
 * @param exampleInput tensors with the shapes and dtypes of forward's arguments
 * @param path path or file URL of the file; an existing file is replaced when the new one is complete
 * @param options batch size and names; see OnnxExportOptions
 * @returns a promise that resolves when the file is written
 * @throws RangeError if ONNX does not have some of the ops; the message lists all of them
 * @throws Error if forward reads values, uses random numbers, or differs between batch sizes
 * @see torch.onnx.export
 * @see https://onnx.ai/onnx/repo-docs/IR.html
 * @example await io.exportOnnx(model, zeros(1, 784), 'digits.onnx');
 */
export async function exportOnnx(
  model: AnyModule,
  exampleInput: OnnxInputs,
  path: string | URL,
  options: OnnxExportOptions = {},
): Promise<void> {
  requireArity('exportOnnx', arguments.length, 4);
  const file = requirePath(op, path);
  requireProtobuf(op);
  const { message, opset, weights } = modelGraph(model, exampleInput, options);
  const parts = partsOf(message, weights, opset);
  const storages = weights.map(({ tensor }) => tensor._storage);
  lock(storages, 1);
  try {
    await writeWhole(file, parts);
  } finally {
    lock(storages, -1);
  }
}

/** Forbids changes of memory while it is written to a file (`by` 1), or allows them again (`by` -1). */
function lock(storages: readonly Storage[], by: 1 | -1): void {
  for (const storage of storages) {
    storage.readers += by;
    storage.exports += by;
  }
}

function modelGraph(model: AnyModule, exampleInput: OnnxInputs, options: OnnxExportOptions) {
  if (!isModule(model)) throw wrongType(op, 'a module', 'model', model);
  if (capture !== null) {
    throw new Error(`${op}: cannot run in a compiled function; call it outside of the function`);
  }
  requireOptions(op, options, ['dynamicBatch', 'inputNames', 'outputNames']);
  const dynamic = requireBoolean(op, 'dynamicBatch', options.dynamicBatch ?? true);
  const { names, tensors } = tensorsIn(exampleInput, 'exampleInput');
  const inputNames = namesFor('inputNames', options.inputNames ?? names, 'input', tensors.length);
  const { traces, outputs, sizes } = traceAll(model, tensors, dynamic);
  const graph = new Merger(sizes).merge(traces);
  const outputNames = namesFor(
    'outputNames',
    options.outputNames ?? outputs.names,
    'output',
    graph.outputs.length,
  );
  const inputs = tensors.map(({ shape, dtype }, i) => ({
    name: inputNames[i],
    shape: shape.map((size, k): Size => (dynamic && k === 0 ? { times: 1, plus: 0 } : size)),
    dtype,
  }));
  return graphMessage(model, graph, inputs, outputNames, dynamic);
}
