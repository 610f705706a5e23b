/** makeGrid against torchvision (../transforms/images.py), and pictures written and read again. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { data, rand, randint, tensor, zeros } from 'blasgrad';
import sharp from 'sharp';
import { plainOf } from '../../support/plain';
import { numbersOfTorchvision } from '../transforms/golden';

interface Numbers {
  readonly shape: number[];
  readonly data: number[];
}
interface Grid {
  readonly grid: {
    readonly count: number;
    readonly options: data.MakeGridOptions;
    readonly result: Numbers;
  };
}

const folder = mkdtempSync(join(tmpdir(), 'blasgrad-pictures-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [{ pictures }] = numbersOfTorchvision<{ pictures: Numbers }>('pictures');
const images = tensor(pictures.data).reshape(pictures.shape);
const grids = numbersOfTorchvision<Grid>('grid').map(({ grid }): [string, Grid['grid']] => [
  `${grid.count} images, ${JSON.stringify(grid.options)}`,
  grid,
]);

test.each(grids)('makeGrid of %s', (_, { count, options, result }) => {
  const batch = images.narrow(0, 0, count);
  for (const given of [batch, batch.unbind(0)]) {
    const grid = data.makeGrid(given, options);
    expect(grid.shape).toEqual(result.shape);
    plainOf(grid).data.forEach((value, i) => expect(value).toBeCloseTo(result.data[i], 6));
  }
});

test('grey images become three channels, and dtypes stay', () => {
  expect(data.makeGrid(rand(3, 4)).shape).toEqual([3, 3, 4]);
  expect(data.makeGrid(rand(1, 3, 4)).shape).toEqual([3, 3, 4]);
  const grid = data.makeGrid(zeros(2, 1, 3, 4, { dtype: 'uint8' }), { padValue: 255, padding: 1 });
  expect([grid.dtype, grid.shape, grid.index([0, 0, 0]).item()]).toEqual([
    'uint8',
    [3, 5, 11],
    255,
  ]);
  const one = rand(3, 2, 2);
  data.makeGrid(one).zero_();
  expect(one.max().item()).toBeGreaterThan(0); // a copy
});

test('saveImage and readImage: a PNG has the same pixels', async () => {
  const bytes = randint(0, 256, [3, 5, 7]).to('uint8');
  const path = join(folder, 'bytes.png');
  await data.saveImage(pathToFileURL(path), bytes);
  for (const source of [path, pathToFileURL(path), readFileSync(path)]) {
    expect(plainOf(await data.readImage(source))).toEqual(plainOf(bytes));
  }
  expect((await data.readImage(path, { size: [2, 3], channels: 1 })).shape).toEqual([1, 2, 3]);
  const floats = tensor([-1, 0, 0.25, 1, 1.5, 0.999]).reshape(1, 2, 3);
  await data.saveImage(path, floats);
  expect((await data.readImage(path, { channels: 3 })).select(0, 1).flatten().toArray()).toEqual([0, 0, 64, 255, 255, 255]); // prettier-ignore
  await data.saveImage(path, rand(9, 4, 6, 6), { nrow: 3, padding: 1 });
  const { width, height, channels } = await sharp(path).metadata();
  expect([width, height, channels]).toEqual([22, 22, 4]);
});

test.each(['.jpg', '.webp', '.TIFF'])('saveImage writes %s', async (ending) => {
  const path = join(folder, `grey${ending}`);
  await data.saveImage(path, zeros(8, 8).add(0.5));
  const read = await data.readImage(path);
  expect(read.shape).toEqual([3, 8, 8]);
  expect(Math.abs(read.to('float32').mean().item() - 128)).toBeLessThan(2);
});

test.each<[string, () => unknown, string]>([
  ['other shapes', () => data.makeGrid(zeros(2)), 'makeGrid: expected a shape (N, C, H, W), (C, H, W) or (H, W) without zeros for images, got [2]'], // prettier-ignore
  [
    'no images',
    () => data.makeGrid([]),
    'makeGrid: expected at least one image for images, got none',
  ],
  ['several shapes', () => data.makeGrid([zeros(3, 2, 2), zeros(3, 2, 1)]), 'makeGrid: expected shape [3, 2, 2] for images[1], got [3, 2, 1]'], // prettier-ignore
  [
    'an unknown option',
    () => data.makeGrid(zeros(2, 2), { rows: 1 } as never),
    "for options, got 'rows'",
  ],
  [
    'no image',
    () => data.makeGrid(3 as never),
    'makeGrid: expected a tensor or an array of tensors for images, got 3',
  ],
])('makeGrid: %s', (_, run, message) => {
  expect(run).toThrow(message);
});

test.each<[string, () => Promise<unknown>, string]>([
  [
    'an ending',
    () => data.saveImage('picture.txt', zeros(2, 2)),
    'saveImage: expected a name that ends in .png, ',
  ],
  ['channels', () => data.saveImage('picture.png', zeros(2, 2, 2)), 'saveImage: expected images of 1, 3 or 4 channels for images, got [2, 2, 2]'], // prettier-ignore
  [
    'bytes',
    () => data.readImage(new Uint8Array(9)),
    'readImage: cannot decode the bytes: Input buffer',
  ],
  ['a missing file', () => data.readImage(join(folder, 'none.png')), 'ENOENT'],
  [
    'a size',
    () => data.readImage('a.png', { size: 0 }),
    'readImage: expected an integer of at least 1 for size, got 0',
  ],
])('%s that is wrong is refused', async (_, run, message) => {
  await expect(run()).rejects.toThrow(message);
});
