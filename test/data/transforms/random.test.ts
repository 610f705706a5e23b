/** Random image transforms: each image has its own choice, within the ranges, from the generator that loaders seed. */
import {
  arange,
  cat,
  compile,
  data,
  F,
  manualSeed,
  rand,
  randint,
  tensor,
  zeros,
  type Tensor,
} from 'blasgrad';
import { plainOf } from '../../support/plain';
import { outputOf } from '../workers/support';

const { transforms } = data;
const bytes = (...shape: number[]): Tensor => randint(0, 256, shape).to('uint8');
const numbers = (x: Tensor): number[] => plainOf(x).data.map(Number);

beforeEach(() => {
  manualSeed(1);
});

/** Transforms of every kind, which differ from image to image. */
const kinds: [string, data.transforms.Transform][] = [
  ['RandomCrop', new transforms.RandomCrop(8, { padding: 3 })],
  ['RandomHorizontalFlip', new transforms.RandomHorizontalFlip()],
  ['RandomVerticalFlip', new transforms.RandomVerticalFlip({ p: 0.4 })],
  [
    'ColorJitter',
    new transforms.ColorJitter({ brightness: 0.5, contrast: 0.5, saturation: 0.5, hue: 0.2 }),
  ],
  ['RandomErasing', new transforms.RandomErasing({ value: 'random' })],
  ['GaussianBlur', new transforms.GaussianBlur(3)],
  ['Compose', new transforms.Compose([new transforms.RandomHorizontalFlip(), new transforms.RandomCrop(8, { padding: 2 })])], // prettier-ignore
];

test.each(kinds)(
  '%s: one seed, the same images; each of a batch has its own choice',
  (_, transform) => {
    const image = bytes(3, 8, 8);
    const batch = image.expand(32, 3, 8, 8);
    const run = (): number[] => {
      manualSeed(5);
      return numbers(transform.forward(batch));
    };
    const first = run();
    expect(run()).toEqual(first);
    const size = first.length / 32;
    const images = new Set(
      Array.from({ length: 32 }, (__, i) => first.slice(i * size, (i + 1) * size).join()),
    );
    expect(images.size).toBeGreaterThan(1);
    expect(numbers(transform.forward(batch))).not.toEqual(first);
  },
);

test.each(kinds)('%s keeps dtype and leading dimensions, also of empty batches', (_, transform) => {
  for (const dtype of ['uint8', 'float32', 'float64', 'float16'] as const) {
    const one = transform.forward(rand([3, 8, 8]).to(dtype));
    for (const leading of [[], [2], [2, 3], [0], [2, 0]]) {
      const y = transform.forward(rand([...leading, 3, 8, 8]).to(dtype));
      expect([y.dtype, y.shape]).toEqual([dtype, [...leading, ...one.shape]]);
    }
  }
});

test.each(kinds)('%s is refused in a compiled function', (_, transform) => {
  const step = compile((x: Tensor) => transform.forward(x).mul(2));
  expect(() => step(rand(3, 8, 8))).toThrow(/: cannot choose at random in a compiled function, because a replay would repeat the choice; transform the images before you call it$/); // prettier-ignore
});

test('flips happen with probability p', () => {
  const images = tensor([[[[1, 2]]]]).expand(4000, 1, 1, 2);
  for (const p of [0, 0.25, 1]) {
    const y = new transforms.RandomHorizontalFlip({ p }).forward(images);
    const share = y.narrow(-1, 0, 1).eq(2).to('float32').mean().item();
    expect(Math.abs(share - p)).toBeLessThan(p === 0.25 ? 0.03 : 1e-9);
  }
});

test('RandomCrop: every place equally often', () => {
  const image = arange(25).reshape(1, 5, 5).to('float32');
  const corners = new Map<number, number>();
  const y = new transforms.RandomCrop([3, 4]).forward(image.expand(6000, 1, 5, 5));
  for (let i = 0; i < 6000; i++) {
    const crop = y.select(0, i);
    const corner = crop.index([0, 0, 0]).item();
    corners.set(corner, (corners.get(corner) ?? 0) + 1);
    if (i > 20) continue;
    const [top, left] = [Math.floor(corner / 5), corner % 5];
    expect(numbers(crop)).toEqual(numbers(image.narrow(1, top, 3).narrow(2, left, 4)));
  }
  expect([...corners.keys()].sort((a, b) => a - b)).toEqual([0, 1, 5, 6, 10, 11]);
  for (const count of corners.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

test('RandomCrop pads images that are too small', () => {
  const y = new transforms.RandomCrop(4, { padIfNeeded: true, fill: 9 }).forward(
    zeros(20, 1, 2, 6),
  );
  expect(y.shape).toEqual([20, 1, 4, 4]);
  expect(new Set(numbers(y))).toEqual(new Set([0, 9]));
});

test('RandomErasing: area and ratio within the intervals, p as the share of images', () => {
  const erase = new transforms.RandomErasing({
    p: 0.7,
    scale: [0.1, 0.3],
    ratio: [0.5, 2],
    value: [2, 3, 4],
  });
  const y = erase.forward(zeros(1000, 3, 30, 40));
  const erased = y.gt(0).to('float32');
  const areas = numbers(erased.select(1, 0).sum([-2, -1]));
  const changed = areas.filter((area) => area > 0);
  expect(Math.abs(changed.length / 1000 - 0.7)).toBeLessThan(0.05);
  for (const area of changed) {
    expect(area / 1200).toBeGreaterThan(0.09);
    expect(area / 1200).toBeLessThan(0.32);
  }
  const first = areas.findIndex((area) => area > 0);
  const one = y.select(0, first);
  expect(numbers(one.amax([-2, -1]))).toEqual([2, 3, 4]);
  const rows = numbers(erased.select(0, first).select(0, 0).amax(1)).filter(
    (value) => value > 0,
  ).length;
  expect(areas[first] % rows).toBe(0);
  const ratio = rows / (areas[first] / rows);
  expect(ratio).toBeGreaterThan(0.45);
  expect(ratio).toBeLessThan(2.2);
});

test('RandomErasing writes to its input only with inplace', () => {
  for (const inplace of [false, true]) {
    const image = zeros(1, 8, 8);
    const y = new transforms.RandomErasing({ p: 1, value: 1, inplace }).forward(image);
    expect(y.max().item()).toBe(1);
    expect(image.max().item()).toBe(inplace ? 1 : 0);
  }
});

test('ColorJitter: factors within the intervals, in every order', () => {
  const half = zeros(2000, 1, 1, 1).add(0.5);
  const bright = numbers(new transforms.ColorJitter({ brightness: 0.4 }).forward(half));
  expect(Math.min(...bright)).toBeGreaterThanOrEqual(0.3);
  expect(Math.max(...bright)).toBeLessThanOrEqual(0.7);
  expect(Math.min(...bright)).toBeLessThan(0.31);
  expect(Math.max(...bright)).toBeGreaterThan(0.69);
  // Brightness 2 cuts 0.75 off at 1, and contrast 0 makes all pixels the mean: the order is visible.
  const picture = tensor([[[0.25, 0.75]]]).expand(200, 1, 1, 2);
  const both = new transforms.ColorJitter({ brightness: [2, 2], contrast: [0, 0] });
  expect(new Set(numbers(both.forward(picture)))).toEqual(new Set([1, 0.75]));
});

test('an image of a batch gets the same numbers as alone', () => {
  const blur = new transforms.GaussianBlur(3);
  const image = rand(1, 6, 6);
  const [alone, batch] = [image, image.unsqueeze(0)].map((x) => {
    manualSeed(8);
    return numbers(blur.forward(x));
  });
  expect(batch).toEqual(alone);
});

test('gradients reach the images', () => {
  const x = rand(2, 3, 6, 6).requiresGrad_();
  const augment = new transforms.Compose([
    new transforms.RandomCrop(4, { padding: 1, paddingMode: 'reflect' }),
    new transforms.ColorJitter({ brightness: 0.2, hue: 0.1 }),
    new transforms.GaussianBlur(3),
    new transforms.RandomErasing({ p: 1 }),
  ]);
  augment.forward(x).sum().backward();
  expect(x.grad?.shape).toEqual(x.shape);
  expect(x.grad?.abs().sum().item()).toBeGreaterThan(0);
});

describe('mixup and cutmix', () => {
  const labels = tensor([0, 1, 2, 1], { dtype: 'int64' });

  test('mixup: each image with the one before it, labels likewise', () => {
    const images = tensor([1, 10, 100, 1000]).reshape(4, 1, 1, 1);
    const [x, y] = transforms.mixup(images, labels, { numClasses: 3 });
    const [first] = numbers(x);
    const lambda = (1000 - first) / 999;
    expect(lambda).toBeGreaterThan(0);
    const wanted = [1000, 1, 10, 100].map((before, i) => lambda * 10 ** i + (1 - lambda) * before);
    numbers(x).forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 2));
    const hot = F.oneHot(labels, 3).to('float32');
    const mixed = hot.mul(lambda).add(hot.roll(1, 0).mul(1 - lambda));
    expect(y.sub(mixed).abs().max().item()).toBeLessThan(1e-6);
    const [, again] = transforms.mixup(images, hot);
    expect(again.sum(1).sub(1).abs().max().item()).toBeLessThan(1e-6);
  });

  test('cutmix: a rectangle of the image before, labels by its area', () => {
    const images = tensor([0, 1, 2, 3], { dtype: 'uint8' }).reshape(4, 1, 1, 1).expand(4, 2, 9, 7);
    const areas = new Set<number>();
    for (let i = 0; i < 50; i++) {
      const [x, y] = transforms.cutmix(images, labels, { numClasses: 3, alpha: 0.5 });
      const changed = x.select(0, 1).select(0, 0).eq(0).to('float32').sum().item();
      areas.add(changed);
      expect(numbers(y.select(0, 1))[1]).toBeCloseTo(1 - changed / 63, 5);
      expect(numbers(y.select(0, 1))[0]).toBeCloseTo(changed / 63, 5);
    }
    expect(areas.size).toBeGreaterThan(10);
  });

  test.each([0.2, 1, 3])('lambda has the distribution Beta(%d, %d)', (alpha) => {
    const images = tensor([0, 1]).reshape(2, 1, 1, 1);
    const values = Array.from({ length: 4000 }, () => {
      const [x] = transforms.mixup(images, tensor([0, 1], { dtype: 'int64' }), {
        alpha,
        numClasses: 2,
      });
      return numbers(x)[1];
    });
    const mean = values.reduce((a, b) => a + b, 0) / 4000;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4000;
    expect(mean).toBeCloseTo(0.5, 1);
    expect(Math.abs(variance * 4 * (2 * alpha + 1) - 1)).toBeLessThan(0.08);
  });

  test.each<[() => unknown, string]>([
    [() => transforms.mixup(rand(4, 1, 2, 2), labels), 'mixup: expected a number, because labels are class labels, for numClasses, got undefined'], // prettier-ignore
    [
      () => transforms.cutmix(rand(1, 2, 2), labels),
      'cutmix: expected a shape (N, C, H, W) for images, got [1, 2, 2]',
    ],
    [() => transforms.mixup(rand(3, 1, 2, 2), labels, { numClasses: 3 }), 'mixup: expected a shape (3) or (3, 3), for images of shape [3, 1, 2, 2], for labels, got [4]'], // prettier-ignore
    [
      () => transforms.mixup(bytes(4, 1, 2, 2), labels, { numClasses: 3 }),
      'for dtype of images, got uint8',
    ],
    [
      () => transforms.mixup(rand(4, 1, 2, 2), labels, { alpha: 0 }),
      'expected a number above 0 for alpha, got 0',
    ],
  ])('%s is refused', (run, message) => {
    expect(run).toThrow(message);
  });
});

describe('with loaders', () => {
  const images = bytes(12, 3, 8, 8);
  const augment = new transforms.Compose([
    new transforms.RandomCrop(8, { padding: 2 }),
    new transforms.RandomHorizontalFlip(),
    new transforms.ColorJitter({ brightness: 0.3 }),
  ]);
  const dataset = { length: 12, get: (i: number) => augment.forward(images.select(0, i)) };

  test('the rest of a resumed epoch has the same images', () => {
    const make = () => new data.DataLoader(dataset, { batchSize: 4, shuffle: true, seed: 3 });
    const whole = [...make()].map(numbers);
    const loader = make();
    const iterator = loader[Symbol.iterator]();
    iterator.next();
    const other = make();
    other.loadStateDict(loader.stateDict());
    rand(100); // the generator of manualSeed does not matter
    expect([...other].map(numbers)).toEqual(whole.slice(1));
  });

  test('collate is seeded for each batch: whole batches are transformed alike when an epoch is resumed', async () => {
    const make = (prefetch: number) => {
      const tensors = new data.TensorDataset(images, arange(12).to('int64'));
      const collate = (samples: [Tensor, Tensor][]): Tensor[] => {
        const [x, y] = data.collate(samples);
        return data.transforms.mixup(augment.forward(x).to('float32'), y.remainder(3), {
          numClasses: 3,
        });
      };
      return new data.DataLoader(tensors, { batchSize: 4, seed: 3, collate, prefetch });
    };
    const all = [...make(1)].map((batch) => batch.map(numbers));
    expect(all[0]).not.toEqual(all[1]);
    for (const prefetch of [0, 3]) {
      rand(3);
      const ahead: number[][][] = [];
      for await (const batch of make(prefetch)) ahead.push(batch.map(numbers));
      expect(ahead).toEqual(all);
    }
    const loader = make(1);
    for (const _ of loader) break;
    const other = make(1);
    other.loadStateDict(loader.stateDict());
    expect([...other].map((batch) => batch.map(numbers))).toEqual(all.slice(1));
    const epochs = make(1);
    const [first, second] = [[...epochs], [...epochs]].map((epoch) => cat(epoch.map(([x]) => x)));
    expect(numbers(second)).not.toEqual(numbers(first));
  });

  test('workers give the same images as this thread', async () => {
    const [alone, one, two] = (await outputOf(`
      const images = await load('augmented.mjs');
      const read = (workers) =>
        batchesOf(new DataLoader(images, { batchSize: 4, shuffle: true, seed: 7, workers }));
      tell([await read(0), await read(1), await read(2)]);
    `)) as string[][];
    expect(alone).toHaveLength(3);
    expect(new Set(alone).size).toBe(3);
    expect(one).toEqual(alone);
    expect(two).toEqual(alone);
  });
});
