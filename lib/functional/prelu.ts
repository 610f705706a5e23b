/** The rectifier with a learned slope. */
import { requireArity, shapeText, unexpected } from '../core/errors';
import { noGrad } from '../core/gradMode';
import { requireTensor, type Tensor } from '../core/tensor';
import { isGradEnabled, record, requireDTypeOfWeight, type Rule } from '../ops/define';
import { where } from '../ops/elementwise/select';

declare module '../core/node' {
  interface OpAttrs {
    prelu: undefined;
  }
}

/**
 * A rule of its own: in the composition the gradient of the branch not taken is 0 times the slope, NaN for an infinite one.
 * At 0 the gradient of x is dy times the slope, but its derivative by the slope is 0, as in PyTorch.
 */
const rule: Rule<'prelu'> = {
  name: 'prelu',
  grad: (dy, node) => {
    const [x, slope] = node.saved;
    const slopes = isGradEnabled() ? where(x.eq(0), slope.detach(), slope) : slope;
    return [
      node.needs(0) ? where(x.gt(0), dy, dy.mul(slopes)) : null,
      node.needs(1) ? where(x.ge(0), 0, dy.mul(x)) : null,
    ];
  },
};

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
  const slope = slopes.reshape(column);
  const out = noGrad(() => where(x.gt(0), x, x.mul(slope)));
  return record(out, rule, [x, slope], [x, slope], undefined);
}
