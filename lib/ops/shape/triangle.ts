/** Triangular parts of matrices. */
import { requireInteger, shapeText, unexpected } from '../../core/errors';
import { addMethods } from '../../core/methods';
import { kernels, record, Tensor, type Rule } from '../define';
import { lineOf } from '../reduce/reductionShape';

const triangleKernels = { tril: kernels('tril'), triu: kernels('triu') } as const;

interface Triangle {
  readonly side: 'tril' | 'triu';
  readonly diagonal: number;
}
declare module '../../core/node' {
  interface OpAttrs {
    triangle: Triangle;
  }
}

const triangleRule: Rule<'triangle'> = {
  name: 'triangle',
  grad: (dy, node) => [triangle(dy, node.attrs)],
};

function triangle(input: Tensor, attrs: Triangle): Tensor {
  const { side, diagonal } = attrs;
  requireInteger(side, 'diagonal', diagonal);
  if (input.ndim < 2)
    throw unexpected(side, 'at least two dimensions', 'this', shapeText(input.shape));
  const x = input.contiguous();
  const out = Tensor._empty(x.dtype, x.shape);
  const { outer, n, inner } = lineOf(x.shape, x.ndim - 2);
  triangleKernels[side][x.dtype](x._flat, out._flat, outer, n, inner, diagonal);
  return record(out, triangleRule, [x], [], attrs);
}

function triangleOf(side: Triangle['side'], x: Tensor, diagonal = 0): Tensor {
  return triangle(x, { side, diagonal });
}

declare module '../../core/tensor' {
  interface Tensor {
    /**
     * Lower triangles of matrices: sets the elements above a diagonal to 0.
     *
     * @param diagonal 0 for the main diagonal, positive above it, negative below; default 0
     * @returns a tensor of this shape
     * @throws RangeError for fewer than two dimensions
     * @see torch.tril
     * @example tensor([[1, 2], [3, 4]]).tril() // tensor([[1., 0.], [3., 4.]])
     */
    tril(diagonal?: number): Tensor;
    /**
     * Upper triangles of matrices: sets the elements below a diagonal to 0.
     *
     * @param diagonal 0 for the main diagonal, positive above it, negative below; default 0
     * @returns a tensor of this shape
     * @throws RangeError for fewer than two dimensions
     * @see torch.triu
     * @example tensor([[1, 2], [3, 4]]).triu() // tensor([[1., 2.], [0., 4.]])
     */
    triu(diagonal?: number): Tensor;
  }
}

addMethods({
  tril(this: Tensor, diagonal?: number): Tensor {
    return triangleOf('tril', this, diagonal);
  },
  triu(this: Tensor, diagonal?: number): Tensor {
    return triangleOf('triu', this, diagonal);
  },
});
