/** Pooling in one to three dimensions. Long because all tables share the references. */
import { F, grad, zerosLike, type Tensor } from 'blasgrad';
import { at, build, type InputSpec, type OpCase, type Plain } from '../../harness';
import { indicesOf } from '../../../support/plain';

interface Options {
  readonly stride?: number | readonly number[];
  readonly padding?: number | readonly number[];
  readonly dilation?: number | readonly number[];
  readonly ceilMode?: boolean;
  readonly countIncludePad?: boolean;
  readonly divisorOverride?: number;
}

interface Pool {
  readonly shape: readonly number[];
  readonly kernel: number | readonly number[];
  readonly options?: Options;
}

type Sizes = number | readonly number[];
const each = (value: Sizes, dims: number): readonly number[] =>
  typeof value === 'number' ? Array.from({ length: dims }, () => value) : value;

/** Elements of one window: indices of the input, null for padding, and those beyond the padding left out. */
type Element = { readonly place: readonly number[]; readonly inside: boolean };

/** The number of windows along each dimension, and the elements of the window of an output. */
function windows(x: Plain, dims: number, kernelSize: Sizes, options: Options) {
  const kernel = each(kernelSize, dims);
  const stride = each(options.stride ?? kernel, dims);
  const padding = each(options.padding ?? 0, dims);
  const dilation = each(options.dilation ?? 1, dims);
  const sizes = x.shape.slice(-dims);
  const out = sizes.map((size, i) => {
    const rest = size + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1;
    const count = (options.ceilMode ? Math.ceil : Math.floor)(rest / stride[i]) + 1;
    const beyond = options.ceilMode && (count - 1) * stride[i] >= size + padding[i];
    return beyond ? count - 1 : count;
  });
  const elements = (output: readonly number[]): Element[] =>
    indicesOf(kernel).flatMap((tap) => {
      const place = tap.map((k, i) => output[i] * stride[i] - padding[i] + k * dilation[i]);
      if (place.some((p, i) => p >= sizes[i] + padding[i])) return [];
      return [{ place, inside: place.every((p, i) => p >= 0 && p < sizes[i]) }];
    });
  return { out, elements, size: kernel.reduce((a, b) => a * b, 1) };
}

/** The index of a place in its plane. */
const flat = (place: readonly number[], sizes: readonly number[]): number =>
  place.reduce((index, p, i) => index * sizes[i] + p, 0);

/** The first of the largest numbers, or the last NaN. */
function largest(x: Plain, lead: readonly number[], places: readonly (readonly number[])[]) {
  let [value, place] = [-Infinity, places[0]];
  for (const candidate of places) {
    const number = at(x, [...lead, ...candidate]);
    if (number > value || Number.isNaN(number)) [value, place] = [number, candidate];
  }
  return { value, place };
}

function maxima(dims: number, kernel: Sizes, options: Options): (x: Plain) => [Plain, Plain] {
  return (x) => {
    const { out, elements } = windows(x, dims, kernel, options);
    const sizes = x.shape.slice(-dims);
    const found = (index: number[]) => {
      const inside = elements(index.slice(-dims)).filter((element) => element.inside);
      return largest(
        x,
        index.slice(0, -dims),
        inside.map(({ place }) => place),
      );
    };
    const shape = [...x.shape.slice(0, -dims), ...out];
    return [
      build(shape, (index) => found(index).value),
      build(shape, (index) => flat(found(index).place, sizes)),
    ];
  };
}

function averages(dims: number, kernel: Sizes, options: Options): (x: Plain) => Plain {
  return (x) => {
    const { out, elements } = windows(x, dims, kernel, options);
    return build([...x.shape.slice(0, -dims), ...out], (index) => {
      const all = elements(index.slice(-dims));
      const inside = all.filter((element) => element.inside);
      const lead = index.slice(0, -dims);
      const sum = inside.reduce((total, { place }) => total + at(x, [...lead, ...place]), 0);
      const count = options.countIncludePad === false ? inside.length : all.length;
      return sum / (options.divisorOverride ?? count);
    });
  };
}

/** The places of an adaptive window. */
function adaptivePlaces(
  output: readonly number[],
  sizes: readonly number[],
  out: readonly number[],
) {
  const begins = output.map((o, i) => Math.floor((o * sizes[i]) / out[i]));
  const lengths = output.map((o, i) => Math.ceil(((o + 1) * sizes[i]) / out[i]) - begins[i]);
  return indicesOf(lengths).map((tap) => tap.map((k, i) => begins[i] + k));
}

const maxPools = { 1: F.maxPool1d, 2: F.maxPool2d, 3: F.maxPool3d };
const avgPools = { 1: F.avgPool1d, 2: F.avgPool2d, 3: F.avgPool3d };
const adaptiveMaxPools = { 1: F.adaptiveMaxPool1d, 2: F.adaptiveMaxPool2d, 3: F.adaptiveMaxPool3d };
const adaptiveAvgPools = { 1: F.adaptiveAvgPool1d, 2: F.adaptiveAvgPool2d, 3: F.adaptiveAvgPool3d };
type Dims = keyof typeof maxPools;

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

const distinct = (shape: readonly number[]): InputSpec => ({ shape, distinct: true });

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

const adaptive: readonly { dims: Dims; shape: readonly number[]; out: readonly number[] }[] = [
  { dims: 1, shape: [2, 3, 11], out: [3] },
  { dims: 1, shape: [2, 3], out: [5] },
  { dims: 1, shape: [2, 8], out: [4] },
  { dims: 2, shape: [2, 3, 9, 8], out: [3, 2] },
  { dims: 2, shape: [2, 5, 7], out: [4, 7] },
  { dims: 2, shape: [2, 9, 30], out: [1, 1] },
  { dims: 2, shape: [3, 5, 6], out: [0, 2] },
  { dims: 3, shape: [1, 5, 6, 5], out: [3, 2, 2] },
  { dims: 3, shape: [2, 1, 4, 6, 5], out: [2, 3, 1] },
];

const adaptiveCases = adaptive.flatMap(({ dims, shape, out }): OpCase[] => {
  const name = `[${shape.join()}] to ${out.join()}`;
  const sizes = shape.slice(-dims);
  const pooled = [...shape.slice(0, -dims), ...out];
  const regular = out.every((count, i) => count > 0 && sizes[i] % count === 0);
  const found = (x: Plain, index: number[]) =>
    largest(x, index.slice(0, -dims), adaptivePlaces(index.slice(-dims), sizes, out));
  return [
    {
      name: `adaptiveMaxPool of ${name}`,
      ops: regular ? ['maxPool'] : ['adaptiveMaxPool'],
      inputs: [distinct(shape)],
      run: (x) => adaptiveMaxPools[dims](x, out),
      reference: (x) => build(pooled, (index) => found(x, index).value),
    },
    {
      name: `adaptiveMaxPool with indices of ${name}`,
      ops: ['adaptiveMaxPool'],
      inputs: [distinct(shape)],
      run: (x) => adaptiveMaxPools[dims](x, out, { returnIndices: true }),
      reference: (x) => [
        build(pooled, (index) => found(x, index).value),
        build(pooled, (index) => flat(found(x, index).place, sizes)),
      ],
    },
    {
      name: `adaptiveAveragePool of ${name}`,
      ops: regular
        ? ['averagePool', 'averagePoolBackward']
        : ['adaptiveAveragePool', 'adaptiveAveragePoolBackward'],
      inputs: [{ shape }],
      run: (x) => adaptiveAvgPools[dims](x, out),
      reference: (x) =>
        build(pooled, (index) => {
          const places = adaptivePlaces(index.slice(-dims), sizes, out);
          const lead = index.slice(0, -dims);
          return places.reduce((sum, place) => sum + at(x, [...lead, ...place]), 0) / places.length;
        }),
    },
  ];
});

/** The begins of fractional windows. */
function fractionalBegins(sample: number, size: number, out: number, kernel: number): number[] {
  const alpha = (size - kernel) / (out - 1);
  return Array.from({ length: out }, (_, i) =>
    i === out - 1 ? size - kernel : Math.trunc((i + sample) * alpha) - Math.trunc(sample * alpha),
  );
}

const fractional = (dims: 2 | 3, shape: number[], kernel: number[], out: number[]): OpCase => {
  const planes = shape.slice(0, -dims);
  const sizes = shape.slice(-dims);
  const samplesShape = [...(planes.length === 1 ? [1] : []), ...planes, dims];
  const pool = { 2: F.fractionalMaxPool2d, 3: F.fractionalMaxPool3d }[dims];
  return {
    name: `fractionalMaxPool of [${shape.join()}] by ${kernel.join()} to ${out.join()}`,
    ops: ['fractionalMaxPool'],
    // Multiples of 1/8, so that float32 gives the same windows.
    inputs: [distinct(shape), { shape: samplesShape, values: [0.25, 0.875, 0, 0.5, 0.125] }],
    run: (x, samples) =>
      pool(x, kernel, {
        outputSize: out,
        randomSamples: samples.detach(),
        returnIndices: true,
      }),
    reference: (x, samples) => {
      const found = (index: number[]) => {
        const lead = index.slice(0, -dims);
        const begins = index.slice(-dims).map((o, i) => {
          const column = dims === 3 ? i : 1 - i;
          const sample = at(samples, [...lead, column]);
          return fractionalBegins(sample, sizes[i], out[i], kernel[i])[o];
        });
        return largest(
          x,
          lead,
          indicesOf(kernel).map((tap) => tap.map((k, i) => begins[i] + k)),
        );
      };
      return [
        build([...planes, ...out], (index) => found(index).value),
        build([...planes, ...out], (index) => flat(found(index).place, sizes)),
      ];
    },
    gradient: false,
  };
};

const places = (x: Tensor): Tensor => x.mul(0).to('int32');

export const cases: readonly OpCase[] = [
  ...maxCases,
  ...special,
  ...averageCases,
  ...adaptiveCases,
  fractional(2, [2, 3, 9, 8], [2, 3], [5, 4]),
  fractional(2, [3, 7, 7], [3, 3], [1, 5]),
  fractional(3, [2, 1, 6, 7, 5], [2, 2, 2], [3, 4, 2]),
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
