/** A captured program: when it may be used, and how it runs. */
import { isDeepStrictEqual } from 'node:util';
import { copyElements } from '../core/element';
import type { NativeProgram } from '../../binding';
import { isGradEnabled } from '../core/gradMode';
import type { Scheduled } from '../core/capture';
import { countChange } from '../core/changes';
import type { DType, TypedArray } from '../core/dtype';
import { shapeText } from '../core/errors';
import { sameShape, type Shape } from '../core/shape';
import { allocate, Storage, unusable } from '../core/storage';
import { Tensor } from '../core/tensor';
import { gradientsInUse, readersError, requireUnusedGradient, usableMemory } from '../core/access';
import type { RecordedRun } from './capture';
import { Guards } from './guards';
import { mapTensors } from './output';
import { runningError } from './running';

/** What a call must match to use a program. */
export interface Signature {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly requiresGrad: boolean;
  /** Whether it is a number. */
  readonly _isNumber: boolean;
}

/** The gradient of a leaf after a step. */
export interface GradEffect {
  readonly leaf: Tensor;
  readonly gradient: Tensor | null;
}

export class Program {
  /** Whether its guards still hold after its own effects, so that steps can follow each other without a check. */
  readonly steady: boolean;
  readonly inputs: readonly Signature[];
  readonly outputs: readonly Signature[];
  readonly scheduled: readonly Scheduled[];
  /** The optimizer numbers that the schedules write. */
  readonly scheduledNumbers: readonly Float64Array[];
  running = false;
  /** Finished steps, including the first one. */
  steps = 1;
  /** The number of the step at which fn runs again for comparison. */
  nextComparison = 2;
  /** Whether the first run created tensors that later runs use, and this program is from the second run. */
  isSecond = false;
  private readonly structure: unknown;
  private readonly gradients: readonly GradEffect[];
  private readonly gradientStorages: readonly Storage[];
  private readonly recordsGraph = isGradEnabled();
  private readonly guards: Guards;
  private readonly states: readonly Storage[];
  private readonly written: readonly Storage[];
  private readonly changed: ReadonlySet<Storage>;
  /** Numbers among the inputs that JavaScript read. */
  private numbersRead: readonly (readonly [position: number, value: number])[];

  constructor(
    readonly native: NativeProgram,
    run: RecordedRun,
  ) {
    const { open, gradients } = run;
    this.inputs = run.inputs;
    this.outputs = run.outputs.map(({ dtype, shape }) => {
      return { dtype, shape, requiresGrad: false, _isNumber: false };
    });
    this.gradients = gradients;
    this.gradientStorages = run.gradientStorages;
    this.structure = slotsIn(run.structure);
    this.scheduled = open.scheduled;
    this.scheduledNumbers = Array.from(open.scheduledNumbers, ({ array }) => array as Float64Array);
    this.states = [...open.states.keys()];
    const changed = this.states.filter((_, i) => native.access[i] === 2);
    const ofGradients = gradients.flatMap(({ gradient }) =>
      gradient === null ? [] : [gradient._storage],
    );
    this.changed = new Set([...changed, ...ofGradients, ...open.scheduledNumbers]);
    this.written = [...this.changed];
    this.guards = new Guards(open);
    this.numbersRead = run.numbersRead();
    const after = new Map(
      gradients.map(({ leaf, gradient }) => [leaf, gradient?._storage ?? null]),
    );
    this.steady = [...open.gradsRead].every(
      ([leaf, read]) => !after.has(leaf) || after.get(leaf) === read,
    );
  }

  /** Whether a call with these inputs may use the program. Throws if the program's memory is in use. */
  matches(inputs: readonly Tensor[]): boolean {
    return this.fits(inputs) && this.guards.hold();
  }

  /** Whether a call with these inputs makes the same calls, if fn uses no changed values. */
  mayMatch(inputs: readonly Tensor[]): boolean {
    return this.fits(inputs) && this.guards.callsHold();
  }

  private fits(inputs: readonly Tensor[]): boolean {
    if (inputs.length !== this.inputs.length || this.recordsGraph !== isGradEnabled()) return false;
    for (let i = 0; i < inputs.length; i++) {
      const [input, own] = [inputs[i], this.inputs[i]];
      if (input.dtype !== own.dtype || input.requiresGrad !== own.requiresGrad) return false;
      if (input._isNumber !== own._isNumber || !sameShape(input.shape, own.shape)) return false;
    }
    for (let i = 0; i < this.numbersRead.length; i++) {
      const [position, value] = this.numbersRead[i];
      if (!Object.is(inputs[position]._flat[0], value)) return false;
    }
    return true;
  }

  /** Whether the rows of a scan starting at `first` can run without a check between them. */
  takesRows(values: readonly TypedArray[], first: number): boolean {
    if (!this.steady) return false;
    return this.numbersRead.every(([position, value]) =>
      (values[position] as Float64Array).subarray(first).every((item) => Object.is(item, value)),
    );
  }

  // --- Comparison with a new run of fn ---------------------------------------------------------------------------

  /** Whether results, gradients and schedules equal those of a run that made the same calls. */
  hasEffectsOf(run: RecordedRun): boolean {
    return (
      isDeepStrictEqual(this.structure, slotsIn(run.structure)) &&
      sameList(
        this.outputs,
        run.outputs,
        (a, b) => a.dtype === b.dtype && sameShape(a.shape, b.shape),
      ) &&
      sameList(this.scheduled, run.open.scheduled, Object.is) &&
      sameList(
        this.gradients,
        run.gradients,
        (a, b) => a.leaf === b.leaf && this.sameGradient(a, b, run),
      )
    );
  }

  private sameGradient(
    { gradient: own }: GradEffect,
    { gradient }: GradEffect,
    run: RecordedRun,
  ): boolean {
    if (own === null || gradient === null) return own === gradient;
    const place = run.gradientStorages.indexOf(gradient._storage);
    const storage = place < 0 ? gradient._storage : this.gradientStorages[place];
    const isEmpty = own.numel() === 0 && gradient.numel() === 0;
    const sameView = own._offset === gradient._offset && sameShape(own.shape, gradient.shape);
    return (
      (isEmpty || own._storage === storage) &&
      sameView &&
      sameShape(own._strides, gradient._strides)
    );
  }

  /** Call before fn runs again. Returns a function that restores the gradients if the run throws. */
  beforeRun(): () => void {
    this.guards.requireMemory();
    const before = this.gradients.map(({ leaf }) => [leaf, leaf._grad] as const);
    return () => {
      for (const [leaf, gradient] of before) leaf._assignGrad(gradient);
    };
  }

  /** Applies the effects of a run that made the same calls, as if this program had done the step. */
  adopt(run: RecordedRun): void {
    this.gradientStorages.forEach((storage, i) => {
      copyElements(storage.array, run.gradientStorages[i].array);
    });
    this.countChanges();
    this.assignGradients();
    // New guards cost 5 ms until V8 has compiled them.
    if (!this.guards.hold()) this.guards.takeValues(run.open);
    const read = new Map([...this.numbersRead, ...run.numbersRead()]);
    this.numbersRead = [...read];
  }

  // --- Steps -----------------------------------------------------------------------------------------------------

  /** Whether the program changes this memory. */
  changes(storage: Storage): boolean {
    return this.changed.has(storage);
  }

  /** Runs one step on this thread. */
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
    this.assignGradients();
    for (let i = 0; i < this.scheduled.length; i++) this.scheduled[i].step();
    return this.build(results);
  }

  /** Memory that a running compiled function or an export reads must not be changed by another program. */
  requireWritable(): void {
    for (let i = 0; i < this.written.length; i++) {
      if (this.written[i].readers > 0) throw readersError('compile', this.written[i]);
    }
    for (let i = 0; i < this.gradients.length; i++) {
      requireUnusedGradient('compile', this.gradients[i].leaf);
    }
  }

  /** Call after steps: increments the versions of changed memory, so that backward detects changed saved tensors. */
  countChanges(): void {
    for (let i = 0; i < this.written.length; i++) this.written[i].version++;
  }

  /** Call after steps: sets gradients as eager steps would. */
  assignGradients(): void {
    for (let i = 0; i < this.gradients.length; i++) {
      this.gradients[i].leaf._assignGrad(this.gradients[i].gradient);
    }
  }

  /**
   * Call before an asynchronous run: memory that it changes cannot be accessed, memory that it reads cannot be
   * changed.
   */
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
    countChange();
  }

  unlock(): void {
    this.running = false;
    for (const [storage, array] of this.locked) storage.array = array;
    this.locked.length = 0;
    for (const storage of this.states) {
      if (!this.changed.has(storage)) storage.readers--;
    }
    for (const { leaf } of this.gradients) gradientsInUse.delete(leaf);
    countChange();
  }

  private readonly locked: [Storage, TypedArray][] = [];

  /** The structure that fn returned, with these tensors. */
  build(results: readonly Tensor[]): unknown {
    return fill(this.structure, results);
  }

  /** Appends the tensors of a result of this program, in the order of its outputs. */
  collect(result: unknown, tensors: Tensor[]): void {
    mapTensors(result, (tensor) => tensors.push(tensor));
  }

  /** One line: `(float32 [128, 784], int32 [128]) -> (float32 [])`. */
  get signature(): string {
    const list = (all: readonly Signature[]): string =>
      `(${all.map(({ dtype, shape }) => `${dtype} ${shapeText(shape)}`).join(', ')})`;
    return `${list(this.inputs)} -> ${list(this.outputs)}`;
  }
}

function sameList<A, B>(a: readonly A[], b: readonly B[], same: (a: A, b: B) => boolean): boolean {
  return a.length === b.length && a.every((item, i) => same(item, b[i]));
}

/** A structure with each tensor replaced by its output's index. */
function slotsIn(structure: unknown): unknown {
  let next = 0;
  return mapTensors(structure, () => new Slot(next++));
}

/** The place of an output in a structure. */
class Slot {
  constructor(readonly index: number) {}
}

/** The structure that fn returned, with other tensors. */
export function rebuild(structure: unknown, results: readonly Tensor[]): unknown {
  return fill(slotsIn(structure), results);
}

function fill(structure: unknown, results: readonly Tensor[]): unknown {
  if (structure instanceof Slot) return results[structure.index];
  if (Array.isArray(structure)) return structure.map((item: unknown) => fill(item, results));
  if (typeof structure !== 'object' || structure === null) return structure;
  return Object.fromEntries(
    Object.entries(structure).map(([name, item]) => [name, fill(item, results)]),
  );
}

/** The elements of a tensor in order. */
export function denseValues(x: Tensor): TypedArray {
  usableMemory('compile', x);
  return (x._contiguous ? x : x.detach().contiguous())._flat;
}

/** A tensor in new memory with the values of an array. */
export function freshTensor(dtype: DType, shape: Shape, values: TypedArray): Tensor {
  const array = allocate(dtype, values.length);
  copyElements(array, values);
  return new Tensor(new Storage(dtype, array), shape);
}
