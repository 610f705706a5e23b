/** ONNX operators that reduce, multiply matrices, normalize or sort. */
import * as F from '../../../functional';
import { einsum } from '../../../ops/matrix/einsum';
import { normalizeDim, numelOf } from '../../../core/shape';
import type { Tensor } from '../../../core/tensor';
import { intOf, intsOf, tensorOf, type Datum } from './datum';
import { tensors } from './elementwise';
import { Unsupported } from './elements';
import type { Operator } from './node';

type Reduce = (x: Tensor, dims: readonly number[] | null, options: { keepdim: boolean }) => Tensor;

/**
 * The axes are an input, in older opsets an attribute. Without axes, all dimensions are reduced, unless the node
 * forbids it.
 */
const reduce =
  (reduced: Reduce): Operator =>
  (node) => {
    const attribute = node.ints('axes');
    const keepdim = node.int('keepdims', 1) !== 0;
    const noopWithoutAxes = node.int('noop_with_empty_axes', 0) !== 0;
    // In ONNX, sums of integers keep their dtype.
    const fn: Reduce = (x, dims, options) => reduced(x, dims, options).to(x.dtype);
    return ([x, axes = null]) => {
      const input = tensorOf(x);
      const dims = axes === null ? attribute : intsOf(axes);
      if (dims !== null && dims.length > 0) return fn(input, dims, { keepdim });
      // Reduces each element separately: onnxruntime squares the elements for ReduceSumSquare without axes.
      if (noopWithoutAxes) return fn(input.unsqueeze(0), [0], { keepdim: false });
      return fn(input, null, { keepdim });
    };
  };

/** Reduces one dimension after the other, for reductions that take only one. */
const prod: Reduce = (x, dims, options) => {
  if (dims === null) {
    const all = x.prod();
    return options.keepdim ? all.reshape(x.shape.map(() => 1)) : all;
  }
  const sorted = dims.map((dim) => (dim < 0 ? dim + x.ndim : dim)).sort((a, b) => b - a);
  return sorted.reduce((y, dim) => y.prod(dim, options), x);
};

/** Applies a function along `axis`; before opset 13, along all dimensions from `axis` on, merged. */
const alongAxis =
  (fn: (x: Tensor, dim: number) => Tensor): Operator =>
  (node) => {
    const axis = node.int('axis', node.opset < 13 ? 1 : -1);
    if (node.opset >= 13) return tensors((x) => fn(x, axis));
    return tensors((x) => {
      const dim = axis < 0 ? axis + x.ndim : axis;
      const rows = x.reshape([numelOf(x.shape.slice(0, dim)), numelOf(x.shape.slice(dim))]);
      return fn(rows, 1).reshape(x.shape);
    });
  };

const argExtreme =
  (fn: (x: Tensor, dim: number, options: { keepdim: boolean }) => Tensor): Operator =>
  (node) => {
    const axis = node.int('axis', 0);
    const keepdim = node.int('keepdims', 1) !== 0;
    node.only('select_last_index', 0);
    return tensors((x) => fn(x, axis, { keepdim }).to('int64'));
  };

const topk: Operator = (node) => {
  const axis = node.int('axis', -1);
  const largest = node.int('largest', 1) !== 0;
  node.ignore('sorted');
  return ([x, k]) => {
    const { values, indices } = tensorOf(x).topk(intOf(k as Datum), axis, { largest });
    return [values, indices.to('int64')];
  };
};

const cumsum: Operator = (node) => {
  node.only('exclusive', 0);
  const reverse = node.int('reverse', 0) !== 0;
  return ([x, axis]) => {
    const input = tensorOf(x);
    const dim = intOf(axis as Datum);
    const sums = reverse ? input.flip(dim).cumsum(dim).flip(dim) : input.cumsum(dim);
    return sums.to(input.dtype);
  };
};

/** alpha A B + beta C, each matrix transposed or not; `linear` where it is equivalent. */
const gemm: Operator = (node) => {
  const [alpha, beta] = [node.float('alpha', 1), node.float('beta', 1)];
  const [transA, transB] = [node.int('transA', 0) !== 0, node.int('transB', 0) !== 0];
  return ([first, second, third = null]) => {
    const [a, b] = [tensorOf(first), tensorOf(second)];
    const c = third === null ? null : tensorOf(third);
    const isLinear = transB && !transA && alpha === 1 && beta === 1;
    if (isLinear && (c === null || c.ndim === 1) && (c === null || c.shape[0] === b.shape[0])) {
      return F.linear(a, b, c);
    }
    const product = (transA ? a.t() : a).mm(transB ? b.t() : b);
    const scaled = alpha === 1 ? product : product.mul(alpha);
    if (c === null || beta === 0) return scaled;
    return scaled.add(beta === 1 ? c : c.mul(beta));
  };
};

/** (x - mean) / sqrt(variance + epsilon) scale + bias along dimension 1, with the statistics of training. */
const batchNormalization: Operator = (node) => {
  const epsilon = node.float('epsilon', 1e-5);
  node.ignore('momentum');
  node.only('spatial', 1);
  node.only('training_mode', 0);
  return tensors((x, scale, bias, mean, variance) => {
    const column = [-1, ...x.shape.slice(2).map(() => 1)];
    const factor = scale.mul(variance.add(epsilon).rsqrt());
    return x.sub(mean.reshape(column)).mul(factor.reshape(column)).add(bias.reshape(column));
  });
};

/** (x - mean) / sqrt(variance + epsilon) scale + bias, with the statistics over the dimensions from `axis` on. */
const layerNormalization: Operator = (node) => {
  const axis = node.int('axis', -1);
  const epsilon = node.float('epsilon', 1e-5);
  node.only('stash_type', 1);
  if (node.outputs > 1) throw new Unsupported('LayerNormalization with statistics as outputs');
  return tensors((x, scale, ...[bias]) => {
    const first = normalizeDim('LayerNormalization', axis, x.ndim);
    const dims = x.shape.slice(first).map((_, i) => first + i);
    const variance = x.var(dims, { correction: 0, keepdim: true });
    const y = x
      .sub(x.mean(dims, { keepdim: true }))
      .mul(variance.add(epsilon).rsqrt())
      .mul(scale);
    return (bias as Tensor | undefined) ? y.add(bias) : y;
  });
};

/** Normalizes each channel of each sample. */
const instanceNormalization: Operator = (node) => {
  const eps = node.float('epsilon', 1e-5);
  return tensors((x, weight, bias) => F.instanceNorm(x, { weight, bias, eps }));
};

/** Normalizes groups of channels; before opset 21, scale and bias have one number for each group. */
const groupNormalization: Operator = (node) => {
  const eps = node.float('epsilon', 1e-5);
  const groups = node.int('num_groups', 1);
  node.only('stash_type', 1);
  return tensors((x, scale, shift) => {
    const channels = x.shape[1];
    const perChannel = (t: Tensor): Tensor =>
      node.opset >= 21
        ? t
        : t.reshape(groups, 1).expand(groups, channels / groups).reshape(channels); // prettier-ignore
    return F.groupNorm(x, groups, { weight: perChannel(scale), bias: perChannel(shift), eps });
  });
};

/** x / sqrt(mean(x^2) + epsilon) scale, over the dimensions from `axis` on. */
const rmsNormalization: Operator = (node) => {
  const axis = node.int('axis', -1);
  const eps = node.float('epsilon', 1e-5);
  node.only('stash_type', 1);
  return tensors((x, scale) => {
    const first = normalizeDim('RMSNormalization', axis, x.ndim);
    return F.rmsNorm(x, x.shape.slice(first), { eps }).mul(scale);
  });
};

/** Divides by a power of the mean square of neighbouring channels: of an even size, one more after than before. */
const lrn: Operator = (node) => {
  const size = node.int('size', 1);
  const options = {
    alpha: node.float('alpha', 1e-4),
    beta: node.float('beta', 0.75),
    k: node.float('bias', 1),
  };
  return tensors((x) =>
    size % 2 === 1
      ? F.localResponseNorm(x, size, options)
      : F.localResponseNorm(x.flip(1), size, options).flip(1),
  );
};

export const reductions: Readonly<Record<string, Operator>> = {
  ReduceSum: reduce((x, dims, options) => x.sum(dims, options)),
  ReduceMean: reduce((x, dims, options) => x.mean(dims, options)),
  ReduceMax: reduce((x, dims, options) => x.amax(dims, options)),
  ReduceMin: reduce((x, dims, options) => x.amin(dims, options)),
  ReduceProd: reduce(prod),
  ReduceL1: reduce((x, dims, options) => x.abs().sum(dims, options)),
  ReduceL2: reduce((x, dim, options) => x.norm({ dim, ...options })),
  ReduceSumSquare: reduce((x, dims, options) => x.square().sum(dims, options)),
  ReduceLogSum: reduce((x, dims, options) => x.sum(dims, options).log()),
  ReduceLogSumExp: reduce((x, dims, options) => x.logsumexp(dims, options)),
  ArgMax: argExtreme((x, dim, options) => x.argmax(dim, options)),
  ArgMin: argExtreme((x, dim, options) => x.argmin(dim, options)),
  TopK: topk,
  CumSum: cumsum,
  Softmax: alongAxis(F.softmax),
  LogSoftmax: alongAxis(F.logSoftmax),
  MatMul: () => tensors((a, b) => a.matmul(b)),
  Gemm: gemm,
  Einsum: (node) => {
    const equation = node.string('equation', '');
    return tensors((...all) => einsum(equation, ...all));
  },
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  InstanceNormalization: instanceNormalization,
  GroupNormalization: groupNormalization,
  RMSNormalization: rmsNormalization,
  LRN: lrn,
};
