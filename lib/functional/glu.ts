/** The gated linear unit. */
import { requireArity, requireOptions, shapeText, unexpected } from '../core/errors';
import { normalizeDim } from '../core/shape';
import { requireTensor, type Tensor } from '../core/tensor';

/** The first half along `dim` times the sigmoid of the second (Dauphin et al. 2017). */
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
