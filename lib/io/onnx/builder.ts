/** Builds the nodes of an ONNX graph. */
import { newArray, type DType, type TypedArray } from '../../core/dtype';
import { writeElement } from '../../core/element';
import type { OpAttrs, OpName } from '../../core/node';
import { attributeTypes, dataTypes, type Init } from './schema';
import type { GraphValue } from './batch';
import { isAffine, isFixed, plus, sameSize, type Size, type Sized } from './size';

/** An attribute of a node; a bigint is an integer. */
export type Attribute = bigint | number | string | readonly bigint[] | Init<'TensorProto'>;

/** A tensor in the graph: its name, shape and dtype. */
export interface Ref {
  readonly name: string;
  readonly shape: readonly Size[];
  readonly dtype: DType;
}

/** An op to translate to nodes. */
export interface Emitted<Attrs = unknown> {
  readonly inputs: readonly Ref[];
  readonly outputs: readonly Pick<GraphValue, 'shape' | 'dtype'>[];
  readonly attrs: Attrs;
}

/** Adds the nodes of one op, and returns the names of its outputs. */
export type Emit<Attrs = unknown> = (
  op: Emitted<Attrs>,
  graph: GraphBuilder,
) => string | readonly string[];

/** Translations of these ops; null for an op that ONNX has no operator for. */
export type Emitters<K extends OpName> = { readonly [N in K]: Emit<Sized<OpAttrs[N]>> | null };

/** An op that cannot be translated; exportOnnx lists all of them in one error. */
export class Unsupported extends Error {}

const lastIndex = 2n ** 63n - 1n;

/** The nodes of a graph that is being built. */
export class GraphBuilder {
  readonly nodes: Init<'NodeProto'>[] = [];
  private leastOpset = 17;
  private readonly constants = new Map<string, string>();
  private readonly taken = new Set<string>();
  private readonly counts = new Map<string, number>();
  private readonly renamed = new Map<string, string>();
  private batchName: string | null = null;

  /** `batched` is the name of an input whose first dimension is the batch; null if the batch size is fixed. */
  constructor(private readonly batched: string | null) {}

  /** Returns a name that is not used yet: `preferred`, or that with a number. */
  name(preferred: string): string {
    let name = preferred;
    for (let i = 1; this.taken.has(name); i++) name = `${preferred}_${i}`;
    this.taken.add(name);
    return name;
  }

  private uniqueName(opType: string): string {
    const count = this.counts.get(opType) ?? 0;
    this.counts.set(opType, count + 1);
    return this.name(`${opType}_${count}`);
  }

  /** Adds a node with several outputs, and returns their names; the input '' means that the input is omitted. */
  nodeOf(
    outputs: number,
    opType: string,
    inputs: readonly string[],
    attrs: Readonly<Record<string, Attribute>> = {},
  ): string[] {
    const name = this.uniqueName(opType);
    const output = Array.from({ length: outputs }, (_, i) =>
      i === 0 ? name : this.name(`${name}_${i}`),
    );
    const attribute = Object.entries(attrs).map(([key, value]) => attributeOf(key, value));
    this.nodes.push({ opType, name, input: inputs, output, attribute });
    return output;
  }

  /** Adds a node with one output, and returns its name. */
  node(
    opType: string,
    inputs: readonly string[],
    attrs: Readonly<Record<string, Attribute>> = {},
  ): string {
    return this.nodeOf(1, opType, inputs, attrs)[0];
  }

  /** Makes a tensor an output of the graph, with the name `to`. */
  output(from: string, to: string): void {
    const outputs = this.nodes.flatMap(({ output = [] }) => output);
    if (!outputs.includes(from)) {
      const source = this.renamed.get(from) ?? from;
      this.nodes.push({
        opType: 'Identity',
        name: this.uniqueName('Identity'),
        input: [source],
        output: [to],
      });
      return;
    }
    this.renamed.set(from, to);
    const rename = (names: readonly string[] = []): string[] =>
      names.map((name) => (name === from ? to : name));
    this.nodes.forEach((node, i) => {
      this.nodes[i] = { ...node, input: rename(node.input), output: rename(node.output) };
    });
  }

  /** Requires an opset of at least this version, because of a node. */
  requireOpset(opset: number): void {
    this.leastOpset = Math.max(this.leastOpset, opset);
  }

  /** Returns the graph's opset and its nodes in the form of that opset. Call it last. */
  finished(): { opset: number; nodes: readonly Init<'NodeProto'>[] } {
    const opset = this.leastOpset;
    // Since opset 18 all reductions take their axes as an input.
    const nodes = this.nodes.flatMap((node): Init<'NodeProto'>[] => {
      const axes = node.attribute?.find(({ name }) => name === 'axes');
      if (opset < 18 || axes?.ints === undefined) return [node];
      const value = { dims: [BigInt(axes.ints.length)], dataType: dataTypes.int64 };
      const rawData = bytesOf('int64', BigInt64Array.from(axes.ints));
      const list = this.uniqueName('Constant');
      const attribute = [attributeOf('value', { ...value, rawData })];
      return [
        { opType: 'Constant', name: list, input: [], output: [list], attribute },
        {
          ...node,
          input: [...(node.input ?? []), list],
          attribute: node.attribute?.filter((other) => other !== axes),
        },
      ];
    });
    return { opset, nodes };
  }

  /** Adds a constant; equal constants share a node. */
  constant(type: DType, dims: readonly number[], values: readonly number[] | TypedArray): string {
    const bytes = bytesOf(type, values);
    const key = `${type} ${dims.join()} ${Buffer.from(bytes).toString('latin1')}`;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const value = { dims: dims.map(BigInt), dataType: dataTypes[type], rawData: bytes };
    const name = this.node('Constant', [], { value });
    this.constants.set(key, name);
    return name;
  }

  /** Adds a constant number. */
  scalar(value: number, dtype: DType): string {
    return this.constant(dtype, [], [value]);
  }

  /** Adds an int64 constant, for shapes, axes and indices; Infinity becomes the largest int64. */
  ints(values: readonly number[]): string {
    return this.constant('int64', [values.length], longs(values));
  }

  // --- Sizes ------------------------------------------------------------------------------------

  /** The batch size, as an int64 tensor of one element. */
  private batch(): string {
    if (this.batched === null) {
      throw new Error('blasgrad: internal error: a size depends on the batch size, which is fixed');
    }
    return (this.batchName ??= this.node('Shape', [this.batched], { start: 0n, end: 1n }));
  }

  /** A size as an int64 tensor of one element. */
  private sizeTensor(size: Size): string {
    if (!isAffine(size)) return this.ints([size]);
    const scaled =
      size.times === 1 ? this.batch() : this.node('Mul', [this.batch(), this.ints([size.times])]);
    return size.plus === 0 ? scaled : this.node('Add', [scaled, this.ints([size.plus])]);
  }

  /** Sizes as an int64 tensor. */
  sizes(sizes: readonly Size[]): string {
    if (isFixed(sizes)) return this.ints(sizes);
    if (sizes.length === 1) return this.sizeTensor(sizes[0]);
    return this.node(
      'Concat',
      sizes.map((size) => this.sizeTensor(size)),
      { axis: 0n },
    );
  }

  /** A number that may depend on the batch size, as a 0-dim tensor. */
  sizeScalar(size: Size, dtype: DType): string {
    if (!isAffine(size)) return this.scalar(size, dtype);
    const flat = this.node('Squeeze', [this.sizeTensor(size), this.ints([0])]);
    return dtype === 'int64' ? flat : this.cast(flat, dtype);
  }

  // --- Nodes that many ops need ------------------------------------------------------------------

  cast(name: string, dtype: DType): string {
    return this.node('Cast', [name], { to: BigInt(dataTypes[dtype]) });
  }

  /** A tensor converted to a dtype, if it has another one. */
  as(x: Ref, dtype: DType): string {
    return x.dtype === dtype ? x.name : this.cast(x.name, dtype);
  }

  reshape(name: string, shape: readonly Size[]): string {
    const dynamic = shape.filter(isAffine);
    const empty = shape.some((size) => size === 0);
    // A single size that depends on the batch size is -1, which Reshape infers unless another size is 0.
    const inferred = dynamic.length === 1 && !empty;
    const sizes = inferred ? shape.map((size) => (isAffine(size) ? -1 : size)) : shape;
    return this.node('Reshape', [name, this.sizes(sizes)], empty ? { allowzero: 1n } : {});
  }

  /** Expands to `shape`. Sizes that do not change are 1, so that they need not be computed. */
  expand(x: Ref, shape: readonly Size[]): string {
    const lead = shape.length - x.shape.length;
    const sizes = shape.map((size, i) =>
      i >= lead && isAffine(size) && sameSize(size, x.shape[i - lead]) ? 1 : size,
    );
    return this.node('Expand', [x.name, this.sizes(sizes)]);
  }

  /** Selects every `step`-th index of one dimension, from `start` to `end` (exclusive). */
  slice(x: Ref, dim: number, start: Size, end: Size, step: number): string {
    const size = x.shape[dim];
    const from = this.bound(start, size);
    const left = plus(size, end, -1);
    const to = !isAffine(left) && left <= 0 ? this.ints([Infinity]) : this.bound(end, size);
    return this.node('Slice', [x.name, from, to, this.ints([dim]), this.ints([step])]);
  }

  /** An index along a dimension of `size`, counted from the end if it then does not depend on the batch size. */
  private bound(index: Size, size: Size): string {
    const fromEnd = plus(index, size, -1);
    return this.sizes([isAffine(index) && !isAffine(fromEnd) && fromEnd < 0 ? fromEnd : index]);
  }
}

function bytesOf(type: DType, values: readonly number[] | TypedArray): Uint8Array {
  // The memory of a tensor is used as it is; an array of its numbers would take up to eight times as much.
  const array = ArrayBuffer.isView(values) ? values : newArray(type, values.length);
  if (!ArrayBuffer.isView(values))
    values.forEach((value, i) => writeElement(type, array, i, value));
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function longs(values: readonly number[]): BigInt64Array {
  return BigInt64Array.from(values, (value) =>
    Number.isFinite(value) ? BigInt(value) : value > 0 ? lastIndex : -lastIndex,
  );
}

function attributeOf(name: string, value: Attribute): Init<'AttributeProto'> {
  if (typeof value === 'bigint') return { name, i: value, type: attributeTypes.int };
  if (typeof value === 'number') return { name, f: value, type: attributeTypes.float };
  if (typeof value === 'string') {
    return { name, s: new TextEncoder().encode(value), type: attributeTypes.string };
  }
  if (Array.isArray(value))
    return { name, ints: value as readonly bigint[], type: attributeTypes.ints };
  return { name, t: value as Init<'TensorProto'>, type: attributeTypes.tensor };
}

/** A number that must not depend on the batch size; `what` names it in the error. */
export function fixed(value: Size, what: string): number {
  if (typeof value === 'number') return value;
  throw new Unsupported(`${what} depends on the batch size`);
}
