/** Functions with weights or gates of their own: glu, prelu, bilinear, embedding. */
import { requireInteger, requireOptions, shapeText, unexpected } from '../core/errors';
import { normalizeDim, sameShape } from '../core/shape';
import { requireTensor, type Tensor } from '../core/tensor';
import { where } from '../ops/elementwise/select';

/** The first half along `dim` times the sigmoid of the second (Dauphin et al. 2017). */
export function glu(input: Tensor, options: { dim?: number } = {}): Tensor {
  requireOptions('glu', options, ['dim']);
  const x = requireTensor('glu', 'input', input);
  const dim = normalizeDim('glu', options.dim ?? -1, x.ndim);
  if (x.ndim === 0 || x.shape[dim] % 2 !== 0) {
    throw unexpected('glu', `an even size of dimension ${dim}`, 'input', shapeText(x.shape));
  }
  const half = x.shape[dim] / 2;
  return x.narrow(dim, 0, half).mul(x.narrow(dim, half, half).sigmoid());
}

/** x where it is positive, `weight` x elsewhere: one weight, or one for each channel (He et al. 2015). */
export function prelu(input: Tensor, weight: Tensor): Tensor {
  const x = requireTensor('prelu', 'input', input);
  const slope = requireTensor('prelu', 'weight', weight);
  const channels = x.ndim < 2 ? 1 : x.shape[1];
  if (slope.ndim > 1 || (slope.numel() !== 1 && slope.numel() !== channels)) {
    throw unexpected('prelu', `[1] or [${channels}]`, 'weight', shapeText(slope.shape));
  }
  const column = slope.numel() === 1 ? [1] : [channels, ...x.shape.slice(2).map(() => 1)];
  return where(x.gt(0), x, x.mul(slope.reshape(column)));
}

/**
 * y[o] = x1 weight[o] x2 + bias[o] for x1 (..., in1), x2 (..., in2) and weight (out, in1, in2)
 * (torch.nn.functional.bilinear).
 */
export function bilinear(
  input1: Tensor,
  input2: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
): Tensor {
  const a = requireTensor('bilinear', 'input1', input1);
  const b = requireTensor('bilinear', 'input2', input2);
  if (requireTensor('bilinear', 'weight', weight).ndim !== 3) {
    throw unexpected('bilinear', '3 dimensions', 'weight', shapeText(weight.shape));
  }
  const [out, in1, in2] = weight.shape;
  const lead = a.shape.slice(0, -1);
  for (const [x, name, size] of [
    [a, 'input1', in1],
    [b, 'input2', in2],
  ] as const) {
    if (x.ndim === 0 || !sameShape(x.shape, [...lead, size])) {
      throw unexpected('bilinear', shapeText([...lead, size]), name, shapeText(x.shape));
    }
  }
  if (bias !== null && !sameShape(requireTensor('bilinear', 'bias', bias).shape, [out])) {
    throw unexpected('bilinear', shapeText([out]), 'bias', shapeText(bias.shape));
  }
  // x1 times all matrices at once, then each row's matrix (out, in2) times its x2.
  const half = a.matmul(weight.permute(1, 0, 2).reshape([in1, out * in2]));
  const y = half
    .reshape([...lead, out, in2])
    .matmul(b.unsqueeze(-1))
    .squeeze(-1);
  return bias === null ? y : y.add(bias);
}

/**
 * Rows of `weight` (count, size) that the int32 `input` names; the row `paddingIdx` gets no gradient
 * (torch.nn.functional.embedding).
 *
 * @example F.embedding(tensor([2, 0], { dtype: 'int32' }), table) // (2, size)
 */
export function embedding(
  input: Tensor,
  weight: Tensor,
  options: { paddingIdx?: number } = {},
): Tensor {
  requireOptions('embedding', options, ['paddingIdx']);
  const index = requireTensor('embedding', 'input', input);
  if (index.dtype !== 'int32') {
    throw unexpected('embedding', 'int32 indices', 'input', `a ${index.dtype} tensor`);
  }
  if (requireTensor('embedding', 'weight', weight).ndim !== 2) {
    throw unexpected('embedding', '2 dimensions', 'weight', shapeText(weight.shape));
  }
  const [count, size] = weight.shape;
  const shape = [...index.shape, size];
  const rows = weight.indexSelect(0, index.reshape([index.numel()])).reshape(shape);
  if (options.paddingIdx === undefined) return rows;
  const padding = requireInteger('embedding', 'paddingIdx', options.paddingIdx, -count);
  if (padding >= count) {
    throw unexpected('embedding', `a row below ${count}`, 'paddingIdx', String(padding));
  }
  const isPadding = index.eq(padding < 0 ? padding + count : padding).unsqueeze(-1);
  return where(isPadding, rows.detach(), rows);
}
