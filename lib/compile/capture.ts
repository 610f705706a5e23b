/**
 * Capture: runs fn once while the addon records every native call. The recording becomes a program, or is compared
 * with one.
 */
import { Capture, capture, setCapture } from '../core/capture';
import { countChange } from '../core/changes';
import { copyElements } from '../core/element';
import type { TypedArray } from '../core/dtype';
import { wrongType } from '../core/errors';
import { noGrad } from '../core/gradMode';
import { addon as recorder } from '../core/native';
import { isPromise } from '../core/realms';
import { ScalarInput } from '../core/scalarInput';
import { allocate, allocateShared, Storage, unusable } from '../core/storage';
import { Tensor } from '../core/tensor';
import type { Difference } from './difference';
import { tensorsOf } from './output';
import { denseValues, freshTensor, Program, type GradEffect, type Signature } from './program';

export type Fn = (...inputs: Tensor[]) => unknown;

function signatureOf({ dtype, shape, requiresGrad, _isNumber }: Tensor): Signature {
  return { dtype, shape, requiresGrad, _isNumber };
}

/** The placeholder for an input: its values, in a temporary. */
function standIn(values: TypedArray, signature: Signature, open: Capture): Tensor {
  const { dtype, shape, requiresGrad, _isNumber } = signature;
  const array = allocate(dtype, values.length);
  copyElements(array, values);
  if (_isNumber) {
    const number = new ScalarInput(array);
    open.numbers.set(number._storage, { value: values[0] as number, read: false });
    return number;
  }
  const input = new Tensor(new Storage(dtype, array), shape);
  if (requiresGrad) input.requiresGrad = true;
  return input;
}

/** Gradients that fn left in leaves, as tensors without a graph. */
function gradientsAfterRun(open: Capture): { leaf: Tensor; gradient: Tensor | null }[] {
  return Array.from(open.gradsWritten, (leaf) => {
    const gradient = leaf._grad?.detach() ?? null;
    return { leaf, gradient };
  });
}

/**
 * A recorded run of fn, with the effects of an eager step. It becomes a program, or its effects are passed to a
 * program that makes the same calls. The addon's capture is open until then.
 */
export class RecordedRun {
  readonly open: Capture;
  readonly inputs: readonly Signature[];
  /** What fn returned, and its tensors. */
  readonly structure: unknown;
  readonly outputs: readonly Tensor[];
  readonly gradients: readonly GradEffect[];
  /** Storages of gradients that fn computed. */
  readonly gradientStorages: readonly Storage[];
  private readonly standIns: readonly Tensor[];
  private readonly outputArrays: readonly TypedArray[];

  /** If anything throws, tensors have the values that eager ops gave them. */
  constructor(fn: Fn, inputs: readonly Tensor[]) {
    if (capture !== null) {
      throw new Error(
        'compile: a compiled function cannot be called inside another one; call the plain function there',
      );
    }
    this.inputs = inputs.map(signatureOf);
    const values = inputs.map(denseValues);
    this.open = new Capture(
      allocateShared,
      (array) => {
        recorder.addTemporary(array);
      },
      (op, argument) => {
        recorder.nameCaller(op, ...(argument ?? []));
      },
    );
    recorder.beginCapture();
    setCapture(this.open);
    try {
      this.standIns = this.inputs.map((signature, i) => standIn(values[i], signature, this.open));
      const structure = fn(...this.standIns);
      if (isPromise(structure)) {
        void structure.then(undefined, () => undefined); // its rejection must not count as unhandled
        throw wrongType('compile', 'a synchronous function', 'fn', structure);
      }
      this.structure = structure;
      this.outputs = noGrad(() =>
        tensorsOf(structure).map((tensor) => tensor.detach().contiguous()),
      );
      this.outputArrays = this.outputs.map((tensor) => tensor._flat); // read here, so that external memory becomes a state
    } catch (error) {
      recorder.abortCapture();
      throw error;
    } finally {
      setCapture(null);
    }
    this.gradients = gradientsAfterRun(this.open);
    const ofGradients = this.gradients.flatMap(({ gradient }) => {
      const storage = gradient?._storage;
      const isTemporary = storage !== undefined && this.open.temporaries.has(storage);
      return isTemporary && storage.array.length > 0 ? [storage] : [];
    });
    this.gradientStorages = [...new Set(ofGradients)];
  }

  /** Turns the recording into a program. */
  toProgram(): Program {
    const arrays = arraysOf(this.gradientStorages);
    const native = recorder.endCapture(
      this.standIns.map((input) => input._storage.array),
      this.outputArrays,
      arrays,
      arrays, // gradients keep their memory
      arraysOf(this.open.states.keys()),
    );
    return new Program(native, this);
  }

  /** The numbers among the inputs that JavaScript read, by their position. */
  numbersRead(): (readonly [position: number, value: number])[] {
    return this.standIns.flatMap(({ _storage }, i) => {
      const number = this.open.numbers.get(_storage);
      return number?.read === true ? [[i, number.value] as const] : [];
    });
  }

  /** The first difference from a replay of the program; null if there is none. */
  differenceFrom(program: Program): Difference | null {
    const { native } = program;
    const standIns = this.standIns.map((input) => input._storage.array);
    const difference = native.compare(standIns, this.outputArrays, arraysOf(this.gradientStorages));
    if (difference !== null) return difference;
    return program.hasEffectsOf(this) ? null : 'effects';
  }

  /** Ends the recording without creating a program. */
  discard(): void {
    recorder.abortCapture();
  }

  /** Copies the results to new memory. Gradients stay with their leaves. */
  finish(): Tensor[] {
    for (const { leaf, gradient } of this.gradients) leaf._assignGrad(gradient);
    return this.outputs.map((output) => freshTensor(output.dtype, output.shape, output._flat));
  }

  /** Forbids the use of temporaries; `restorable` ones may be allowed again. */
  retire(restorable: boolean): void {
    const gradients = new Set(this.gradientStorages);
    for (const storage of this.open.temporaries) {
      if (!gradients.has(storage)) retireOne(storage, restorable);
    }
    countChange();
  }
}

function arraysOf(storages: Iterable<Storage>): TypedArray[] {
  return Array.from(storages, (storage) => storage.array);
}

/** The memory of temporaries that may not be used now. */
const memory = new WeakMap<Storage, TypedArray>();

function retireOne(storage: Storage, restorable: boolean): void {
  if (storage.array.length === 0) return;
  if (restorable) memory.set(storage, storage.array);
  storage.array = unusable.temporary;
}

/**
 * The temporaries of a recorded run that JavaScript may still refer to. If the next step is recorded too, it may
 * use them, as an eager step could. Temporaries without references are garbage-collected.
 */
export class EarlierTemporaries {
  private readonly storages: readonly WeakRef<Storage>[];

  constructor({ open, gradientStorages }: RecordedRun) {
    this.storages = [...open.temporaries]
      .filter((storage) => !gradientStorages.includes(storage))
      .map((storage) => new WeakRef(storage));
  }

  private each(visit: (storage: Storage) => void): void {
    for (const reference of this.storages) {
      const storage = reference.deref();
      if (storage !== undefined) visit(storage);
    }
    countChange();
  }

  /** Allows their use. */
  restore(): void {
    this.each((storage) => {
      storage.array = memory.get(storage) ?? storage.array;
    });
  }

  /** Forbids the use of those that no program uses. */
  retire(except?: RecordedRun): void {
    this.each((storage) => {
      if (except?.open.states.has(storage) !== true) retireOne(storage, true);
    });
  }

  /** Frees their memory: a replay does not change tensors that JavaScript still refers to. */
  forget(): void {
    this.each((storage) => memory.delete(storage));
  }

  /** Whether the run used any of them. */
  usedIn({ open }: RecordedRun): boolean {
    return this.storages.some((reference) => {
      const storage = reference.deref();
      return storage !== undefined && open.states.has(storage);
    });
  }
}
