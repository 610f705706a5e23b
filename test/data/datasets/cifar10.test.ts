/** CIFAR-10's binary files. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { data } from 'blasgrad';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

const names = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`).concat('test_batch.bin');

/** Two images a file: record i of file f has label (f + i) % 10, and pixels that count up from it. */
function fileOf(f: number): Uint8Array {
  const records = [0, 1].map((i) => {
    const label = (f + i) % 10;
    return [label, ...Array.from({ length: 3072 }, (_, pixel) => (label + pixel) % 256)];
  });
  return Uint8Array.from(records.flat());
}

function folderOf(changes: Record<string, Uint8Array | null> = {}, inside = ''): string {
  const folder = mkdtempSync(join(tmpdir(), 'blasgrad-cifar-'));
  folders.push(folder);
  mkdirSync(join(folder, inside), { recursive: true });
  names.forEach((name, f) => {
    const bytes = name in changes ? changes[name] : fileOf(f);
    if (bytes !== null) writeFileSync(join(folder, inside, name), bytes);
  });
  return folder;
}

test.each(['', 'cifar-10-batches-bin'])(
  'five files for training, one for testing, in folder %p',
  async (inside) => {
    const { train, test: other, classes } = await data.cifar10(folderOf({}, inside));
    const [images, labels] = train.tensors;
    expect([images.shape, images.dtype]).toEqual([[10, 3, 32, 32], 'uint8']);
    expect([labels.dtype, labels.toArray()]).toEqual(['int32', [0, 1, 1, 2, 2, 3, 3, 4, 4, 5]]);
    expect(images.index([3, 1, 0]).toArray()).toEqual(
      Array.from({ length: 32 }, (_, i) => (2 + 1024 + i) % 256),
    );
    expect(other.tensors[1].toArray()).toEqual([5, 6]);
    expect([classes.length, classes[6]]).toEqual([10, 'frog']);
  },
);

test.each<[string, Record<string, Uint8Array | null>, RegExp]>([
  ['missing files', { 'data_batch_2.bin': null, 'test_batch.bin': null }, /^cifar10: .* has no data_batch_2\.bin, test_batch\.bin; download https:\/\/www\.cs\.toronto\.edu\/~kriz\/cifar-10-binary\.tar\.gz \(162 MB\), and unpack it there$/], // prettier-ignore
  ['a file that is cut off', { 'data_batch_5.bin': fileOf(4).subarray(0, 4000) }, /^cifar10: .*data_batch_5\.bin has 4000 bytes, which is not a multiple of 3073: it is cut off or another file; unpack it again$/], // prettier-ignore
  ['an empty file', { 'test_batch.bin': new Uint8Array(0) }, /test_batch\.bin has 0 bytes/],
  ['another file', { 'test_batch.bin': new Uint8Array(3073).fill(77) }, /test_batch\.bin has the label 77 at byte 0, not one from 0 to 9/], // prettier-ignore
])('%s: one sentence', async (_, changes, message) => {
  const reading = data.cifar10(folderOf(changes));
  await expect(reading).rejects.toThrow(RangeError);
  await expect(reading).rejects.toThrow(message);
});
