/**
 * Functions for the gradients and parameters of a model (torch.nn.utils).
 *
 * @module
 */
import { isHalf } from '../core/dtype';
import { noGrad } from '../core/gradMode';
import {
  requireArity,
  requireBoolean,
  requireInRange,
  requireItems,
  requireOptions,
  unexpected,
} from '../core/errors';
import { cat, stack } from '../ops/shape/join';
import { requireTensor, Tensor } from '../core/tensor';

/** One tensor or several. */
export type Tensors = Tensor | Iterable<Tensor>;

function listOf(op: string, tensors: Tensors): Tensor[] {
  if (tensors instanceof Tensor) return [tensors];
  const list = requireItems(op, 'a tensor or several', 'parameters', tensors);
  return list.map((tensor, i) => requireTensor(op, `parameters[${i}]`, tensor));
}

function gradientsOf(op: string, tensors: Tensors): Tensor[] {
  return listOf(op, tensors).flatMap((tensor) =>
    tensor._grad === null ? [] : [tensor._grad.detach()],
  );
}

/**
 * Scales the gradients of `parameters` down, in place, so that their common p-norm is at most `maxNorm`. Returns the
 * norm before (torch.nn.utils.clip_grad_norm_, Pascanu et al. 2013).
 *
 * @example loss.backward(); nn.utils.clipGradNorm_(model.parameters(), 1); optimizer.step();
 */
export function clipGradNorm_(
  parameters: Tensors,
  maxNorm: number,
  options: { normType?: number; errorIfNonfinite?: boolean } = {},
): Tensor {
  requireArity('clipGradNorm_', arguments.length, 3);
  const op = 'clipGradNorm_';
  requireOptions(op, options, ['normType', 'errorIfNonfinite']);
  const { normType = 2, errorIfNonfinite = false } = options;
  requireInRange(op, 'maxNorm', maxNorm, 0, Infinity);
  const p =
    normType === Infinity ? normType : requireInRange(op, 'normType', normType, 0, Infinity);
  requireBoolean(op, 'errorIfNonfinite', errorIfNonfinite);
  const gradients = gradientsOf(op, parameters);
  if (gradients.length === 0) return Tensor._empty('float32', []).zero_();
  return noGrad(() => {
    // The norm of halves is computed from float32, where its square does not overflow.
    const [{ dtype }] = gradients;
    const wide = isHalf(dtype) ? 'float32' : dtype;
    const norms = gradients.map((gradient) =>
      (isHalf(gradient.dtype) ? gradient.to('float32') : gradient).norm({ p }).to(wide),
    );
    const total = norms.length === 1 ? norms[0] : stack(norms).norm({ p });
    if (errorIfNonfinite && !Number.isFinite(total.item())) {
      throw unexpected(op, 'gradients of a finite norm', 'parameters', String(total.item()));
    }
    const factor = total.add(1e-6).reciprocal().mul(maxNorm).clamp({ max: 1 });
    for (const gradient of gradients) gradient.mul_(factor.to(gradient.dtype));
    return total.to(dtype);
  });
}

/** Limits every element of the gradients of `parameters` to [-clipValue, clipValue], in place. */
export function clipGradValue_(parameters: Tensors, clipValue: number): void {
  requireArity('clipGradValue_', arguments.length, 2);
  const limit = requireInRange('clipGradValue_', 'clipValue', clipValue, 0, Infinity);
  noGrad(() => {
    for (const gradient of gradientsOf('clipGradValue_', parameters)) {
      gradient.copy_(gradient.clamp({ min: -limit, max: limit }));
    }
  });
}

/** All parameters, one after another, as a one-dimensional tensor. Gradients flow through it. */
export function parametersToVector(parameters: Tensors): Tensor {
  requireArity('parametersToVector', arguments.length, 1);
  return cat(
    listOf('parametersToVector', parameters).map((tensor) => tensor.reshape([tensor.numel()])),
  );
}

/** Overwrites the parameters with a tensor from `parametersToVector`. */
export function vectorToParameters(vector: Tensor, parameters: Tensors): void {
  requireArity('vectorToParameters', arguments.length, 2);
  const op = 'vectorToParameters';
  const list = listOf(op, parameters);
  const total = list.reduce((sum, tensor) => sum + tensor.numel(), 0);
  const from = requireTensor(op, 'vector', vector).detach();
  if (from.ndim !== 1 || from.numel() !== total) {
    throw unexpected(op, `[${total}]`, 'vector', `[${from.shape.join(', ')}]`);
  }
  noGrad(() => {
    let start = 0;
    for (const parameter of list) {
      parameter.copy_(from.narrow(0, start, parameter.numel()).reshape([...parameter.shape]));
      start += parameter.numel();
    }
  });
}
