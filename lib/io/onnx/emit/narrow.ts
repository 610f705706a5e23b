/**
 * Ops of dtypes with which ONNX or its runtimes do not compute. The library computes float16 and bfloat16 in float32
 * and rounds once for each op, and uint8 modulo 256. The graph casts to a wider dtype, runs the op, and casts back,
 * which discards the upper bits of integers.
 */
import { isFloating, type DType } from '../../../core/dtype';
import type { OpName } from '../../../core/node';
import type { Emit, Emitted, GraphBuilder } from '../builder';
import { oneNode } from './elementwise';
import { shapes } from './shapes';

const wider: Readonly<Partial<Record<DType, DType>>> = {
  float16: 'float32',
  bfloat16: 'float32',
  uint8: 'int32',
};

/** Ops that move or select elements, of any dtype. */
const moves: ReadonlySet<OpName> = new Set([
  ...(Object.keys(shapes) as (keyof typeof shapes)[]),
  'where',
  'gather',
  'scatter',
  'indexSelect',
  'index',
] as const);

/** Ops that onnxruntime lacks for some dtypes, although ONNX defines them. */
const missing: Readonly<Partial<Record<DType, readonly OpName[]>>> = {
  bfloat16: ['where', 'expand', 'copy', 'fill', 'triangle'],
  uint8: ['triangle'],
};

/** Ops whose translation handles uint8 itself: bitwise ops, those with int64 results, and normalizeChannels. */
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
  'normalizeChannels',
  'interpolate',
] as const);

/** The wider dtype in which the op is computed; undefined if it is computed in this dtype. */
function widerFor(name: OpName, emit: Emit, dtype: DType, mixed: boolean): DType | undefined {
  if (moves.has(name) && missing[dtype]?.includes(name) !== true) return undefined;
  if (dtype === 'uint8' && ofBytes.has(name)) return undefined;
  // ONNX has all ops of float16, but it rounds after each node, and the other operand must be float16 too.
  if (dtype === 'float16' && oneNode.has(emit) && !mixed) return undefined;
  return wider[dtype];
}

/** Adds the nodes of an op, in a wider dtype if necessary; returns the names of its outputs. */
export function emitOp(
  name: OpName,
  emit: Emit,
  { inputs, outputs, attrs }: Emitted,
  graph: GraphBuilder,
): readonly string[] {
  const floating = inputs.map((input) => input.dtype).filter(isFloating);
  const mixed = new Set(floating).size > 1;
  const widened = inputs.map((input) => {
    const dtype = widerFor(name, emit, input.dtype, mixed);
    return dtype === undefined ? input : { ...input, name: graph.cast(input.name, dtype), dtype };
  });
  const narrow = widened.some((input, i) => input !== inputs[i]);
  const wide = (dtype: DType): DType =>
    narrow ? (widerFor(name, emit, dtype, mixed) ?? dtype) : dtype;
  const results = emit(
    {
      inputs: widened,
      outputs: outputs.map((output) => ({ ...output, dtype: wide(output.dtype) })),
      attrs,
    },
    graph,
  );
  const names = typeof results === 'string' ? [results] : results;
  return names.map((result, i) => {
    if (i >= outputs.length) return result;
    const { dtype } = outputs[i];
    return wide(dtype) === dtype ? result : graph.cast(result, dtype);
  });
}
