/** The bilinear form of two inputs. */
import { requireArity, shapeText, unexpected } from '../core/errors';
import { sameShape } from '../core/shape';
import { requireTensor, type Tensor } from '../core/tensor';
import { requireDTypeOfWeight, requireNumbers } from '../ops/define';
import { requireSameDType } from './dtypes';

/**
 * Bilinear form of two inputs: multiplies them with one matrix for each output feature.
 *
 * y[..., o] = input1 weight[o] input2^T + bias[o]
 *
 * @param input1 (..., in1)
 * @param input2 (..., in2), with the same leading dimensions as `input1`
 * @param weight (out, in1, in2)
 * @param bias (out), or null (default) for none
 * @returns (..., out)
 * @throws RangeError if the shapes do not fit together, or the dtypes differ
 * @see torch.nn.functional.bilinear
 * @example F.bilinear(tensor([1, 2]), tensor([3, 4]), ones(1, 2, 2)) // tensor([21.])
 */
export function bilinear(
  input1: Tensor,
  input2: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
): Tensor {
  requireArity('bilinear', arguments.length, 4);
  const a = requireTensor('bilinear', 'input1', input1);
  const b = requireTensor('bilinear', 'input2', input2);
  if (requireTensor('bilinear', 'weight', weight).ndim !== 3) {
    throw unexpected('bilinear', '3 dimensions', 'weight', shapeText(weight.shape));
  }
  const [out, in1, in2] = weight.shape;
  const batch = a.shape.slice(0, -1);
  for (const [x, name, size] of [
    [a, 'input1', in1],
    [b, 'input2', in2],
  ] as const) {
    if (x.ndim === 0 || !sameShape(x.shape, [...batch, size])) {
      throw unexpected('bilinear', shapeText([...batch, size]), name, shapeText(x.shape));
    }
  }
  if (bias !== null && !sameShape(requireTensor('bilinear', 'bias', bias).shape, [out])) {
    throw unexpected('bilinear', shapeText([out]), 'bias', shapeText(bias.shape));
  }
  requireDTypeOfWeight('bilinear', 'input1', a, weight);
  requireDTypeOfWeight('bilinear', 'input2', b, weight);
  if (bias !== null) requireSameDType('bilinear', weight, 'bias', bias);
  requireNumbers('bilinear', 'input1', a);
  // input1 times all matrices at once, then the (out, in2) matrix of each sample times its input2.
  const half = a.matmul(weight.permute(1, 0, 2).reshape([in1, out * in2]));
  const y = half
    .reshape([...batch, out, in2])
    .matmul(b.unsqueeze(-1))
    .squeeze(-1);
  return bias === null ? y : y.add(bias);
}
