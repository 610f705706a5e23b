/** Largest elements of windows that begin at random. */
import { calledAs } from '../../core/caller';
import { floatingDTypes, isHalf } from '../../core/dtype';
import {
  requireArity,
  requireBoolean,
  requireInRange,
  requireList,
  requireOptions,
  shapeText,
  unexpected,
  wrongType,
} from '../../core/errors';
import { sameShape } from '../../core/shape';
import { requireTensor, Tensor } from '../../core/tensor';
import { requireDTypeOf } from '../../ops/define';
import { fractionalMaxPool } from '../../ops/nn/adaptivePooling';
import { eachDim, poolSizes, requirePoolable, type PoolSize } from '../../ops/nn/poolGeometry';
import type { Pooled } from './max';

/** Options of `fractionalMaxPool2d` and `fractionalMaxPool3d`; one of `outputSize` and `outputRatio` is needed. */
export interface FractionalMaxPoolOptions {
  /** The sizes of the output, one number or one for each dimension. */
  outputSize?: PoolSize | null;
  /** The sizes of the output divided by those of the input, between 0 and 1, one number or one for each dimension. */
  outputRatio?: number | readonly number[] | null;
  /** Whether to return the indices of the maxima too; default false. */
  returnIndices?: boolean;
  /** Numbers in [0, 1) that decide where windows begin, (N, C, 2) or (N, C, 3), N = 1 without a batch; default random. */
  randomSamples?: Tensor | null;
}

/** Checked options. */
interface Fractions {
  readonly size: readonly number[] | null;
  readonly ratio: readonly number[] | null;
}

/** Checks the options that decide the size of the output. */
export function fractionsOf(
  op: string,
  dims: number,
  options: FractionalMaxPoolOptions,
): Fractions {
  const { outputSize = null, outputRatio = null } = options;
  if ((outputSize === null) === (outputRatio === null)) {
    const got = outputSize === null ? 'neither' : 'both';
    throw unexpected(op, 'either outputSize or outputRatio', 'options', got);
  }
  if (outputSize !== null) {
    return { size: eachDim(op, 'outputSize', outputSize, dims, 1), ratio: null };
  }
  const one = typeof outputRatio === 'number';
  const what = `a number or ${dims} numbers`;
  if (!one && !Array.isArray(outputRatio)) throw wrongType(op, what, 'outputRatio', outputRatio);
  const list = one
    ? Array.from({ length: dims }, (): unknown => outputRatio)
    : requireList(op, what, 'outputRatio', outputRatio, 64);
  if (list.length !== dims) {
    throw unexpected(op, what, 'outputRatio', `an array of ${list.length} elements`);
  }
  const ratio = list.map((value, i) => {
    const name = one ? 'outputRatio' : `outputRatio[${i}]`;
    const number = requireInRange(op, name, value, 0, 1);
    if (number > 0 && number < 1) return number;
    throw unexpected(op, 'a number between 0 and 1', name, String(number));
  });
  return { size: null, ratio };
}

function maxima<Indices extends boolean = false>(
  dims: number,
  input: Tensor,
  kernelSize: PoolSize,
  options: FractionalMaxPoolOptions & { returnIndices?: Indices },
): Pooled<Indices> {
  const op = `fractionalMaxPool${dims}d`;
  requireOptions(op, options, ['outputSize', 'outputRatio', 'returnIndices', 'randomSamples']);
  const x = requireTensor(op, 'input', input);
  const kernel = eachDim(op, 'kernelSize', kernelSize, dims, 1);
  const { size, ratio } = fractionsOf(op, dims, options);
  const indices = requireBoolean(op, 'returnIndices', options.returnIndices ?? false);
  requirePoolable(op, x, dims);
  requireDTypeOf(op, 'input', x, ...floatingDTypes);
  const sizes = x.shape.slice(-dims);
  const out = size ?? sizes.map((length, i) => Math.floor(length * (ratio?.[i] ?? 1)));
  if (out.some((count, i) => count < 1 || count + kernel[i] - 1 > sizes[i])) {
    const most = sizes.map((length, i) => length - kernel[i] + 1);
    const what = `sizes from 1 to ${shapeText(most)}, which windows of ${shapeText(kernel)} allow`;
    throw unexpected(op, `${what},`, size === null ? 'outputRatio' : 'outputSize', shapeText(out));
  }
  const wanted = [...(x.ndim === dims + 1 ? [1] : []), ...x.shape.slice(0, -dims), dims];
  const samples = options.randomSamples ?? uniform(x, wanted);
  requireTensor(op, 'randomSamples', samples);
  // As in PyTorch, there may be samples for more images than the batch has.
  const [batch, ...rest] = wanted;
  const fits =
    samples.ndim > 0 && samples.shape[0] >= batch && sameShape(samples.shape.slice(1), rest);
  if (samples.dtype !== x.dtype || !fits) {
    const what = `${x.dtype} ${shapeText(wanted)}`;
    throw unexpected(op, what, 'randomSamples', `${samples.dtype} ${shapeText(samples.shape)}`);
  }
  const [kernelD, kernelH, kernelW] = dims === 3 ? kernel : [1, ...kernel];
  const pooling = { ...poolSizes(x, out), kernelD, kernelH, kernelW, columns: dims };
  const both = calledAs(op, () => fractionalMaxPool(x, samples.narrow(0, 0, batch), pooling));
  return (indices ? both : both[0]) as Pooled<Indices>;
}

/** Random numbers in [0, 1) of the dtype of `x`; halves are rounded, perhaps to 1, which counts as the last window. */
function uniform(x: Tensor, shape: number[]): Tensor {
  const dtype = isHalf(x.dtype) ? 'float32' : x.dtype;
  return Tensor._empty(dtype, shape).uniform_(0, 1).to(x.dtype);
}

/**
 * Largest elements of windows of images that begin at random, at distances whose mean gives the size of the output.
 *
 * @param input (N, C, H, W) or (C, H, W)
 * @param kernelSize size of a window, one number or (height, width)
 * @param options.outputSize sizes of the output
 * @param options.outputRatio sizes of the output divided by those of the input; either this or `outputSize` is needed
 * @param options.returnIndices whether to return the index of each maximum in its image, int32; default false
 * @param options.randomSamples numbers in [0, 1) for (N, C, 2), in the dtype of `input`; default random
 * @returns the shape of `input` with (H', W') windows, or [values, indices]
 * @throws RangeError if the windows do not fit, or the options do not fit together
 * @see torch.nn.functional.fractional_max_pool2d; Graham 2014, Fractional Max-Pooling
 * @example F.fractionalMaxPool2d(zeros(1, 8, 8), 3, { outputRatio: 0.5 }).shape // [ 1, 4, 4 ]
 */
export function fractionalMaxPool2d<Indices extends boolean = false>(
  input: Tensor,
  kernelSize: PoolSize,
  options: FractionalMaxPoolOptions & { returnIndices?: Indices } = {},
): Pooled<Indices> {
  requireArity('fractionalMaxPool2d', arguments.length, 3);
  return maxima(2, input, kernelSize, options);
}

/**
 * Largest elements of windows of volumes that begin at random, at distances whose mean gives the size of the output.
 *
 * @param input (N, C, D, H, W) or (C, D, H, W)
 * @param kernelSize size of a window, one number or (depth, height, width)
 * @param options.outputSize sizes of the output
 * @param options.outputRatio sizes of the output divided by those of the input; either this or `outputSize` is needed
 * @param options.returnIndices whether to return the index of each maximum in its volume, int32; default false
 * @param options.randomSamples numbers in [0, 1) for (N, C, 3), in the dtype of `input`; default random
 * @returns the shape of `input` with (D', H', W') windows, or [values, indices]
 * @throws RangeError if the windows do not fit, or the options do not fit together
 * @see torch.nn.functional.fractional_max_pool3d; Graham 2014, Fractional Max-Pooling
 * @example F.fractionalMaxPool3d(zeros(1, 8, 8, 8), 3, { outputSize: 4 }).shape // [ 1, 4, 4, 4 ]
 */
export function fractionalMaxPool3d<Indices extends boolean = false>(
  input: Tensor,
  kernelSize: PoolSize,
  options: FractionalMaxPoolOptions & { returnIndices?: Indices } = {},
): Pooled<Indices> {
  requireArity('fractionalMaxPool3d', arguments.length, 3);
  return maxima(3, input, kernelSize, options);
}
