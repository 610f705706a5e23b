/** The rows of a scan: those of its inputs, and the stacked results. */
import type { TypedArray } from '../core/dtype';
import { copyElements } from '../core/element';
import { numelOf } from '../core/shape';
import { allocate, Storage } from '../core/storage';
import { Tensor } from '../core/tensor';
import { ScalarInput } from '../core/scalarInput';
import { freshTensor, type Program, type Signature } from './program';

/** Rows of the inputs from one step on, as typed arrays. */
export function rowsFrom(
  values: readonly TypedArray[],
  steps: number,
  first: number,
): TypedArray[] {
  return values.map((array) => array.subarray((array.length / steps) * first));
}

/** The signature of one step's input, from the tensor with all rows. */
export function signatureOfRow({ dtype, shape, requiresGrad, _isNumber }: Tensor): Signature {
  return { dtype, shape: shape.slice(1), requiresGrad, _isNumber };
}

/** The input of one step, in new memory. */
export function rowTensor(signature: Signature, values: TypedArray, row: number): Tensor {
  const { dtype, shape, requiresGrad, _isNumber } = signature;
  const length = numelOf(shape);
  const part = values.subarray(row * length, (row + 1) * length);
  if (_isNumber) return new ScalarInput(part.slice());
  const tensor = freshTensor(dtype, shape, part);
  if (requiresGrad) tensor.requiresGrad = true;
  return tensor;
}

/** The first steps of a scan, and where the native part begins. */
export interface Beginning {
  readonly program: Program;
  readonly first: number;
  readonly values: readonly TypedArray[];
  readonly stacked: readonly TypedArray[];
}

export function stacksFor(program: Program, steps: number): TypedArray[] {
  return program.outputs.map(({ dtype, shape }) => allocate(dtype, steps * numelOf(shape)));
}

export function keepRow(
  program: Program,
  result: unknown,
  stacked: readonly TypedArray[],
  row: number,
): void {
  const tensors: Tensor[] = [];
  program.collect(result, tensors);
  tensors.forEach((tensor, i) => {
    copyElements(stacked[i], tensor._flat, row * tensor.numel());
  });
}

/** The results of the first `steps` steps, stacked; undefined if there are none. */
export function stackedResult(
  { program, stacked }: Pick<Beginning, 'program' | 'stacked'>,
  steps: number,
): unknown {
  if (steps === 0) return undefined;
  return program.build(
    program.outputs.map(({ dtype, shape }, i) => {
      const length = steps * numelOf(shape);
      const values = length === stacked[i].length ? stacked[i] : stacked[i].slice(0, length);
      return new Tensor(new Storage(dtype, values), [steps, ...shape]);
    }),
  );
}
