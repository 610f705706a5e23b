/** Compares gradients with finite differences. */
import { grad, type Tensor } from 'blasgrad';
import { make } from './make';
import { plainOf, requireClose, sizeOf, type DType, type Plain } from './plain';

export interface Argument {
  readonly plain: Plain;
  readonly dtype: DType;
}

/** Any function of tensors. */
export type Fn = (...inputs: Tensor[]) => Tensor[];

const isFloating = (dtype: DType): boolean => dtype.includes('float');

const zeros = (shape: readonly number[]): Plain => ({
  shape: [...shape],
  data: new Array<number>(sizeOf(shape)).fill(0),
});

/** Weights for the outputs, so that one number is left to differentiate. */
export function cotangentsFor(outputs: readonly Tensor[], random: () => number): Plain[] {
  return outputs.map((output) => {
    const data = Array.from({ length: output.numel() }, () => Math.fround(2 * random() - 1));
    return { shape: [...output.shape], data };
  });
}

/** Only these outputs can have a gradient. */
export function floating(outputs: readonly Tensor[]): Tensor[] {
  return outputs.filter((output) => isFloating(output.dtype));
}

/** Gradients of the floating inputs; zeros where nothing flows. */
export function gradients(
  fn: Fn,
  inputs: readonly Tensor[],
  cotangents: readonly Tensor[],
  createGraph = false,
): (Tensor | null)[] {
  const own = inputs.map((input) => {
    return input.requiresGrad || !isFloating(input.dtype) ? input : input.detach().requiresGrad_();
  });
  const leaves = own.filter((input) => isFloating(input.dtype));
  const outputs = floating(fn(...own));
  const connected = outputs
    .map((output, i) => [output, cotangents[i]] as const)
    .filter(([output]) => output.requiresGrad);
  if (connected.length === 0) return leaves.map(() => null);
  return grad(
    connected.map(([output]) => output),
    leaves,
    { gradOutputs: connected.map(([, cotangent]) => cotangent), createGraph, allowUnused: true },
  );
}

// Five-point stencil: its error is h^4/30 of the fifth derivative, about 1e-15 of it, and rounding adds 1e-12.
const h = 5e-4;
const stencil = [
  [2, -1 / 12],
  [1, 8 / 12],
  [-1, -8 / 12],
  [-2, 1 / 12],
] as const;

function differences(fn: Fn, args: readonly Argument[], cotangents: readonly Plain[]): Plain[] {
  const tensors = args.map(({ plain, dtype }) => make(dtype, plain.shape, plain.data));
  const numeric: Plain[] = [];
  args.forEach(({ plain, dtype }, which) => {
    if (!isFloating(dtype)) return;
    const data = plain.data.map((value, i) => {
      let slope = 0;
      for (const [steps, weight] of stencil) {
        const moved = plain.data.with(i, value + steps * h);
        const outputs = floating(fn(...tensors.with(which, make(dtype, plain.shape, moved))));
        outputs.forEach((output, o) => {
          const values = plainOf(output.detach()).data;
          for (let k = 0; k < values.length; k++)
            slope += (weight / h) * values[k] * cotangents[o].data[k];
        });
      }
      return slope;
    });
    numeric.push({ shape: plain.shape, data });
  });
  return numeric;
}

/**
 * Checks, in float64, gradients of `fn` weighted by `cotangents`: those the fused rows give and those ordinary ops
 * give (createGraph), both against finite differences.
 */
export function checkGradients(
  fn: Fn,
  args: readonly Argument[],
  cotangents: readonly Plain[],
  what: string,
): void {
  const numeric = differences(fn, args, cotangents);
  const weights = cotangents.map(({ shape, data }) => make('float64', shape, data));
  for (const createGraph of [false, true]) {
    const inputs = args.map(({ plain, dtype }) => make(dtype, plain.shape, plain.data));
    const found = gradients(fn, inputs, weights, createGraph);
    found.forEach((one, i) => {
      const name = `${what} of floating input ${i}${createGraph ? ' (createGraph)' : ''}`;
      const actual = one === null ? zeros(numeric[i].shape) : plainOf(one.detach());
      requireClose(actual, numeric[i], { rel: 1e-6, abs: 1e-7 }, name);
    });
  }
}

/** Checks gradients of the gradients of `fn`, with respect to its inputs and to the cotangents. */
export function checkSecondDerivatives(
  fn: Fn,
  args: readonly Argument[],
  cotangents: readonly Plain[],
  random: () => number,
): void {
  const first: Fn = (...all) => {
    const inputs = all.slice(0, args.length);
    // checkGradients wants these gradients differentiated; finite differences want their values.
    const recording = all.some((one) => one.requiresGrad);
    return gradients(fn, inputs, all.slice(args.length), recording).filter((one) => one !== null);
  };
  const all = [...args, ...cotangents.map((plain): Argument => ({ plain, dtype: 'float64' }))];
  const sample = first(...all.map(({ plain, dtype }) => make(dtype, plain.shape, plain.data)));
  checkGradients(first, all, cotangentsFor(sample, random), 'second derivative');
}
