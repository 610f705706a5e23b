/** Convolutions, transposed convolutions, unfold and fold: derivatives, integers, sizes of 0 and 1, errors. */
import { compile, F, grad, manualSeed, ones, randn, tensor, zeros, type Tensor } from 'blasgrad';
import { checkGradients, checkSecondDerivatives, cotangentsFor } from '../support/gradcheck';
import { plainOf } from '../support/plain';
import { randomFrom } from '../support/random';
import { expectRefusals } from '../support/refusals';

type Call = readonly [name: string, shapes: number[][], run: (...inputs: Tensor[]) => Tensor];

const calls: readonly Call[] = [
  ['conv1d', [[2, 2, 5], [3, 2, 3], [3]], (x, w, b) => F.conv1d(x, w, b, { padding: 'same' })],
  [
    'conv1d without a batch',
    [
      [2, 5],
      [3, 2, 2],
    ],
    (x, w) => F.conv1d(x, w, null, { stride: 2 }),
  ],
  ['conv2d', [[1, 2, 4, 3], [2, 2, 2, 3], [2]], (x, w, b) => F.conv2d(x, w, b, { padding: [1, 0], dilation: [2, 1] })], // prettier-ignore
  ['conv2d, even kernel, same', [[1, 1, 3, 4], [1, 1, 2, 4]], (x, w) => F.conv2d(x, w, null, { padding: 'same' })], // prettier-ignore
  ['conv2d, depthwise', [[2, 2, 3, 3], [4, 1, 2, 2]], (x, w) => F.conv2d(x, w, null, { groups: 2 })], // prettier-ignore
  ['conv3d', [[1, 1, 2, 3, 3], [2, 1, 1, 2, 2], [2]], (x, w, b) => F.conv3d(x, w, b, { stride: [1, 2, 1] })], // prettier-ignore
  ['convTranspose1d', [[2, 2, 3], [2, 2, 3], [2]], (x, w, b) => F.convTranspose1d(x, w, b, { stride: 2, padding: 1, outputPadding: 1 })], // prettier-ignore
  ['convTranspose2d without a batch', [[2, 2, 2], [2, 1, 2, 3], [2]], (x, w, b) => F.convTranspose2d(x, w, b, { groups: 2 })], // prettier-ignore
  ['convTranspose3d', [[1, 1, 2, 1, 2], [1, 2, 1, 2, 2]], (x, w) => F.convTranspose3d(x, w, null, { dilation: [1, 2, 1] })], // prettier-ignore
  ['unfold', [[2, 3, 3]], (x) => F.unfold(x, 2, { padding: 1, stride: 2 })],
  ['fold', [[1, 4, 4]], (x) => F.fold(x, 3, 2)],
];

describe.each(calls)('%s', (name, shapes, run) => {
  const random = randomFrom(name);
  const plain = shapes.map((shape) => ({
    shape,
    data: Array.from({ length: shape.reduce((a, b) => a * b) }, () => 2 * random() - 1),
  }));
  const args = plain.map((one) => ({ plain: one, dtype: 'float64' as const }));
  const inputs = plain.map(({ shape, data }) => tensor(data, { dtype: 'float64' }).reshape(shape));
  const cotangents = cotangentsFor([run(...inputs)], random);

  test('first and second derivatives', () => {
    const fn = (...tensors: Tensor[]): Tensor[] => [run(...tensors)];
    checkGradients(fn, args, cotangents, name);
    checkSecondDerivatives(fn, args, cotangents, random);
  });

  test('compiled as eager', () => {
    const step = (...tensors: Tensor[]): Tensor[] => {
      const leaves = tensors.map((one) => one.detach().requiresGrad_());
      const y = run(...leaves);
      y.square().sum().backward();
      return [y.detach(), ...leaves.map(({ grad }) => grad as Tensor)];
    };
    const compiled = compile(step);
    for (let i = 0; i < 3; i++) {
      const moved = inputs.map((one) => one.add(i));
      expect(compiled(...moved).map(plainOf)).toEqual(step(...moved).map(plainOf));
    }
  });
});

const integers = ['int64', 'int32', 'uint8'] as const;

test.each(integers)('convolutions of %s', (dtype) => {
  const whole = (shape: number[]): Tensor => randn(shape).abs().mul(2).to(dtype);
  manualSeed(1);
  const cases: [run: (x: Tensor, w: Tensor, b: Tensor) => Tensor, x: Tensor, w: Tensor][] = [
    [(x, w, b) => F.conv1d(x, w, b, { padding: 1, stride: 2 }), whole([2, 3, 7]), whole([4, 3, 2])],
    [(x, w, b) => F.conv2d(x, w, b, { groups: 2 }), whole([2, 4, 3, 4]), whole([4, 2, 2, 3])],
    [(x, w, b) => F.conv3d(x, w, b, { padding: 'same' }), whole([1, 2, 2, 3, 2]), whole([4, 2, 2, 2, 3])], // prettier-ignore
    [(x, w, b) => F.convTranspose1d(x, w, b, { stride: 3 }), whole([2, 3, 3]), whole([3, 4, 2])],
    [(x, w, b) => F.convTranspose2d(x, w, b, { stride: 2, padding: 1, outputPadding: [1, 0], groups: 2 }), whole([1, 4, 3, 2]), whole([4, 2, 3, 2])], // prettier-ignore
    [(x, w) => F.conv2d(x, w, null, { stride: 3 }), whole([1, 1, 9, 8]), whole([1, 1, 2, 2])],
  ];
  for (const [run, x, w] of cases) {
    const bias = whole([4]);
    const wide = run(x.double(), w.double(), bias.double());
    const y = run(x, w, bias);
    expect(y.dtype).toBe(dtype);
    expect(plainOf(y)).toEqual(plainOf(wide));
  }
});

test('integers wrap around', () => {
  const x = tensor([[[200]]], { dtype: 'uint8' });
  expect(F.conv1d(x, x).toArray()).toEqual([[[40000 % 256]]]);
  const large = tensor([[[2n ** 62n]]]);
  expect(F.conv1d(large, tensor([[[4n]]])).item()).toBe(0);
});

test.each<[string, Tensor, number[]]>([
  ['no images', F.conv2d(zeros(0, 3, 5, 5), zeros(4, 3, 3, 3), zeros(4)), [0, 4, 3, 3]],
  ['no images, transposed', F.convTranspose2d(zeros(0, 3, 2, 2), zeros(3, 4, 3, 3)), [0, 4, 4, 4]],
  ['one pixel', F.conv2d(ones(1, 1, 1, 1), ones(1, 1, 1, 1)), [1, 1, 1, 1]],
  ['one element', F.conv1d(ones(1, 1), ones(1, 1, 3), null, { padding: 1 }), [1, 1]],
  ['all removed', F.convTranspose2d(ones(2, 3, 2, 2), ones(3, 4, 3, 3), null, { padding: 2 }), [2, 4, 0, 0]], // prettier-ignore
  ['no images of unfold', F.unfold(zeros(0, 3, 4, 5), 2), [0, 12, 12]],
  ['no images of fold', F.fold(zeros(0, 12, 12), [4, 5], 2), [0, 3, 4, 5]],
])('%s', (_, y, shape) => {
  expect(y.shape).toEqual(shape);
});

test('without input channels, the result is the bias', () => {
  const y = F.conv2d(zeros(1, 0, 2, 2), zeros(2, 0, 1, 1), tensor([3, 4]));
  expect(y.flatten().toArray()).toEqual([3, 3, 3, 3, 4, 4, 4, 4]);
});

test('the gradients of an empty batch are 0', () => {
  const weight = ones(2, 1, 2, 2).requiresGrad_();
  const bias = ones(2).requiresGrad_();
  F.conv2d(zeros(0, 1, 3, 3), weight, bias)
    .sum()
    .backward();
  expect(weight.grad?.abs().sum().item()).toBe(0);
  expect(bias.grad?.toArray()).toEqual([0, 0]);
});

const x = ones(2, 4, 5, 5);
const w = ones(6, 4, 3, 3);
const untyped = F as unknown as Record<string, (...args: unknown[]) => Tensor>;
expectRefusals([
  [() => F.conv2d(x, ones(4, 3, 3, 3)), RangeError, 'conv2d: expected 3 channels for weight [4, 3, 3, 3] for input, got [2, 4, 5, 5]'], // prettier-ignore
  [() => F.conv2d(x, ones(4, 3, 3, 3), null, { groups: 2 }), RangeError, 'conv2d: expected 6 channels for weight [4, 3, 3, 3] and groups 2 for input, got [2, 4, 5, 5]'], // prettier-ignore
  [() => F.conv2d(x, ones(5, 2, 3, 3), null, { groups: 2 }), RangeError, 'conv2d: expected a first size that groups 2 divides, for input [2, 4, 5, 5], for weight, got [5, 2, 3, 3]'], // prettier-ignore
  [() => F.conv2d(ones(2, 4, 2, 5), w), RangeError, 'conv2d: expected a padded size of at least the kernel of weight [6, 4, 3, 3] for input, got [2, 4, 2, 5], padded [2, 5]'], // prettier-ignore
  [() => F.conv2d(ones(4, 5, 5), w, null, { dilation: 3 }), RangeError, 'conv2d: expected a padded size of at least the kernel of weight [6, 4, 3, 3] with dilation [3, 3] for input, got [4, 5, 5], padded [5, 5]'], // prettier-ignore
  [() => F.conv2d(ones(2, 4, 0, 5), w, null, { padding: 3 }), RangeError, 'conv2d: expected sizes of at least 1 after the channels, for weight [6, 4, 3, 3], for input, got [2, 4, 0, 5]'], // prettier-ignore
  [() => F.conv2d(x, ones(6, 4, 0, 3)), RangeError, 'conv2d: expected sizes of at least 1 for input [2, 4, 5, 5] for weight, got [6, 4, 0, 3]'], // prettier-ignore
  [() => F.conv2d(x, ones(4, 3, 3)), RangeError, 'conv2d: expected 4 dimensions (output channels, input channels and 2 of the kernel) for weight, got [4, 3, 3]'], // prettier-ignore
  [() => F.conv2d(ones(5, 5), w), RangeError, 'conv2d: expected 4 dimensions, or 3 without a batch, for input, got [5, 5]'], // prettier-ignore
  [() => F.conv2d(x, w.double()), RangeError, "conv2d: expected dtype float64, which weight has, for input, got float32; convert it with .to('float64')"], // prettier-ignore
  [() => F.conv2d(x, w, ones(6).double()), RangeError, 'conv2d: expected dtype float32 for bias, got float64'], // prettier-ignore
  [() => F.conv2d(x, w, ones(4)), RangeError, 'conv2d: expected [6] for weight [6, 4, 3, 3] for bias, got [4]'], // prettier-ignore
  [() => untyped.conv2d(x, w, { stride: 2 }), TypeError, 'conv2d: expected a tensor or null for bias, got an object; pass null before the options'], // prettier-ignore
  [() => F.conv2d(x, w, null, { stride: 0 }), RangeError, 'conv2d: expected an integer of at least 1 for stride, got 0'], // prettier-ignore
  [() => F.conv2d(x, w, null, { stride: 2 ** 40 }), RangeError, 'conv2d: expected at most 2^30 for stride, got 1099511627776'], // prettier-ignore
  [() => F.conv2d(x, w, null, { padding: 2 ** 29 }), RangeError, 'conv2d: expected at most 2^49 elements for result'], // prettier-ignore
  [() => F.unfold(x, 3, { dilation: 2 ** 31 }), RangeError, 'unfold: expected at most 2^30 for dilation, got 2147483648'], // prettier-ignore
  [() => F.conv2d(x, w, null, { padding: [1, 1, 1] }), RangeError, 'conv2d: expected an integer or 2 integers for padding, got 3'], // prettier-ignore
  [() => F.conv2d(x, w, null, { padding: 'same', stride: 2 }), RangeError, "conv2d: expected a stride of 1 for padding 'same' for stride, got [2, 2]"], // prettier-ignore
  [() => untyped.conv2d(x, w, null, { padding: 'full' }), RangeError, "conv2d: expected 'same' or 'valid' for padding, got 'full'"], // prettier-ignore
  [() => F.conv2d(x.bool(), w.bool()), TypeError, 'conv2d: expected'],
  [() => F.convTranspose2d(x, ones(3, 2, 3, 3)), RangeError, 'convTranspose2d: expected 3 channels for weight [3, 2, 3, 3] for input, got [2, 4, 5, 5]'], // prettier-ignore
  [() => F.convTranspose2d(x, ones(4, 2, 3, 3), null, { stride: 2, outputPadding: 2 }), RangeError, 'convTranspose2d: expected less than stride [2, 2] or dilation [1, 1] for input [2, 4, 5, 5] and weight [4, 2, 3, 3] for outputPadding, got [2, 2]'], // prettier-ignore
  [() => F.convTranspose2d(ones(2, 4, 2, 2), ones(4, 2, 3, 3), null, { padding: 3 }), RangeError, 'convTranspose2d: expected at most [4, 4], for weight [4, 2, 3, 3] and input [2, 4, 2, 2], for padding at both ends together, got [6, 6]'], // prettier-ignore
  [() => F.convTranspose2d(x, ones(4, 2, 3, 3), ones(4)), RangeError, 'convTranspose2d: expected [2] for weight [4, 2, 3, 3] for bias, got [4]'], // prettier-ignore
  [() => F.unfold(ones(1, 1, 1, 5), 2), RangeError, 'unfold: expected at least one window of kernel [2, 2], dilation [1, 1], padding [0, 0], stride [1, 1] for input, got [1, 1, 1, 5]'], // prettier-ignore
  [() => F.unfold(ones(4, 5), 2), RangeError, 'unfold: expected 3 or 4 dimensions of at least 1, apart from the batch, for input, got [4, 5]'], // prettier-ignore
  [() => F.fold(ones(2, 12, 11), [4, 5], 2), RangeError, 'fold: expected a multiple of 4 rows and 12 columns for images [4, 5] and kernel [2, 2], dilation [1, 1], padding [0, 0], stride [1, 1], for input, got [2, 12, 11]'], // prettier-ignore
  [() => F.fold(ones(2, 12, 12).long(), [4, 5], 2), TypeError, 'fold: expected'],
]);

test.each(
  (['float16', 'bfloat16'] as const).flatMap((dtype) =>
    [1, 2].map((stride): [typeof dtype, number] => [dtype, stride]),
  ),
)(
  'a depthwise convolution of %s with stride %i rounds the results of float32 once',
  (dtype, stride) => {
    const run = (wide: boolean): Tensor[] => {
      manualSeed(5);
      const inputs = [randn(2, 3, 9, 11), randn(3, 1, 3, 3), randn(3)].map((given) => {
        const half = given.to(dtype);
        return (wide ? half.to('float32') : half).requiresGrad_();
      });
      const [x, weight, bias] = inputs;
      const y = F.conv2d(x, weight, bias, { stride, padding: 1, groups: 3 });
      const gradients = grad([y], inputs, { gradOutputs: [ones(y.shape).to(y.dtype)] });
      return [y.detach(), ...gradients].map((one) => one.to(dtype));
    };
    const [halves, expected] = [run(false), run(true)];
    halves.forEach((half, i) => {
      expect(half.toArray()).toEqual(expected[i].toArray());
    });
  },
);
