/** Merges the traces of several batch sizes to one graph, in which sizes may depend on the batch size. */
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
  /**
   * Set for constants: the tensor, whether it existed before forward ran, and a size if all its elements are one number
   * that depends on the batch size.
   */
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

/** The traces differ in a way that one graph for all batch sizes cannot express. */
export class VariesError extends Error {}

function varies(how: string): VariesError {
  return new VariesError(
    `exportOnnx: forward differs between batch sizes: ${how}; ` +
      'pass { dynamicBatch: false } to export it for the batch size of exampleInput',
  );
}

function random(why: string): VariesError {
  return new VariesError(
    `exportOnnx: forward uses random numbers, which ONNX graphs cannot reproduce: ${why}`,
  );
}

/** The elements of a constant in order. */
export function elementsOf(tensor: Tensor): TypedArray {
  return tensor._contiguous ? tensor._flat : copyInOrder(tensor);
}

/** Merges traces with these batch sizes to one graph. */
export class Merger {
  private readonly values = new Map<Value, GraphValue>();
  private readonly ops = new Map<TracedOp, GraphOp>();

  constructor(private readonly batches: readonly number[]) {}

  /** A number as a linear function of the batch size; throws if it is not one. */
  private size(numbers: readonly number[], what: string): Size {
    const [first, second] = numbers;
    if (numbers.every((number) => Object.is(number, first))) return first;
    const [b, c] = this.batches;
    const times = (second - first) / (c - b);
    const fitted: Affine = { times, plus: first - times * b };
    const fits = numbers.every((number, i) => number === times * this.batches[i] + fitted.plus);
    if (!fits || !Number.isInteger(times))
      throw varies(`${what} is ${numbers.join(', ')} for batches of ${this.batches.join(', ')}`);
    return fitted;
  }

  /** The attributes of one op in all traces. */
  private attrs<T>(all: readonly T[], what: string): Sized<T> {
    return this.sized(all, what) as Sized<T>;
  }

  private sized(all: readonly unknown[], what: string): unknown {
    const [first] = all;
    if (typeof first === 'number') return this.size(all as number[], what);
    if (['boolean', 'string', 'bigint'].includes(typeof first)) {
      if (all.some((value) => value !== first)) throw varies(`${what} is ${all.join(', ')}`);
      return first;
    }
    if (first === null) return null;
    if (typeof first !== 'object' || first instanceof Tensor) return undefined;
    if (Array.isArray(first)) {
      const lists = all as unknown[][];
      if (lists.some((list) => list.length !== first.length))
        throw varies(`${what} is a list of different lengths`);
      return first.map((_, i) =>
        this.sized(
          lists.map((list) => list[i]),
          what,
        ),
      );
    }
    const objects = all as Readonly<Record<string, unknown>>[];
    return Object.fromEntries(
      Object.keys(first).map((key) => [
        key,
        this.sized(
          objects.map((object) => object[key]),
          `${key} of ${what}`,
        ),
      ]),
    );
  }

  private constant(all: readonly Value[], used: string): GraphValue['constant'] {
    const tensors = all.map(({ tensor }) => tensor);
    const [first, ...others] = tensors;
    const old = others.every((tensor) => sameElements(tensor, first));
    if (old && all.some(({ version }) => version !== all[0].version)) {
      throw new Error(
        `exportOnnx: forward changes a tensor that existed before, and uses it in ${used}; ` +
          'compute a new tensor instead',
      );
    }
    if (old) return { tensor: first, old: true, size: null };
    const elements = tensors.map(elementsOf);
    const same = others.every(
      (tensor, i) =>
        sameShape(tensor.shape, first.shape) &&
        elements[i + 1].every((x, k) => Object.is(x, elements[0][k])),
    );
    if (same) return { tensor: first, old: false, size: null };
    const uniform = elements.every(
      (list) => list.every((x) => Object.is(x, list[0])) && list.length > 0,
    );
    if (!uniform) {
      const shapes = [...new Set(tensors.map((tensor) => shapeText(tensor.shape)))].join(', ');
      if (
        new Set(this.batches).size === 1 ||
        tensors.every((tensor) => sameShape(tensor.shape, first.shape))
      ) {
        throw random(
          `the values of a tensor of shape ${shapes} in ${used} change from call to call`,
        );
      }
      throw varies(`${used} uses a tensor of shape ${shapes} that no op computed and that differs`);
    }
    const size = this.size(
      elements.map((list) => Number(readElement(first.dtype, list, 0))),
      `a number in ${used}`,
    );
    return { tensor: first, old: false, size };
  }

  private value(all: readonly Value[], used: string): GraphValue {
    const [first] = all;
    const before = this.values.get(first);
    if (before !== undefined) return before;
    const { maker, dtype, input } = first;
    const op = maker === null ? null : (this.ops.get(maker.op) ?? null);
    const alike = all.every(
      (other) =>
        other.input === input &&
        other.dtype === dtype &&
        other.maker?.output === maker?.output &&
        (other.maker === null ? null : this.ops.get(other.maker.op)) === op,
    );
    if (!alike) throw varies(`${used} does not use the same tensor`);
    const ranks = all.every((other) => other.shape.length === first.shape.length);
    if (!ranks) throw varies(`an input of ${used} has different numbers of dimensions`);
    const shape = first.shape.map((_, i) =>
      this.size(
        all.map((other) => other.shape[i]),
        `a size in ${used}`,
      ),
    );
    const constant = input === null && maker === null ? this.constant(all, used) : null;
    const value: GraphValue = {
      shape,
      dtype,
      input,
      maker: maker && op ? { op, output: maker.output } : null,
      constant,
    };
    this.values.set(first, value);
    return value;
  }

  private op(all: readonly TracedOp[]): GraphOp {
    const [first] = all;
    const { name } = first;
    const alike = all.every(
      (other) => other.name === name && other.inputs.length === first.inputs.length,
    );
    if (!alike) throw varies(`the op ${name} does not always run`);
    const inputs = first.inputs.map((_, i) =>
      this.value(
        all.map((other) => other.inputs[i]),
        name,
      ),
    );
    const outputs: GraphValue[] = [];
    const op: GraphOp = {
      name,
      inputs,
      outputs,
      attrs: this.attrs(
        all.map((other) => other.attrs),
        name,
      ),
    };
    for (const traced of all) this.ops.set(traced, op);
    first.outputs.forEach((_, i) => {
      outputs.push(
        this.value(
          all.map((other) => other.outputs[i]),
          name,
        ),
      );
    });
    return op;
  }

  merge(traces: readonly Traced[]): Graph {
    const [first] = traces;
    if (traces.some((trace) => trace.ops.length !== first.ops.length)) {
      throw varies(`the number of ops is ${traces.map((trace) => trace.ops.length).join(', ')}`);
    }
    if (traces.some((trace) => trace.outputs.length !== first.outputs.length)) {
      throw varies('the number of outputs differs');
    }
    const ops = first.ops.map((_, i) => this.op(traces.map((trace) => trace.ops[i])));
    const outputs = first.outputs.map((_, i) =>
      this.value(
        traces.map((trace) => trace.outputs[i]),
        'the output',
      ),
    );
    return { ops, outputs };
  }
}
