/** Pooling: what the tables of ops and PyTorch's numbers leave open, and bad input. */
import {
  arange,
  compile,
  F,
  manualSeed,
  nn,
  ones,
  rand,
  randn,
  tensor,
  zeros,
  type Tensor,
} from 'blasgrad';

const x = ones(2, 3, 4, 4);

test.each<[string, () => unknown, string]>([
  [
    'a window larger than the padded input',
    () => F.maxPool2d(x, 5),
    'maxPool2d: expected windows of at most [4, 4], the padded input, for kernelSize, got [5, 5]',
  ],
  [
    'a dilated window larger than the padded input',
    () => F.maxPool2d(x, [3, 2], { dilation: 3, padding: 1 }),
    'maxPool2d: expected windows of at most [6, 6], the padded input, for kernelSize, got [7, 4]',
  ],
  [
    'padding of more than half a window',
    () => F.avgPool2d(x, [2, 3], { padding: [1, 2] }),
    'avgPool2d: expected at most half of kernelSize [2, 3] for padding, got [1, 2]',
  ],
  [
    'a stride of 0',
    () => F.maxPool2d(x, 2, { stride: 0 }),
    'maxPool2d: expected an integer of at least 1 for stride, got 0',
  ],
  [
    'a stride as the third argument',
    () => F.maxPool2d(x, 2, 2 as never),
    'maxPool2d: expected an object for options, got 2',
  ],
  [
    'too many sizes',
    () => F.maxPool2d(x, [2, 2, 2]),
    'maxPool2d: expected a number or 2 numbers for kernelSize, got an array of 3 elements',
  ],
  [
    'an input without channels',
    () => F.maxPool2d(ones(4, 4), 2),
    'maxPool2d: expected (C, H, W) or (N, C, H, W) for input, got [4, 4]',
  ],
  [
    'an empty image',
    () => F.maxPool2d(zeros(2, 3, 0, 4), 2),
    'maxPool2d: expected (C, H, W) or (N, C, H, W) with sizes of at least 1 for input, got [2, 3, 0, 4]',
  ],
  [
    'bool',
    () => F.maxPool2d(x.gt(0), 2),
    'maxPool2d: expected float32, float64, float16, bfloat16, int64, int32 or uint8 for dtype of input, got bool',
  ],
  [
    'averages of int32',
    () => F.avgPool2d(x.to('int32'), 2),
    'avgPool2d: expected float32, float64, float16, bfloat16 or int64 for dtype of input, got int32',
  ],
  [
    'a divisor of 0',
    () => F.avgPool2d(x, 2, { divisorOverride: 0 }),
    'avgPool2d: expected an integer other than 0 for divisorOverride, got 0',
  ],
  [
    'a divisor in one dimension',
    () => F.avgPool1d(ones(1, 4), 2, { divisorOverride: 1 } as never),
    'avgPool1d: expected one of stride, padding, ceilMode, countIncludePad for options, got ',
  ],
  [
    'a norm of order 0',
    () => F.lpPool2d(x, 0, 2),
    'lpPool2d: expected a number other than 0 for normType, got 0',
  ],
  [
    'an output size of another number of dimensions',
    () => F.adaptiveAvgPool2d(x, [1]),
    'adaptiveAvgPool2d: expected a number, null, or an array of 2 of them for outputSize, got an array of 1 elements',
  ],
  [
    'a negative output size',
    () => new nn.AdaptiveMaxPool2d([2, -1]),
    'AdaptiveMaxPool2d: expected an integer of at least 0 for outputSize[1], got -1',
  ],
  [
    'indices of another shape',
    () => F.maxUnpool2d(ones(1, 2, 2), zeros(1, 2, 3, { dtype: 'int32' }), 2),
    'maxUnpool2d: expected [1, 2, 2] for indices, got [1, 2, 3]',
  ],
  [
    'an index outside of the output',
    () => F.maxUnpool1d(ones(1, 2), tensor([[0, 4]], { dtype: 'int32' }), 2),
    'maxUnpool1d: expected an index from 0 to 3 for indices, got 4',
  ],
  [
    'an impossible output size',
    () => F.maxUnpool1d(ones(1, 2), tensor([[0, 2]], { dtype: 'int32' }), 2, { outputSize: [7] }),
    'maxUnpool1d: expected sizes that differ from [4] by less than the stride [2] for outputSize, got [7]',
  ],
  [
    'neither size nor ratio',
    () => F.fractionalMaxPool2d(x, 2),
    'fractionalMaxPool2d: expected either outputSize or outputRatio for options, got neither',
  ],
  [
    'both size and ratio',
    () => new nn.FractionalMaxPool2d(2, { outputSize: 2, outputRatio: 0.5 }),
    'FractionalMaxPool2d: expected either outputSize or outputRatio for options, got both',
  ],
  [
    'a ratio of 1',
    () => F.fractionalMaxPool2d(x, 2, { outputRatio: 1 }),
    'fractionalMaxPool2d: expected a number between 0 and 1 for outputRatio, got 1',
  ],
  [
    'windows that do not fit',
    () => F.fractionalMaxPool2d(x, 2, { outputSize: [3, 4] }),
    'fractionalMaxPool2d: expected sizes from 1 to [3, 3], which windows of [2, 2] allow, for outputSize, got [3, 4]',
  ],
  [
    'samples of another shape',
    () => F.fractionalMaxPool2d(x, 2, { outputSize: 2, randomSamples: rand(2, 3) }),
    'fractionalMaxPool2d: expected float32 [2, 3, 2] for randomSamples, got float32 [2, 3]',
  ],
])('%s', (_, run, message) => {
  expect(run).toThrow(message);
});

test('random windows differ from call to call, and depend on the seed', () => {
  const image = randn(1, 1, 40, 40);
  const pool = new nn.FractionalMaxPool2d(2, { outputRatio: 0.7, returnIndices: true });
  const indices = (): unknown => pool.forward(image)[1].toArray();
  manualSeed(3);
  const first = indices();
  expect(indices()).not.toEqual(first);
  manualSeed(3);
  expect(indices()).toEqual(first);
  manualSeed(3);
  const step = compile((input: Tensor) => pool.forward(input)[1]);
  expect([step(image).toArray(), step(image).toArray()][0]).toEqual(first);
});

test.each([1, 2, 3] as const)('maxUnpool%dd reverses maxPool', (dims) => {
  const image = randn([2, 3, 5, 6, 7].slice(0, 2 + dims));
  const pool = new nn[`MaxPool${dims}d`](2, { returnIndices: true });
  const reverse = new nn[`MaxUnpool${dims}d`](2);
  const [values, indices] = pool.forward(image);
  const restored = reverse.forward(values, indices, { outputSize: image.shape });
  expect(restored.shape).toEqual(image.shape);
  const [again] = pool.forward(restored.abs());
  expect(again.toArray()).toEqual(values.abs().toArray());
});

test('numbers that do not matter may be large', () => {
  const options = { stride: 2 ** 40, dilation: 2 ** 40 };
  expect(F.maxPool2d(x, 1, options).shape).toEqual([2, 3, 1, 1]);
  expect(F.avgPool2d(x, 3, { stride: 2 ** 40 }).shape).toEqual([2, 3, 1, 1]);
});

test('a layer without indices returns a tensor', () => {
  const values: Tensor = new nn.MaxPool2d(2).forward(x);
  expect(values.shape).toEqual([2, 3, 2, 2]);
  expect(new nn.Sequential(new nn.MaxPool2d(2), new nn.Flatten()).forward(x).shape).toEqual([
    2, 12,
  ]);
});

test('strided inputs and gradients', () => {
  const image = randn(2, 6, 8, 3).requiresGrad_();
  const pooled = F.maxPool2d(image.permute(0, 3, 1, 2), 2);
  pooled.permute(0, 2, 3, 1).square().sum().backward();
  const copied = image.detach().permute(0, 3, 1, 2).contiguous().requiresGrad_();
  F.maxPool2d(copied, 2).square().sum().backward();
  expect(image.grad?.permute(0, 3, 1, 2).toArray()).toEqual(copied.grad?.toArray());
});

test('samples outside [0, 1) count as in PyTorch, and those of further images are left out', () => {
  const image = arange(36).to('float32').reshape(1, 6, 6);
  const samples = tensor([[[-2.5, 0]], [[7, 7]]]);
  const y = F.fractionalMaxPool2d(image, 1, { outputSize: [1, 3], randomSamples: samples });
  expect(y.toArray()).toEqual([[[30, 33, 35]]]);
});

test('the samples of a layer are a buffer with the name of PyTorch', () => {
  const pool = new nn.FractionalMaxPool2d(2, { outputSize: 2, randomSamples: zeros(1, 1, 2) });
  expect(Object.keys(pool.stateDict())).toEqual(['_random_samples']);
  expect(pool.to('float64').forward(ones(1, 4, 4).to('float64')).dtype).toBe('float64');
  expect(new nn.FractionalMaxPool3d(2, { outputSize: 2 }).stateDict()).toEqual({});
});
