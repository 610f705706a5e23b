import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { data } from 'blasgrad';
import { idxFile } from '../../io/idxFile';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

const files = {
  'train-images': idxFile('uint8', [3, 2, 2], [0, 51, 102, 255, 1, 2, 3, 4, 5, 6, 7, 8]),
  'train-labels': idxFile('uint8', [3], [7, 0, 9]),
  't10k-images': idxFile('uint8', [1, 2, 2], [255, 0, 0, 255]),
  't10k-labels': idxFile('uint8', [1], [4]),
};

/** A folder with the four files, `spelling` apart, or other content. */
function folderOf(spelling: (name: string) => string, changes: Partial<typeof files> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'blasgrad-mnist-'));
  folders.push(folder);
  for (const [name, bytes] of Object.entries({ ...files, ...changes })) {
    const file = spelling(`${name}${name.endsWith('images') ? '-idx3-ubyte' : '-idx1-ubyte'}`);
    writeFileSync(join(folder, file), file.endsWith('.gz') ? gzipSync(bytes) : bytes);
  }
  return folder;
}

const plainly = (name: string) => name;

test.each([
  ['plain', plainly],
  ['compressed', (name: string) => `${name}.gz`],
  ['with dots', (name: string) => name.replace('-idx', '.idx')],
  ['with dots, compressed', (name: string) => `${name.replace('-idx', '.idx')}.gz`],
])('four files, %s', async (_, spelling) => {
  const { train, test: other } = await data.mnist(folderOf(spelling));
  const [images, labels] = train.tensors;
  expect([images.shape, images.dtype]).toEqual([[3, 4], 'uint8']);
  expect([labels.shape, labels.dtype]).toEqual([[3], 'int32']);
  expect(labels.toArray()).toEqual([7, 0, 9]);
  const pixels = [0, 51, 102, 255, 1, 2, 3, 4, 5, 6, 7, 8];
  expect(images.data).toEqual(Uint8Array.from(pixels));
  expect(other.get(0).map((tensor) => tensor.toArray())).toEqual([[255, 0, 0, 255], 4]);
});

test.each([
  [
    { 'train-labels': idxFile('uint8', [2], [1, 2]) },
    /train-labels-idx1-ubyte has shape \[2\], not \(3\), one label per image/,
  ],
  [
    { 'train-labels': files['train-images'] },
    /train-labels-idx1-ubyte has shape \[3, 2, 2\], not \(n\)/,
  ],
  [
    { 't10k-images': files['t10k-labels'] },
    /t10k-images-idx3-ubyte has shape \[1\], not \(n, rows, columns\)/,
  ],
  [
    { 't10k-images': Buffer.alloc(3) },
    /t10k-images.*: expected the magic number of an IDX file in the first bytes/,
  ],
])('files that do not fit, %#', async (changes, message) => {
  const reading = data.mnist(folderOf(plainly, changes));
  await expect(reading).rejects.toThrow(RangeError);
  await expect(reading).rejects.toThrow(message);
  await expect(reading).rejects.toThrow(/^mnist: /);
});

test('as many images as Fashion-MNIST has are 47 MB, and batches of them are views or bytes', async () => {
  const [count, side] = [60_000, 28];
  const head = idxFile('uint8', [count, side, side], []);
  const bytes = Buffer.alloc(head.length + count * side * side, 7);
  head.copy(bytes);
  bytes[bytes.length - 1] = 255;
  const labels = idxFile('uint8', [count], new Array<number>(count).fill(3));
  const { train } = await data.mnist(
    folderOf(plainly, { 'train-images': bytes, 'train-labels': labels }),
  );
  const [images] = train.tensors;
  const { buffer, byteLength } = images.data;
  expect([images.shape, byteLength]).toEqual([[count, side * side], 47_040_000]);
  expect(buffer.byteLength).toBe(byteLength); // nothing else lies beside it
  expect([images.data[0], images.data[byteLength - 1]]).toEqual([7, 255]);
  // What a loader and its parts hold are the same bytes.
  const [part] = data.randomSplit(train, [0.9, 0.1], { seed: 1 });
  expect(part.dataset).toBe(train);
  expect(train.get(5)[0].data.buffer).toBe(buffer);
  const [[batch]] = new data.DataLoader(part, { batchSize: 128, shuffle: true });
  expect([batch.dtype, batch.data.byteLength]).toEqual(['uint8', 128 * side * side]);
});

test('a missing file is named', async () => {
  const folder = folderOf(plainly);
  rmSync(join(folder, 't10k-labels-idx1-ubyte'));
  const names = 't10k-labels-idx1-ubyte nor t10k-labels-idx1-ubyte.gz';
  await expect(data.mnist(folder)).rejects.toThrow(`mnist: ${folder} contains neither ${names}`);
  await expect(data.mnist(7 as unknown as string)).rejects.toThrow(TypeError);
});
