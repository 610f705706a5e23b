/** Reductions, matrix products, softmax and topk as ONNX nodes. */
import type { OpAttrs, OpName } from '../../../core/node';
import {
  fixed,
  Unsupported,
  type Emit,
  type Emitted,
  type Emitters,
  type GraphBuilder,
} from '../builder';
import { sameSize, type Size, type Sized } from '../size';
import { node, Numbers, oneNode } from './elementwise';

const sameShape = (a: readonly Size[], b: readonly Size[]): boolean =>
  a.length === b.length && a.every((size, i) => sameSize(size, b[i]));

/** The attributes of an op as translations read them. */
type Attrs<K extends OpName> = Sized<OpAttrs[K]>;
type Reduction = Attrs<'sum'>;

/** Adds a reduction. Dimensions of size 1 are reduced too, which changes nothing. */
function reduced(type: string, x: string, attrs: Reduction, graph: GraphBuilder): string {
  const { shape, kept, out } = attrs;
  const axes = kept.flatMap((size, i) => (size === 1 ? [i] : []));
  if (axes.length === 0 && shape.length > 0) return graph.node('Identity', [x]);
  const remaining = shape.filter((_, i) => !axes.includes(i));
  const drops = sameShape(remaining, out);
  const y = reduceNode(type, x, axes, drops, graph);
  return drops || sameShape(kept, out) ? y : graph.reshape(y, out);
}

/**
 * Opset 17 takes the axes of ReduceSum as an input, of others as an attribute; `GraphBuilder.finished` converts those.
 */
function reduceNode(
  type: string,
  x: string,
  axes: readonly number[],
  drops: boolean,
  graph: GraphBuilder,
): string {
  const keepdims = drops ? 0n : 1n;
  if (axes.length === 0) return graph.node(type, [x], { keepdims });
  if (type === 'ReduceSum') return graph.node(type, [x, graph.ints(axes)], { keepdims });
  return graph.node(type, [x], { axes: axes.map(BigInt), keepdims });
}

const reduce = (type: string): Emit<Reduction> => {
  const emit: Emit<Reduction> = ({ inputs: [x], outputs: [out], attrs }, graph) => {
    // Sums and products of integers and bool are int64.
    if (x.dtype !== out.dtype || x.dtype !== 'bool') {
      return reduced(type, graph.as(x, out.dtype), attrs, graph);
    }
    return graph.cast(reduced(type, graph.cast(x.name, 'int32'), attrs, graph), 'bool');
  };
  oneNode.add(emit);
  return emit;
};

/** Whether any element is true. It counts them, which also works for 0 elements. */
function some(mask: string, attrs: Reduction, graph: GraphBuilder): string {
  const count = reduced('ReduceSum', graph.cast(mask, 'int32'), attrs, graph);
  return graph.node('Greater', [count, graph.scalar(0, 'int32')]);
}

function norm({ inputs: [x], attrs }: Emitted<Attrs<'norm'>>, graph: GraphBuilder): string {
  const p = fixed(attrs.p, 'an order of a norm');
  if (p === 1) return reduced('ReduceL1', x.name, attrs, graph);
  if (p === 2) return reduced('ReduceL2', x.name, attrs, graph);
  const n = new Numbers(graph, x);
  if (p === 0) {
    const mask = graph.node('Not', [n.node('Equal', x.name, 0)]);
    return reduced('ReduceSum', graph.cast(mask, x.dtype), attrs, graph);
  }
  const powers = n.node('Pow', n.node('Abs', x.name), p);
  return n.node('Pow', reduced('ReduceSum', powers, attrs, graph), 1 / p);
}

function variance({ inputs: [x], attrs }: Emitted<Attrs<'var'>>, graph: GraphBuilder): string {
  const n = new Numbers(graph, x);
  const { kept } = attrs;
  const axes = kept.flatMap((size, i) => (size === 1 ? [i] : []));
  const mean = reduceNode('ReduceMean', x.name, axes, false, graph);
  const deviation = n.sub(x.name, mean);
  const sum = reduced('ReduceSum', n.mul(deviation, deviation), attrs, graph);
  return n.div(sum, graph.sizeScalar(attrs.divisor, x.dtype));
}

const argExtreme =
  (type: 'ArgMax' | 'ArgMin'): Emit<Attrs<'argmax'>> =>
  ({ inputs: [x], outputs: [out], attrs }, graph) => {
    const { dim } = attrs;
    const numbers = x.dtype === 'bool' ? graph.cast(x.name, 'int32') : x.name;
    const flat = dim === null || x.shape.length === 0;
    const source = flat ? graph.reshape(numbers, [-1]) : numbers;
    const axis = flat ? 0n : BigInt(fixed(dim, 'a dimension'));
    const keepdims = !flat && out.shape.length === x.shape.length ? 1n : 0n;
    const indices = graph.cast(graph.node(type, [source], { axis, keepdims }), 'int32');
    return flat && out.shape.length > 0 ? graph.reshape(indices, out.shape) : indices;
  };

const alongDim = (type: string): Emit<Size> => {
  const emit: Emit<Size> = ({ inputs: [x], attrs: dim }, graph) => {
    if (x.shape.length === 0) throw new Unsupported(`ONNX has no ${type} of a 0-dim tensor`);
    return graph.node(type, [x.name], { axis: BigInt(fixed(dim, 'a dimension')) });
  };
  oneNode.add(emit);
  return emit;
};

/** The largest or smallest elements along one dimension. */
const extreme =
  (type: string): Emit<Attrs<'max'>> =>
  ({ inputs: [x], outputs: [out], attrs }, graph) =>
    reduce(type)({ inputs: [x], outputs: [out], attrs: { ...attrs, out: out.shape } }, graph);

export const reductions = {
  sum: reduce('ReduceSum'),
  mean: reduce('ReduceMean'),
  prod: reduce('ReduceProd'),
  amax: reduce('ReduceMax'),
  amin: reduce('ReduceMin'),
  max: extreme('ReduceMax'),
  min: extreme('ReduceMin'),
  argmax: argExtreme('ArgMax'),
  argmin: argExtreme('ArgMin'),
  any: ({ inputs: [x], attrs }, graph) => some(x.name, attrs, graph),
  all: ({ inputs: [x], attrs }, graph) =>
    graph.node('Not', [some(graph.node('Not', [x.name]), attrs, graph)]),
  logsumexp: reduce('ReduceLogSumExp'),
  norm,
  var: variance,
  std: (op, graph) => graph.node('Sqrt', [variance(op, graph)]),
  cumsum: ({ inputs: [x], outputs: [out], attrs }, graph) => {
    if (x.shape.length === 0) throw new Unsupported('ONNX has no CumSum of a 0-dim tensor');
    const axis = graph.constant('int64', [], [fixed(attrs.dim, 'a dimension')]);
    return graph.node('CumSum', [graph.as(x, out.dtype), axis], {
      reverse: attrs.reverse ? 1n : 0n,
    });
  },
  softmax: alongDim('Softmax'),
  logSoftmax: alongDim('LogSoftmax'),
  topk: ({ inputs: [x], attrs }, graph) => {
    if (x.shape.length === 0) throw new Unsupported('ONNX has no TopK of a 0-dim tensor');
    const k = graph.sizes([attrs.k]);
    const numbers = x.dtype === 'bool' ? graph.cast(x.name, 'int32') : x.name;
    const [values, indices] = graph.nodeOf(2, 'TopK', [numbers, k], {
      axis: BigInt(fixed(attrs.dim, 'a dimension')),
      largest: attrs.largest ? 1n : 0n,
      sorted: 1n,
    });
    return [x.dtype === 'bool' ? graph.cast(values, 'bool') : values, graph.cast(indices, 'int32')];
  },
  matmul: node('MatMul'),
  linear: ({ inputs }, graph) =>
    graph.node(
      'Gemm',
      inputs.map(({ name }) => name),
      { transB: 1n },
    ),
  // A sort is traced as `topk`, whose values are the sorted tensor.
  sort: null,
} satisfies Partial<Emitters<OpName>>;
