/** Ops that select or write elements by indices, as ONNX nodes. */
import type { OpAttrs, OpName } from '../../../core/node';
import {
  fixed,
  Unsupported,
  type Emit,
  type Emitters,
  type GraphBuilder,
  type Ref,
} from '../builder';
import { isAffine, isFixed, type Size, type Sized } from '../size';

/** A vector of indices; a single index without dimensions is reshaped. */
function listOf(index: Ref, graph: GraphBuilder): string {
  return index.shape.length === 0 ? graph.reshape(index.name, [1]) : index.name;
}

function requireDims(x: Ref, what: string): void {
  if (x.shape.length === 0) throw new Unsupported(`${what} of a tensor without dimensions`);
}

const scatter =
  (reduction: string): Emit<Sized<OpAttrs['scatter']>> =>
  ({ inputs: [x, source, index], attrs }, graph) => {
    requireDims(x, 'scatter');
    const inputs = [x.name, index.name, source.name];
    return graph.node('ScatterElements', inputs, {
      axis: BigInt(fixed(attrs.dim, 'a dimension')),
      reduction,
    });
  };

/** Indices along several dimensions as indices along the merged one, counted from the front. */
const index: Emit<Sized<OpAttrs['index']>> = ({ inputs, attrs }, graph) => {
  const sizes = attrs.sizes;
  const dtype = inputs.some((one) => one.dtype === 'int64') ? 'int64' : 'int32';
  let step: Size = 1;
  let sum = '';
  for (let i = inputs.length - 1; i >= 0; i--) {
    const at = graph.as(inputs[i], dtype);
    const negative = graph.node('Less', [at, graph.scalar(0, dtype)]);
    const wrapped = graph.node('Add', [at, graph.sizeScalar(sizes[i], dtype)]);
    const place = graph.node('Where', [negative, wrapped, at]);
    const scaled = step === 1 ? place : graph.node('Mul', [place, graph.sizeScalar(step, dtype)]);
    sum = sum === '' ? scaled : graph.node('Add', [scaled, sum]);
    if (i > 0) step = times(step, sizes[i]);
  }
  return graph.reshape(sum, [-1]);
};

function times(a: Size, b: Size): Size {
  const [factor, size] = typeof a === 'number' ? [a, b] : [b, a];
  if (isAffine(factor)) throw new Unsupported('indices along two dimensions that follow the batch');
  if (!isAffine(size)) return factor * size;
  return { times: factor * size.times, plus: factor * size.plus };
}

export const indexing = {
  gather: ({ inputs: [x, at], attrs }, graph) => {
    requireDims(x, 'gather');
    return graph.node('GatherElements', [x.name, at.name], {
      axis: BigInt(fixed(attrs.dim, 'a dimension')),
    });
  },
  scatter: scatter('none'),
  scatterAdd: scatter('add'),
  scatterMultiply: scatter('mul'),
  indexSelect: ({ inputs: [x, at], attrs }, graph) => {
    requireDims(x, 'indexSelect');
    return graph.node('Gather', [x.name, listOf(at, graph)], {
      axis: BigInt(fixed(attrs.dim, 'a dimension')),
    });
  },
  indexAdd: ({ inputs: [x, source, at], attrs }, graph) => {
    requireDims(x, 'indexAdd');
    const dim = fixed(attrs.dim, 'a dimension');
    const column = graph.reshape(
      at.name,
      source.shape.map((size, i) => (i === dim ? size : 1)),
    );
    const places = graph.node('Expand', [column, graph.sizes(source.shape)]);
    const inputs = [x.name, places, source.name];
    return graph.node('ScatterElements', inputs, { axis: BigInt(dim), reduction: 'add' });
  },
  index,
  oneHot: ({ inputs: [labels], outputs: [out] }, graph) => {
    const classes = out.shape[out.shape.length - 1];
    if (!isFixed([classes])) throw new Unsupported('as many classes as the batch is large');
    const row = Array.from({ length: classes as number }, (_, i) => i);
    const column = graph.node('Unsqueeze', [labels.name, graph.ints([-1])]);
    const mask = graph.node('Equal', [column, graph.constant(labels.dtype, [row.length], row)]);
    return graph.cast(mask, out.dtype);
  },
  // The number of results depends on the values, and the trace has only one number.
  nonzero: null,
  indexPut: null,
} satisfies Partial<Emitters<OpName>>;
