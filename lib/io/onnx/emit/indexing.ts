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

/** Indices as a 1-dim tensor. */
function listOf(index: Ref, graph: GraphBuilder): string {
  return index.shape.length === 0 ? graph.reshape(index.name, [1]) : index.name;
}

function requireDims(x: Ref, what: string): void {
  if (x.shape.length === 0) throw new Unsupported(`ONNX has no ${what} of a 0-dim tensor`);
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

/** Converts indices along several dimensions to indices along the merged dimension, counted from the front. */
const index: Emit<Sized<OpAttrs['index']>> = ({ inputs, attrs }, graph) => {
  const sizes = attrs.sizes;
  const dtype = inputs.some((input) => input.dtype === 'int64') ? 'int64' : 'int32';
  let step: Size = 1;
  let sum = '';
  for (let i = inputs.length - 1; i >= 0; i--) {
    const indices = graph.as(inputs[i], dtype);
    const negative = graph.node('Less', [indices, graph.scalar(0, dtype)]);
    const wrapped = graph.node('Add', [indices, graph.sizeScalar(sizes[i], dtype)]);
    const fromFront = graph.node('Where', [negative, wrapped, indices]);
    const scaled =
      step === 1 ? fromFront : graph.node('Mul', [fromFront, graph.sizeScalar(step, dtype)]);
    sum = sum === '' ? scaled : graph.node('Add', [scaled, sum]);
    if (i > 0) step = times(step, sizes[i]);
  }
  return graph.reshape(sum, [-1]);
};

function times(a: Size, b: Size): Size {
  const [factor, size] = typeof a === 'number' ? [a, b] : [b, a];
  if (isAffine(factor)) throw new Unsupported('two indexed dimensions depend on the batch size');
  if (!isAffine(size)) return factor * size;
  return { times: factor * size.times, plus: factor * size.plus };
}

export const indexing = {
  gather: ({ inputs: [x, indices], attrs }, graph) => {
    requireDims(x, 'gather');
    return graph.node('GatherElements', [x.name, indices.name], {
      axis: BigInt(fixed(attrs.dim, 'a dimension')),
    });
  },
  scatter: scatter('none'),
  scatterAdd: scatter('add'),
  scatterMultiply: scatter('mul'),
  indexSelect: ({ inputs: [x, indices], attrs }, graph) => {
    requireDims(x, 'indexSelect');
    return graph.node('Gather', [x.name, listOf(indices, graph)], {
      axis: BigInt(fixed(attrs.dim, 'a dimension')),
    });
  },
  indexAdd: ({ inputs: [x, source, indices], attrs }, graph) => {
    requireDims(x, 'indexAdd');
    const dim = fixed(attrs.dim, 'a dimension');
    const column = graph.reshape(
      indices.name,
      source.shape.map((size, i) => (i === dim ? size : 1)),
    );
    const positions = graph.node('Expand', [column, graph.sizes(source.shape)]);
    const inputs = [x.name, positions, source.name];
    return graph.node('ScatterElements', inputs, { axis: BigInt(dim), reduction: 'add' });
  },
  index,
  oneHot: ({ inputs: [labels], outputs: [out] }, graph) => {
    const classes = out.shape[out.shape.length - 1];
    if (!isFixed([classes]))
      throw new Unsupported('the number of classes depends on the batch size');
    const row = Array.from({ length: classes as number }, (_, i) => i);
    const column = graph.node('Unsqueeze', [labels.name, graph.ints([-1])]);
    const mask = graph.node('Equal', [column, graph.constant(labels.dtype, [row.length], row)]);
    return graph.cast(mask, out.dtype);
  },
  // The shape of the result depends on values, which differ between inputs.
  nonzero: null,
  indexPut: null,
} satisfies Partial<Emitters<OpName>>;
