/** x log y, which is 0 where x is. */
import { noGrad } from '../core/gradMode';
import type { Tensor } from '../core/tensor';
import { record, type Rule } from '../ops/define';
import { where } from '../ops/elementwise/select';

declare module '../core/node' {
  interface OpAttrs {
    xlogy: undefined;
  }
}

/** The first input is the result, which earlier ops computed; ONNX export uses it. */
const rule: Rule<'xlogy'> = {
  name: 'xlogy',
  grad: (dy, node) => {
    const [x, y] = node.saved;
    return [
      null,
      node.needs(1) ? where(x.eq(0).logicalAnd(y.le(0)), 0, xlogy(dy, y)) : null,
      node.needs(2) ? dy.mul(x).div(y) : null,
    ];
  },
};

/** x log y, NaN where y is NaN, otherwise 0 where x is 0 (torch.special.xlogy). */
export function xlogy(x: Tensor, y: Tensor): Tensor {
  const value = noGrad(() => where(x.eq(0).logicalAnd(y.isnan().logicalNot()), 0, x.mul(y.log())));
  return record(value, rule, [value, x, y], [x, y], undefined);
}
