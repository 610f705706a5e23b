/** Ops that copy, reshape and move elements, as ONNX nodes. */
import { isFloating } from '../../../core/dtype';
import type { OpName } from '../../../core/node';
import { fixed, Unsupported, type Emit, type Emitters, type GraphBuilder } from '../builder';
import { isAffine, plus, type Size } from '../size';

const same: Emit = ({ inputs: [x], outputs: [out] }, graph) => {
  if (out.dtype !== 'uint8' || !isFloating(x.dtype)) return graph.as(x, out.dtype);
  // ONNX does not define casts of floats outside of 0 to 255; onnxruntime would merge two casts without Mod.
  const integers = graph.cast(x.name, 'int64');
  return graph.cast(graph.node('Mod', [integers, graph.scalar(256, 'int64')]), 'uint8');
};

/** Circular padding, as concatenated slices: Pad has it since opset 19 only. */
function wrapped(
  x: string,
  before: readonly Size[],
  after: readonly Size[],
  graph: GraphBuilder,
): string {
  return before.reduce<string>((name, width, dim) => {
    const [left, right] = [width, after[dim]].map((size) => fixed(size, 'a width'));
    const part = (start: number, end: number): string =>
      graph.node('Slice', [name, ...[start, end, dim].map((bound) => graph.ints([bound]))]);
    const parts = [
      ...(left > 0 ? [part(-left, Infinity)] : []),
      name,
      ...(right > 0 ? [part(0, right)] : []),
    ];
    return parts.length === 1 ? name : graph.node('Concat', parts, { axis: BigInt(dim) });
  }, x);
}

export const shapes = {
  clone: same,
  to: same,
  copy: ({ inputs: [, source], outputs: [out] }, graph) => graph.expand(source, out.shape),
  fill: ({ outputs: [out], attrs }, graph) => {
    const value = graph.scalar(fixed(attrs, 'a number'), out.dtype);
    return graph.expand({ name: value, shape: [], dtype: out.dtype }, out.shape);
  },
  view: ({ inputs: [x], outputs: [out] }, graph) => graph.reshape(x.name, out.shape),
  permute: ({ inputs: [x], attrs }, graph) => {
    const perm = attrs.map((dim) => BigInt(fixed(dim, 'a dimension')));
    return graph.node('Transpose', [x.name], { perm });
  },
  expand: ({ inputs: [x], outputs: [out] }, graph) => graph.expand(x, out.shape),
  slice: ({ inputs: [x], attrs }, graph) => {
    const [start, length] = [attrs.start, attrs.length];
    const step = fixed(attrs.step, 'a step');
    if (step !== 1 && isAffine(length)) {
      throw new Unsupported('a slice with a step along a dimension that depends on the batch size');
    }
    const span = isAffine(length) ? length : length * step;
    return graph.slice(x, fixed(attrs.dim, 'a dimension'), start, plus(start, span), step);
  },
  cat: ({ inputs, attrs }, graph) =>
    graph.node(
      'Concat',
      inputs.map(({ name }) => name),
      { axis: BigInt(fixed(attrs.dim, 'a dimension')) },
    ),
  flip: ({ inputs: [x], attrs }, graph) => {
    const dim = fixed(attrs, 'a dimension');
    const [last, start] = [graph.ints([-1]), graph.ints([-Infinity])];
    return graph.node('Slice', [x.name, last, start, graph.ints([dim]), last]);
  },
  triangle: ({ inputs: [x], attrs }, graph) => {
    const k = graph.constant('int64', [], [fixed(attrs.diagonal, 'a diagonal')]);
    const upper = attrs.side === 'triu' ? 1n : 0n;
    return graph.node('Trilu', [x.name, k], { upper });
  },
  pad: ({ inputs: [x], attrs }, graph) => {
    const { mode, before, after, value } = attrs;
    if (x.shape.length === 0) return graph.node('Identity', [x.name]);
    if (mode === 'circular') return wrapped(x.name, before, after, graph);
    const widths = graph.sizes([...before, ...after]);
    if (mode === 'constant') {
      if (typeof value === 'bigint') {
        throw new Unsupported('a value beyond 2^53');
      }
      return graph.node('Pad', [x.name, widths, graph.sizeScalar(value, x.dtype)]);
    }
    return graph.node('Pad', [x.name, widths], { mode: mode === 'replicate' ? 'edge' : mode });
  },
  diagonal: null,
  diagonalBackward: null,
} satisfies Partial<Emitters<OpName>>;
