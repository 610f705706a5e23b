/**
 * Functions for the gradients and parameters of a model (torch.nn.utils).
 *
 * @module
 */
import { isHalf } from '../../core/dtype';
import { noGrad } from '../../core/gradMode';
import {
  requireArity,
  requireBoolean,
  requireInRange,
  requireItems,
  requireOptions,
  shapeText,
  unexpected,
} from '../../core/errors';
import { cat, stack } from '../../ops/shape/join';
import { requireTensor, Tensor } from '../../core/tensor';

/** One tensor, or an iterable of tensors. */
export type Tensors = Tensor | Iterable<Tensor>;

function listOf(op: string, tensors: Tensors): Tensor[] {
  if (tensors instanceof Tensor) return [tensors];
  const list = requireItems(op, 'a tensor or an iterable of tensors', 'parameters', tensors);
  return list.map((tensor, i) => requireTensor(op, `parameters[${i}]`, tensor));
}

function gradientsOf(op: string, tensors: Tensors): Tensor[] {
  return listOf(op, tensors).flatMap((tensor) =>
    tensor._grad === null ? [] : [tensor._grad.detach()],
  );
}

/**
 * Scales gradients down in place so that their common p-norm is at most `maxNorm`. Call it between
 * `backward()` and `optimizer.step()`.
 *
 * @param parameters tensors with gradients; tensors without one are skipped
 * @param maxNorm largest norm, at least 0
 * @param options.normType order p of the norm, `Infinity` for the largest absolute value; default 2
 * @param options.errorIfNonfinite whether to throw if the norm is NaN or infinite; default false
 * @returns the norm before scaling, a 0-dim tensor
 * @throws RangeError if the norm is not finite and `errorIfNonfinite` is true
 * @see torch.nn.utils.clip_grad_norm_; Pascanu et al. 2013, On the Difficulty of Training Recurrent Neural
 * Networks
 * @example nn.utils.clipGradNorm_(model.parameters(), 1)
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
    // Norms of half-precision gradients are computed in float32, where squares do not overflow.
    const [{ dtype }] = gradients;
    const wide = isHalf(dtype) ? 'float32' : dtype;
    const norms = gradients.map((gradient) =>
      (isHalf(gradient.dtype) ? gradient.to('float32') : gradient).norm({ p }).to(wide),
    );
    const total = norms.length === 1 ? norms[0] : stack(norms).norm({ p });
    if (errorIfNonfinite && !Number.isFinite(total.item())) {
      throw new RangeError(
        `${op}: the norm of the gradients is ${total.item()}; pass errorIfNonfinite: false to scale them anyway`,
      );
    }
    const factor = total.add(1e-6).reciprocal().mul(maxNorm).clamp({ max: 1 });
    for (const gradient of gradients) gradient.mul_(factor.to(gradient.dtype));
    return total.to(dtype);
  });
}

/**
 * Limits every element of the gradients to [-clipValue, clipValue], in place.
 *
 * @param parameters tensors with gradients; tensors without one are skipped
 * @param clipValue largest absolute value, at least 0
 * @throws RangeError if `clipValue` is negative
 * @see torch.nn.utils.clip_grad_value_
 * @example nn.utils.clipGradValue_(model.parameters(), 0.5)
 */
export function clipGradValue_(parameters: Tensors, clipValue: number): void {
  requireArity('clipGradValue_', arguments.length, 2);
  const limit = requireInRange('clipGradValue_', 'clipValue', clipValue, 0, Infinity);
  noGrad(() => {
    for (const gradient of gradientsOf('clipGradValue_', parameters)) {
      gradient.copy_(gradient.clamp({ min: -limit, max: limit }));
    }
  });
}

/**
 * Concatenates all parameters into one vector. Gradients flow through it.
 *
 * @param parameters tensors of any shapes
 * @returns (total number of elements)
 * @throws TypeError if an element is not a tensor
 * @see torch.nn.utils.parameters_to_vector
 * @example nn.utils.parametersToVector([ones(2, 2), zeros(1)]) // tensor([1., 1., 1., 1., 0.])
 */
export function parametersToVector(parameters: Tensors): Tensor {
  requireArity('parametersToVector', arguments.length, 1);
  return cat(
    listOf('parametersToVector', parameters).map((tensor) => tensor.reshape([tensor.numel()])),
  );
}

/**
 * Copies a vector from `parametersToVector` into the parameters.
 *
 * @param vector (total number of elements)
 * @param parameters tensors to overwrite, in the order in which they were concatenated
 * @throws RangeError if the vector has another number of elements
 * @see torch.nn.utils.vector_to_parameters
 * @example nn.utils.vectorToParameters(zeros(5), model.parameters())
 */
export function vectorToParameters(vector: Tensor, parameters: Tensors): void {
  requireArity('vectorToParameters', arguments.length, 2);
  const op = 'vectorToParameters';
  const list = listOf(op, parameters);
  const total = list.reduce((sum, tensor) => sum + tensor.numel(), 0);
  const source = requireTensor(op, 'vector', vector).detach();
  if (source.ndim !== 1 || source.numel() !== total) {
    throw unexpected(op, `[${total}]`, 'vector', shapeText(source.shape));
  }
  noGrad(() => {
    let start = 0;
    for (const parameter of list) {
      parameter.copy_(source.narrow(0, start, parameter.numel()).reshape([...parameter.shape]));
      start += parameter.numel();
    }
  });
}
