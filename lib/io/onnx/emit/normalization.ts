/** Batch, instance, group, layer and RMS normalisation as ONNX nodes. */
import { isHalf } from '../../../core/dtype';
import type { Normalization } from '../../../ops/nn/normalization';
import { fixed, type Emit, type GraphBuilder, type Ref } from '../builder';
import type { Size, Sized } from '../size';
import { Numbers } from './elementwise';

/** An op whose operands have been read: halves are computed in float32. */
interface Operands {
  readonly x: Ref;
  readonly weight: Ref | null;
  readonly bias: Ref | null;
  readonly others: readonly Ref[];
}

const list = (sizes: readonly Size[]): number[] => sizes.map((size) => fixed(size, 'a size'));

/** A parameter, or a constant of the same shape if the op has none. */
function orConstant(
  part: Ref | null,
  x: Ref,
  shape: readonly number[],
  value: number,
  graph: GraphBuilder,
) {
  const count = shape.reduce((a, b) => a * b, 1);
  return part?.name ?? graph.constant(x.dtype, shape, Array<number>(count).fill(value));
}

/** (x - mean) / sqrt(variance + eps) over some axes, in elementary operators. */
function composed(
  x: Ref,
  axes: readonly number[],
  centered: boolean,
  eps: number,
  graph: GraphBuilder,
): string {
  const n = new Numbers(graph, x);
  const attrs = { axes: axes.map(BigInt), keepdims: 1n };
  const mean = (name: string): string => graph.node('ReduceMean', [name], attrs);
  const distance = centered ? n.sub(x.name, mean(x.name)) : x.name;
  const variance = mean(n.mul(distance, distance));
  return n.div(distance, graph.node('Sqrt', [n.add(variance, eps)]));
}

/** Multiplies by the weight and adds the bias, whose shape is aligned with dimension 1 or with the last dimensions. */
function scaled(
  y: string,
  { x, weight, bias }: Operands,
  byChannel: boolean,
  graph: GraphBuilder,
): string {
  const n = new Numbers(graph, x);
  const column = (part: Ref): string =>
    byChannel
      ? graph.reshape(part.name, [...part.shape, ...x.shape.slice(2).map(() => 1)])
      : part.name;
  const product = weight === null ? y : n.mul(y, column(weight));
  return bias === null ? product : n.add(product, column(bias));
}

function emitted(operands: Operands, attrs: Sized<Normalization>, graph: GraphBuilder): string {
  const { x, weight, bias, others } = operands;
  const epsilon = fixed(attrs.eps, 'eps');
  const shape = list(attrs.parameters);
  const one = (): string => orConstant(weight, x, shape, 1, graph);
  const zero = (): string => orConstant(bias, x, shape, 0, graph);
  if (attrs.fixed) {
    const statistics = others.map(({ name }) => name);
    return graph.node('BatchNormalization', [x.name, one(), zero(), ...statistics], { epsilon });
  }
  if (attrs.kind === 'layer') {
    const inputs = bias === null ? [x.name, one()] : [x.name, one(), bias.name];
    return graph.node('LayerNormalization', inputs, { axis: BigInt(-shape.length), epsilon });
  }
  const { ndim } = { ndim: x.shape.length };
  if (attrs.kind === 'rms') {
    const axes = shape.map((_, i) => ndim - shape.length + i);
    return scaled(composed(x, axes, false, epsilon, graph), operands, false, graph);
  }
  if (attrs.kind === 'batch') {
    const axes = x.shape.flatMap((_, i) => (i === 1 ? [] : [i]));
    return scaled(composed(x, axes, true, epsilon, graph), operands, true, graph);
  }
  const row = fixed(attrs.channels, 'a size') * fixed(attrs.inner, 'a size');
  const rows: Ref = {
    ...x,
    shape: [attrs.batch, attrs.groups, row],
    name: graph.reshape(x.name, [attrs.batch, attrs.groups, row]),
  };
  const normal = graph.reshape(composed(rows, [2], true, epsilon, graph), x.shape);
  return scaled(normal, operands, true, graph);
}

/** InstanceNormalization for float32, the only dtype for which onnxruntime has it. */
function instance(
  { x, weight, bias }: Operands,
  attrs: Sized<Normalization>,
  graph: GraphBuilder,
): string {
  const shape = list(attrs.parameters);
  const inputs = [
    x.name,
    orConstant(weight, x, shape, 1, graph),
    orConstant(bias, x, shape, 0, graph),
  ];
  return graph.node('InstanceNormalization', inputs, { epsilon: fixed(attrs.eps, 'eps') });
}

export const normalization: Emit<Sized<Normalization>> = (
  { inputs: [input, ...parts], outputs: [out], attrs },
  graph,
) => {
  const dtype = isHalf(out.dtype) ? 'float32' : out.dtype;
  const as = (ref: Ref): Ref => ({ ...ref, name: graph.as(ref, dtype), dtype });
  const rest = parts.map(as);
  const operands: Operands = {
    x: as(input),
    weight: attrs.hasWeight ? rest[0] : null,
    bias: attrs.hasBias ? rest[attrs.hasWeight ? 1 : 0] : null,
    others: rest.slice(Number(attrs.hasWeight) + Number(attrs.hasBias)),
  };
  const isInstance = attrs.kind === 'instance' && !attrs.fixed && dtype === 'float32';
  const y = (isInstance ? instance : emitted)(operands, attrs, graph);
  return graph.as({ name: y, shape: out.shape, dtype }, out.dtype);
};
