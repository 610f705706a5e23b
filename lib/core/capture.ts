/** What the capture of a compiled function learns from the layers below it: memory, gradients, and what it depends on. */
import type { DType, TypedArray } from './dtype';
import type { Storage } from './storage';
import type { Tensor } from './tensor';

/** Something that changes numbers of the optimizer after each step: a learning-rate schedule. */
export interface Scheduled {
  readonly optimizer: { readonly paramGroups: readonly object[] };
  step(): void;
  stateDict(): Record<string, unknown>;
  loadStateDict(dict: Record<string, unknown>): void;
}

/** Memory that was there before a capture, and how it was found. */
export interface State {
  readonly array: TypedArray;
  readonly version: number;
}

/** A capture in progress. */
export class Capture {
  /** Storages over memory made during the capture. */
  readonly temporaries = new Set<Storage>();
  /** Storages from before, which the program goes on using where they are. */
  readonly states = new Map<Storage, State>();
  /** What must still hold for the program to be the right one. */
  readonly guards: (() => boolean)[] = [];
  /** Gradients that were looked at before fn set them: where they lay, or null. */
  readonly gradsRead = new Map<Tensor, Storage | null>();
  /** Tensors whose gradient fn set or cleared. */
  readonly gradsWritten = new Set<Tensor>();
  /** Leaves, and whether gradients flowed to them. */
  readonly leaves = new Map<Tensor, boolean>();
  /** Schedules that took a step, and the numbers they wrote. */
  readonly scheduled: Scheduled[] = [];
  readonly scheduledNumbers: Set<Float64Array> = new Set();
  private readonly memory = new Set<TypedArray>();
  private scheduling = false;

  constructor(
    private readonly shared: (dtype: DType, length: number) => TypedArray,
    private readonly register: (array: TypedArray) => void,
  ) {}

  /** Memory for a temporary. Shared, so that nothing can detach it while the capture refers to it. */
  allocate(dtype: DType, length: number): TypedArray {
    const array = this.shared(dtype, length);
    this.memory.add(array);
    if (length > 0) this.register(array);
    return array;
  }

  /** A storage was made. */
  adopt(storage: Storage): void {
    if (this.memory.has(storage.array)) this.temporaries.add(storage);
  }

  /** An op is about to use memory: what is not a temporary moves to shared memory, which stays where it is. */
  use(storage: Storage): void {
    if (this.temporaries.has(storage) || this.states.has(storage)) return;
    if (storage.array.length === 0) return;
    storage.share();
    this.states.set(storage, { array: storage.array, version: storage.version });
  }

  /** Whether the value was computed during the capture, so that reading it would freeze it. */
  computed(storage: Storage): boolean {
    const state = this.states.get(storage);
    return (
      this.temporaries.has(storage) || (state !== undefined && state.version !== storage.version)
    );
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

  /** Takes a step of a schedule, which every replay then takes after its own step. */
  schedule(one: Scheduled, step: () => void): void {
    if (!this.scheduling) this.scheduled.push(one);
    const outer = this.scheduling;
    this.scheduling = true;
    try {
      step();
    } finally {
      this.scheduling = outer;
    }
  }

  /** Numbers of an optimizer are about to be written from JavaScript. */
  writeNumbers(numbers: Float64Array): void {
    if (!this.scheduling) refuse('optimizer', 'options that stay as they are');
    this.scheduledNumbers.add(numbers);
  }

  /** An update is about to read numbers of an optimizer: replays take steps of schedules after their own. */
  readNumbers(numbers: Float64Array): void {
    if (!this.scheduledNumbers.has(numbers)) return;
    throw new Error(
      'step: expected steps of schedules after those of the optimizer in a compiled function, got one before',
    );
  }
}

/** The capture that is open, if any. */
export let capture: Capture | null = null;

/** Opens a capture, or closes the one that is open. */
export function setCapture(next: Capture | null): void {
  capture = next;
}

/** Throws: what a compiled function may not do, because a replay would not do it again. */
export function refuse(op: string, what: string): never {
  throw new Error(`${op}: expected ${what} in a compiled function, got a change from JavaScript`);
}

/** For changes that JavaScript makes to memory: an error inside a compiled function. */
export function refuseInCapture(op: string, what: string): void {
  if (capture !== null) refuse(op, what);
}
