import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { data } from 'blasgrad';
import sharp from 'sharp';
import { plainOf } from '../../support/plain';

const folder = mkdtempSync(join(tmpdir(), 'blasgrad-images-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file of raw pixels. */
async function write(path: string, pixels: number[], width: number, channels: 1 | 3 | 4) {
  const height = pixels.length / width / channels;
  await sharp(Buffer.from(pixels), { raw: { width, height, channels } }).toFile(join(folder, path));
}

beforeAll(async () => {
  for (const name of ['b/deep', 'a', 'c']) mkdirSync(join(folder, name), { recursive: true });
  await write('b/deep/2.png', [255, 0, 51, 0, 102, 255], 2, 3);
  await write('b/1.PNG', [0, 51, 102, 255], 2, 1);
  await write(
    'a/x.png',
    Array.from({ length: 8 * 4 * 3 }, () => 51),
    8,
    3,
  );
  writeFileSync(join(folder, 'a', 'notes.txt'), 'no image');
  writeFileSync(join(folder, 'c', 'broken.png'), 'no image either');
  writeFileSync(join(folder, 'list.txt'), 'no class');
});

test('classes are the folders, samples their images, all sorted', () => {
  const images = new data.ImageFolder(pathToFileURL(folder));
  expect(images.classes).toEqual(['a', 'b', 'c']);
  const files = ['a/x.png', 'b/1.PNG', 'b/deep/2.png', 'c/broken.png'];
  expect(images.samples.map(([path]) => path)).toEqual(files.map((name) => join(folder, name)));
  expect(images.samples.map(([, label]) => label)).toEqual([0, 1, 1, 2]);
  expect(images.length).toBe(4);
});

test('an image is uint8, channels first', async () => {
  const [image, label] = await new data.ImageFolder(folder).get(2);
  expect([image.dtype, image.shape, label]).toEqual(['uint8', [3, 1, 2], 1]);
  expect(image.data).toEqual(Uint8Array.of(255, 0, 0, 102, 51, 255));
});

test('grey images have three equal channels, or one', async () => {
  const grey = [0, 51, 102, 255];
  const [three] = await new data.ImageFolder(folder).get(1);
  expect([three.shape, plainOf(three).data]).toEqual([
    [3, 2, 2],
    [...grey, ...grey, ...grey],
  ]);
  const [image] = await new data.ImageFolder(folder, { channels: 1 }).get(-3);
  expect([image.shape, plainOf(image).data]).toEqual([[1, 2, 2], grey]);
});

test.each([
  [4, [3, 4, 4]],
  [
    [2, 6],
    [3, 2, 6],
  ],
] as const)('size %p', async (size, shape) => {
  const [image] = await new data.ImageFolder(folder, { size }).get(0);
  expect(image.shape).toEqual(shape);
  expect(new Set(plainOf(image).data)).toEqual(new Set([51]));
});

test('batches of images are normalised by channel', async () => {
  const images = new data.Subset(new data.ImageFolder(folder, { size: 2 }), [0, 1]);
  const normalize = new data.transforms.Normalize([0, 0.2, 0], [1, 1, 0.5]);
  for await (const [x, labels] of new data.DataLoader(images, { batchSize: 2 })) {
    expect([x.dtype, x.shape, labels.toArray()]).toEqual(['uint8', [2, 3, 2, 2], [0, 1]]);
    const y = normalize.forward(x);
    expect(y.shape).toEqual(x.shape);
    const first = y.select(0, 0).mean([1, 2]).toArray() as number[];
    [0.2, 0, 0.4].forEach((value, i) => expect(first[i]).toBeCloseTo(value, 6));
  }
});

test('transform: each image, with random numbers of the seed that a loader passes', async () => {
  const erase = new data.transforms.RandomErasing({ p: 1, value: 'random' });
  const make = (transform: data.ImageFolderOptions['transform']) =>
    new data.ImageFolder(folder, { size: 6, transform });
  const images = make(erase);
  const [[first], [again], [other]] = [await images.get(1, 5), await images.get(1, 5), await images.get(1, 6)]; // prettier-ignore
  expect(plainOf(again)).toEqual(plainOf(first));
  expect(plainOf(other)).not.toEqual(plainOf(first));
  const [halved] = await make((image) => image.to('float32').div(2)).get(1);
  expect([halved.dtype, halved.shape]).toEqual(['float32', [3, 6, 6]]);
  const subset = new data.Subset(images, [0, 1, 2]);
  const run = async (prefetch: number) => {
    const batches = [];
    const loader = new data.DataLoader(subset, { batchSize: 2, shuffle: true, seed: 4, prefetch });
    for await (const [batch] of loader) batches.push(plainOf(batch));
    return batches;
  };
  expect(await run(3)).toEqual(await run(0));
  await expect(make(() => 3 as never).get(1)).rejects.toThrow(
    'ImageFolder.get: expected a tensor for the result of transform, got 3',
  );
  expect(() => make(3 as never)).toThrow(
    'ImageFolder: expected a transform or a function for transform, got 3',
  );
});

test('what cannot be decoded is refused, and named', async () => {
  const images = new data.ImageFolder(folder);
  const file = join(folder, 'c', 'broken.png');
  await expect(images.get(3)).rejects.toThrow(
    `ImageFolder.get: cannot decode ${file}: Input buffer`,
  );
  await expect(images.get(4)).rejects.toThrow(
    'ImageFolder.get: expected an index from -4 to 3 for index, got 4',
  );
  const small = new data.ImageFolder(folder, { maxPixels: 31 });
  await expect(small.get(0)).rejects.toThrow('exceeds pixel limit');
});

test.each<[string, object, string]>([
  ['none', {}, 'ENOENT'],
  ['a', {}, 'contains no directories; put the images of each class into a directory with its name'],
  ['.', { size: 0 }, 'an integer of at least 1 for size, got 0'],
  ['.', { size: [1] }, 'a number or [height, width] for size, got an array of 1 elements'],
  ['.', { channels: 4 }, 'ImageFolder: expected 1 or 3 for channels, got 4'],
  ['.', { crop: 4 }, "for options, got 'crop'"],
])('folder %p with %p is refused', (name, options, message) => {
  expect(() => new data.ImageFolder(join(folder, name), options)).toThrow(message);
});

test('a class without images is refused', () => {
  const other = join(folder, 'b', 'deep');
  mkdirSync(join(other, 'empty'), { recursive: true });
  expect(() => new data.ImageFolder(other)).toThrow(
    `ImageFolder: ${join(other, 'empty')} contains no images (.jpg, `,
  );
});

test('without sharp the error says what to do', async () => {
  jest.doMock('sharp', () => {
    throw new Error("Cannot find module 'sharp'");
  });
  const message =
    "ImageFolder: images need the package sharp; run npm install sharp (Cannot find module 'sharp')";
  await expect(new data.ImageFolder(folder).get(0)).rejects.toThrow(message);
});
