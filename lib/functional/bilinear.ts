/** The bilinear form of two inputs. */
import { requireArity, shapeText, unexpected } from '../core/errors';
import { sameShape } from '../core/shape';
import { requireTensor, type Tensor } from '../core/tensor';
import { requireDTypeOfWeight, requireNumbers } from '../ops/define';
import { requireSameDType } from './dtypes';

/**
 * y[o] = x1 weight[o] x2 + bias[o] for x1 (..., in1), x2 (..., in2) and weight (out, in1, in2)
 * (torch.nn.functional.bilinear).
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
  const lead = a.shape.slice(0, -1);
  for (const [x, name, size] of [
    [a, 'input1', in1],
    [b, 'input2', in2],
  ] as const) {
    if (x.ndim === 0 || !sameShape(x.shape, [...lead, size])) {
      throw unexpected('bilinear', shapeText([...lead, size]), name, shapeText(x.shape));
    }
  }
  if (bias !== null && !sameShape(requireTensor('bilinear', 'bias', bias).shape, [out])) {
    throw unexpected('bilinear', shapeText([out]), 'bias', shapeText(bias.shape));
  }
  requireDTypeOfWeight('bilinear', 'input1', a, weight);
  requireDTypeOfWeight('bilinear', 'input2', b, weight);
  if (bias !== null) requireSameDType('bilinear', weight, 'bias', bias);
  requireNumbers('bilinear', 'input1', a);
  // x1 times all matrices at once, then the matrix of each row (out, in2) times its x2.
  const half = a.matmul(weight.permute(1, 0, 2).reshape([in1, out * in2]));
  const y = half
    .reshape([...lead, out, in2])
    .matmul(b.unsqueeze(-1))
    .squeeze(-1);
  return bias === null ? y : y.add(bias);
}
