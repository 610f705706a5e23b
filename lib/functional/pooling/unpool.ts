/** The reverse of maximum pooling. */
import { calledAs } from '../../core/caller';
import { floatingDTypes } from '../../core/dtype';
import {
  requireArity,
  requireList,
  requireOptions,
  shapeText,
  unexpected,
} from '../../core/errors';
import { numelOf, requireShape, sameShape } from '../../core/shape';
import { requireTensor, Tensor } from '../../core/tensor';
import { requireDTypeOf, requireIndex } from '../../ops/define';
import { requirePoolable } from '../../ops/nn/poolGeometry';
import { poolArguments, type PoolArguments, type PoolSize } from './arguments';

/** Options of `maxUnpool1d`, `maxUnpool2d` and `maxUnpool3d`. */
export interface MaxUnpoolOptions {
  /** Distance of the windows; default null: the size of a window. */
  stride?: PoolSize | null;
  /** Positions that the pool added on both sides; default 0. */
  padding?: PoolSize;
  /** The sizes of the output, perhaps with those of batch and channels; default null: computed. */
  outputSize?: readonly number[] | null;
}

/** The sizes of the output: several inputs of a pool give outputs of one size. */
function unpooledSizes(
  op: string,
  x: Tensor,
  { kernel, stride, padding }: PoolArguments,
  outputSize: unknown,
): number[] {
  const dims = kernel.length;
  const usual = kernel.map(
    (size, i) => (x.shape[x.ndim - dims + i] - 1) * stride[i] + size - 2 * padding[i],
  );
  if (outputSize === null) return usual;
  const what = `${dims} or ${dims + 2} sizes`;
  const list = requireShape(op, requireList(op, what, 'outputSize', outputSize, 64), 'outputSize');
  if (list.length !== dims && list.length !== dims + 2) {
    throw unexpected(op, what, 'outputSize', `an array of ${list.length} elements`);
  }
  const sizes = list.slice(-dims);
  if (sizes.some((size, i) => Math.abs(size - usual[i]) >= stride[i])) {
    const near = `sizes that differ from ${shapeText(usual)} by less than the stride ${shapeText(stride)}`;
    throw unexpected(op, near, 'outputSize', shapeText(sizes));
  }
  return sizes;
}

function unpooled(
  dims: number,
  input: Tensor,
  indices: Tensor,
  kernelSize: PoolSize,
  options: MaxUnpoolOptions,
): Tensor {
  const op = `maxUnpool${dims}d`;
  requireOptions(op, options, ['stride', 'padding', 'outputSize']);
  const x = requireTensor(op, 'input', input);
  const index = requireTensor(op, 'indices', indices);
  const args = poolArguments(op, dims, kernelSize, options);
  requirePoolable(op, x, dims);
  requireDTypeOf(op, 'input', x, ...floatingDTypes);
  requireIndex(op, 'indices', index);
  if (!sameShape(index.shape, x.shape)) {
    throw unexpected(op, shapeText(x.shape), 'indices', shapeText(index.shape));
  }
  const lead = x.shape.slice(0, -dims);
  const sizes = unpooledSizes(op, x, args, options.outputSize ?? null);
  const shape = [...lead, ...sizes];
  return calledAs(op, () => {
    const planes = [numelOf(lead), numelOf(x.shape.slice(-dims))];
    const zeros = Tensor._empty(x.dtype, [numelOf(lead), numelOf(sizes)]).zero_();
    return zeros.scatter(1, index.reshape(planes), x.reshape(planes)).reshape(shape);
  }, ['index', 'indices']);
}

/**
 * Writes the maxima of `maxPool1d` back to their places; all other elements are 0. If an index occurs twice, the last
 * element counts.
 *
 * @param input (N, C, L) or (C, L)
 * @param indices the indices that `maxPool1d` returned, int32 or int64, the shape of `input`
 * @param kernelSize size of a window
 * @param options.stride distance of the windows; default: the size of a window
 * @param options.padding positions that the pool added on both sides; default 0
 * @param options.outputSize sizes of the output, where several are possible; default: (n - 1) stride + kernelSize - 2
 * padding
 * @returns the shape of `input` with the sizes of the output
 * @throws RangeError if an index lies outside the output, or `outputSize` is not possible
 * @see torch.nn.functional.max_unpool1d
 * @example F.maxUnpool1d(tensor([[3, 4]]), tensor([[1, 3]], { dtype: 'int32' }), 2) // tensor([[0., 3., 0., 4.]])
 */
export function maxUnpool1d(
  input: Tensor,
  indices: Tensor,
  kernelSize: PoolSize,
  options: MaxUnpoolOptions = {},
): Tensor {
  requireArity('maxUnpool1d', arguments.length, 4);
  return unpooled(1, input, indices, kernelSize, options);
}

/**
 * Writes the maxima of `maxPool2d` back to their places; all other elements are 0. If an index occurs twice, the last
 * element counts.
 *
 * @param input (N, C, H, W) or (C, H, W)
 * @param indices the indices that `maxPool2d` returned, int32 or int64, the shape of `input`
 * @param kernelSize size of a window, one number or (height, width)
 * @param options.stride distance of the windows; default: the size of a window
 * @param options.padding positions that the pool added on both sides; default 0
 * @param options.outputSize sizes of the output, where several are possible; default: (n - 1) stride + kernelSize - 2
 * padding
 * @returns the shape of `input` with the sizes of the output
 * @throws RangeError if an index lies outside the output, or `outputSize` is not possible
 * @see torch.nn.functional.max_unpool2d
 * @example F.maxUnpool2d(ones(1, 1, 1), tensor([[[3]]], { dtype: 'int32' }), 2).shape // [ 1, 2, 2 ]
 */
export function maxUnpool2d(
  input: Tensor,
  indices: Tensor,
  kernelSize: PoolSize,
  options: MaxUnpoolOptions = {},
): Tensor {
  requireArity('maxUnpool2d', arguments.length, 4);
  return unpooled(2, input, indices, kernelSize, options);
}

/**
 * Writes the maxima of `maxPool3d` back to their places; all other elements are 0. If an index occurs twice, the last
 * element counts.
 *
 * @param input (N, C, D, H, W) or (C, D, H, W)
 * @param indices the indices that `maxPool3d` returned, int32 or int64, the shape of `input`
 * @param kernelSize size of a window, one number or (depth, height, width)
 * @param options.stride distance of the windows; default: the size of a window
 * @param options.padding positions that the pool added on both sides; default 0
 * @param options.outputSize sizes of the output, where several are possible; default: (n - 1) stride + kernelSize - 2
 * padding
 * @returns the shape of `input` with the sizes of the output
 * @throws RangeError if an index lies outside the output, or `outputSize` is not possible
 * @see torch.nn.functional.max_unpool3d
 * @example F.maxUnpool3d(ones(1, 1, 1, 1), tensor([[[[7]]]], { dtype: 'int32' }), 2).shape // [ 1, 2, 2, 2 ]
 */
export function maxUnpool3d(
  input: Tensor,
  indices: Tensor,
  kernelSize: PoolSize,
  options: MaxUnpoolOptions = {},
): Tensor {
  requireArity('maxUnpool3d', arguments.length, 4);
  return unpooled(3, input, indices, kernelSize, options);
}
