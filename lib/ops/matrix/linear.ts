/** The product of rows with a weight matrix, plus a bias. */
import { isFloating } from '../../core/dtype';
import { requireArity, shapeText, unexpected } from '../../core/errors';
import { numelOf, requireBroadcast } from '../../core/shape';
import { requireTensor } from '../../core/tensor';
import {
  emptyGradient,
  isGradEnabled,
  record,
  requireDTypeOfWeight,
  requireNumbers,
  Tensor,
  type Rule,
} from '../define';
import { product } from './matmul';
import { linearBackwardKernels, linearKernels } from './products';

declare module '../../core/node' {
  interface OpAttrs {
    linear: undefined;
  }
}

const linearRule: Rule<'linear'> = {
  name: 'linear',
  grad: (dy, node) => {
    const [x, weight] = node.saved;
    const [needsX, needsWeight, needsBias] = [0, 1, 2].map(
      (i) => i < node.edges.length && node.needs(i),
    );
    if (isGradEnabled()) {
      return [
        needsX ? product(dy, weight) : null,
        needsWeight ? product(dy.t(), x) : null,
        needsBias ? dy.sum(0) : null,
      ];
    }
    const [outFeatures, inFeatures] = weight.shape;
    const dx = needsX ? Tensor._empty(dy.dtype, x.shape) : null;
    const dWeight = needsWeight ? emptyGradient(node, 1, weight.shape) : null;
    const dBias = needsBias ? emptyGradient(node, 2, [outFeatures]) : null;
    linearBackwardKernels[dy.dtype](
      {
        x: x._flat,
        weight: weight._flat,
        dy: dy.contiguous()._flat,
        dx: dx === null ? null : dx._flat,
        dWeight: dWeight === null ? null : dWeight._flat,
        dBias: dBias === null ? null : dBias._flat,
      },
      { batch: x.shape[0], inFeatures, outFeatures },
    );
    return [dx, dWeight, dBias];
  },
};

/** x (rows, inFeatures), weight (outFeatures, inFeatures), bias (outFeatures) or null: one GEMM. */
function linearOfRows(x: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  const [outFeatures, inFeatures] = weight.shape;
  const rows = x.contiguous();
  const matrix = weight.contiguous();
  const shift = bias === null ? null : bias.contiguous();
  const out = Tensor._empty(x.dtype, [rows.shape[0], outFeatures]);
  linearKernels[x.dtype](
    {
      x: rows._flat,
      weight: matrix._flat,
      bias: shift === null ? null : shift._flat,
      y: out._flat,
    },
    { batch: rows.shape[0], inFeatures, outFeatures },
  );
  return record(
    out,
    linearRule,
    shift === null ? [rows, matrix] : [rows, matrix, shift],
    [rows, matrix],
    undefined,
  );
}

/** For inputs of any shape; the GEMM adds the bias. */
function linearOf(x: Tensor, weight: Tensor, bias: Tensor | null): Tensor {
  if (!isFloating(x.dtype)) {
    const result = x.matmul(weight.t());
    return bias === null ? result : result.add(bias);
  }
  if (x.ndim === 2) return linearOfRows(x, weight, bias);
  const [outFeatures, inFeatures] = weight.shape;
  const lead = x.shape.slice(0, -1);
  const rows = x.reshape([numelOf(lead), inFeatures]);
  return linearOfRows(rows, weight, bias).reshape([...lead, outFeatures]);
}

/**
 * Affine map `input weight^T + bias`, in one GEMM.
 *
 * @param input (..., inFeatures)
 * @param weight (outFeatures, inFeatures), or (inFeatures) for a result without the last dimension
 * @param bias (outFeatures), or any shape that broadcasts to the result; default null: none
 * @returns a tensor of shape (..., outFeatures); integers wrap around
 * @throws RangeError if the shapes or dtypes do not fit
 * @see torch.nn.functional.linear
 * @example F.linear(tensor([[1, 2]]), tensor([[3, 4]])) // tensor([[11.]])
 */
export function linear(input: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  requireArity('linear', arguments.length, 3);
  const x = requireTensor('linear', 'input', input);
  requireTensor('linear', 'weight', weight);
  if (bias !== null) requireTensor('linear', 'bias', bias);
  if (weight.ndim !== 1 && weight.ndim !== 2) {
    throw unexpected('linear', 'a matrix or a vector', 'weight', shapeText(weight.shape));
  }
  const inFeatures = weight.shape[weight.ndim - 1];
  if (x.ndim === 0 || x.shape[x.ndim - 1] !== inFeatures) {
    throw unexpected(
      'linear',
      `${inFeatures} features in the last dimension`,
      'input',
      shapeText(x.shape),
    );
  }
  requireDTypeOfWeight('linear', 'input', x, weight);
  if (bias !== null && bias.dtype !== weight.dtype) {
    throw unexpected('linear', `dtype ${weight.dtype}, which weight has,`, 'bias', bias.dtype);
  }
  requireNumbers('linear', 'input', x);
  const usual =
    weight.ndim === 2 && (bias === null || (bias.ndim === 1 && bias.shape[0] === weight.shape[0]));
  if (usual) return linearOf(x, weight, bias);
  const shape = [...x.shape.slice(0, -1), ...weight.shape.slice(0, -1)];
  if (bias !== null) requireBroadcast('linear', 'bias', bias.shape, shape);
  const result = weight.ndim === 2 ? linearOf(x, weight, null) : x.matmul(weight);
  return bias === null ? result : result.add(bias);
}
