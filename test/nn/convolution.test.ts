/** Convolution layers: parameters, initial values, padding modes, output sizes, errors. */
import { F, manualSeed, nn, ones, optim, randn, type Tensor } from 'blasgrad';
import { plainOf } from '../support/plain';
import { expectRefusals } from '../support/refusals';

test('the state has names and shapes of PyTorch', () => {
  const shapes = (module: nn.AnyModule): unknown =>
    Object.entries(module.stateDict()).map(([name, { shape }]) => [name, shape]);
  expect(shapes(new nn.Conv2d(4, 6, [3, 2], { groups: 2 }))).toEqual([
    ['weight', [6, 2, 3, 2]],
    ['bias', [6]],
  ]);
  expect(shapes(new nn.ConvTranspose1d(4, 6, 3, { groups: 2, bias: false }))).toEqual([
    ['weight', [4, 3, 3]],
  ]);
});

test.each<[string, () => { weight: Tensor; bias: Tensor | null }, number]>([
  ['Conv2d', () => new nn.Conv2d(8, 32, 3), 8 * 9],
  ['Conv1d with groups', () => new nn.Conv1d(8, 32, 5, { groups: 4 }), 2 * 5],
  ['ConvTranspose2d', () => new nn.ConvTranspose2d(16, 32, 2), 32 * 4],
])('initial values of %s are uniform within 1 / sqrt(fan in)', (_, make, fanIn) => {
  manualSeed(3);
  const { weight, bias } = make();
  const bound = 1 / Math.sqrt(fanIn);
  for (const values of [weight, bias as Tensor]) {
    expect(values.abs().max().item()).toBeLessThanOrEqual(bound);
    expect(values.abs().max().item()).toBeGreaterThan(0.75 * bound);
  }
  expect(Math.abs(weight.detach().std().item() - bound / Math.sqrt(3))).toBeLessThan(0.1 * bound);
});

const modes = ['reflect', 'replicate', 'circular'] as const;

test.each(modes)('padding mode %s is F.pad before the convolution', (paddingMode) => {
  manualSeed(1);
  const x = randn(2, 3, 6, 7);
  const options = { padding: 'same', dilation: [1, 3], paddingMode } as const;
  const layer = new nn.Conv2d(3, 4, [4, 2], options);
  const padded = F.pad(x, [1, 2, 1, 2], { mode: paddingMode });
  const expected = F.conv2d(padded, layer.weight, layer.bias, { dilation: [1, 3] });
  expect(plainOf(layer.forward(x).detach())).toEqual(plainOf(expected.detach()));
  expect(layer.forward(x.select(0, 0)).shape).toEqual([4, 6, 7]);
});

test('outputSize chooses among the sizes that the stride leaves open', () => {
  const layer = new nn.ConvTranspose2d(3, 4, 3, { stride: 2, padding: 1 });
  const x = ones(2, 3, 5, 5);
  expect(layer.forward(x).shape).toEqual([2, 4, 9, 9]);
  expect(layer.forward(x, { outputSize: [10, 9] }).shape).toEqual([2, 4, 10, 9]);
  expect(layer.forward(x, { outputSize: [2, 4, 9, 10] }).shape).toEqual([2, 4, 9, 10]);
  expect(layer.forward(ones(3, 5, 5), { outputSize: [10, 10] }).shape).toEqual([4, 10, 10]);
  expect(layer.forward(x, { outputSize: null }).shape).toEqual([2, 4, 9, 9]);
});

test('a transposed layer with the settings of a layer gives back its input size', () => {
  const x = ones(1, 3, 12, 9);
  const down = new nn.Conv2d(3, 8, 5, { stride: [3, 2], padding: 2 });
  const up = new nn.ConvTranspose2d(8, 3, 5, { stride: [3, 2], padding: 2 });
  expect(up.forward(down.forward(x), { outputSize: [12, 9] }).shape).toEqual(x.shape);
});

test('dtype of the parameters, and conversion', () => {
  const layer = new nn.Conv1d(1, 1, 1, { dtype: 'float64' });
  expect(layer.forward(ones(1, 1, 3).double()).dtype).toBe('float64');
  expect(layer.half().forward(ones(1, 1, 3).half()).dtype).toBe('float16');
});

test('layers learn a filter', () => {
  manualSeed(0);
  const target = new nn.Conv2d(1, 2, 3, { padding: 1 });
  const model = new nn.Conv2d(1, 2, 3, { padding: 1 });
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.05 });
  let loss = Infinity;
  for (let i = 0; i < 150; i++) {
    const x = randn(8, 1, 6, 6);
    optimizer.zeroGrad();
    const error = F.mseLoss(model.forward(x), target.forward(x).detach());
    error.backward();
    optimizer.step();
    loss = error.item();
  }
  expect(loss).toBeLessThan(1e-3);
});

const transposed = new nn.ConvTranspose2d(3, 4, 3, { stride: 2, padding: 1 });
const untyped = nn as unknown as Record<string, new (...args: unknown[]) => nn.Module>;
expectRefusals([
  [() => new nn.Conv2d(3, 4, 3, { groups: 2 }), RangeError, 'Conv2d: expected a multiple of groups 2 for inChannels, got 3'], // prettier-ignore
  [() => new nn.Conv2d(4, 3, 3, { groups: 2 }), RangeError, 'Conv2d: expected a multiple of groups 2 for outChannels, got 3'], // prettier-ignore
  [() => new nn.Conv2d(0, 4, 3), RangeError, 'Conv2d: expected an integer of at least 1 for inChannels, got 0'], // prettier-ignore
  [() => new nn.Conv2d(3, 4, 0), RangeError, 'Conv2d: expected an integer of at least 1 for kernelSize, got 0'], // prettier-ignore
  [() => new nn.Conv2d(3, 4, [3, 3, 3]), RangeError, 'Conv2d: expected an integer or 2 integers for kernelSize, got 3'], // prettier-ignore
  [() => new nn.Conv2d(3, 4, 3, { padding: 'same', stride: 2 }), RangeError, "Conv2d: expected a stride of 1 for padding 'same' for stride, got [2, 2]"], // prettier-ignore
  [() => new untyped.Conv2d(3, 4, 3, { paddingMode: 'mirror' }), RangeError, "Conv2d: expected 'zeros' or 'reflect' or 'replicate' or 'circular' for paddingMode, got 'mirror'"], // prettier-ignore
  [() => new untyped.Conv2d(3, 4), TypeError, 'Conv2d: expected an integer or 2 integers for kernelSize, got undefined'], // prettier-ignore
  [
    () => new untyped.Conv2d(3, 4, 3, 2),
    TypeError,
    'Conv2d: expected an object for options, got 2',
  ],
  [() => new untyped.Conv2d(3, 4, 3, { strides: 2 }), RangeError, "Conv2d: expected one of stride, padding, dilation, groups, bias, paddingMode, dtype for options, got 'strides'"], // prettier-ignore
  [() => new untyped.ConvTranspose2d(3, 4, 3, { padding: 'same' }), TypeError, "ConvTranspose2d: expected an integer or 2 integers for padding, got 'same'"], // prettier-ignore
  [() => transposed.forward(ones(2, 3, 5, 5), { outputSize: [11, 10] }), RangeError, 'ConvTranspose2d: expected sizes from [9, 9] to [10, 10] for input [2, 3, 5, 5] for outputSize, got [11, 10]'], // prettier-ignore
  [() => transposed.forward(ones(2, 3, 5, 5), { outputSize: [11] }), RangeError, 'ConvTranspose2d: expected 2 or 4 sizes for input [2, 3, 5, 5] for outputSize, got [11]'], // prettier-ignore
  [() => new nn.Conv2d(3, 4, 3, { padding: 3, paddingMode: 'reflect' }).forward(ones(1, 3, 2, 4)), RangeError, 'Conv2d: expected widths of at most'], // prettier-ignore
]);
