/** One captured program: when it may be used, and how it runs. */
import { copyElements } from '../core/element';
import type { NativeProgram } from '../../binding';
import { isGradEnabled } from '../core/gradMode';
import type { Capture, Scheduled } from '../core/capture';
import type { DType, TypedArray } from '../core/dtype';
import { shapeText } from '../core/errors';
import { sameShape, type Shape } from '../core/shape';
import { allocate, Storage, unusable } from '../core/storage';
import { Tensor } from '../core/tensor';
import { gradientsInUse, readersError, requireUnusedGradient, usableMemory } from '../core/access';
import { mapTensors } from './output';

/** What a call must match to use a program. */
export interface Signature {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly requiresGrad: boolean;
}

/** The gradient of a leaf after a step. */
interface GradEffect {
  readonly leaf: Tensor;
  readonly gradient: Tensor | null;
}

/** The result of a capture. */
export interface Captured {
  readonly native: NativeProgram;
  readonly open: Capture;
  readonly inputs: readonly Signature[];
  readonly outputs: readonly Signature[];
  /** What fn returned: tells where the outputs go. */
  readonly structure: unknown;
  readonly gradients: readonly GradEffect[];
}

export function runningError(op: string): Error {
  return new Error(
    `${op}: expected tensors that are not in use, got one that a compiled run in flight uses; await the run first`,
  );
}

export class Program {
  /** Whether it still matches after its own effects, so that steps can follow each other without a check. */
  readonly steady: boolean;
  readonly native: NativeProgram;
  readonly inputs: readonly Signature[];
  readonly outputs: readonly Signature[];
  readonly scheduled: readonly Scheduled[];
  /** The numbers of optimizers that the schedules write. */
  readonly scheduledNumbers: readonly Float64Array[];
  running = false;
  private readonly structure: unknown;
  private readonly gradients: readonly GradEffect[];
  private readonly recordsGraph = isGradEnabled();
  private readonly states: readonly Storage[];
  private readonly arrays: readonly TypedArray[];
  private readonly written: readonly Storage[];
  private readonly changed: ReadonlySet<Storage>;
  private readonly gradsRead: readonly (readonly [Tensor, Storage | null])[];
  private readonly leaves: readonly (readonly [Tensor, boolean])[];
  private readonly guards: readonly (() => boolean)[];

  constructor({ native, open, inputs, outputs, structure, gradients }: Captured) {
    this.native = native;
    this.inputs = inputs;
    this.outputs = outputs;
    this.gradients = gradients;
    let next = 0;
    this.structure = mapTensors(structure, () => new Slot(next++));
    this.scheduled = open.scheduled;
    this.scheduledNumbers = Array.from(open.scheduledNumbers, ({ array }) => array as Float64Array);
    this.states = [...open.states.keys()];
    this.arrays = this.states.map((storage) => storage.array);
    const changed = this.states.filter((_, i) => native.access[i] === 2);
    const ofGradients = gradients.flatMap(({ gradient }) =>
      gradient === null ? [] : [gradient._storage],
    );
    this.changed = new Set([...changed, ...ofGradients, ...open.scheduledNumbers]);
    this.written = [...this.changed];
    this.gradsRead = [...open.gradsRead];
    this.leaves = [...open.leaves];
    this.guards = open.guards;
    const after = new Map(
      gradients.map(({ leaf, gradient }) => [leaf, gradient?._storage ?? null]),
    );
    this.steady = this.gradsRead.every(
      ([leaf, read]) => !after.has(leaf) || after.get(leaf) === read,
    );
  }

  /** Whether a call with these inputs may use the program. Throws if what it works on is in use. */
  matches(inputs: readonly Signature[]): boolean {
    if (inputs.length !== this.inputs.length || this.recordsGraph !== isGradEnabled()) return false;
    for (let i = 0; i < inputs.length; i++) {
      const [one, own] = [inputs[i], this.inputs[i]];
      if (one.dtype !== own.dtype || one.requiresGrad !== own.requiresGrad) return false;
      if (!sameShape(one.shape, own.shape)) return false;
    }
    return this.holds();
  }

  private holds(): boolean {
    for (let i = 0; i < this.states.length; i++) {
      const storage = this.states[i];
      if (storage.array !== this.arrays[i]) {
        if (storage.array === unusable.running) throw runningError('compile');
        return false;
      }
      if (storage.abandoned) return false;
    }
    for (let i = 0; i < this.gradsRead.length; i++) {
      if ((this.gradsRead[i][0]._grad?._storage ?? null) !== this.gradsRead[i][1]) return false;
    }
    for (let i = 0; i < this.leaves.length; i++) {
      if (this.leaves[i][0].requiresGrad !== this.leaves[i][1]) return false;
    }
    for (let i = 0; i < this.guards.length; i++) if (!this.guards[i]()) return false;
    return true;
  }

  /** Whether the program changes this memory. */
  changes(storage: Storage): boolean {
    return this.changed.has(storage);
  }

  /** One step on this thread. */
  run(inputs: readonly Tensor[]): unknown {
    if (this.running) throw runningError('compile');
    this.requireWritable();
    const arrays: TypedArray[] = [];
    for (let i = 0; i < inputs.length; i++) arrays.push(denseValues(inputs[i]));
    const results: Tensor[] = [];
    for (let i = 0; i < this.outputs.length; i++) {
      const out = Tensor._empty(this.outputs[i].dtype, this.outputs[i].shape);
      results.push(out);
      arrays.push(out._storage.array);
    }
    try {
      // Written out for the usual numbers: a call with spread arguments costs 100 ns more.
      if (arrays.length === 3) this.native.run(arrays[0], arrays[1], arrays[2]);
      else if (arrays.length === 2) this.native.run(arrays[0], arrays[1]);
      else this.native.run(...arrays);
    } finally {
      this.countChanges();
    }
    this.leaveGradients();
    for (let i = 0; i < this.scheduled.length; i++) this.scheduled[i].step();
    return this.build(results);
  }

  /** Memory that a running compiled function or an export reads may not be changed by another one. */
  requireWritable(): void {
    for (let i = 0; i < this.written.length; i++) {
      if (this.written[i].readers > 0) throw readersError('compile', this.written[i]);
    }
    for (let i = 0; i < this.gradients.length; i++) {
      requireUnusedGradient('compile', this.gradients[i].leaf);
    }
  }

  /** After steps: marks saved tensors in the memory that was changed as modified. */
  countChanges(): void {
    for (let i = 0; i < this.written.length; i++) this.written[i].version++;
  }

  /** After steps: gradients are where eager steps would have left them. */
  leaveGradients(): void {
    for (let i = 0; i < this.gradients.length; i++) {
      this.gradients[i].leaf._leaveGrad(this.gradients[i].gradient);
    }
  }

  /** During an asynchronous run: what it changes cannot be accessed, what it reads cannot be changed. */
  lock(): void {
    this.requireWritable();
    this.running = true;
    for (const storage of this.states) {
      if (!this.changed.has(storage)) storage.readers++;
    }
    for (const storage of this.written) {
      this.locked.push([storage, storage.array]);
      storage.array = unusable.running;
    }
    for (const { leaf } of this.gradients) gradientsInUse.add(leaf);
  }

  unlock(): void {
    this.running = false;
    for (const [storage, array] of this.locked) storage.array = array;
    this.locked.length = 0;
    for (const storage of this.states) {
      if (!this.changed.has(storage)) storage.readers--;
    }
    for (const { leaf } of this.gradients) gradientsInUse.delete(leaf);
  }

  private readonly locked: [Storage, TypedArray][] = [];

  /** The structure that fn returned, of these tensors. */
  build(results: readonly Tensor[]): unknown {
    return this.structure instanceof Slot
      ? results[this.structure.index]
      : fill(this.structure, results);
  }

  /** The tensors of a result of this program, in the order of its outputs. */
  collect(result: unknown, tensors: Tensor[]): void {
    mapTensors(result, (one) => tensors.push(one));
  }

  /** One line: `(float32 [128, 784], int32 [128]) -> (float32 [])`. */
  get signature(): string {
    const list = (all: readonly Signature[]): string =>
      `(${all.map(({ dtype, shape }) => `${dtype} ${shapeText(shape)}`).join(', ')})`;
    return `${list(this.inputs)} -> ${list(this.outputs)}`;
  }
}

/** Where in a structure an output goes. */
class Slot {
  constructor(readonly index: number) {}
}

function fill(structure: unknown, results: readonly Tensor[]): unknown {
  if (structure instanceof Slot) return results[structure.index];
  if (Array.isArray(structure)) return structure.map((one: unknown) => fill(one, results));
  if (typeof structure !== 'object' || structure === null) return structure;
  return Object.fromEntries(
    Object.entries(structure).map(([name, one]) => [name, fill(one, results)]),
  );
}

/** The elements of a tensor in order. */
export function denseValues(x: Tensor): TypedArray {
  usableMemory('compile', x);
  return (x._contiguous ? x : x.detach().contiguous())._flat;
}

/** A tensor in fresh memory with the values of an array. */
export function freshTensor(dtype: DType, shape: Shape, values: TypedArray): Tensor {
  const array = allocate(dtype, values.length);
  copyElements(array, values);
  return new Tensor(new Storage(dtype, array), shape);
}
