/** The three ops of convolution, on inputs of 3 dimensions. */
import type { Tensor } from 'blasgrad';
import {
  convolve,
  convolveInput,
  convolveWeight,
  type ConvGeometry,
  type Triple,
} from '../../../../dist/ops/nn/convolution';
import { at, build, type OpCase, type Plain } from '../../harness';

interface Sizes {
  readonly name: string;
  readonly batch?: number;
  readonly inChannels?: number;
  readonly outChannels?: number;
  readonly groups?: number;
  readonly input: Triple;
  readonly kernel: Triple;
  readonly stride?: Triple;
  readonly padding?: Triple;
  readonly paddingAfter?: Triple;
  readonly dilation?: Triple;
}

const ones: Triple = [1, 1, 1];
const none: Triple = [0, 0, 0];

function geometryOf(sizes: Sizes): ConvGeometry {
  const { input, kernel, stride = ones, padding = none, dilation = ones } = sizes;
  const { batch = 2, inChannels = 2, outChannels = 3, groups = 1, paddingAfter = padding } = sizes;
  const output = input.map((n, d) => {
    const room = n + padding[d] + paddingAfter[d] - dilation[d] * (kernel[d] - 1) - 1;
    return Math.max(Math.floor(room / stride[d]) + 1, 0);
  }) as unknown as Triple;
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

type Indices = readonly number[];
/** Calls visit with the indices of each product: of x, of the weight and of y. */
function eachProduct(
  g: ConvGeometry,
  visit: (x: Indices, weight: Indices, y: Indices) => void,
): void {
  const perGroup = g.inChannels / g.groups;
  const outGroup = g.outChannels / g.groups;
  const positions = (sizes: Triple): number[][] => {
    const all: number[][] = [];
    for (let a = 0; a < sizes[0]; a++)
      for (let b = 0; b < sizes[1]; b++) for (let c = 0; c < sizes[2]; c++) all.push([a, b, c]);
    return all;
  };
  for (let n = 0; n < g.batch; n++) {
    for (let o = 0; o < g.outChannels; o++) {
      for (const out of positions(g.output)) {
        for (const tap of positions(g.kernel)) {
          const from = out.map((p, d) => p * g.stride[d] + tap[d] * g.dilation[d] - g.padding[d]);
          if (from.some((p, d) => p < 0 || p >= g.input[d])) continue;
          for (let c = 0; c < perGroup; c++) {
            const channel = Math.floor(o / outGroup) * perGroup + c;
            visit([n, channel, ...from], [o, c, ...tap], [n, o, ...out]);
          }
        }
      }
    }
  }
}

/** Adds to the elements of a tensor of zeros. */
function summed(
  shape: Indices,
  run: (add: (index: Indices, value: number) => void) => void,
): Plain {
  const plain = build([...shape], () => 0);
  const data = [...plain.data];
  run((index, value) => {
    data[index.reduce((offset, i, d) => offset * shape[d] + i, 0)] += value;
  });
  return { shape: [...shape], data };
}

const plus = (x: Plain, bias: Plain): Plain => build(x.shape, (i) => at(x, i) + at(bias, [i[1]]));

function casesOf(sizes: Sizes): OpCase[] {
  const g = geometryOf(sizes);
  const x = [g.batch, g.inChannels, ...g.input];
  const weight = [g.outChannels, g.inChannels / g.groups, ...g.kernel];
  const y = [g.batch, g.outChannels, ...g.output];
  const float32 = { rel: 1e-5, abs: 1e-5 };
  const forward = (a: Plain, w: Plain): Plain =>
    summed(y, (add) => eachProduct(g, (i, k, o) => add(o, at(a, i) * at(w, k))));
  const input = (dy: Plain, w: Plain): Plain =>
    summed(x, (add) => eachProduct(g, (i, k, o) => add(i, at(dy, o) * at(w, k))));
  return [
    {
      name: `conv ${sizes.name}`,
      ops: ['conv', 'convInput', 'convWeight'],
      inputs: [{ shape: x }, { shape: weight }, { shape: [g.outChannels] }],
      run: (a: Tensor, w: Tensor, bias: Tensor) => convolve(a, w, bias, g),
      reference: (a, w, bias) => plus(forward(a, w), bias),
      float32,
    },
    {
      name: `convInput ${sizes.name}`,
      ops: ['conv', 'convInput', 'convWeight'],
      inputs: [{ shape: y }, { shape: weight }, { shape: [g.inChannels] }],
      run: (dy: Tensor, w: Tensor, bias: Tensor) => convolveInput(dy, w, bias, g),
      reference: (dy, w, bias) => plus(input(dy, w), bias),
      float32,
    },
    {
      name: `convWeight ${sizes.name}`,
      ops: ['conv', 'convInput', 'convWeight'],
      inputs: [{ shape: x }, { shape: y }],
      run: (a: Tensor, dy: Tensor) => convolveWeight(a, dy, g),
      reference: (a, dy) =>
        summed(weight, (add) => eachProduct(g, (i, k, o) => add(k, at(a, i) * at(dy, o)))),
      float32,
    },
    {
      name: `conv ${sizes.name}, no bias`,
      ops: ['conv', 'convInput', 'convWeight'],
      inputs: [{ shape: x }, { shape: weight }],
      run: (a: Tensor, w: Tensor) => convolve(a, w, null, g),
      reference: forward,
      float32,
    },
  ];
}

const tables: readonly Sizes[] = [
  { name: '3x3', input: [1, 5, 6], kernel: [1, 3, 3], padding: [0, 1, 1] },
  { name: '3x3, 7 to 18 channels', batch: 1, inChannels: 7, outChannels: 18, input: [1, 4, 3], kernel: [1, 3, 3], padding: [0, 1, 1] }, // prettier-ignore
  { name: '1x1', input: [1, 4, 4], kernel: ones },
  { name: '1x1 with a stride', input: [1, 5, 4], kernel: ones, stride: [1, 2, 3] },
  { name: '3x3 with a stride', input: [1, 7, 6], kernel: [1, 3, 3], stride: [1, 2, 2], padding: [0, 1, 1] }, // prettier-ignore
  { name: 'a stride larger than the kernel', input: [1, 1, 11], kernel: [1, 1, 2], stride: [1, 1, 4] }, // prettier-ignore
  {
    name: 'dilation',
    input: [1, 7, 8],
    kernel: [1, 2, 3],
    dilation: [1, 3, 2],
    padding: [0, 2, 0],
  },
  { name: 'dilation and a stride', input: [1, 8, 9], kernel: [1, 3, 2], dilation: [1, 2, 3], stride: [1, 3, 2] }, // prettier-ignore
  { name: '1-d, kernel 5', input: [1, 1, 9], kernel: [1, 1, 5], padding: [0, 0, 2] },
  { name: '3-d', batch: 1, input: [3, 4, 3], kernel: [2, 3, 2], padding: [1, 0, 1], stride: [2, 1, 1] }, // prettier-ignore
  { name: 'groups', inChannels: 4, outChannels: 6, groups: 2, input: [1, 3, 4], kernel: [1, 2, 2] },
  { name: 'depthwise', inChannels: 3, outChannels: 3, groups: 3, input: [1, 4, 5], kernel: [1, 3, 3], padding: [0, 1, 1] }, // prettier-ignore
  { name: 'depthwise, two outputs a channel', inChannels: 2, outChannels: 4, groups: 2, input: [1, 4, 4], kernel: [1, 3, 3], stride: [1, 2, 1] }, // prettier-ignore
  { name: 'padding at the end only', input: [1, 4, 5], kernel: [1, 2, 4], paddingAfter: [0, 1, 3] },
  { name: 'more padding than kernel', input: [1, 2, 2], kernel: [1, 2, 2], padding: [0, 3, 4] },
  { name: 'inputs that no output reads', input: [1, 5, 8], kernel: [1, 2, 2], stride: [1, 2, 3] },
  // The gradient of the input has too many phases, and the padded copy would be too large.
  { name: 'a stride of 40', batch: 1, input: [1, 41, 42], kernel: [1, 2, 2], stride: [1, 40, 40] },
  { name: 'a dilation of 5000', batch: 1, input: [1, 2, 3], kernel: [1, 2, 2], dilation: [1, 5000, 5000], padding: [0, 5000, 5000], paddingAfter: none }, // prettier-ignore
  { name: 'one pixel', batch: 1, inChannels: 1, outChannels: 1, input: ones, kernel: ones },
  { name: 'no images', batch: 0, input: [1, 3, 3], kernel: [1, 2, 2] },
  { name: 'no outputs', input: [1, 1, 3], kernel: [1, 2, 2] },
  { name: 'no input channels', inChannels: 0, input: [1, 3, 3], kernel: [1, 2, 2] },
];

export const cases: readonly OpCase[] = tables.flatMap(casesOf);
