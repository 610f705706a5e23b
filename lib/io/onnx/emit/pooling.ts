/** Pooling as ONNX nodes. */
import { isInteger } from '../../../core/dtype';
import type { OpAttrs, OpName } from '../../../core/node';
import { fixed, Unsupported, type Emit, type Emitters, type GraphBuilder, type Ref } from '../builder'; // prettier-ignore
import type { Attribute } from '../builder';
import type { Size, Sized } from '../size';

type Sizes = Sized<OpAttrs['adaptiveMaxPool']>;
type Windows = Sized<OpAttrs['maxPool']>;
type Averages = Sized<OpAttrs['averagePool']>;

const axes = ['D', 'H', 'W'] as const;
type Axis = (typeof axes)[number];

/** The dimensions that are pooled. */
const pooledAxes = (dims: Size): readonly Axis[] => axes.slice(3 - fixed(dims, 'a dimension'));

/** The windows of one dimension. */
function windowOf(attrs: Windows, axis: Axis) {
  const of = (size: Size): number => fixed(size, 'the size of a window');
  const [kernel, stride] = [of(attrs[`kernel${axis}`]), of(attrs[`stride${axis}`])];
  const [dilation, low] = [of(attrs[`dilation${axis}`]), of(attrs[`low${axis}`])];
  const [input, out] = [of(attrs[`in${axis}`]), of(attrs[`out${axis}`])];
  // Padding behind the input up to the end of the last window: ceil mode differs between runtimes.
  const used = (out - 1) * stride + (kernel - 1) * dilation + 1 - input - low;
  return { kernel, stride, dilation, low, high: of(attrs[`high${axis}`]), used: Math.max(used, 0) };
}

function windowsOf(attrs: Windows) {
  const windows = pooledAxes(attrs.dims).map((axis) => windowOf(attrs, axis));
  const attributes: Record<string, Attribute> = {
    kernel_shape: windows.map(({ kernel }) => BigInt(kernel)),
    strides: windows.map(({ stride }) => BigInt(stride)),
    pads: [...windows.map(({ low }) => low), ...windows.map(({ used }) => used)].map(BigInt),
  };
  if (windows.some(({ dilation }) => dilation !== 1)) {
    attributes.dilations = windows.map(({ dilation }) => BigInt(dilation));
  }
  return { windows, attributes };
}

/** Runs `nodes` on an input with a batch dimension, which ONNX requires. */
function batched(
  x: Ref,
  name: string,
  dims: Size,
  graph: GraphBuilder,
  nodes: (x: string) => string,
): string {
  if (x.shape.length === fixed(dims, 'a dimension') + 2) return nodes(name);
  const y = nodes(graph.node('Unsqueeze', [name, graph.ints([0])]));
  return graph.node('Squeeze', [y, graph.ints([0])]);
}

/** onnxruntime pools only bytes and floating numbers; float64 holds all of int32. */
function poolable(x: Ref, graph: GraphBuilder): string {
  if (x.dtype === 'int64') throw new Unsupported('onnxruntime has no MaxPool of int64');
  return x.dtype === 'int32' ? graph.cast(x.name, 'float64') : x.name;
}

const maxPool: Emit<Windows> = ({ inputs: [x], outputs: [out], attrs }, graph) => {
  const { attributes } = windowsOf(attrs);
  const y = batched(x, poolable(x, graph), attrs.dims, graph, (name) =>
    graph.node('MaxPool', [name], attributes),
  );
  return x.dtype === 'int32' ? graph.cast(y, out.dtype) : y;
};

/** ONNX counts indices from the start of the tensor, the library from the start of each plane. */
const maxPoolIndices: Emit<Windows> = ({ inputs: [x], attrs }, graph) => {
  const { attributes } = windowsOf(attrs);
  const plane = axes.reduce((n, axis) => n * fixed(attrs[`in${axis}`], 'an image'), 1);
  return batched(x, poolable(x, graph), attrs.dims, graph, (name) => {
    const [, indices] = graph.nodeOf(2, 'MaxPool', [name], attributes);
    const inPlane = graph.node('Mod', [indices, graph.scalar(plane, 'int64')]);
    return graph.cast(inPlane, 'int32');
  });
};

/** Whether there is one window, the image. */
function isGlobal(attrs: Windows): boolean {
  return pooledAxes(attrs.dims).every((axis) => {
    const { kernel, low } = windowOf(attrs, axis);
    return kernel === attrs[`in${axis}`] && attrs[`out${axis}`] === 1 && low === 0;
  });
}

const averagePool: Emit<Averages> = ({ inputs: [x], attrs }, graph) => {
  if (isInteger(x.dtype)) {
    throw new Unsupported('ONNX has no AveragePool of integers');
  }
  const { windows, attributes } = windowsOf(attrs);
  const divisor = fixed(attrs.divisor, 'a divisor');
  // onnxruntime averages only float32.
  const y = batched(x, graph.as(x, 'float32'), attrs.dims, graph, (name) => {
    if (isGlobal(attrs) && divisor === 0) return graph.node('GlobalAveragePool', [name]);
    const inside = windows.every(({ used, high }) => used <= high);
    if (!attrs.countIncludePad && divisor === 0) {
      return graph.node('AveragePool', [name], { ...attributes, count_include_pad: 0n });
    }
    if (inside && divisor === 0) {
      return graph.node('AveragePool', [name], { ...attributes, count_include_pad: 1n });
    }
    // Averages of all elements, times the elements of a window, divided by those that count: a divisor or, in a window
    // that reaches beyond the padding, those before its end.
    const elements = windows.reduce((n, { kernel }) => n * kernel, 1);
    const means = graph.node('AveragePool', [name], { ...attributes, count_include_pad: 1n });
    const counts = divisor === 0 ? countsOf(attrs) : { shape: [], values: [divisor] };
    const factors = counts.values.map((count) => elements / count);
    return graph.node('Mul', [means, graph.constant('float32', counts.shape, factors)]);
  });
  return x.dtype === 'float32' ? y : graph.cast(y, x.dtype);
};

/** The elements of each window that are not beyond the padding. */
function countsOf(attrs: Averages): { shape: number[]; values: number[] } {
  const counts = pooledAxes(attrs.dims).map((axis) => {
    const { kernel, stride, low, high } = windowOf(attrs, axis);
    const end = fixed(attrs[`in${axis}`], 'an image') + high;
    const out = fixed(attrs[`out${axis}`], 'an image');
    return Array.from({ length: out }, (_, o) => Math.min(kernel, end - (o * stride - low)));
  });
  const values = counts.reduce((all, next) => all.flatMap((a) => next.map((b) => a * b)), [1]);
  return { shape: counts.map((list) => list.length), values };
}

const globalMax: Emit<Sizes> = ({ inputs: [x], attrs }, graph) => {
  const one = pooledAxes(attrs.dims).every((axis) => attrs[`out${axis}`] === 1);
  if (!one) throw new Unsupported('ONNX has no adaptive pooling with sizes that do not divide');
  return batched(x, x.name, attrs.dims, graph, (name) => graph.node('GlobalMaxPool', [name]));
};

export const pooling = {
  maxPool,
  maxPoolIndices,
  averagePool,
  adaptiveMaxPool: globalMax,
  // Windows of different sizes, and random ones.
  adaptiveMaxPoolIndices: null,
  adaptiveAveragePool: null,
  fractionalMaxPool: null,
  fractionalMaxPoolIndices: null,
  // These occur only in backward.
  maxPoolBackward: null,
  maxPoolPick: null,
  averagePoolBackward: null,
  adaptiveAveragePoolBackward: null,
} satisfies Partial<Emitters<OpName>>;
