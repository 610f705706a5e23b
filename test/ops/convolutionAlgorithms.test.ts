/**
 * Winograd's algorithm and the depthwise one, compared with the direct algorithm in float64; the results of any number of
 * threads; the setting that forbids Winograd's.
 */
import { backend, compile, F, fromArray, manualSeed, nn, optim, type Tensor } from 'blasgrad';
import {
  convolve,
  convolveInput,
  convolveWeight,
  type ConvGeometry,
  type Triple,
} from '../../dist/ops/nn/convolution';
import { randomFrom } from '../support/random';

type Pair = readonly [number, number];

interface Sizes {
  readonly batch: number;
  readonly channels: Pair;
  readonly groups?: number;
  readonly input: Triple;
  readonly kernel: Triple;
  readonly stride?: Triple;
  /** At the start and at the end. */
  readonly padding?: Triple;
  readonly paddingEnd?: Triple;
  readonly dilation?: Triple;
}

function geometryOf(sizes: Sizes): ConvGeometry {
  const { batch, channels, groups = 1, input, kernel } = sizes;
  const { stride = [1, 1, 1], padding = [0, 0, 0], dilation = [1, 1, 1] } = sizes;
  const end = sizes.paddingEnd ?? padding;
  const output = [0, 1, 2].map((i) => {
    const padded = input[i] + padding[i] + end[i] - dilation[i] * (kernel[i] - 1);
    return Math.floor((padded - 1) / stride[i]) + 1;
  }) as unknown as Triple;
  return {
    batch,
    inChannels: channels[0],
    outChannels: channels[1],
    groups,
    input,
    output,
    kernel,
    stride,
    padding,
    dilation,
    dims: 3,
  };
}

function uniform(random: () => number, shape: readonly number[]): Tensor {
  const data = Float64Array.from({ length: shape.reduce((a, b) => a * b) }, () => 2 * random() - 1);
  return fromArray(data, [...shape]);
}

const values = (tensor: Tensor): Float64Array =>
  tensor.detach().double().contiguous().data as Float64Array;

const same = (a: Tensor, b: Tensor): boolean => {
  const [one, other] = [values(a), values(b)];
  return one.length === other.length && one.every((value, i) => Object.is(value, other[i]));
};

/** The largest difference, of the largest element of `expected`. */
function errorOf(actual: Tensor, expected: Tensor): number {
  const [is, wanted] = [values(actual), values(expected)];
  let most = 0;
  let error = 0;
  for (const [i, value] of wanted.entries()) {
    most = Math.max(most, Math.abs(value));
    error = Math.max(error, Math.abs(is[i] - value));
    if (Number.isNaN(is[i])) return Infinity;
  }
  return error / most;
}

interface Inputs {
  readonly x: Tensor;
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly inputBias: Tensor;
  readonly dy: Tensor;
}

function inputsOf(name: string, g: ConvGeometry): Inputs {
  const random = randomFrom(name);
  return {
    x: uniform(random, [g.batch, g.inChannels, ...g.input]),
    weight: uniform(random, [g.outChannels, g.inChannels / g.groups, ...g.kernel]),
    bias: uniform(random, [g.outChannels]),
    inputBias: uniform(random, [g.inChannels]),
    dy: uniform(random, [g.batch, g.outChannels, ...g.output]),
  };
}

const inFloat32 = (inputs: Inputs): Inputs =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, one]: [string, Tensor]) => [name, one.float()]),
  ) as unknown as Inputs;

function results(g: ConvGeometry, { x, weight, bias, inputBias, dy }: Inputs): Tensor[] {
  return [
    convolve(x, weight, bias, g),
    convolveInput(dy, weight, inputBias, g),
    convolveWeight(x, dy, g),
  ];
}

const threads = backend.getNumThreads();
afterEach(() => {
  backend.setNumThreads(threads);
  backend.setWinograd(true);
});

function expectSameBits(run: () => Tensor[]): Tensor[] {
  const [one, two, five] = [1, 2, 5].map((count) => {
    backend.setNumThreads(count);
    return run();
  });
  expect(one.every((result, i) => same(result, two[i]) && same(result, five[i]))).toBe(true);
  return one;
}

const square = (size: number): Triple => [1, size, size];

// Sizes with at least 16 tiles of 4 x 4 outputs, 4 an image.
const winograd: Readonly<Record<string, Sizes>> = {
  'whole tiles': { batch: 4, channels: [32, 32], input: square(8), kernel: square(3), padding: [0, 1, 1] }, // prettier-ignore
  'several blocks': { batch: 3, channels: [64, 48], input: square(24), kernel: square(3), padding: [0, 1, 1] }, // prettier-ignore
  'no padding, odd sizes': { batch: 3, channels: [32, 35], input: [1, 11, 9], kernel: square(3) },
  'padding of 2': { batch: 2, channels: [37, 40], input: [1, 13, 10], kernel: square(3), padding: [0, 2, 2] }, // prettier-ignore
  'one side padded': { batch: 2, channels: [33, 50], input: [1, 12, 15], kernel: square(3), padding: [0, 0, 2], paddingEnd: [0, 1, 0] }, // prettier-ignore
  'wide images': { batch: 1, channels: [34, 32], input: [1, 6, 230], kernel: square(3), padding: [0, 1, 1] }, // prettier-ignore
  'more channels': { batch: 8, channels: [130, 140], input: square(7), kernel: square(3), padding: [0, 1, 1] }, // prettier-ignore
};

describe.each(Object.entries(winograd))("Winograd's algorithm, %s", (name, sizes) => {
  const g = geometryOf(sizes);
  const wide = inputsOf(name, g);
  const inputs = inFloat32(wide);

  test('differs from float64 by at most 1e-5 of the largest value', () => {
    const expected = results(g, wide);
    const actual = expectSameBits(() => results(g, inputs));
    backend.setWinograd(false);
    const direct = results(g, inputs);
    for (const [i, result] of actual.entries()) {
      expect(errorOf(result, expected[i])).toBeLessThan(1e-5);
      expect(errorOf(direct[i], expected[i])).toBeLessThan(5e-6);
      // The setting has an effect.
      expect(same(direct[i], result)).toBe(false);
    }
  });
});

test('Winograd computes small integers exactly, but for the rounding of thirds', () => {
  // Weights that the divisor 243 divides twice make all transforms exact up to rounded reciprocals.
  const g = geometryOf({ batch: 4, channels: [32, 32], input: square(8), kernel: square(3) });
  const random = randomFrom('integers');
  const integers = (shape: number[], times: number): Tensor =>
    uniform(random, shape).mul(3).round().mul(times).float();
  const x = integers([4, 32, 1, 8, 8], 1);
  const weight = integers([32, 32, 1, 3, 3], 59049);
  const y = Array.from(values(convolve(x, weight, null, g).div(59049)));
  const exact = values(convolve(x.double(), weight.double(), null, g).div(59049));
  expect(Math.max(...y.map((value, i) => Math.abs(value - exact[i])))).toBeLessThan(1e-3);
});

test('NaN and infinity reach the results', () => {
  const g = geometryOf({ batch: 4, channels: [32, 32], input: square(8), kernel: square(3) });
  const { x, weight } = inFloat32(inputsOf('nan', g));
  const data = Float32Array.from(values(x));
  data[5 * 8 + 5] = NaN;
  const y = Array.from(values(convolve(fromArray(data, x.shape), weight, null, g)));
  expect(y.slice(3 * 6 + 3, 3 * 6 + 6).every(Number.isNaN)).toBe(true);
});

describe('a compiled function', () => {
  const x = inFloat32(inputsOf('compiled', geometryOf(winograd['whole tiles']))).x.squeeze(2);
  const layer = (): nn.Conv2d => {
    manualSeed(1);
    return new nn.Conv2d(32, 32, 3, { padding: 1 });
  };

  test('follows the setting, eager and compiled', () => {
    const conv = layer();
    const step = compile((input: Tensor) => conv.forward(input));
    const eager = [true, false].map((enabled) => {
      backend.setWinograd(enabled);
      return values(conv.forward(x).detach());
    });
    expect(eager[0]).not.toEqual(eager[1]);
    for (const enabled of [true, false, true]) {
      backend.setWinograd(enabled);
      expect(values(step(x).detach())).toEqual(eager[enabled ? 0 : 1]);
    }
    expect(step.stats.captures).toBe(1);
  });

  test('runs in the background with the setting at their start', async () => {
    const conv = layer();
    const step = compile((input: Tensor) => conv.forward(input));
    const expected = values(step(x).detach());
    const run = step.runAsync(x);
    backend.setWinograd(false);
    expect(values((await run).detach())).toEqual(expected);
    expect(values((await step.runAsync(x)).detach())).not.toEqual(expected);
  });

  test('trains alike with and without', () => {
    const random = randomFrom('training');
    const target = uniform(random, [4, 32, 8, 8]).float();
    const losses = [true, false].map((enabled) => {
      backend.setWinograd(enabled);
      manualSeed(2);
      const model = new nn.Sequential(
        new nn.Conv2d(32, 32, 3, { padding: 1 }),
        new nn.Tanh(),
        new nn.Conv2d(32, 32, 3, { padding: 1 }),
      );
      const optimizer = new optim.Adam(model.parameters(), { lr: 1e-2 });
      const step = compile(() => {
        optimizer.zeroGrad();
        const loss = F.mseLoss(model.forward(x), target);
        loss.backward();
        optimizer.step();
        return loss;
      });
      return Array.from({ length: 40 }, () => step().item());
    });
    expect(losses[0].at(-1)).toBeLessThan(0.7 * losses[0][0]);
    for (const [i, loss] of losses[0].entries()) {
      expect(Math.abs(loss - losses[1][i])).toBeLessThan(1e-3 * losses[1][i]);
    }
  });
});

const depthwise: Readonly<Record<string, Sizes>> = {
  '3x3': { batch: 2, channels: [3, 3], input: square(20), kernel: square(3), padding: [0, 1, 1] },
  'rows shorter than a vector': { batch: 3, channels: [4, 4], input: [1, 5, 3], kernel: square(3), padding: [0, 1, 1] }, // prettier-ignore
  'a multiplier and a stride': { batch: 2, channels: [3, 6], input: [1, 23, 37], kernel: square(3), stride: [1, 2, 2], padding: [0, 1, 1] }, // prettier-ignore
  'dilation, unused inputs': { batch: 2, channels: [2, 2], input: [1, 19, 21], kernel: [1, 5, 2], stride: [1, 3, 4], padding: [0, 2, 0], dilation: [1, 2, 3] }, // prettier-ignore
  'a stride beyond the kernel': { batch: 2, channels: [2, 4], input: [1, 9, 11], kernel: square(1), stride: [1, 3, 2] }, // prettier-ignore
  'several bands': { batch: 1, channels: [2, 2], input: [1, 330, 300], kernel: square(3), padding: [0, 1, 1] }, // prettier-ignore
  '1-d': { batch: 2, channels: [5, 10], input: [1, 1, 130], kernel: [1, 1, 7], padding: [0, 0, 3] },
  '3-d': { batch: 2, channels: [2, 2], input: [7, 8, 9], kernel: [3, 2, 3], stride: [2, 1, 2], padding: [1, 0, 1], dilation: [1, 2, 1] }, // prettier-ignore
};

describe.each(Object.entries(depthwise))('depthwise, %s', (name, sizes) => {
  const [inChannels, outChannels] = sizes.channels;
  const g = geometryOf({ ...sizes, groups: inChannels });
  const wide = inputsOf(name, g);
  const dense: ConvGeometry = { ...g, groups: 1 };
  const multiplier = outChannels / inChannels;
  const mask = uniform(() => 1, [outChannels, inChannels, 1, 1, 1]).mul(0);
  for (let o = 0; o < outChannels; o++)
    mask
      .select(0, o)
      .select(0, Math.floor(o / multiplier))
      .fill_(1);
  // The direct algorithm, with weights of 0 between other channels.
  const expected = results(dense, { ...wide, weight: wide.weight.mul(mask) });
  expected[2] = expected[2].mul(mask).sum(1, { keepdim: true });

  test.each([
    ['float32', inFloat32(wide), 2e-6],
    ['float64', wide, 1e-14],
  ] as const)('%s', (_dtype, inputs, most) => {
    const actual = expectSameBits(() => results(g, inputs));
    for (const [i, result] of actual.entries()) {
      expect(result.shape).toEqual(expected[i].shape);
      expect(errorOf(result, expected[i])).toBeLessThan(most);
    }
  });
});

test('an infinite input does not reach depthwise sums beside it', () => {
  // The rest of a row is computed in vectors that overlap other elements.
  const sizes: Sizes = {
    batch: 1,
    channels: [2, 2],
    input: [1, 4, 19],
    kernel: [1, 1, 3],
    groups: 2,
  };
  const g = geometryOf(sizes);
  const { x, dy } = inFloat32(inputsOf('infinity', g));
  const data = Float32Array.from(values(x));
  data[0] = Infinity;
  const dw = Array.from(values(convolveWeight(fromArray(data, x.shape), dy, g)));
  expect(dw.map(Number.isFinite)).toEqual([false, true, true, true, true, true]);
  expect(dw.some(Number.isNaN)).toBe(false);
});
