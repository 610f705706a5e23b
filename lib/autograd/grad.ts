/** Gradients as results, rather than in `.grad`. */
import { computeGradients } from './backward';
import { requireArity, requireBoolean, wrongType, wrongValue } from '../core/errors';
import { Tensor } from '../core/tensor';
import { graphOptions, seedFor } from './methods';

/** Options of `grad`. */
export interface GradOptions {
  /** The gradient with respect to each output, of its shape; default 1 for outputs of one element. */
  gradOutputs?: Tensor | (Tensor | null)[];
  /** Whether to keep the graph for another backward; default as `createGraph`. */
  retainGraph?: boolean;
  /** Whether to record the gradients, so that they can be differentiated again; default false. */
  createGraph?: boolean;
  /** Whether to return null for inputs that the outputs do not depend on, instead of an error; default false. */
  allowUnused?: boolean;
}

function tensorList(op: string, name: string, value: unknown): Tensor[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  for (const tensor of list) {
    if (!(tensor instanceof Tensor))
      throw wrongType(op, 'a tensor or an array of tensors', name, tensor);
    if (!tensor.requiresGrad)
      throw new Error(
        `${op}: one of the ${name} does not require gradients; set requiresGrad first`,
      );
  }
  return list as Tensor[];
}

/**
 * Computes the gradients of `outputs` with respect to `inputs`, without changing any `.grad`.
 *
 * @param outputs one tensor, or several; their gradients are summed
 * @param inputs the tensors to differentiate by
 * @param options `gradOutputs`, `retainGraph`, `createGraph` and `allowUnused`
 * @returns a gradient for each input, of its shape
 * @throws RangeError if an output does not depend on an input, unless `allowUnused`
 * @see torch.autograd.grad
 * @example
 * const x = tensor([1, 2], { requiresGrad: true });
 * const [dx] = grad(x.pow(3).sum(), x);
 * dx; // tensor([ 3., 12.])
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
      `grad: the outputs do not depend on inputs[${missing}]; pass { allowUnused: true } to get null for it`,
    );
  }
  return gradients;
}
