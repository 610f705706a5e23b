/** The rectifier with a learned factor for negative values. */
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
 * The composition would give NaN for an infinite weight, 0 times infinity, in the branch that is not taken. At x = 0 the
 * gradient of x is dy times the weight, and the derivative of that with respect to the weight is 0, as in PyTorch.
 */
const rule: Rule<'prelu'> = {
  name: 'prelu',
  grad: (dy, node) => {
    const [x, factor] = node.saved;
    const factors = isGradEnabled() ? where(x.eq(0), factor.detach(), factor) : factor;
    return [
      node.needs(0) ? where(x.gt(0), dy, dy.mul(factors)) : null,
      node.needs(1) ? where(x.ge(0), 0, dy.mul(x)) : null,
    ];
  },
};

/**
 * Parametric ReLU: multiplies negative elements by a learned weight.
 *
 * prelu(x) = x if x > 0, else weight * x
 *
 * @param input any shape; channels are dimension 1
 * @param weight (1) or (C): one factor for all elements, or one for each channel
 * @returns the shape of `input`
 * @throws RangeError if the number of weights is neither 1 nor the number of channels, or the dtypes differ
 * @see torch.nn.functional.prelu; He et al. 2015, Delving Deep into Rectifiers
 * @example F.prelu(tensor([-2, 3]), tensor([0.25])) // tensor([-0.5000,  3.0000])
 */
export function prelu(input: Tensor, weight: Tensor): Tensor {
  requireArity('prelu', arguments.length, 2);
  const x = requireTensor('prelu', 'input', input);
  const weights = requireTensor('prelu', 'weight', weight);
  const channels = x.ndim < 2 ? 1 : x.shape[1];
  if (weights.ndim > 1 || (weights.numel() !== 1 && weights.numel() !== channels)) {
    throw unexpected('prelu', `[1] or [${channels}]`, 'weight', shapeText(weights.shape));
  }
  requireDTypeOfWeight('prelu', 'input', x, weights);
  const column = weights.numel() === 1 ? [] : [channels, ...x.shape.slice(2).map(() => 1)];
  const factor = weights.reshape(column);
  const out = noGrad(() => where(x.gt(0), x, x.mul(factor)));
  return record(out, rule, [x, factor], [x, factor], undefined);
}
