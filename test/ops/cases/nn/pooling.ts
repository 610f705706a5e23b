/** Pooling by fixed windows in one to three dimensions. */
import { F, grad, zerosLike, type Tensor } from 'blasgrad';
import { at, build, type OpCase, type Plain } from '../../harness';
import {
  averages,
  distinct,
  each,
  maxima,
  type Dims,
  type Options,
  type Sizes,
} from './poolingReference';

interface Pool {
  readonly shape: readonly number[];
  readonly kernel: Sizes;
  readonly options?: Options;
}

const maxPools = { 1: F.maxPool1d, 2: F.maxPool2d, 3: F.maxPool3d };
const avgPools = { 1: F.avgPool1d, 2: F.avgPool2d, 3: F.avgPool3d };

const pools: readonly (Pool & { dims: Dims })[] = [
  { dims: 1, shape: [2, 3, 11], kernel: 2 },
  { dims: 1, shape: [3, 9], kernel: 3, options: { stride: 2, padding: 1, ceilMode: true } },
  { dims: 1, shape: [2, 40], kernel: 5, options: { stride: 3, padding: 2 } },
  { dims: 1, shape: [2, 40], kernel: 4, options: { stride: 9 } },
  { dims: 1, shape: [1, 1], kernel: 1 },
  { dims: 1, shape: [0, 2, 4], kernel: 2 },
  { dims: 2, shape: [2, 3, 8, 8], kernel: 2 },
  { dims: 2, shape: [2, 7, 9], kernel: 2 },
  { dims: 2, shape: [1, 5, 47], kernel: 2 },
  { dims: 2, shape: [2, 6, 6], kernel: 2, options: { stride: 1 } },
  { dims: 2, shape: [2, 9, 8], kernel: 3, options: { stride: 2, padding: 1 } },
  { dims: 2, shape: [1, 2, 9, 40], kernel: 3, options: { stride: 2, ceilMode: true } },
  { dims: 2, shape: [2, 7, 6], kernel: [3, 2], options: { stride: [2, 1], padding: [1, 0] } },
  { dims: 2, shape: [1, 4, 5], kernel: [4, 5] },
  { dims: 2, shape: [2, 17, 17], kernel: 17, options: { padding: 1, stride: 3 } },
  { dims: 2, shape: [2, 21, 20], kernel: 19, options: { padding: 2, stride: 3 } },
  { dims: 2, shape: [1, 5, 6], kernel: [1, 3], options: { stride: [3, 5], ceilMode: true } },
  { dims: 2, shape: [0, 3, 4, 4], kernel: 2 },
  { dims: 3, shape: [2, 1, 4, 4, 6], kernel: 2 },
  { dims: 3, shape: [2, 5, 6, 5], kernel: 3, options: { stride: 2, padding: 1 } },
  { dims: 3, shape: [1, 3, 5, 6], kernel: [1, 2, 2], options: { stride: [1, 2, 2] } },
  { dims: 3, shape: [1, 2, 3, 4], kernel: [2, 3, 4] },
];

const dilated: readonly (Pool & { dims: Dims })[] = [
  { dims: 1, shape: [2, 11], kernel: 2, options: { dilation: 2, stride: 1 } },
  { dims: 2, shape: [2, 9, 12], kernel: 3, options: { dilation: [2, 3], stride: 2, padding: 1 } },
  {
    dims: 2,
    shape: [1, 5, 40],
    kernel: 2,
    options: { dilation: [3, 5], stride: 4, padding: [0, 1] },
  },
  { dims: 2, shape: [1, 1, 1], kernel: [1, 1], options: { dilation: 3 } },
  { dims: 3, shape: [1, 5, 6, 7], kernel: 2, options: { dilation: [2, 1, 3], stride: 2 } },
];

const nameOf = ({ shape, kernel, options = {} }: Pool): string => {
  const rest = Object.entries(options).map(([key, value]) => `${key} ${String(value)}`);
  return [`[${shape.join()}] by ${String(kernel)}`, ...rest].join(', ');
};

const maxCases = [...pools, ...dilated].flatMap((pool): OpCase[] => {
  const { dims, shape, kernel, options = {} } = pool;
  const reference = maxima(dims, kernel, options);
  const narrow = each(kernel, dims).reduce((a, b) => a * b, 1) <= 256;
  return [
    {
      name: `maxPool of ${nameOf(pool)}`,
      ops: narrow ? ['maxPool', 'maxPoolBackward'] : ['maxPool'],
      inputs: [distinct(shape)],
      run: (x) => maxPools[dims](x, kernel, options),
      reference: (x) => reference(x)[0],
    },
    {
      name: `maxPool with indices of ${nameOf(pool)}`,
      ops: ['maxPool'],
      inputs: [distinct(shape)],
      run: (x) => maxPools[dims](x, kernel, { ...options, returnIndices: true }),
      reference,
    },
  ];
});

const odd = [1, -2, Infinity, 3, NaN, -Infinity, 0, NaN, 5, 5, -Infinity, -Infinity, -Infinity, 2];
const special: OpCase[] = [
  ...[
    { what: 'NaN and infinities', values: odd },
    { what: 'ties', values: [2, 2, 1, 2, 1] },
    { what: 'the lowest number', values: [-Infinity] },
  ].flatMap(({ what, values }) =>
    pools.slice(6, 12).map((pool): OpCase => ({
      name: `maxPool of ${what}, ${nameOf(pool)}`,
      ops: ['maxPool'],
      inputs: [{ shape: pool.shape, values }],
      run: (x) => [
        ...F.maxPool2d(x, pool.kernel, { ...pool.options, returnIndices: true }),
        F.maxPool2d(x, pool.kernel, pool.options),
      ],
      reference: (x) => {
        const [y, indices] = maxima(2, pool.kernel, pool.options ?? {})(x);
        return [y, indices, y];
      },
      gradient: false,
    })),
  ),
  ...(['int64', 'int32', 'uint8'] as const).map((dtype): OpCase => ({
    name: `maxPool of ${dtype}`,
    ops: ['maxPool'],
    inputs: [{ shape: [2, 7, 8], dtype }],
    run: (x) => F.maxPool2d(x, 3, { stride: 2, padding: 1, returnIndices: true }),
    reference: maxima(2, 3, { stride: 2, padding: 1 }),
    gradient: false,
  })),
  {
    name: 'averagePool of int64',
    ops: ['averagePool'],
    inputs: [{ shape: [2, 7, 8], dtype: 'int64', low: -50, high: 50 }],
    run: (x) => [F.avgPool2d(x, 3), F.avgPool2d(x, 3, { divisorOverride: -1 })],
    reference: (x) => {
      const trunc = (y: Plain): Plain => ({ ...y, data: y.data.map(Math.trunc) });
      return [trunc(averages(2, 3, {})(x)), trunc(averages(2, 3, { divisorOverride: -1 })(x))];
    },
    gradient: false,
    signedZero: false,
  },
];

const averageCases = pools.flatMap((pool): OpCase[] => {
  const { dims, shape, kernel, options = {} } = pool;
  const variants: Options[] = [{}, { countIncludePad: false }, ...(dims > 1 ? [{ divisorOverride: 3 }] : [])]; // prettier-ignore
  return variants.map((variant) => {
    const all = { ...options, ...variant };
    return {
      name: `averagePool of ${nameOf({ ...pool, options: all })}`,
      ops: ['averagePool', 'averagePoolBackward'],
      inputs: [{ shape }],
      run: (x) => avgPools[dims](x, kernel, all),
      reference: averages(dims, kernel, all),
    };
  });
});

const places = (x: Tensor): Tensor => x.mul(0).to('int32');

export const cases: readonly OpCase[] = [
  ...maxCases,
  ...special,
  ...averageCases,
  {
    name: 'maxPoolPick: derivatives of gradients by dy',
    ops: ['maxPoolPick'],
    inputs: [distinct([2, 9, 8]), { shape: [2, 9, 8] }],
    run: (x, v) => {
      const leaf = x.detach().requiresGrad_();
      const y = F.maxPool2d(leaf, 3, { stride: 2, padding: 1 });
      const dy = zerosLike(y).requiresGrad_();
      const [dx] = grad([y], [leaf], { gradOutputs: [dy], createGraph: true });
      return grad([dx], [dy], { gradOutputs: [v.detach()] })[0];
    },
    reference: (x, v) => {
      const [y, indices] = maxima(2, 3, { stride: 2, padding: 1 })(x);
      const size = y.data.length / 2;
      const data = indices.data.map((index, i) => v.data[Math.floor(i / size) * 72 + index]);
      return { shape: y.shape, data };
    },
    gradient: false,
  },
  ...[2, 3, 1.5].map((p): OpCase => ({
    name: `lpPool with p = ${p}`,
    ops: ['averagePool', 'averagePoolBackward'],
    inputs: [{ shape: [2, 7, 6], low: 0.5, high: 2 }],
    run: (x) => F.lpPool2d(x, p, [3, 2]),
    reference: (x) => {
      const powers = { ...x, data: x.data.map((v) => v ** p) };
      const sums = averages(2, [3, 2], { divisorOverride: 1 })(powers);
      return { ...sums, data: sums.data.map((v) => v ** (1 / p)) };
    },
  })),
  {
    name: 'maxUnpool to the first element of each plane',
    ops: ['scatter'],
    inputs: [{ shape: [2, 3, 1, 1] }],
    run: (x) => F.maxUnpool2d(x, places(x), 2),
    reference: (x) =>
      build([2, 3, 2, 2], ([n, c, h, w]) => (h + w === 0 ? at(x, [n, c, 0, 0]) : 0)),
  },
];
