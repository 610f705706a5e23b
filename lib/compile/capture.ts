/** Capture: runs fn once while the addon records every native call. The recording becomes a program, or is compared with one. */
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

/** The stand-in for an input: its values, in memory that the program plans. */
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

/** Gradients that fn left in leaves, as tensors outside any graph. */
function gradientsLeft(open: Capture): { leaf: Tensor; gradient: Tensor | null }[] {
  return Array.from(open.gradsWritten, (leaf) => {
    const gradient = leaf._grad?.detach() ?? null;
    return { leaf, gradient };
  });
}

/**
 * A run of fn that was recorded: a step like an eager one. It becomes a program, or its effects are handed to a program that
 * makes the same calls. The addon's capture is open until then.
 */
export class RecordedRun {
  readonly open: Capture;
  readonly inputs: readonly Signature[];
  /** What fn returned, and its tensors. */
  readonly structure: unknown;
  readonly outputs: readonly Tensor[];
  readonly gradients: readonly GradEffect[];
  /** The memory of gradients that fn computed. */
  readonly kept: readonly Storage[];
  private readonly standIns: readonly Tensor[];
  private readonly outputArrays: readonly TypedArray[];

  /** If anything throws, tensors are as eager ops left them. */
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
        void structure.then(undefined, () => undefined); // its failure is not ours to report
        throw wrongType('compile', 'a synchronous function', 'fn', structure);
      }
      this.structure = structure;
      this.outputs = noGrad(() => tensorsOf(structure).map((one) => one.detach().contiguous()));
      this.outputArrays = this.outputs.map((one) => one._flat); // read here, so that memory from outside becomes a state
    } catch (error) {
      recorder.abortCapture();
      throw error;
    } finally {
      setCapture(null);
    }
    this.gradients = gradientsLeft(this.open);
    const ofGradients = this.gradients.flatMap(({ gradient }) => {
      const storage = gradient?._storage;
      const ours = storage !== undefined && this.open.temporaries.has(storage);
      return ours && storage.array.length > 0 ? [storage] : [];
    });
    this.kept = [...new Set(ofGradients)];
  }

  /** Makes a program of the recording. */
  toProgram(): Program {
    const arrays = arraysOf(this.kept);
    const native = recorder.endCapture(
      this.standIns.map((one) => one._storage.array),
      this.outputArrays,
      arrays,
      arrays, // gradients stay where they were computed
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

  /** The first thing in which a replay of the program would differ; null if it would do the same. */
  differenceFrom(program: Program): Difference | null {
    const { native } = program;
    const standIns = this.standIns.map((one) => one._storage.array);
    const difference = native.compare(standIns, this.outputArrays, arraysOf(this.kept));
    if (difference !== null) return difference;
    return program.hasEffectsOf(this) ? null : 'effects';
  }

  /** Ends the recording without a program. */
  discard(): void {
    recorder.abortCapture();
  }

  /** The results in new memory. Gradients stay with their leaves. */
  finish(): Tensor[] {
    for (const { leaf, gradient } of this.gradients) leaf._leaveGrad(gradient);
    return this.outputs.map((one) => freshTensor(one.dtype, one.shape, one._flat));
  }

  /** Forbids the use of temporaries; `restorable` ones may be allowed again. */
  retire(restorable: boolean): void {
    const kept = new Set(this.kept);
    for (const storage of this.open.temporaries) {
      if (!kept.has(storage)) retireOne(storage, restorable);
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
 * The temporaries of a recorded run that JavaScript may have kept: if the next step is recorded too, it may use them, as an
 * eager step would. Those that nothing refers to are collected.
 */
export class EarlierTemporaries {
  private readonly storages: readonly WeakRef<Storage>[];

  constructor({ open, kept }: RecordedRun) {
    this.storages = [...open.temporaries]
      .filter((storage) => !kept.includes(storage))
      .map((storage) => new WeakRef(storage));
  }

  private each(visit: (storage: Storage) => void): void {
    for (const one of this.storages) {
      const storage = one.deref();
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

  /** Frees their memory: a replay does not change what JavaScript kept. */
  forget(): void {
    this.each((storage) => memory.delete(storage));
  }

  /** Whether the run used any of them. */
  usedIn({ open }: RecordedRun): boolean {
    return this.storages.some((one) => {
      const storage = one.deref();
      return storage !== undefined && open.states.has(storage);
    });
  }
}
