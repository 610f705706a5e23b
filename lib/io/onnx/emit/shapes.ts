/** Operations that move elements about, as ONNX nodes. */
import { isAffine, plus, type Size } from '../batch';
import {
  field,
  fixed,
  isFixed,
  sizesIn,
  Unsupported,
  type Emit,
  type GraphBuilder,
  type Ref,
} from '../builder';

const dimOf = (attrs: Parameters<Emit>[0]['attrs']): number =>
  fixed(field(attrs, 'dim'), 'a dimension');

const same: Emit = ({ inputs: [x], outputs: [out] }, graph) => graph.as(x, out.dtype);

/** A list of indices, which a single one without dimensions may stand for. */
function listOf(index: Ref, graph: GraphBuilder): string {
  return index.shape.length === 0 ? graph.reshape(index.name, [1]) : index.name;
}

function requireDims(x: Ref, what: string): void {
  if (x.shape.length === 0) throw new Unsupported(`${what} of a tensor without dimensions`);
}

const scatter =
  (reduction: string): Emit =>
  ({ inputs: [x, source, index], attrs }, graph) => {
    requireDims(x, 'scatter');
    const inputs = [x.name, index.name, source.name];
    return graph.node('ScatterElements', inputs, { axis: BigInt(dimOf(attrs)), reduction });
  };

/** Places along several indexed dimensions read as one, counted from the front. */
const index: Emit = ({ inputs, attrs }, graph) => {
  const sizes = sizesIn(attrs, 'sizes');
  let step: Size = 1;
  let sum = '';
  for (let i = inputs.length - 1; i >= 0; i--) {
    const zero = graph.scalar(0, 'int32');
    const negative = graph.node('Less', [inputs[i].name, zero]);
    const wrapped = graph.node('Add', [inputs[i].name, graph.sizeScalar(sizes[i], 'int32')]);
    const place = graph.node('Where', [negative, wrapped, inputs[i].name]);
    const scaled = step === 1 ? place : graph.node('Mul', [place, graph.sizeScalar(step, 'int32')]);
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

export const shapes: Readonly<Record<string, Emit | null>> = {
  clone: same,
  to: same,
  copy: ({ inputs: [, source], outputs: [out] }, graph) => graph.expand(source, out.shape),
  fill: ({ outputs: [out], attrs }, graph) => {
    const value = graph.scalar(fixed(attrs, 'a number'), out.dtype);
    return graph.expand({ name: value, shape: [], dtype: out.dtype }, out.shape);
  },
  view: ({ inputs: [x], outputs: [out] }, graph) => graph.reshape(x.name, out.shape),
  permute: ({ inputs: [x], attrs }, graph) => {
    const perm = (attrs as readonly Size[]).map((dim) => BigInt(fixed(dim, 'a dimension')));
    return graph.node('Transpose', [x.name], { perm });
  },
  expand: ({ inputs: [x], outputs: [out] }, graph) => graph.expand(x, out.shape),
  slice: ({ inputs: [x], attrs }, graph) => {
    const [start, length] = [field(attrs, 'start'), field(attrs, 'length')] as Size[];
    const step = fixed(field(attrs, 'step'), 'a step');
    if (step !== 1 && isAffine(length)) {
      throw new Unsupported('a slice with a step along a dimension that follows the batch');
    }
    const span = isAffine(length) ? length : length * step;
    return graph.slice(x, dimOf(attrs), start, plus(start, span), step);
  },
  cat: ({ inputs, attrs }, graph) =>
    graph.node(
      'Concat',
      inputs.map(({ name }) => name),
      { axis: BigInt(dimOf(attrs)) },
    ),
  flip: ({ inputs: [x], attrs }, graph) => {
    const dim = fixed(attrs, 'a dimension');
    const [last, start] = [graph.ints([-1]), graph.ints([-Infinity])];
    return graph.node('Slice', [x.name, last, start, graph.ints([dim]), last]);
  },
  triangle: ({ inputs: [x], attrs }, graph) => {
    const k = graph.constant('int64', [], [fixed(field(attrs, 'diagonal'), 'a diagonal')]);
    const upper = field(attrs, 'side') === 'triu' ? 1n : 0n;
    return graph.node('Trilu', [x.name, k], { upper });
  },
  gather: ({ inputs: [x, at], attrs }, graph) => {
    requireDims(x, 'gather');
    return graph.node('GatherElements', [x.name, at.name], { axis: BigInt(dimOf(attrs)) });
  },
  scatter: scatter('none'),
  scatterAdd: scatter('add'),
  indexSelect: ({ inputs: [x, at], attrs }, graph) => {
    requireDims(x, 'indexSelect');
    return graph.node('Gather', [x.name, listOf(at, graph)], { axis: BigInt(dimOf(attrs)) });
  },
  indexAdd: ({ inputs: [x, source, at], attrs }, graph) => {
    requireDims(x, 'indexAdd');
    const dim = dimOf(attrs);
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
    const mask = graph.node('Equal', [column, graph.constant('int32', [row.length], row)]);
    return graph.cast(mask, 'int32');
  },
  // How many there are depends on the values, and the trace saw one number.
  nonzero: null,
  indexPut: null,
  diagonal: null,
  diagonalBackward: null,
  random: null,
  dropout: null,
};
