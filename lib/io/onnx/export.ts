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

/** One tensor, or several: in the order of forward's arguments, and with names if it is an object. */
export type OnnxInputs = Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>;

/** Options of `exportOnnx`. */
export interface OnnxExportOptions {
  /** Whether the first dimension of every input may have any size; true if missing. */
  dynamicBatch?: boolean;
  /** Names of the graph's inputs; by default those of `exampleInput`, or input, input1, ... */
  inputNames?: readonly string[];
  /** Names of the graph's outputs; by default those of the result, or output, output1, ... */
  outputNames?: readonly string[];
}

/**
 * Writes what `model` computes in `eval()` as an ONNX graph with its weights: runs its forward on `exampleInput` and
 * translates every op. The opset is 17, or 18 if the model has functions of bits.
 *
 * The first dimension of the inputs is the batch, of any size unless `dynamicBatch: false`. One RangeError lists all ops
 * that ONNX does not have. The weights cannot be changed until the file is written.
 *
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
  hold(storages, 1);
  try {
    await writeWhole(file, parts);
  } finally {
    hold(storages, -1);
  }
}

/** Forbids changes of memory while it is written to a file (by 1), and allows them again (by -1). */
function hold(storages: readonly Storage[], by: 1 | -1): void {
  for (const one of storages) {
    one.readers += by;
    one.exports += by;
  }
}

function modelGraph(model: AnyModule, exampleInput: OnnxInputs, options: OnnxExportOptions) {
  if (!isModule(model)) throw wrongType(op, 'a module', 'model', model);
  if (capture !== null) {
    throw new Error(`${op}: expected a call outside of compiled functions, got one inside`);
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
