/** The capture of a compiled function: the memory, gradients and other state that it uses. */
import type { ArgumentName } from './caller';
import type { DType, TypedArray } from './dtype';

import { FieldSnapshot } from './fields';
import type { Storage } from './storage';
import type { Tensor } from './tensor';

export { countChange } from './changes';

/** A learning-rate schedule: changes numbers of the optimizer after each step. */
export interface Scheduled {
  readonly optimizer: { readonly paramGroups: readonly object[] };
  step(): void;
  stateDict(): Record<string, unknown>;
  loadStateDict(dict: Record<string, unknown>): void;
}

/** Memory from before a capture, in the state of its first use in the capture. */
export interface State {
  readonly array: TypedArray;
  readonly version: number;
}

/** An input that is a number, and whether the program depends on its value. */
export interface NumberInput {
  readonly value: number;
  /** Whether JavaScript read the value: then the program holds only for this value. */
  read: boolean;
}

/** A capture in progress. */
export class Capture {
  /** Storages of memory allocated during the capture. */
  readonly temporaries = new Set<Storage>();
  /** Storages from before the capture, which the program uses in place. */
  readonly states = new Map<Storage, State>();
  /** Conditions under which the program may be used. */
  readonly guards: (() => boolean)[] = [];
  /** Fields of the modules that ran. */
  readonly fields = new FieldSnapshot();
  /** Storages from before the capture whose values JavaScript read, and their versions. */
  readonly valuesRead = new Map<Storage, number>();
  /** The generator that fn drew from by default. */
  defaultGenerator: object | null = null;
  /** Inputs that are numbers, by the memory of their placeholders. */
  readonly numbers = new Map<Storage, NumberInput>();
  /** Gradients that were read before fn set them: their storage, or null. */
  readonly gradsRead = new Map<Tensor, Storage | null>();
  /** Tensors whose gradient fn set or cleared. */
  readonly gradsWritten = new Set<Tensor>();
  /** Leaves, and whether they required a gradient. */
  readonly leaves = new Map<Tensor, boolean>();
  /** Schedules that took a step, and the numbers that they wrote. */
  readonly scheduled: Scheduled[] = [];
  readonly scheduledNumbers: Set<Storage> = new Set();
  private readonly memory = new Set<TypedArray>();
  private scheduling = false;
  private inCaller = false;

  constructor(
    private readonly shared: (dtype: DType, length: number) => TypedArray,
    private readonly register: (array: TypedArray) => void,
    private readonly nameCaller: (op: string | null, argument?: ArgumentName) => void,
  ) {}

  /**
   * Makes errors of the following ops errors of `op`, in every replay too. Returns false inside another function,
   * which is named instead.
   */
  enter(op: string, argument: ArgumentName | undefined): boolean {
    if (this.inCaller) return false;
    this.nameCaller(op, argument);
    return (this.inCaller = true);
  }

  leave(): void {
    this.nameCaller(null);
    this.inCaller = false;
  }

  /** Memory for a temporary. It is shared memory, so that it cannot be detached while the capture refers to it. */
  allocate(dtype: DType, length: number): TypedArray {
    const array = this.shared(dtype, length);
    this.memory.add(array);
    if (length > 0) this.register(array);
    return array;
  }

  /** Called for every new storage. */
  adopt(storage: Storage): void {
    if (this.memory.has(storage.array)) this.temporaries.add(storage);
  }

  /**
   * Called before an op uses memory. Memory other than temporaries moves to shared memory, which never moves again.
   */
  use(storage: Storage): void {
    if (this.temporaries.has(storage) || this.states.has(storage)) return;
    if (storage.array.length === 0) return;
    storage.share();
    this.states.set(storage, { array: storage.array, version: storage.version });
  }

  /**
   * Whether the value was computed during the capture. JavaScript must not read it, because a replay would not run
   * that code.
   */
  computed(storage: Storage): boolean {
    const state = this.states.get(storage);
    return (
      this.temporaries.has(storage) || (state !== undefined && state.version !== storage.version)
    );
  }

  /** Called before JavaScript reads values. Returns false if a replay would not read them again. */
  mayRead(storage: Storage): boolean {
    const number = this.numbers.get(storage);
    if (number !== undefined) return (number.read = true);
    if (this.computed(storage)) return false;
    if (!this.valuesRead.has(storage)) this.valuesRead.set(storage, storage.version);
    return true;
  }

  readGrad(leaf: Tensor, gradient: Tensor | null): void {
    if (this.temporaries.has(leaf._storage) || this.gradsWritten.has(leaf)) return;
    if (!this.gradsRead.has(leaf)) this.gradsRead.set(leaf, gradient?._storage ?? null);
  }

  wroteGrad(leaf: Tensor): void {
    if (!this.temporaries.has(leaf._storage)) this.gradsWritten.add(leaf);
  }

  readRequiresGrad(leaf: Tensor, value: boolean): void {
    if (!this.temporaries.has(leaf._storage) && !this.leaves.has(leaf))
      this.leaves.set(leaf, value);
  }

  /** Takes a step of a schedule. Every replay repeats it after its own step. */
  schedule(schedule: Scheduled, step: () => void): void {
    if (!this.scheduling) this.scheduled.push(schedule);
    const outer = this.scheduling;
    this.scheduling = true;
    try {
      step();
    } finally {
      this.scheduling = outer;
    }
  }

  /** Called before JavaScript writes numbers of an optimizer. */
  writeNumbers(numbers: Storage): void {
    if (!this.scheduling) refuse('optimizer', 'options');
    this.scheduledNumbers.add(numbers);
  }

  /** Called before an update reads optimizer numbers: schedule steps must come after the optimizer step. */
  readNumbers(numbers: Storage): void {
    this.use(numbers);
    if (!this.scheduledNumbers.has(numbers)) return;
    throw new Error(
      'step: in a compiled function, scheduler.step() was called before optimizer.step(); call it after',
    );
  }
}

/** The open capture, or null. */
export let capture: Capture | null = null;

/** Sets the open capture; null closes it. */
export function setCapture(next: Capture | null): void {
  capture = next;
}

/** Throws an error for something that a compiled function must not do, because a replay would not repeat it. */
export function refuse(op: string, what: string): never {
  throw new Error(
    `${op}: cannot set ${what} in a compiled function, because a replay would not repeat it; do that outside`,
  );
}

/** Throws inside a compiled function: a replay would not repeat changes that JavaScript makes to memory. */
export function refuseInCapture(op: string, what: string): void {
  if (capture !== null) refuse(op, what);
}
