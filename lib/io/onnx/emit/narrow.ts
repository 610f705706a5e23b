/**
 * Dtypes with which ONNX or its runtimes do not compute. The library computes with halves in float32 and rounds once for
 * each op, and with uint8 modulo 256; as nodes that is a cast, the op in a wider dtype, and a cast back, which discards the
 * upper bits of whole numbers.
 */
import type { DType } from '../../../core/dtype';
import type { OpName } from '../../../core/node';
import type { Emit, Emitted, GraphBuilder } from '../builder';
import { oneNode } from './elementwise';
import { shapes } from './shapes';

const wider: Readonly<Partial<Record<DType, DType>>> = {
  float16: 'float32',
  bfloat16: 'float32',
  uint8: 'int32',
};

/** Ops that move and select elements, whatever their dtype. */
const moves: ReadonlySet<OpName> = new Set([
  ...(Object.keys(shapes) as (keyof typeof shapes)[]),
  'where',
  'gather',
  'scatter',
  'indexSelect',
  'index',
] as const);

/** Ops whose translation takes uint8: functions of bits, and those whose result is int64. */
const ofBytes: ReadonlySet<OpName> = new Set([
  'bitwiseAnd',
  'bitwiseOr',
  'bitwiseXor',
  'bitwiseLeftShift',
  'bitwiseRightShift',
  'pow',
  'sum',
  'prod',
  'cumsum',
] as const);

function widerFor(name: OpName, emit: Emit, dtype: DType): DType | undefined {
  if (moves.has(name) || (dtype === 'uint8' && ofBytes.has(name))) return undefined;
  // ONNX has all ops of float16, but rounds once for each node.
  if (dtype === 'float16' && oneNode.has(emit)) return undefined;
  return wider[dtype];
}

/** Adds the nodes of an op, in a wider dtype where that is necessary; returns the names of its outputs. */
export function emitOp(
  name: OpName,
  emit: Emit,
  { inputs, outputs, attrs }: Emitted,
  graph: GraphBuilder,
): readonly string[] {
  const widened = inputs.map((one) => {
    const dtype = widerFor(name, emit, one.dtype);
    return dtype === undefined ? one : { ...one, name: graph.cast(one.name, dtype), dtype };
  });
  const narrow = widened.some((one, i) => one !== inputs[i]);
  const wide = (dtype: DType): DType => (narrow ? (widerFor(name, emit, dtype) ?? dtype) : dtype);
  const results = emit(
    { inputs: widened, outputs: outputs.map((one) => ({ ...one, dtype: wide(one.dtype) })), attrs },
    graph,
  );
  const names = typeof results === 'string' ? [results] : results;
  return names.map((result, i) => {
    if (i >= outputs.length) return result;
    const { dtype } = outputs[i];
    return wide(dtype) === dtype ? result : graph.cast(result, dtype);
  });
}
