/** Batch, instance, group, layer and RMS normalisation: one op, whose variants differ in what a statistic covers. */
import { noGrad } from '../../core/gradMode';
import {
  emptyGradient,
  isGradEnabled,
  namedKernels,
  record,
  recordInPlace,
  requireInPlace,
  Tensor,
  type Attrs,
  type Node,
  type Operands,
  type Rule,
} from '../define';

type Sizes = Attrs<
  'batch' | 'groups' | 'channels' | 'inner' | 'acrossBatch' | 'centered' | 'fixed'
>;

const normKernels = namedKernels(
  'normalization',
  (
    call,
    o: Operands<'x' | 'weight' | 'bias' | 'runningMean' | 'runningVar' | 'y' | 'mean' | 'rstd'>,
    a: Sizes & Attrs<'eps'>,
  ) => {
    call(o.x, o.weight, o.bias, o.runningMean, o.runningVar, o.y, o.mean, o.rstd,
      a.batch, a.groups, a.channels, a.inner, a.acrossBatch, a.centered, a.fixed, a.eps); // prettier-ignore
  },
);
const backwardKernels = namedKernels(
  'normalizationBackward',
  (
    call,
    o: Operands<'x' | 'dy' | 'weight' | 'mean' | 'rstd' | 'dx' | 'dWeight' | 'dBias'>,
    a: Sizes,
  ) => {
    call(o.x, o.dy, o.weight, o.mean, o.rstd, o.dx, o.dWeight, o.dBias,
      a.batch, a.groups, a.channels, a.inner, a.acrossBatch, a.centered, a.fixed); // prettier-ignore
  },
);
const runningKernels = namedKernels(
  'runningStatistics',
  (
    call,
    o: Operands<'mean' | 'rstd' | 'count' | 'runningMean' | 'runningVar'>,
    a: Attrs<'batch' | 'channels' | 'n' | 'momentum' | 'eps'>,
  ) => {
    call(o.mean, o.rstd, o.count, o.runningMean, o.runningVar,
      a.batch, a.channels, a.n, a.momentum, a.eps); // prettier-ignore
  },
);

/** The function that called the op, which decides the ONNX operator. */
export type NormKind = 'batch' | 'instance' | 'group' | 'layer' | 'rms';

/** How an input is normalized. It counts as (batch, groups, channels, inner). */
export interface Normalization {
  readonly kind: NormKind;
  readonly batch: number;
  readonly groups: number;
  readonly channels: number;
  readonly inner: number;
  /** Whether a statistic covers all samples; otherwise each sample has its own. */
  readonly acrossBatch: boolean;
  /** Whether the mean is subtracted. */
  readonly centered: boolean;
  /** Whether the statistics are given instead of computed. */
  readonly fixed: boolean;
  readonly eps: number;
  /** The shape of weight and bias. */
  readonly parameters: readonly number[];
  readonly hasWeight: boolean;
  readonly hasBias: boolean;
}

declare module '../../core/node' {
  interface OpAttrs {
    normalization: Normalization;
    runningStatistics: undefined;
  }
}

/** What is normalized, with the parameters. */
export interface NormInputs {
  readonly x: Tensor;
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
  readonly runningMean: Tensor | null;
  readonly runningVar: Tensor | null;
}

const flat = (x: Tensor | null) => (x === null ? null : x._flat);
const contiguous = (x: Tensor | null): Tensor | null => (x === null ? null : x.contiguous());

const normRule: Rule<'normalization'> = {
  name: 'normalization',
  grad: (dy, node) => {
    const { hasWeight, hasBias } = node.attrs;
    const biasAt = hasWeight ? 2 : 1;
    const needs = {
      x: node.needs(0),
      weight: hasWeight && node.needs(1),
      bias: hasBias && node.needs(biasAt),
    };
    const gradients = isGradEnabled()
      ? composedGradients(dy, node, needs)
      : fusedGradients(dy, node, needs);
    const all = [gradients.x];
    if (hasWeight) all.push(gradients.weight);
    if (hasBias) all.push(gradients.bias);
    if (node.attrs.fixed) all.push(null, null); // the running statistics
    return all;
  },
};

interface Needs {
  readonly x: boolean;
  readonly weight: boolean;
  readonly bias: boolean;
}

interface Gradients {
  readonly x: Tensor | null;
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
}

/** Gradients by the native op. */
function fusedGradients(dy: Tensor, node: Node<'normalization'>, needs: Needs): Gradients {
  const { saved, attrs } = node;
  const [x, mean, rstd] = saved;
  const weight = attrs.hasWeight ? saved[3] : null;
  const dx = needs.x ? Tensor._empty(dy.dtype, x.shape) : null;
  const shape = attrs.parameters;
  const dWeight = needs.weight ? emptyGradient(node, 1, shape) : null;
  const dBias = needs.bias ? emptyGradient(node, attrs.hasWeight ? 2 : 1, shape) : null;
  backwardKernels[dy.dtype](
    {
      x: x._flat,
      dy: dy.contiguous()._flat,
      weight: flat(weight),
      mean: attrs.centered ? mean._flat : null,
      rstd: rstd._flat,
      dx: flat(dx),
      dWeight: flat(dWeight),
      dBias: flat(dBias),
    },
    attrs,
  );
  return { x: dx, weight: dWeight, bias: dBias };
}

/** The same in ordinary ops, for higher derivatives. */
function composedGradients(dy: Tensor, node: Node<'normalization'>, needs: Needs): Gradients {
  const { saved, attrs } = node;
  const { batch, groups, channels, inner, acrossBatch, centered, fixed, eps } = attrs;
  const shape = [batch, groups, channels, inner];
  const dims = acrossBatch ? [0, 2, 3] : [2, 3];
  const average = (t: Tensor): Tensor => t.mean(dims, { keepdim: true });
  const x = saved[0].reshape(shape);
  const dOut = dy.reshape(shape);
  const column = [acrossBatch ? 1 : batch, groups, 1, 1];
  const given = (t: Tensor): Tensor => t.reshape(column).to(dy.dtype);
  const distance = centered ? x.sub(fixed ? given(saved[1]) : average(x)) : x;
  const rstd = fixed ? given(saved[2]) : average(distance.square()).add(eps).rsqrt();
  const normal = distance.mul(rstd);
  const weight = attrs.hasWeight ? saved[3] : null;
  const g = weight === null ? dOut : dOut.mul(weight.reshape([1, groups, channels, 1]));
  const inputGradient = (): Tensor => {
    if (fixed) return g.mul(rstd);
    const rest = g.sub(normal.mul(average(g.mul(normal))));
    return (centered ? rest.sub(average(g)) : rest).mul(rstd);
  };
  return {
    x: needs.x ? inputGradient().reshape(saved[0].shape) : null,
    weight: needs.weight
      ? dOut
          .mul(normal)
          .sum([0, 3])
          .reshape([...attrs.parameters])
      : null,
    bias: needs.bias ? dOut.sum([0, 3]).reshape([...attrs.parameters]) : null,
  };
}

/** A normalized tensor, and the statistics that were used, in float64. */
export interface Normalized {
  readonly y: Tensor;
  readonly mean: Tensor;
  readonly rstd: Tensor;
}

/** (x - mean) / sqrt(variance + eps) weight + bias. The arguments have been checked, and have the dtype of x. */
export function normalized(
  inputs: NormInputs,
  how: Omit<Normalization, 'hasWeight' | 'hasBias'>,
): Normalized {
  const x = inputs.x.contiguous();
  const [weight, bias] = [contiguous(inputs.weight), contiguous(inputs.bias)];
  const [runningMean, runningVar] = how.fixed
    ? [contiguous(inputs.runningMean), contiguous(inputs.runningVar)]
    : [null, null];
  const attrs = { ...how, hasWeight: weight !== null, hasBias: bias !== null };
  const y = Tensor._empty(x.dtype, x.shape);
  const statistics = [(how.acrossBatch ? 1 : how.batch) * how.groups];
  const mean = Tensor._empty('float64', how.centered ? statistics : [0]);
  const rstd = Tensor._empty('float64', statistics);
  normKernels[x.dtype](
    {
      x: x._flat,
      weight: flat(weight),
      bias: flat(bias),
      runningMean: flat(runningMean),
      runningVar: flat(runningVar),
      y: y._flat,
      mean: how.centered ? mean._flat : null,
      rstd: rstd._flat,
    },
    attrs,
  );
  const operands = [x];
  const saved = [x, mean, rstd];
  if (weight !== null) {
    operands.push(weight);
    saved.push(weight);
  }
  if (bias !== null) operands.push(bias);
  if (runningMean !== null) operands.push(runningMean);
  if (runningVar !== null) operands.push(runningVar);
  record(y, normRule, operands, saved, attrs);
  return { y, mean, rstd };
}

/** Running statistics, and how they change. */
export interface Running {
  readonly mean: Tensor;
  readonly variance: Tensor;
  /** The factor of the new statistics, or a count of batches (int64, 0-dim) for 1 / count. */
  readonly momentum: number | Tensor;
}

const runningRule: Rule<'runningStatistics'> = {
  name: 'runningStatistics',
  grad: () => [null, null],
};

/**
 * Moves the running statistics, in place, towards those of a batch, or towards the means of those of its samples.
 */
export function updateRunning(
  op: string,
  used: Normalized,
  how: Omit<Normalization, 'hasWeight' | 'hasBias'>,
  running: Running,
): void {
  noGrad(() => {
    const { mean, variance, momentum } = running;
    const targets = [mean, variance];
    for (const target of targets) requireInPlace(op, target, target.shape, target.dtype);
    const written = targets.map((target) => target.contiguous());
    const count = typeof momentum === 'number' ? null : momentum;
    runningKernels[mean.dtype](
      {
        mean: used.mean._flat,
        rstd: used.rstd._flat,
        count: flat(count),
        runningMean: written[0]._flat,
        runningVar: written[1]._flat,
      },
      {
        batch: how.acrossBatch ? 1 : how.batch,
        channels: how.groups,
        n: (how.acrossBatch ? how.batch : 1) * how.channels * how.inner,
        momentum: typeof momentum === 'number' ? momentum : 0,
        eps: how.eps,
      },
    );
    targets.forEach((target, i) => {
      const operands = [target, used.y];
      if (written[i] === target) recordInPlace(target, runningRule, operands, [], undefined);
      else target.copy_(written[i]);
    });
  });
}
