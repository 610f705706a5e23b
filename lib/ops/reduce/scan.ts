/** Cumulative results along a dimension. */
import { addMethods } from '../../core/methods';
import { calledAs } from '../../core/caller';
import { requireDType, type DType } from '../../core/dtype';
import { requireOptions, unexpected } from '../../core/errors';
import { normalizeDim } from '../../core/shape';
import { isFloating, kernels, record, Tensor, type Rule } from '../define';
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
const cumsumInt64Kernels = kernels('cumsumInt64');
const cumsumRule: Rule<'cumsum'> = {
  name: 'cumsum',
  grad: (dy, node) => [cumsum(dy, { dim: node.attrs.dim, reverse: !node.attrs.reverse })],
};

function cumsum(x: Tensor, scan: Scan): Tensor {
  const whole = !isFloating(x.dtype);
  const out = Tensor._empty(whole ? 'int64' : x.dtype, x.shape);
  const { outer, n, inner } = lineOf(x.shape, scan.dim);
  const source = x._contiguous ? x : x.detach().contiguous();
  const kernel = (whole ? cumsumInt64Kernels : cumsumKernels)[x.dtype];
  kernel(source._flat, out._flat, outer, n, inner, scan.reverse);
  return record(out, cumsumRule, [x], [], scan);
}

declare module '../../core/tensor' {
  interface Tensor {
    /**
     * Cumulative sum along `dim`: each element plus all before it.
     *
     * @param dim the dimension; negative numbers count from the end
     * @param options `dtype` converts the elements first
     * @returns a tensor of this shape; int64 for integers and bools unless `dtype` says otherwise
     * @see torch.cumsum
     * @example tensor([1, 2, 3]).cumsum(0) // tensor([1., 3., 6.])
     */
    cumsum(dim: number, options?: { dtype?: DType }): Tensor;
  }
}

addMethods({
  cumsum(this: Tensor, dim: number, options?: { dtype?: DType }): Tensor {
    requireOptions('cumsum', options, ['dtype']);
    const scan = { dim: normalizeDim('cumsum', dim, this.ndim), reverse: false };
    if (options?.dtype === undefined) return cumsum(this, scan);
    const dtype = requireDType('cumsum', options.dtype);
    if (dtype === 'bool') throw unexpected('cumsum', 'a dtype of numbers', 'dtype', dtype);
    return calledAs('cumsum', () => cumsum(this.to(dtype), scan).to(dtype));
  },
});
