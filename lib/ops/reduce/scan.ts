/** Running results along a dimension. */
import { normalizeDim } from '../../core/shape';
import { kernels, record, Tensor, type Rule } from '../define';
import { asNumbers } from './reduce';
import { lineOf } from './reductionShape';

interface Scan {
  readonly dim: number;
  readonly reverse: boolean;
}

declare module '../../core/node' {
  interface OpAttrs {
    cumsum: Scan;
  }
}

const cumsumKernels = kernels('cumsum');
const cumsumRule: Rule<'cumsum'> = {
  name: 'cumsum',
  grad: (dy, node) => [cumsum(dy, { dim: node.attrs.dim, reverse: !node.attrs.reverse })],
};

function cumsum(x: Tensor, scan: Scan): Tensor {
  const out = Tensor._empty(x.dtype, x.shape);
  const { outer, n, inner } = lineOf(x.shape, scan.dim);
  const source = x._contiguous ? x : x.detach().contiguous();
  cumsumKernels[x.dtype](source._flat, out._flat, outer, n, inner, scan.reverse);
  return record(out, cumsumRule, [x], [], scan);
}

declare module '../../core/tensor' {
  interface Tensor {
    /** Along `dim`, the sum of each element and all before it; of bool, counts in int32. */
    cumsum(dim: number): Tensor;
  }
}

Object.assign(Tensor.prototype, {
  cumsum(this: Tensor, dim: number): Tensor {
    return cumsum(asNumbers(this), { dim: normalizeDim('cumsum', dim, this.ndim), reverse: false });
  },
});
