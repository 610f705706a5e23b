/** Convolutions large enough to be divided, compared with sums in float64; the results of any number of threads. */
import { backend, fromArray, type Tensor } from 'blasgrad';
import {
  convolve,
  convolveInput,
  convolveWeight,
  type ConvGeometry,
  type Triple,
} from '../../dist/ops/nn/convolution';
import { randomFrom } from '../support/random';

interface Sizes {
  readonly batch: number;
  readonly channels: readonly [input: number, output: number];
  readonly groups?: number;
  readonly input: Triple;
  readonly kernel: Triple;
  readonly stride?: Triple;
  readonly padding?: Triple;
  readonly dilation?: Triple;
}

const tables: Readonly<Record<string, Sizes>> = {
  'images in groups, sums in parts': {
    batch: 40,
    channels: [70, 75],
    input: [1, 4, 4],
    kernel: [1, 3, 3],
    padding: [0, 1, 1],
  },
  'ranges of an image': {
    batch: 2,
    channels: [9, 6],
    input: [1, 40, 41],
    kernel: [1, 3, 3],
    padding: [0, 1, 1],
  },
  'a stride, channels of several panels': {
    batch: 3,
    channels: [36, 130],
    input: [1, 23, 22],
    kernel: [1, 3, 3],
    stride: [1, 2, 2],
    padding: [0, 1, 1],
  },
  '1x1 with a stride': {
    batch: 5,
    channels: [67, 17],
    input: [1, 24, 25],
    kernel: [1, 1, 1],
    stride: [1, 2, 2],
  },
  '1-d': {
    batch: 3,
    channels: [33, 40],
    input: [1, 1, 600],
    kernel: [1, 1, 5],
    padding: [0, 0, 2],
  },
  '3-d with dilation and groups': {
    batch: 2,
    channels: [12, 20],
    groups: 2,
    input: [12, 11, 10],
    kernel: [3, 2, 3],
    stride: [2, 1, 1],
    padding: [1, 1, 2],
    dilation: [1, 3, 2],
  },
};

function geometryOf(sizes: Sizes): ConvGeometry {
  const { batch, channels, groups = 1, input, kernel } = sizes;
  const { stride = [1, 1, 1], padding = [0, 0, 0], dilation = [1, 1, 1] } = sizes;
  const output = input.map((n, d) => {
    return Math.floor((n + 2 * padding[d] - dilation[d] * (kernel[d] - 1) - 1) / stride[d]) + 1;
  }) as unknown as Triple;
  const [inChannels, outChannels] = channels;
  return {
    dims: 3,
    batch,
    inChannels,
    outChannels,
    groups,
    input,
    output,
    kernel,
    stride,
    padding,
    dilation,
  };
}

const volume = ([a, b, c]: Triple): number => a * b * c;

/** The three results as sums in float64. */
function references(
  g: ConvGeometry,
  x: Float64Array,
  weight: Float64Array,
  dy: Float64Array,
): readonly Float64Array[] {
  const y = new Float64Array(dy.length);
  const dx = new Float64Array(x.length);
  const dWeight = new Float64Array(weight.length);
  const [inputs, outputs, taps] = [g.input, g.output, g.kernel].map(volume);
  const perGroup = g.inChannels / g.groups;
  const place = (i: number, sizes: Triple): number[] => [
    Math.floor(i / (sizes[1] * sizes[2])),
    Math.floor(i / sizes[2]) % sizes[1],
    i % sizes[2],
  ];
  for (let position = 0; position < outputs; position++) {
    const out = place(position, g.output);
    for (let tap = 0; tap < taps; tap++) {
      const at = place(tap, g.kernel).map((k, d) => {
        return out[d] * g.stride[d] + k * g.dilation[d] - g.padding[d];
      });
      if (at.some((p, d) => p < 0 || p >= g.input[d])) continue;
      const from = (at[0] * g.input[1] + at[1]) * g.input[2] + at[2];
      for (let n = 0; n < g.batch; n++) {
        for (let o = 0; o < g.outChannels; o++) {
          const first = Math.floor(o / (g.outChannels / g.groups)) * perGroup;
          const result = (n * g.outChannels + o) * outputs + position;
          for (let c = 0; c < perGroup; c++) {
            const input = (n * g.inChannels + first + c) * inputs + from;
            const factor = (o * perGroup + c) * taps + tap;
            y[result] += x[input] * weight[factor];
            dx[input] += dy[result] * weight[factor];
            dWeight[factor] += dy[result] * x[input];
          }
        }
      }
    }
  }
  return [y, dx, dWeight];
}

const threads = backend.getNumThreads();
afterAll(() => backend.setNumThreads(threads));

describe.each(Object.entries(tables))('%s', (name, sizes) => {
  const g = geometryOf(sizes);
  const random = randomFrom(name);
  const numbers = (count: number): Float64Array =>
    Float64Array.from({ length: count }, () => Math.fround(2 * random() - 1));
  const x = numbers(g.batch * g.inChannels * volume(g.input));
  const weight = numbers((g.outChannels * g.inChannels * volume(g.kernel)) / g.groups);
  const dy = numbers(g.batch * g.outChannels * volume(g.output));
  const expected = references(g, x, weight, dy);

  // oneDNN's errors are 1e-6 to 8e-6 of the largest value.
  test.each([
    ['float32', 5e-6],
    ['float64', 1e-14],
  ] as const)('%s, on one, two and three threads', (dtype, tolerance) => {
    const make = (data: Float64Array, ...shape: number[]): Tensor =>
      fromArray(data, shape).to(dtype);
    const input = make(x, g.batch, g.inChannels, ...g.input);
    const factors = make(weight, g.outChannels, g.inChannels / g.groups, ...g.kernel);
    const gradient = make(dy, g.batch, g.outChannels, ...g.output);
    const results = [1, 2, 3].map((count) => {
      backend.setNumThreads(count);
      return [
        convolve(input, factors, null, g),
        convolveInput(gradient, factors, null, g),
        convolveWeight(input, gradient, g),
      ].map((result) => result.data as Float32Array);
    });
    expected.forEach((wanted, i) => {
      const [actual, ...others] = results.map((one) => one[i]);
      for (const other of others) expect(Buffer.compare(bytes(actual), bytes(other))).toBe(0);
      const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const error = wanted.reduce((most, v, k) => Math.max(most, Math.abs(v - actual[k])), 0);
      expect(error / largest).toBeLessThan(tolerance);
    });
  });
});

const bytes = (array: Float32Array): Buffer =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength);
