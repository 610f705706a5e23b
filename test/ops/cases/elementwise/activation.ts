/** Activation functions. */
import { normal, sigmoid, softplus } from '../../../support/functions';
import { F, type Tensor } from 'blasgrad';
import { pointwise, type OpCase } from '../../harness';

interface Line extends Partial<OpCase> {
  readonly run: (x: Tensor) => Tensor;
  readonly fn: (x: number) => number;
  /** The native row, where it has another name. */
  readonly row?: string;
}

// None near a place where one of the functions has a corner: 0, 0.2, 0.5, 1, 3, 6.
const inputs = [
  { shape: [2, 6], values: [-1.75, -0.375, 0.3125, 1.625, 2.375, -2.625, 0.75, 3.5] },
];

const clamp = (x: number, min: number, max: number): number => {
  return Number.isNaN(x) ? NaN : Math.min(Math.max(x, min), max);
};
const elu = (x: number, alpha: number): number => (x <= 0 ? alpha * Math.expm1(x) : x);
const gate = (x: number): number => Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);

// Beyond -5 the formulas cancel: what is left is rounding, as in PyTorch.
const tails = {
  extremesTolerance: { float32: { rel: 1e-5, abs: 1e-5 }, float64: { rel: 1e-9, abs: 1e-13 } },
} as const;

const lines: Readonly<Record<string, Line>> = {
  relu: { run: F.relu, fn: (x) => clamp(x, 0, Infinity), signedZero: false },
  relu6: { run: F.relu6, fn: (x) => clamp(x, 0, 6), row: 'hardtanh', signedZero: false },
  sigmoid: { run: F.sigmoid, fn: sigmoid },
  tanh: { run: F.tanh, fn: Math.tanh },
  hardsigmoid: { run: F.hardsigmoid, fn: (x) => clamp(x + 3, 0, 6) / 6 },
  hardswish: { run: F.hardswish, fn: (x) => (x * clamp(x + 3, 0, 6)) / 6 },
  softsign: { run: F.softsign, fn: (x) => x / (1 + Math.abs(x)) },
  selu: { run: F.selu, fn: (x) => 1.0507009873554805 * elu(x, 1.6732632423543772) },
  gelu: { run: F.gelu, fn: (x) => x * normal(x), ...tails },
  'gelu, tanh form': {
    run: (x) => F.gelu(x, { approximate: 'tanh' }),
    fn: (x) => x * 0.5 * (1 + Math.tanh(gate(x))),
    row: 'geluTanh',
    ...tails,
  },
  silu: { run: F.silu, fn: (x) => x * sigmoid(x) },
  mish: { run: F.mish, fn: (x) => x * Math.tanh(softplus(x)) },
  logsigmoid: { run: F.logsigmoid, fn: (x) => -softplus(-x) },
  tanhshrink: { run: F.tanhshrink, fn: (x) => x - Math.tanh(x), ...tails },
  leakyRelu: { run: (x) => F.leakyRelu(x), fn: (x) => (x <= 0 ? x * 0.01 : x) },
  'leakyRelu with a slope': {
    run: (x) => F.leakyRelu(x, { negativeSlope: 0.3 }),
    fn: (x) => (x <= 0 ? x * 0.3 : x),
    row: 'leakyRelu',
  },
  threshold: { run: (x) => F.threshold(x, 0.2, -3), fn: (x) => (x <= 0.2 ? -3 : x) },
  hardtanh: { run: (x) => F.hardtanh(x), fn: (x) => clamp(x, -1, 1) },
  'hardtanh between other bounds': {
    run: (x) => F.hardtanh(x, { minVal: -2, maxVal: 0.5 }),
    fn: (x) => clamp(x, -2, 0.5),
    row: 'hardtanh',
  },
  hardshrink: { run: (x) => F.hardshrink(x), fn: (x) => (Math.abs(x) <= 0.5 ? 0 : x) },
  'hardshrink with lambd': {
    run: (x) => F.hardshrink(x, { lambd: 1 }),
    fn: (x) => (Math.abs(x) <= 1 ? 0 : x),
    row: 'hardshrink',
  },
  softshrink: {
    run: (x) => F.softshrink(x),
    fn: (x) => (Math.abs(x) <= 0.5 ? 0 : x - 0.5 * Math.sign(x)),
  },
  elu: { run: (x) => F.elu(x), fn: (x) => elu(x, 1) },
  'elu with alpha': { run: (x) => F.elu(x, { alpha: 0.4 }), fn: (x) => elu(x, 0.4), row: 'elu' },
  celu: { run: (x) => F.celu(x), fn: (x) => elu(x, 1) },
  'celu with alpha': {
    run: (x) => F.celu(x, { alpha: 0.7 }),
    fn: (x) => (x <= 0 ? 0.7 * Math.expm1(x / 0.7) : x),
    row: 'celu',
  },
  softplus: { run: (x) => F.softplus(x), fn: (x) => (x > 20 ? x : softplus(x)) },
  'softplus with beta and threshold': {
    run: (x) => F.softplus(x, { beta: 2, threshold: 3 }),
    fn: (x) => (2 * x > 3 ? x : softplus(2 * x) / 2),
    row: 'softplus',
  },
};

export const cases: OpCase[] = [
  ...Object.entries(lines).map(([name, { run, fn, row = name, ...rest }]): OpCase => ({
    name,
    ops: [row, `${row}Backward`],
    inputs,
    run,
    reference: pointwise(fn),
    elementwise: true,
    ...rest,
  })),
  {
    name: 'relu as a method',
    ops: ['relu', 'reluBackward'],
    inputs,
    run: (x) => x.relu(),
    reference: pointwise((x) => Math.max(x, 0)),
  },
  {
    name: 'relu_ in place',
    ops: ['relu', 'reluBackward'],
    inputs,
    run: (x) => x.clone().relu_(),
    reference: pointwise((x) => Math.max(x, 0)),
  },
];
