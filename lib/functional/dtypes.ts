/** The dtypes of functions that are made of several ops. */
import { isHalf, resultType } from '../core/dtype';
import { unexpected } from '../core/errors';
import type { Tensor } from '../core/tensor';

/**
 * Runs `compute` with float32 copies of the halves among `tensors`, and rounds its result to their common dtype, because
 * each op on halves would round. Tensors of other dtypes and missing ones are passed as they are.
 */
export function roundedOnce<Inputs extends readonly [Tensor, ...(Tensor | undefined)[]]>(
  tensors: Inputs,
  compute: (...tensors: Inputs) => Tensor,
): Tensor {
  let anyHalf = false;
  for (const one of tensors) if (one !== undefined) anyHalf ||= isHalf(one.dtype);
  if (!anyHalf) return compute(...tensors);
  let [{ dtype, ndim }] = tensors;
  const wide = tensors.map((one) => {
    if (one === undefined) return one;
    dtype = resultType(dtype, ndim === 0, one.dtype, one.ndim === 0);
    ndim = Math.max(ndim, one.ndim);
    return isHalf(one.dtype) ? one.to('float32') : one;
  });
  const result = compute(...(wide as readonly (Tensor | undefined)[] as Inputs));
  return isHalf(dtype) ? result.to(dtype) : result;
}

/** Throws unless `other` has the dtype of `like`, where PyTorch does not promote. */
export function requireSameDType(op: string, like: Tensor, name: string, other: Tensor): void {
  if (other.dtype !== like.dtype) throw unexpected(op, `dtype ${like.dtype}`, name, other.dtype);
}
