/** Gradients as results, rather than in `.grad`. */
import { computeGradients } from './backward';
import { requireArity, requireBoolean, wrongType, wrongValue } from '../core/errors';
import { Tensor } from '../core/tensor';
import { graphOptions, seedFor } from './methods';

/** Options of `grad`. */
export interface GradOptions {
  /** Weights of the outputs, one for each. */
  gradOutputs?: Tensor | (Tensor | null)[];
  /** Keeps the graph for another backward; default as `createGraph`. */
  retainGraph?: boolean;
  /** Records the gradients, so that they can be differentiated again; default false. */
  createGraph?: boolean;
  /** Gives null for inputs that the outputs do not depend on, instead of an error. */
  allowUnused?: boolean;
}

function tensorList(op: string, name: string, value: unknown): Tensor[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  for (const one of list) {
    if (!(one instanceof Tensor)) throw wrongType(op, 'a tensor or an array of tensors', name, one);
    if (!one.requiresGrad)
      throw new Error(`${op}: expected ${name} that require grad, got one that does not`);
  }
  return list as Tensor[];
}

/**
 * The gradients of `outputs` with respect to `inputs`, without touching any `.grad` (torch.autograd.grad).
 *
 * `gradOutputs` weights the outputs (default 1 where they have one element). With `createGraph` the results can be
 * differentiated again. An input that was not used is an error, or null with `allowUnused`.
 *
 * @example const [dx] = grad(x.pow(3).sum(), x, { createGraph: true }); // 3 x^2
 */
export function grad(
  outputs: Tensor | Tensor[],
  inputs: Tensor | Tensor[],
  options: GradOptions & { allowUnused?: false },
): Tensor[];
export function grad(outputs: Tensor | Tensor[], inputs: Tensor | Tensor[]): Tensor[];
export function grad(
  outputs: Tensor | Tensor[],
  inputs: Tensor | Tensor[],
  options: GradOptions,
): (Tensor | null)[];
export function grad(
  outputs: Tensor | Tensor[],
  inputs: Tensor | Tensor[],
  options: GradOptions = {},
): (Tensor | null)[] {
  requireArity('grad', arguments.length, 3);
  const { retainGraph, createGraph } = graphOptions('grad', options, [
    'gradOutputs',
    'allowUnused',
  ]);
  const allowUnused = requireBoolean('grad', 'allowUnused', options.allowUnused ?? false);
  const roots = tensorList('grad', 'outputs', outputs);
  const wanted = tensorList('grad', 'inputs', inputs);
  const weights =
    options.gradOutputs instanceof Tensor ? [options.gradOutputs] : (options.gradOutputs ?? []);
  if (weights.length > roots.length) {
    throw wrongValue('grad', `at most ${roots.length}`, 'gradOutputs', weights);
  }
  const seeds = roots.map((root, i) => seedFor('grad', root, weights[i]));
  const gradients = computeGradients(roots, seeds, { inputs: wanted, retainGraph, createGraph });
  const missing = gradients.indexOf(null);
  if (missing >= 0 && !allowUnused) {
    throw new Error(
      `grad: expected inputs that outputs depend on, got none for inputs[${missing}]; allowUnused gives null for it`,
    );
  }
  return gradients;
}
