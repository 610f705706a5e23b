/** ONNX operators that reshape, move or select elements, or compute with shapes. */
import { noGrad } from '../../../core/gradMode';
import { tensor, zeros } from '../../../creation/filled';
import { arange } from '../../../creation/range';
import { cat } from '../../../ops/shape/join';
import { normalizeDim, numelOf, type Shape } from '../../../core/shape';
import type { Tensor } from '../../../core/tensor';
import { intOf, Ints, intsOf, mostInts, reshapedInts, tensorOf, type Datum } from './datum';
import { tensors } from './elementwise';
import { Unsupported } from './elements';
import type { Operator } from './node';

const op = 'OnnxModule';

const constant: Operator = (node) => {
  const value = constantOf(node);
  return () => value;
};

function constantOf(node: Parameters<Operator>[0]): Datum {
  const value = node.tensor('value');
  if (value !== null) return value;
  const floating = (values: readonly number[], shape: number[]): Tensor =>
    noGrad(() =>
      tensor(Float32Array.from(values))
        .reshape(shape)
        .to(node.floating ?? 'float32'),
    );
  if (node.has('value_float')) return floating([node.float('value_float', 0)], []);
  if (node.has('value_int')) return new Ints([node.int('value_int', 0)], []);
  const [ints, floats] = [node.ints('value_ints'), node.floats('value_floats')];
  if (ints !== null) return new Ints(ints);
  if (floats !== null) return floating(floats, [floats.length]);
  throw new Unsupported('Constant whose value is not numbers');
}

const shape: Operator = (node) => {
  const [start, end] = [node.int('start', 0), node.int('end', Infinity)];
  return ([x]) => new Ints((x as Datum).shape.slice(start, end));
};

const reshape: Operator = (node) => {
  const zeros = node.int('allowzero', 0) !== 0;
  return ([x, sizes]) => {
    const input = x as Datum;
    const asked = intsOf(sizes as Datum);
    const wanted = asked.map((size, i) => (size === 0 && !zeros ? input.shape[i] : size));
    if (!(input instanceof Ints)) return tensorOf(input).reshape(wanted);
    const rest = wanted.reduce((product, size) => (size === -1 ? product : product * size), 1);
    return reshapedInts(
      input,
      wanted.map((size) => (size === -1 ? input.values.length / rest : size)),
    );
  };
};

const flatten: Operator = (node) => {
  const axis = node.int('axis', 1);
  return tensors((x) => {
    const dim = axis < 0 ? axis + x.ndim : axis;
    return x.reshape([numelOf(x.shape.slice(0, dim)), numelOf(x.shape.slice(dim))]);
  });
};

/** The axes are an input; before opset 13, an attribute. */
const squeeze: Operator = (node) => {
  const attribute = node.ints('axes');
  return ([x, axes = null]) => {
    const input = x as Datum;
    const dims = axes === null ? attribute : intsOf(axes);
    if (input instanceof Ints && input.values.length === 1 && dims?.length !== 0) {
      return input.as([]);
    }
    if (input instanceof Ints && dims === null) return input;
    return dims === null ? tensorOf(input).squeeze() : tensorOf(input).squeeze(dims);
  };
};

const unsqueeze: Operator = (node) => {
  const attribute = node.ints('axes');
  return ([x, axes = null]) => {
    const input = x as Datum;
    const dims = axes === null ? (attribute ?? []) : intsOf(axes);
    const ndim = input.shape.length + dims.length;
    const sorted = dims.map((dim) => normalizeDim(op, dim, ndim, 'axes')).sort((a, b) => a - b);
    if (input instanceof Ints && ndim === 1) return input.as([input.values.length]);
    return sorted.reduce((y, dim) => y.unsqueeze(dim), tensorOf(input));
  };
};

const transpose: Operator = (node) => {
  const perm = node.ints('perm');
  return tensors((x) => (perm === null ? x.T : x.permute(perm)));
};

const concat: Operator = (node) => {
  const axis = node.int('axis', 0);
  return (inputs) => {
    const all = inputs.filter((input) => input !== null);
    const ints = all.filter((input) => input instanceof Ints && input.shape.length === 1) as Ints[];
    if (ints.length === all.length) return new Ints(ints.flatMap(({ values }) => values));
    return cat(all.map(tensorOf), axis);
  };
};

interface Range {
  readonly start: number;
  readonly end: number;
  readonly axis: number;
  readonly step: number;
}

/** Starts, ends, axes and steps are inputs; before opset 10, attributes. */
const slice: Operator = (node) => {
  const attributes = ['starts', 'ends', 'axes'].map((name) => node.ints(name));
  return ([x, ...more]) => {
    const input = x as Datum;
    const [starts, ends, axes, steps] = [0, 1, 2, 3].map((i) => {
      const datum = more[i] ?? null;
      return datum === null ? (attributes[i] ?? null) : intsOf(datum);
    });
    const ranges = (starts ?? []).map((start, i): Range => ({
      start,
      end: ends?.[i] ?? Infinity,
      axis: normalizeDim(op, axes?.[i] ?? i, input.shape.length, 'axes'),
      step: steps?.[i] ?? 1,
    }));
    if (ranges.some(({ step }) => step === 0)) {
      throw new RangeError(`${op}: a Slice node has step 0`);
    }
    if (input instanceof Ints) {
      return ranges.reduce(
        (y, range) => new Ints(indicesOf(range, y.values.length).map((i) => y.values[i])),
        input,
      );
    }
    return ranges.reduce(sliced, tensorOf(input));
  };
};

/** The indices of a Python slice. */
function indicesOf({ start, end, step }: Range, size: number): number[] {
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const bound = (index: number): number =>
    Math.min(Math.max(index < 0 ? index + size : index, low), high);
  const positions: number[] = [];
  for (let i = bound(start); step > 0 ? i < bound(end) : i > bound(end); i += step)
    positions.push(i);
  return positions;
}

function sliced(x: Tensor, range: Range): Tensor {
  const size = x.shape[range.axis];
  if (range.step > 0) {
    const limit = (index: number): number => Math.min(Math.max(index, -size), size);
    return x.slice(range.axis, limit(range.start), limit(range.end), range.step);
  }
  return x.indexSelect(range.axis, tensor(Int32Array.from(indicesOf(range, size))));
}

const gather: Operator = (node) => {
  const axis = node.int('axis', 0);
  return ([data, indices]) => {
    const [x, positions] = [data as Datum, indices as Datum];
    if (x instanceof Ints && positions instanceof Ints && x.shape.length === 1) {
      const picked = positions.values.map((i) => x.values[i < 0 ? i + x.values.length : i]);
      if (picked.some((value) => (value as number | undefined) === undefined)) {
        throw new RangeError(
          `${op}: a Gather node has an index that is out of range for ${x.values.length} elements`,
        );
      }
      return new Ints(picked, positions.shape);
    }
    const input = tensorOf(x);
    const dim = normalizeDim(op, axis, input.ndim, 'axis');
    const size = input.shape[dim];
    const index =
      positions instanceof Ints
        ? tensorOf(
            new Ints(
              positions.values.map((i) => (i < 0 ? i + size : i)),
              positions.shape,
            ),
          )
        : fromFront(tensorOf(positions), size);
    const shape = [...input.shape.slice(0, dim), ...index.shape, ...input.shape.slice(dim + 1)];
    return input.indexSelect(dim, index.flatten()).reshape(shape);
  };
};

const gatherElements: Operator = (node) => {
  const axis = node.int('axis', 0);
  return tensors((x, index) => {
    const size = x.shape[normalizeDim(op, axis, x.ndim, 'axis')];
    return x.gather(axis, fromFront(index, size));
  });
};

/** Converts negative indices, which count from the end. */
function fromFront(index: Tensor, size: number): Tensor {
  return index.where(index.ge(0), index.add(size));
}

const scatterElements: Operator = (node) => {
  const axis = node.int('axis', 0);
  const reduction = node.string('reduction', 'none');
  if (!['none', 'add', 'mul'].includes(reduction)) {
    throw new Unsupported(`${node.type} with reduction ${reduction}`);
  }
  return tensors((x, index, updates) => {
    const positions = fromFront(index, x.shape[normalizeDim(op, axis, x.ndim, 'axis')]);
    if (reduction === 'add') return x.scatterAdd(axis, positions, updates);
    if (reduction === 'none') return x.scatter(axis, positions, updates);
    return x.scatter(axis, positions, updates, { reduce: 'multiply' });
  });
};

/** The tensor and the requested shape broadcast to each other. */
const expand: Operator =
  () =>
  ([x, sizes]) => {
    const input = tensorOf(x);
    const wanted = intsOf(sizes as Datum);
    return input.expand(broadcast(input.shape, wanted));
  };

function broadcast(a: Shape, b: Shape): number[] {
  const ndim = Math.max(a.length, b.length);
  const sizeAt = (shape: Shape, i: number): number => shape[i - (ndim - shape.length)] ?? 1;
  return Array.from({ length: ndim }, (_, i) => (sizeAt(a, i) === 1 ? sizeAt(b, i) : sizeAt(a, i)));
}

const tile: Operator =
  () =>
  ([x, times]) =>
    tensorOf(x).tile(intsOf(times as Datum));

/** The sizes are an input; before opset 13, an attribute; without sizes the parts are equal. */
const split: Operator = (node) => {
  const axis = node.int('axis', 0);
  const attribute = node.ints('split');
  const count = node.int('num_outputs', node.proto.output.length);
  return ([x, sizes = null]) => {
    const input = tensorOf(x);
    const parts = sizes === null ? attribute : intsOf(sizes);
    if (parts !== null) return input.split(parts, axis);
    const size = input.shape[normalizeDim(op, axis, input.ndim, 'axis')];
    return input.split(Math.ceil(size / count), axis);
  };
};

const trilu: Operator = (node) => {
  const upper = node.int('upper', 1) !== 0;
  return ([x, k = null]) => {
    const diagonal = k === null ? 0 : intOf(k);
    return upper ? tensorOf(x).triu(diagonal) : tensorOf(x).tril(diagonal);
  };
};

const range: Operator =
  () =>
  ([start, limit, delta]) => {
    const bounds = [start, limit, delta] as readonly (Datum | undefined)[];
    const [first, end, step] = bounds.map((bound) =>
      bound instanceof Ints && bound.exact === null
        ? bound.values[0]
        : tensorOf(bound).item<number | bigint>(),
    );
    if (Number(step) === 0) throw new RangeError(`${op}: a Range node has step 0`);
    const isInts = start instanceof Ints;
    const count = Math.max(Math.ceil((Number(end) - Number(first)) / Number(step)), 0);
    if (isInts && typeof first === 'number' && typeof step === 'number' && count <= mostInts) {
      return new Ints(Array.from({ length: count }, (_, i) => first + i * step));
    }
    const dtype = isInts ? 'int64' : tensorOf(start).dtype;
    return count > 0 ? arange(first, end, step, { dtype }) : zeros(0, { dtype });
  };

/** The identity, as in evaluation mode. */
const dropout: Operator = (node) => {
  node.ignore('ratio', 'seed', 'is_test', 'consumed_inputs');
  if (node.outputs > 1) throw new Unsupported('Dropout with a mask');
  return ([x]) => x as Datum;
};

export const shapes: Readonly<Record<string, Operator>> = {
  Constant: constant,
  Identity:
    () =>
    ([x]) =>
      x as Datum,
  Dropout: dropout,
  Shape: shape,
  Size:
    () =>
    ([x]) =>
      new Ints([numelOf((x as Datum).shape)], []),
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Concat: concat,
  Slice: slice,
  Split: split,
  Gather: gather,
  GatherElements: gatherElements,
  ScatterElements: scatterElements,
  Expand: expand,
  Tile: tile,
  Trilu: trilu,
  Range: range,
};
