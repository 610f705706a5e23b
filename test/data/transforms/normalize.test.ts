/** Normalize, compared with numbers computed here and with PyTorch's rounding, and its errors. */
import { compile, data, F, nn, optim, rand, randint, tensor, type Tensor } from 'blasgrad';
import { plainOf } from '../../support/plain';

const { Normalize } = data.transforms;
const mean = [0.485, 0.456, 0.406];
const std = [0.229, 0.224, 0.225];
const f32 = Math.fround;

/** Every step rounded to float32, as (x.float() / 255 - mean) / std is in PyTorch. */
const expected = (value: number, m: number, s: number): number =>
  f32(f32(f32(value / 255) - f32(m)) / f32(s));

const bytes = (): Tensor => tensor(Uint8Array.from({ length: 256 }, (_, i) => i));

test('every byte becomes the float32 that the steps one by one would give', () => {
  for (const [m, s] of [
    [0, 1],
    [0.1307, 0.3081],
    [0.485, 0.229],
    [1e-3, 1e-3],
    [-2, 300],
  ]) {
    const y = new Normalize(m, s).forward(bytes());
    expect([y.dtype, y.shape]).toEqual(['float32', [256]]);
    expect(plainOf(y).data).toEqual(Array.from({ length: 256 }, (_, i) => expected(i, m, s)));
  }
});

test('channels have their own mean and standard deviation, at every size', () => {
  const normalize = new Normalize(mean, std);
  for (const side of [1, 2, 5, 8, 17, 64]) {
    const images = randint(0, 256, [2, 3, side, side]).to('uint8');
    const y = normalize.forward(images);
    const area = side * side;
    const wanted = plainOf(images).data.map((value, i) => {
      const channel = Math.floor(i / area) % 3;
      return expected(value, mean[channel], std[channel]);
    });
    expect(plainOf(y).data).toEqual(wanted);
    expect(normalize.forward(images.select(0, 1)).toArray()).toEqual(y.select(0, 1).toArray());
  }
});

test('large results are the same as small ones', () => {
  const images = randint(0, 256, [40, 3, 101, 101]).to('uint8'); // 4.9 MB
  const normalize = new Normalize(mean, std);
  const y = normalize.forward(images);
  for (const i of [0, 17, 39]) {
    const part = normalize.forward(images.narrow(0, i, 1).clone());
    expect(y.narrow(0, i, 1).sub(part).abs().max().item()).toBe(0);
  }
});

test('floating images keep their dtype; halves are rounded once', () => {
  const x = rand([2, 3, 4, 4], { dtype: 'float64' });
  const normalize = new Normalize(mean, std);
  const y = normalize.forward(x);
  expect(y.dtype).toBe('float64');
  plainOf(x).data.forEach((value, i) => {
    const channel = Math.floor(i / 16) % 3;
    expect(y.data[i]).toBe((value - mean[channel]) / std[channel]);
  });
  for (const dtype of ['float16', 'bfloat16'] as const) {
    const half = x.to(dtype);
    const result = normalize.forward(half);
    expect(result.dtype).toBe(dtype);
    expect(result.toArray()).toEqual(normalize.forward(half.to('float32')).to(dtype).toArray());
  }
});

test('gradients flow to floating images', () => {
  const x = rand(3, 1, 2).requiresGrad_();
  new Normalize(mean, std).forward(x).sum().backward();
  const wanted = std.flatMap((s) => [f32(1 / f32(s)), f32(1 / f32(s))]);
  expect(x.grad?.flatten().toArray()).toEqual(wanted);
});

test('it is the first layer of a model that takes bytes, also compiled', () => {
  const model = new nn.Sequential(new Normalize(0.1307, 0.3081), new nn.Linear(16, 3));
  expect(Object.keys(model.stateDict())).toEqual(['1.weight', '1.bias']);
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const step = compile((x: Tensor, y: Tensor) => {
    optimizer.zeroGrad();
    const loss = F.crossEntropy(model.forward(x), y);
    loss.backward();
    optimizer.step();
    return loss;
  });
  const labels = tensor([0n, 1n, 2n, 1n]);
  const losses = Array.from({ length: 4 }, () => {
    const images = randint(0, 256, [4, 16]).to('uint8');
    const wanted = F.crossEntropy(model.forward(images), labels).item();
    const loss = step(images, labels).item();
    expect(loss).toBe(wanted);
    return loss;
  });
  expect(new Set(losses).size).toBe(4);
});

test('prints as torchvision does', () => {
  expect(String(new Normalize(mean, std))).toBe(
    'Normalize(mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])',
  );
  expect(String(new Normalize(0, 1))).toBe('Normalize(mean=[0.0], std=[1.0])');
});

const images = (): Tensor => tensor(new Uint8Array(4 * 2 * 2)).reshape(4, 2, 2);
test.each<[() => unknown, string]>([
  [() => new Normalize(0, 0), 'expected numbers above 0 for std, got 0'],
  [() => new Normalize(0, [1, -2]), 'expected numbers above 0 for std, got -2'],
  [() => new Normalize(0, 1e-60), 'expected numbers above 0 for std, got 1e-60'],
  [
    () => new Normalize([0, 0], [1, 1, 1]),
    'expected 2 numbers, as many as in mean, for std, got 3',
  ],
  [() => new Normalize([], 1), 'expected at least one number for mean, got none'],
  [() => new Normalize(NaN, 1), 'expected a finite number for mean, got NaN'],
  [
    () => new Normalize([0, 1e60], 1),
    'expected a number that float32 holds for mean[1], got 1e+60',
  ],
  [() => new Normalize(['0'] as never, 1), "expected a number for mean[0], got '0'"],
  [
    () => new Normalize('0' as never, 1),
    "expected a number or an array of numbers for mean, got '0'",
  ],
  [
    () => new Normalize(mean, std).forward(images()),
    'expected a shape (..., 3, H, W) for input, got [4, 2, 2]',
  ],
  [
    () => new Normalize(mean, std).forward(images().select(0, 0)),
    'expected a shape (..., 3, H, W) for input, got [2, 2]',
  ],
  [
    () => new Normalize(0, 1).forward(images().to('int32')),
    'expected uint8, float32, float64, float16 or bfloat16 for dtype of input, got int32',
  ],
  [() => new Normalize(0, 1).forward(3 as never), 'expected a tensor for input, got 3'],
])('%s is refused', (run, message) => {
  expect(run).toThrow(`Normalize: ${message}`);
});
