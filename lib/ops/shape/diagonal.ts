/** Diagonals of matrices. */
import { requireInteger, shapeText, unexpected } from '../../core/errors';
import { addMethods } from '../../core/methods';
import { normalizeDim, type Shape } from '../../core/shape';
import { record, Tensor, type Rule } from '../define';
import { view } from './view';

/** A diagonal of a tensor of `shape`: `offset` above the main one in dimensions `rows` and `columns`. */
interface Diagonal {
  readonly shape: Shape;
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
}

declare module '../../core/node' {
  interface OpAttrs {
    diagonal: Diagonal;
    diagonalBackward: Diagonal;
  }
}

const diagonalRule: Rule<'diagonal'> = {
  name: 'diagonal',
  grad: (dy, node) => [onDiagonal(dy, node.attrs)],
};
const onDiagonalRule: Rule<'diagonalBackward'> = {
  name: 'diagonalBackward',
  grad: (dy, node) => [diagonal(dy, node.attrs)],
};

function diagonal(x: Tensor, attrs: Diagonal): Tensor {
  const { offset, rows, columns } = attrs;
  const [down, right] = [x._strides[rows], x._strides[columns]];
  const length = Math.min(
    x.shape[rows] + Math.min(offset, 0),
    x.shape[columns] - Math.max(offset, 0),
  );
  const rest = x.shape.map((_, i) => i).filter((i) => i !== rows && i !== columns);
  const place = {
    shape: [...rest.map((i) => x.shape[i]), Math.max(length, 0)],
    strides: [...rest.map((i) => x._strides[i]), down + right],
    offset: x._offset + (length <= 0 ? 0 : offset >= 0 ? offset * right : -offset * down),
  };
  return view(x, place, diagonalRule, attrs, (parent) => diagonal(parent, attrs));
}

/** Zeros of the input's shape with `dy` on the diagonal. */
function onDiagonal(dy: Tensor, attrs: Diagonal): Tensor {
  const out = Tensor._empty(dy.dtype, attrs.shape).zero_();
  diagonal(out, attrs).copy_(dy.detach());
  return record(out, onDiagonalRule, [dy], [], attrs);
}

function diagonalView(x: Tensor, offset = 0, dim1 = 0, dim2 = 1): Tensor {
  requireInteger('diagonal', 'offset', offset);
  const rows = normalizeDim('diagonal', dim1, x.ndim, 'dim1');
  const columns = normalizeDim('diagonal', dim2, x.ndim, 'dim2');
  if (rows === columns || x.ndim < 2) {
    const given = `${dim1} and ${dim2}`;
    throw unexpected('diagonal', 'two different dimensions', 'dim1 and dim2', given);
  }
  return diagonal(x, { shape: x.shape, offset, rows, columns });
}

function diag(x: Tensor, offset = 0): Tensor {
  if (x.ndim === 2) return x.diagonal(offset).clone();
  if (x.ndim !== 1) throw unexpected('diag', 'one or two dimensions', 'this', shapeText(x.shape));
  const side = x.shape[0] + Math.abs(requireInteger('diag', 'offset', offset));
  return onDiagonal(x, { shape: [side, side], offset, rows: 0, columns: 1 });
}

declare module '../../core/tensor' {
  interface Tensor {
    /**
     * The diagonal in dimensions `dim1` and `dim2`, as a view. It replaces both by one last dimension.
     *
     * @param offset 0 for the main diagonal, positive above it, negative below; default 0
     * @param dim1 the dimension of the rows, default 0
     * @param dim2 the dimension of the columns, default 1
     * @returns a view with one dimension less
     * @throws RangeError if both dimensions are the same or do not exist
     * @see torch.diagonal
     * @example tensor([[1, 2], [3, 4]]).diagonal() // tensor([1., 4.])
     */
    diagonal(offset?: number, dim1?: number, dim2?: number): Tensor;
    /**
     * A matrix with this vector on a diagonal, or a copy of a diagonal of this matrix.
     *
     * @param offset 0 for the main diagonal, positive above it, negative below; default 0
     * @returns a matrix for a vector, a vector for a matrix
     * @throws RangeError for other numbers of dimensions
     * @see torch.diag
     * @example tensor([1, 2]).diag() // tensor([[1., 0.], [0., 2.]])
     */
    diag(offset?: number): Tensor;
  }
}

addMethods({
  diagonal(this: Tensor, offset?: number, dim1?: number, dim2?: number): Tensor {
    return diagonalView(this, offset, dim1, dim2);
  },
  diag(this: Tensor, offset?: number): Tensor {
    return diag(this, offset);
  },
});
