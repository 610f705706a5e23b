/** The gated linear unit. */
import { requireArity, requireOptions, shapeText, unexpected } from '../core/errors';
import { normalizeDim } from '../core/shape';
import { requireTensor, type Tensor } from '../core/tensor';

/**
 * Gated linear unit: multiplies the first half of `input` along `dim` by the sigmoid of the second half.
 *
 * glu(a, b) = a * sigmoid(b)
 *
 * @param input (..., 2 n, ...), an even size along `dim`
 * @param options.dim the dimension that is halved; default -1
 * @returns (..., n, ...)
 * @throws RangeError if the size along `dim` is odd, or `dim` is out of range
 * @see torch.nn.functional.glu; Dauphin et al. 2017, Language Modeling with Gated Convolutional Networks
 * @example F.glu(tensor([1, 0])) // tensor([0.5000])
 */
export function glu(input: Tensor, options: { dim?: number } = {}): Tensor {
  requireArity('glu', arguments.length, 2);
  requireOptions('glu', options, ['dim']);
  const x = requireTensor('glu', 'input', input);
  const dim = normalizeDim('glu', options.dim ?? -1, x.ndim);
  if (x.ndim === 0 || x.shape[dim] % 2 !== 0) {
    throw unexpected('glu', `an even size of dimension ${dim}`, 'input', shapeText(x.shape));
  }
  const half = x.shape[dim] / 2;
  return x.narrow(dim, 0, half).mul(x.narrow(dim, half, half).sigmoid());
}
