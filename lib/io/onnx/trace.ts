/** Traces forward: records its ops with their inputs, outputs and attributes. */
import type { DType } from '../../core/dtype';
import type { OpAttrs, OpName } from '../../core/node';
import { observing, type Observer } from '../../core/observer';
import { sameShape, type Shape } from '../../core/shape';
import type { Storage } from '../../core/storage';
import type { Tensor } from '../../core/tensor';

/** A tensor of the trace: the output of an op, an input, or a constant. */
export interface Value {
  readonly tensor: Tensor;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly input: number | null;
  readonly maker: { readonly op: TracedOp; readonly output: number } | null;
  /** Whether it depends on the inputs. */
  readonly dynamic: boolean;
  /** The version of its memory when the trace first saw it. */
  readonly version: number;
}

export interface TracedOp<K extends OpName = OpName> {
  readonly name: K;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attrs: OpAttrs[K];
}

/** The ops that the outputs of a forward depend on. */
export interface Traced {
  readonly ops: readonly TracedOp[];
  readonly outputs: readonly Value[];
}

/** A value, and the tensor and version of memory by which it is found. */
interface Entry {
  readonly tensor: Tensor;
  readonly version: number;
  readonly value: Value;
}

/** Ops whose masks and indices are saved tensors, not inputs, because no gradient flows to them. */
const readingSaved: ReadonlySet<OpName> = new Set([
  'where',
  'gather',
  'scatter',
  'scatterAdd',
  'scatterMultiply',
  'indexSelect',
  'indexAdd',
] as const);

class Recording implements Observer {
  readonly ops: TracedOp[] = [];
  /** Values by their storage: tensors with the same elements in the same order are one value. */
  private readonly entries = new Map<Storage, Entry[]>();

  private enter(tensor: Tensor, value: Value, version = tensor._storage.version): Value {
    const before = this.entries.get(tensor._storage) ?? [];
    this.entries.set(tensor._storage, [{ tensor, version, value }, ...before]);
    return value;
  }

  /** The latest value with these elements. */
  private find(tensor: Tensor): Value | null {
    const entries = this.entries.get(tensor._storage);
    if (entries === undefined) return null;
    const found = entries.find((entry) => sameElements(entry.tensor, tensor));
    if (found?.version === tensor._storage.version) return found.value;
    const changed = entries.every(({ version }) => version < tensor._storage.version);
    const viewed = entries.some(({ value }) => !isConstant(value));
    if (changed || viewed) {
      throw new Error(
        'exportOnnx: forward changes a tensor in place through a view; use ops that return new tensors',
      );
    }
    return null;
  }

  value(tensor: Tensor): Value {
    return this.find(tensor) ?? this.enter(tensor, newValue(tensor));
  }

  input(tensor: Tensor, input: number): void {
    this.enter(tensor, { ...newValue(tensor), input, dynamic: true });
  }

  result<K extends OpName>(
    name: K,
    outputs: readonly Tensor[],
    inputs: readonly Tensor[],
    attrs: OpAttrs[K],
    saved: readonly Tensor[],
  ): void {
    const all = readingSaved.has(name) ? [...inputs, ...saved] : inputs;
    this.add(name, outputs, all, attrs, 0);
  }

  changed<K extends OpName>(
    name: K,
    x: Tensor,
    inputs: readonly Tensor[],
    attrs: OpAttrs[K],
  ): void {
    const [first, ...others] = inputs;
    const known = this.find(x);
    if (known === null || isConstant(known)) {
      const frozen = others.every((input) => this.find(input)?.dynamic !== true);
      if (frozen && known === null) return; // a constant that is being filled
      if (frozen || name !== 'copy') {
        const what = known === null ? 'that no op computed' : 'that existed before';
        throw new Error(
          `exportOnnx: forward changes a tensor ${what} with ${name} in place; use ops that return new tensors`,
        );
      }
    }
    this.add(name, [x], [first, ...others], attrs, 1);
  }

  reading(op: string, x: Tensor): void {
    const value = this.find(x);
    if (value?.dynamic !== true) return;
    throw new Error(
      `exportOnnx: forward reads values of a tensor that depends on the inputs, with ${op}; ` +
        'an ONNX graph computes the same ops for all values',
    );
  }

  private add<K extends OpName>(
    name: K,
    outputs: readonly Tensor[],
    inputs: readonly Tensor[],
    attrs: OpAttrs[K],
    later: number,
  ): void {
    const values: Value[] = [];
    const op: TracedOp<K> = {
      name,
      inputs: inputs.map((input) => this.value(input)),
      outputs: values,
      attrs,
    };
    const dynamic = op.inputs.some((input) => input.dynamic);
    outputs.forEach((tensor, output) => {
      const value = { ...newValue(tensor), maker: { op, output }, dynamic };
      values.push(this.enter(tensor, value, tensor._storage.version + later));
    });
    this.ops.push(op);
  }
}

function newValue(tensor: Tensor): Value {
  const { shape, dtype } = tensor;
  const { version } = tensor._storage;
  return { tensor, shape, dtype, input: null, maker: null, dynamic: false, version };
}

function isConstant({ input, maker }: Value): boolean {
  return input === null && maker === null;
}

/** Whether two tensors have the same elements of one storage in the same order. */
export function sameElements(a: Tensor, b: Tensor): boolean {
  if (a._storage !== b._storage || !sameShape(a.shape, b.shape)) return false;
  return a._offset === b._offset && sameShape(a._strides, b._strides);
}

let tracing = false;

/** Runs `forward` on the inputs and returns its trace. */
export function trace(
  inputs: readonly Tensor[],
  forward: (inputs: readonly Tensor[]) => readonly Tensor[],
): Traced {
  if (tracing) {
    throw new Error('exportOnnx: cannot run in the forward of a model that is being exported');
  }
  const recording = new Recording();
  inputs.forEach((input, i) => recording.input(input, i));
  tracing = true;
  try {
    const results = observing(recording, () => forward(inputs));
    const outputs = results.map((result) => recording.value(result));
    return { ops: neededOps(recording.ops, outputs), outputs };
  } finally {
    tracing = false;
  }
}

/** The ops that the outputs depend on, in order. */
function neededOps(ops: readonly TracedOp[], outputs: readonly Value[]): TracedOp[] {
  const wanted = new Set<TracedOp>();
  const want = ({ maker }: Value): void => {
    if (maker !== null) wanted.add(maker.op);
  };
  outputs.forEach(want);
  for (let i = ops.length - 1; i >= 0; i--) {
    if (wanted.has(ops[i])) ops[i].inputs.forEach(want);
  }
  return ops.filter((op) => wanted.has(op));
}
