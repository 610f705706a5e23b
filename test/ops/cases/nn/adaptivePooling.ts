/** Adaptive and fractional pooling: the size of the output is given. */
import { F } from 'blasgrad';
import { at, build, type OpCase, type Plain } from '../../harness';
import { indicesOf } from '../../../support/plain';
import { distinct, flat, largest, type Dims } from './poolingReference';

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

const adaptiveMaxPools = { 1: F.adaptiveMaxPool1d, 2: F.adaptiveMaxPool2d, 3: F.adaptiveMaxPool3d };
const adaptiveAvgPools = { 1: F.adaptiveAvgPool1d, 2: F.adaptiveAvgPool2d, 3: F.adaptiveAvgPool3d };

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

export const cases: readonly OpCase[] = [
  ...adaptiveCases,
  fractional(2, [2, 3, 9, 8], [2, 3], [5, 4]),
  fractional(2, [3, 7, 7], [3, 3], [1, 5]),
  fractional(3, [2, 1, 6, 7, 5], [2, 2, 2], [3, 4, 2]),
];
