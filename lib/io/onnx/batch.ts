/** Merges traces of several batch sizes into one graph, whose numbers may depend on the batch size. */
import { shapeText } from '../../core/errors';
import { sameShape } from '../../core/shape';
import { Tensor } from '../../core/tensor';
import { copyInOrder } from '../../core/access';
import type { TypedArray } from '../../core/dtype';
import { readElement } from '../../core/element';
import type { OpAttrs, OpName } from '../../core/node';
import type { Affine, Size, Sized } from './size';
import { sameElements, type Traced, type TracedOp, type Value } from './trace';

/** A tensor of the model, for every batch size. */
export interface GraphValue {
  readonly shape: readonly Size[];
  readonly dtype: Value['dtype'];
  readonly input: number | null;
  readonly maker: { readonly op: GraphOp; readonly output: number } | null;
  /** A constant: its elements, or a size if all its elements are one number that depends on the batch. */
  readonly constant: {
    readonly tensor: Tensor;
    readonly old: boolean;
    readonly size: Size | null;
  } | null;
}

export interface GraphOp<K extends OpName = OpName> {
  readonly name: K;
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  readonly attrs: Sized<OpAttrs[K]>;
}

export interface Graph {
  readonly ops: readonly GraphOp[];
  readonly outputs: readonly GraphValue[];
}

/** The traces differ in a way that one graph for every batch size cannot express. */
export class VariesError extends Error {}

function varies(what: string): VariesError {
  return new VariesError(
    `exportOnnx: expected a forward that does the same for every batch size, got one whose ${what}; ` +
      'pass { dynamicBatch: false } for a graph of this batch size alone',
  );
}

function random(what: string): VariesError {
  const wanted = 'a forward that does the same each time';
  return new VariesError(
    `exportOnnx: expected ${wanted}, got one that uses random numbers: ${what}`,
  );
}

/** The elements of a constant in order. */
export function elementsOf(tensor: Tensor): TypedArray {
  return tensor._contiguous ? tensor._flat : copyInOrder(tensor);
}

/** Merges traces with these batch sizes into one graph. */
export class Merger {
  private readonly values = new Map<Value, GraphValue>();
  private readonly ops = new Map<TracedOp, GraphOp>();

  constructor(private readonly batches: readonly number[]) {}

  /** The number as a linear function of the batch size; an error if it is not one. */
  private size(numbers: readonly number[], what: string): Size {
    const [first, second] = numbers;
    if (numbers.every((one) => Object.is(one, first))) return first;
    const [b, c] = this.batches;
    const times = (second - first) / (c - b);
    const fitted: Affine = { times, plus: first - times * b };
    const fits = numbers.every((one, i) => one === times * this.batches[i] + fitted.plus);
    if (!fits || !Number.isInteger(times))
      throw varies(`${what} is ${numbers.join(', ')} for batches of ${this.batches.join(', ')}`);
    return fitted;
  }

  /** Attributes of one op in all traces. */
  private attrs<T>(all: readonly T[], what: string): Sized<T> {
    return this.sized(all, what) as Sized<T>;
  }

  private sized(all: readonly unknown[], what: string): unknown {
    const [first] = all;
    if (typeof first === 'number') return this.size(all as number[], what);
    if (typeof first === 'boolean' || typeof first === 'string') {
      if (all.some((one) => one !== first)) throw varies(`${what} is ${all.join(', ')}`);
      return first;
    }
    if (first === null) return null;
    if (typeof first !== 'object' || first instanceof Tensor) return undefined;
    if (Array.isArray(first)) {
      const lists = all as unknown[][];
      if (lists.some((one) => one.length !== first.length))
        throw varies(`${what} has different lengths`);
      return first.map((_, i) =>
        this.sized(
          lists.map((one) => one[i]),
          what,
        ),
      );
    }
    const objects = all as Readonly<Record<string, unknown>>[];
    return Object.fromEntries(
      Object.keys(first).map((key) => [
        key,
        this.sized(
          objects.map((one) => one[key]),
          `${key} of ${what}`,
        ),
      ]),
    );
  }

  private constant(all: readonly Value[], used: string): GraphValue['constant'] {
    const tensors = all.map(({ tensor }) => tensor);
    const [first, ...others] = tensors;
    const old = others.every((one) => sameElements(one, first));
    if (old && all.some(({ version }) => version !== all[0].version)) {
      throw new Error(
        `exportOnnx: expected a forward that changes no tensors from outside, got ${used} of one that it changed`,
      );
    }
    if (old) return { tensor: first, old: true, size: null };
    const elements = tensors.map(elementsOf);
    const same = others.every(
      (one, i) =>
        sameShape(one.shape, first.shape) &&
        elements[i + 1].every((x, k) => Object.is(x, elements[0][k])),
    );
    if (same) return { tensor: first, old: false, size: null };
    const uniform = elements.every(
      (list) => list.every((x) => Object.is(x, list[0])) && list.length > 0,
    );
    if (!uniform) {
      const shapes = [...new Set(tensors.map((one) => shapeText(one.shape)))].join(', ');
      if (
        new Set(this.batches).size === 1 ||
        tensors.every((one) => sameShape(one.shape, first.shape))
      ) {
        throw random(`${used} takes a tensor of shape ${shapes} whose values change`);
      }
      throw varies(
        `${used} takes a tensor of shape ${shapes} that no operation made and that is not always the same`,
      );
    }
    const size = this.size(
      elements.map((list) => Number(readElement(first.dtype, list, 0))),
      `${used} takes a number that`,
    );
    return { tensor: first, old: false, size };
  }

  private value(all: readonly Value[], used: string): GraphValue {
    const [first] = all;
    const before = this.values.get(first);
    if (before !== undefined) return before;
    const { maker, dtype, input } = first;
    const made = maker === null ? null : (this.ops.get(maker.op) ?? null);
    const alike = all.every(
      (one) =>
        one.input === input &&
        one.dtype === dtype &&
        one.maker?.output === maker?.output &&
        (one.maker === null ? null : this.ops.get(one.maker.op)) === made,
    );
    if (!alike) throw varies(`${used} does not always take the same tensor`);
    const ranks = all.every((one) => one.shape.length === first.shape.length);
    if (!ranks) throw varies(`${used} takes different numbers of dimensions`);
    const shape = first.shape.map((_, i) =>
      this.size(
        all.map((one) => one.shape[i]),
        `${used} takes a size that`,
      ),
    );
    const constant = input === null && maker === null ? this.constant(all, used) : null;
    const value: GraphValue = {
      shape,
      dtype,
      input,
      maker: maker && made ? { op: made, output: maker.output } : null,
      constant,
    };
    this.values.set(first, value);
    return value;
  }

  private op(all: readonly TracedOp[]): GraphOp {
    const [first] = all;
    const { name } = first;
    const alike = all.every(
      (one) => one.name === name && one.inputs.length === first.inputs.length,
    );
    if (!alike) throw varies(`operations are not always ${name}`);
    const inputs = first.inputs.map((_, i) =>
      this.value(
        all.map((one) => one.inputs[i]),
        name,
      ),
    );
    const outputs: GraphValue[] = [];
    const op: GraphOp = {
      name,
      inputs,
      outputs,
      attrs: this.attrs(
        all.map((one) => one.attrs),
        name,
      ),
    };
    for (const one of all) this.ops.set(one, op);
    first.outputs.forEach((_, i) => {
      outputs.push(
        this.value(
          all.map((one) => one.outputs[i]),
          name,
        ),
      );
    });
    return op;
  }

  merge(traces: readonly Traced[]): Graph {
    const [first] = traces;
    if (traces.some((one) => one.ops.length !== first.ops.length)) {
      throw varies(`number of operations is ${traces.map((one) => one.ops.length).join(', ')}`);
    }
    if (traces.some((one) => one.outputs.length !== first.outputs.length)) {
      throw varies('number of outputs differs');
    }
    const ops = first.ops.map((_, i) => this.op(traces.map((one) => one.ops[i])));
    const outputs = first.outputs.map((_, i) =>
      this.value(
        traces.map((one) => one.outputs[i]),
        'the output',
      ),
    );
    return { ops, outputs };
  }
}
