/** Initial values that do not depend on the tensor's shape. */
import { noGrad } from '../../core/gradMode';
import { isFloating } from '../../core/dtype';
import {
  requireArity,
  requireInRange,
  requireNumber,
  requireOptions,
  shapeText,
  unexpected,
} from '../../core/errors';
import { requireTensor, type Tensor } from '../../core/tensor';
import { truncatedNormal } from './truncated';

/** Runs `set` on a floating tensor, without recording, and returns the tensor. */
export function fill<T extends Tensor>(op: string, tensor: T, set: (tensor: T) => void): T {
  requireTensor(op, 'tensor', tensor);
  if (!isFloating(tensor.dtype)) throw unexpected(op, 'a floating dtype', 'tensor', tensor.dtype);
  noGrad(() => {
    set(tensor);
  });
  return tensor;
}

/** Uniformly distributed values in [a, b); [0, 1) if missing. */
export function uniform_<T extends Tensor>(tensor: T, a = 0, b = 1): T {
  requireArity('uniform_', arguments.length, 3);
  requireNumber('uniform_', 'a', a);
  requireInRange('uniform_', 'b', b, a, Infinity);
  return fill('uniform_', tensor, (t) => t.uniform_(a, b));
}

/** Normally distributed values; mean 0 and standard deviation 1 if missing. */
export function normal_<T extends Tensor>(tensor: T, mean = 0, std = 1): T {
  requireArity('normal_', arguments.length, 3);
  requireNumber('normal_', 'mean', mean);
  requireInRange('normal_', 'std', std, 0, Infinity);
  return fill('normal_', tensor, (t) => t.normal_(mean, std));
}

/** Normally distributed values, limited to [a, b]; a = -2 and b = 2 if missing, in the unit of the values. */
export function truncNormal_<T extends Tensor>(
  tensor: T,
  options: { mean?: number; std?: number; a?: number; b?: number } = {},
): T {
  requireArity('truncNormal_', arguments.length, 2);
  requireOptions('truncNormal_', options, ['mean', 'std', 'a', 'b']);
  const { mean = 0, std = 1, a = -2, b = 2 } = options;
  requireNumber('truncNormal_', 'mean', mean);
  requireInRange('truncNormal_', 'std', std, 0, Infinity);
  requireNumber('truncNormal_', 'a', a);
  requireInRange('truncNormal_', 'b', b, a, Infinity);
  return fill('truncNormal_', tensor, (t) => t.copy_(truncatedNormal(t.shape, mean, std, a, b)));
}

/** The same value everywhere. */
export function constant_<T extends Tensor>(tensor: T, value: number): T {
  requireArity('constant_', arguments.length, 2);
  requireNumber('constant_', 'value', value);
  return fill('constant_', tensor, (t) => t.fill_(value));
}

/** Ones everywhere. */
export function ones_<T extends Tensor>(tensor: T): T {
  requireArity('ones_', arguments.length, 1);
  return fill('ones_', tensor, (t) => t.fill_(1));
}

/** Zeros everywhere. */
export function zeros_<T extends Tensor>(tensor: T): T {
  requireArity('zeros_', arguments.length, 1);
  return fill('zeros_', tensor, (t) => t.fill_(0));
}

/** Ones on the diagonal of a matrix, zeros elsewhere. RangeError if it does not have two dimensions. */
export function eye_<T extends Tensor>(tensor: T): T {
  requireArity('eye_', arguments.length, 1);
  return fill('eye_', tensor, (t) => {
    if (t.ndim !== 2) throw unexpected('eye_', 'a matrix', 'tensor', shapeText(t.shape));
    t.fill_(0);
    for (let i = 0; i < Math.min(...t.shape); i++) t.select(0, i).select(0, i).fill_(1);
  });
}
