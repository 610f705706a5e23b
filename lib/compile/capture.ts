/** Capture: runs fn once while the addon records every native call, and makes a program of the recording. */
import { isPromise } from '../core/realms';
import { copyElements } from '../core/element';
import { Capture, capture, setCapture } from '../core/capture';
import type { TypedArray } from '../core/dtype';
import { wrongType } from '../core/errors';
import { noGrad } from '../core/gradMode';
import { addon as recorder } from '../core/native';
import { allocateShared, unusable, type Storage } from '../core/storage';
import { Tensor } from '../core/tensor';
import { tensorsOf } from './output';
import { denseValues, freshTensor, Program, type Signature } from './program';

export type Fn = (...inputs: Tensor[]) => unknown;

/** A program, and the results of this first run. */
export interface FirstRun {
  readonly program: Program;
  readonly results: readonly Tensor[];
}

function signatureOf({ dtype, shape, requiresGrad }: Tensor): Signature {
  return { dtype, shape, requiresGrad };
}

/** The stand-in for an input: its values, in memory that the program plans. */
function standIn(values: TypedArray, { dtype, shape, requiresGrad }: Signature): Tensor {
  const input = Tensor._empty(dtype, shape);
  copyElements(input._storage.array, values);
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

/** Runs fn on `inputs` once and records it. If anything throws, there is no program, and tensors are as eager ops left them. */
export function captureProgram(fn: Fn, inputs: readonly Tensor[]): FirstRun {
  if (capture !== null) {
    throw new Error(
      'compile: expected a call outside of compiled functions, got one inside; call the plain function there',
    );
  }
  const signatures = inputs.map(signatureOf);
  const values = inputs.map(denseValues);
  const open = new Capture(
    allocateShared,
    (array) => {
      recorder.addTemporary(array);
    },
    (op, argument) => {
      recorder.nameCaller(op, ...(argument ?? []));
    },
  );
  recorder.beginCapture();
  setCapture(open);
  let structure: unknown;
  let standIns: Tensor[];
  let outputs: Tensor[];
  let outputArrays: TypedArray[];
  try {
    standIns = signatures.map((signature, i) => standIn(values[i], signature));
    structure = fn(...standIns);
    if (isPromise(structure)) {
      void structure.then(undefined, () => undefined); // its failure is not ours to report
      throw wrongType('compile', 'a synchronous function', 'fn', structure);
    }
    outputs = noGrad(() => tensorsOf(structure).map((one) => one.detach().contiguous()));
    outputArrays = outputs.map((one) => one._flat); // read here, so that memory from outside becomes a state
  } catch (error) {
    recorder.abortCapture();
    throw error;
  } finally {
    setCapture(null);
  }
  const gradients = gradientsLeft(open);
  const ofGradients = gradients.flatMap(({ gradient }) => {
    const storage = gradient?._storage;
    const ours = storage !== undefined && open.temporaries.has(storage);
    return ours && storage.array.length > 0 ? [storage] : [];
  });
  const arrays = [...new Set(ofGradients)].map((storage) => storage.array);
  const states = [...open.states.keys()];
  const native = recorder.endCapture(
    standIns.map((one) => one._storage.array),
    outputArrays,
    arrays,
    arrays, // gradients stay where they were computed
    states.map((storage) => storage.array),
  );
  const program = new Program({
    native,
    open,
    inputs: signatures,
    outputs: outputs.map(signatureOf),
    structure,
    gradients,
  });
  const results = outputs.map((one) => freshTensor(one.dtype, one.shape, one._flat));
  for (const { leaf, gradient } of gradients) leaf._leaveGrad(gradient);
  retire(open.temporaries, new Set(ofGradients));
  return { program, results };
}

/** The memory of temporaries, except `ofGradients`, belongs to the program from now on. */
function retire(temporaries: ReadonlySet<Storage>, ofGradients: ReadonlySet<Storage>): void {
  for (const storage of temporaries) {
    if (!ofGradients.has(storage) && storage.array.length > 0) storage.array = unusable.temporary;
  }
}
