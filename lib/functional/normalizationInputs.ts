/** Operands that normalisations have in common. */
import { floatingDTypes, isHalf, type DType } from '../core/dtype';
import { shapeText, unexpected } from '../core/errors';
import { sameShape, type Shape } from '../core/shape';
import { requireTensor, type Tensor } from '../core/tensor';
import { requireDTypeOf } from '../ops/define';
import type { NormInputs } from '../ops/nn/normalization';

/** Weight and bias of a normalisation. */
export interface AffineOptions {
  /** Factors of the normalized numbers; default null, 1. */
  weight?: Tensor | null;
  /** Added to the normalized numbers; default null, 0. */
  bias?: Tensor | null;
  /** Added to the variance; default 1e-5. */
  eps?: number;
}

/** A parameter or statistic: null, or a tensor of this shape. */
export function partOf(
  op: string,
  name: string,
  value: unknown,
  x: Tensor,
  shape: Shape,
): Tensor | null {
  if (value === null || value === undefined) return null;
  const part = requireTensor(op, name, value);
  if (!sameShape(part.shape, shape)) {
    const what = `shape ${shapeText(shape)} (input has shape ${shapeText(x.shape)})`;
    throw unexpected(op, what, name, shapeText(part.shape));
  }
  return part;
}

/**
 * Runs `body` with the input in the dtype of the parameters and statistics: that of the input, or float32 for float16 and
 * bfloat16. The result has the dtype of the input.
 */
export function inDTypeOfParts(
  op: string,
  inputs: NormInputs,
  body: (inputs: NormInputs) => Tensor,
): Tensor {
  const { x, weight, bias, runningMean, runningVar } = inputs;
  const given = weight ?? bias ?? runningMean;
  const dtype = isHalf(x.dtype) && given?.dtype === 'float32' ? 'float32' : x.dtype;
  const parts = { weight, bias, runningMean, runningVar };
  for (const [name, part] of Object.entries(parts)) {
    if (part === null || part.dtype === dtype) continue;
    const owner = dtype === x.dtype ? 'input' : 'the first parameter';
    throw unexpected(op, `dtype ${dtype}, which ${owner} has,`, name, part.dtype);
  }
  return dtype === x.dtype ? body(inputs) : body({ ...inputs, x: x.to(dtype) }).to(x.dtype);
}

/** A tensor with at least so many dimensions, of a floating dtype or one of the others. */
export function inputOf(op: string, value: unknown, least: number, ...others: DType[]): Tensor {
  const x = requireTensor(op, 'input', value);
  requireDTypeOf(op, 'input', x, ...floatingDTypes, ...others);
  if (x.ndim >= least) return x;
  throw unexpected(op, `at least ${least} dimensions`, 'input', shapeText(x.shape));
}
