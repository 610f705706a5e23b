/** The rectifier with a learned slope. */
import { requireArity, shapeText, unexpected } from '../core/errors';
import { requireTensor, type Tensor } from '../core/tensor';
import { requireDTypeOfWeight } from '../ops/define';
import { where } from '../ops/elementwise/select';

/** x where it is positive, `weight` x elsewhere: one weight, or one for each channel (He et al. 2015). */
export function prelu(input: Tensor, weight: Tensor): Tensor {
  requireArity('prelu', arguments.length, 2);
  const x = requireTensor('prelu', 'input', input);
  const slopes = requireTensor('prelu', 'weight', weight);
  const channels = x.ndim < 2 ? 1 : x.shape[1];
  if (slopes.ndim > 1 || (slopes.numel() !== 1 && slopes.numel() !== channels)) {
    throw unexpected('prelu', `[1] or [${channels}]`, 'weight', shapeText(slopes.shape));
  }
  requireDTypeOfWeight('prelu', 'input', x, slopes);
  const column = slopes.numel() === 1 ? [] : [channels, ...x.shape.slice(2).map(() => 1)];
  return where(x.gt(0), x, x.mul(slopes.reshape(column)));
}
