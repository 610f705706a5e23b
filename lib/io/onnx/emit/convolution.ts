/** Convolutions, and windows as columns, as ONNX nodes. */
import type { OpName } from '../../../core/node';
import type { ConvGeometry } from '../../../ops/nn/convolution';
import type { Windows } from '../../../ops/nn/unfold';
import {
  fixed,
  Unsupported,
  type Attribute,
  type Emit,
  type Emitters,
  type GraphBuilder,
  type Ref,
} from '../builder';
import type { Sized } from '../size';

/** Sizes along one dimension. */
interface Dim {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
}

type Sizes = Pick<Sized<ConvGeometry>, keyof Dim>;

/** The sizes along each dimension of the tensors. */
function dimsOf(sizes: Sizes | Sized<Windows>, first: number): Dim[] {
  const at = (name: keyof Dim, i: number): number => fixed(sizes[name][i], `the ${name}`);
  return sizes.input.slice(first).map((_, i) => ({
    input: at('input', first + i),
    output: at('output', first + i),
    kernel: at('kernel', first + i),
    stride: at('stride', first + i),
    padding: at('padding', first + i),
    dilation: at('dilation', first + i),
  }));
}

const reach = ({ kernel, dilation }: Dim): number => dilation * (kernel - 1) + 1;

/** Zeros after the input: as many as before it if that gives the same result, so that the graph reads as the layer. */
function after(dim: Dim): number {
  const { input, output, stride, padding } = dim;
  const same = Math.floor((input + 2 * padding - reach(dim)) / stride) + 1;
  if (same === output) return padding;
  return Math.max((output - 1) * stride + reach(dim) - input - padding, 0);
}

const integers = (values: readonly number[]): bigint[] => values.map(BigInt);

function attributes(dims: readonly Dim[], groups: number): Record<string, Attribute> {
  return {
    kernel_shape: integers(dims.map(({ kernel }) => kernel)),
    strides: integers(dims.map(({ stride }) => stride)),
    dilations: integers(dims.map(({ dilation }) => dilation)),
    group: BigInt(groups),
  };
}

/** Adds a node of float32: onnxruntime has no convolution of float64. */
function inSingle(
  inputs: readonly Ref[],
  graph: GraphBuilder,
  add: (names: readonly string[]) => string,
): string {
  if (inputs[0].dtype !== 'float64') return add(inputs.map(({ name }) => name));
  return graph.cast(add(inputs.map((input) => graph.cast(input.name, 'float32'))), 'float64');
}

const conv: Emit<Sized<ConvGeometry>> = ({ inputs, attrs }, graph) => {
  const dims = dimsOf(attrs, 3 - fixed(attrs.dims, 'a number'));
  const pads = [...dims.map(({ padding }) => padding), ...dims.map(after)];
  const settings = attributes(dims, fixed(attrs.groups, 'a number'));
  return inSingle(inputs, graph, (names) =>
    graph.node('Conv', names, { ...settings, pads: integers(pads) }),
  );
};

const convInput: Emit<Sized<ConvGeometry>> = ({ inputs, attrs }, graph) => {
  const dims = dimsOf(attrs, 3 - fixed(attrs.dims, 'a number'));
  // Sizes beyond those that the padding gives: added, or removed at the end.
  const added = dims.map((dim) => {
    return dim.input - ((dim.output - 1) * dim.stride + reach(dim) - 2 * dim.padding);
  });
  if (added.some((width, i) => width >= Math.max(dims[i].stride, dims[i].dilation))) {
    throw new Unsupported('ConvTranspose adds less than a stride or a dilation');
  }
  const before = dims.map(({ padding }) => padding);
  const behind = dims.map(({ padding }, i) => padding - Math.min(added[i], 0));
  const settings = attributes(dims, fixed(attrs.groups, 'a number'));
  return inSingle(inputs, graph, (names) =>
    graph.node('ConvTranspose', names, {
      ...settings,
      pads: integers([...before, ...behind]),
      output_padding: integers(added.map((width) => Math.max(width, 0))),
    }),
  );
};

/** Indices (kernel, output) of the padded input. */
function indicesOf({ output, kernel, stride, dilation }: Dim, graph: GraphBuilder): string {
  const indices = Array.from({ length: kernel * output }, (_, i) => {
    return Math.floor(i / output) * dilation + (i % output) * stride;
  });
  return graph.constant('int64', [kernel, output], indices);
}

/** ONNX has no im2col: two Gather nodes copy the rows and the columns of the windows. */
const unfold: Emit<Sized<Windows>> = ({ inputs: [x], outputs: [out], attrs }, graph) => {
  const [rows, columns] = dimsOf(attrs, 0);
  const widths = [0, 0, rows.padding, columns.padding];
  const padded = widths.every((width) => width === 0)
    ? x.name
    : graph.node('Pad', [x.name, graph.ints([...widths, ...widths])], { mode: 'constant' });
  const tall = graph.node('Gather', [padded, indicesOf(rows, graph)], { axis: 2n });
  const all = graph.node('Gather', [tall, indicesOf(columns, graph)], { axis: 4n });
  const ordered = graph.node('Transpose', [all], { perm: integers([0, 1, 2, 4, 3, 5]) });
  return graph.reshape(ordered, out.shape);
};

const fold: Emit<Sized<Windows>> = ({ inputs, attrs }, graph) => {
  graph.requireOpset(18);
  const dims = dimsOf(attrs, 0);
  const sizes = [dims.map(({ input }) => input), dims.map(({ kernel }) => kernel)];
  const pads = dims.map(({ padding }) => padding);
  return inSingle(inputs, graph, ([columns]) =>
    graph.node('Col2Im', [columns, ...sizes.map((size) => graph.ints(size))], {
      strides: integers(dims.map(({ stride }) => stride)),
      dilations: integers(dims.map(({ dilation }) => dilation)),
      pads: integers([...pads, ...pads]),
    }),
  );
};

export const convolutions = {
  conv,
  convInput,
  unfold,
  fold,
} satisfies Partial<Emitters<OpName>>;
