/** Dtypes of functions that are composed of several ops. */
import { isHalf, resultType } from '../core/dtype';
import { unexpected } from '../core/errors';
import type { Tensor } from '../core/tensor';

/**
 * Runs `compute` with float32 copies of the half-precision tensors, and rounds only its result to the common dtype. Each
 * op on half-precision tensors would round its own result. Other tensors are passed unchanged.
 */
export function roundedOnce<Inputs extends readonly [Tensor, ...(Tensor | undefined)[]]>(
  tensors: Inputs,
  compute: (...tensors: Inputs) => Tensor,
): Tensor {
  let anyHalf = false;
  for (const tensor of tensors) if (tensor !== undefined) anyHalf ||= isHalf(tensor.dtype);
  if (!anyHalf) return compute(...tensors);
  let [{ dtype, ndim }] = tensors;
  const wide = tensors.map((tensor) => {
    if (tensor === undefined) return tensor;
    dtype = resultType(dtype, ndim === 0, tensor.dtype, tensor.ndim === 0);
    ndim = Math.max(ndim, tensor.ndim);
    return isHalf(tensor.dtype) ? tensor.to('float32') : tensor;
  });
  const result = compute(...(wide as readonly (Tensor | undefined)[] as Inputs));
  return isHalf(dtype) ? result.to(dtype) : result;
}

/** Throws unless `other` has the dtype of `like`, where PyTorch does not promote. */
export function requireSameDType(op: string, like: Tensor, name: string, other: Tensor): void {
  if (other.dtype !== like.dtype) throw unexpected(op, `dtype ${like.dtype}`, name, other.dtype);
}
