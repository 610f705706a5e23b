import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requireArity } from '../../core/errors';
import { Storage } from '../../core/storage';
import { Tensor } from '../../core/tensor';
import { requirePath } from '../../io/file';
import type { LabelledImages } from './mnist';
import { TensorDataset } from './tensorDataset';

const trainFiles = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`);
const testFiles = ['test_batch.bin'];
const archive = 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz';

const shape = [3, 32, 32] as const;
const pixels = 3 * 32 * 32;
/** A record is a label and an image. */
const recordBytes = 1 + pixels;

const classes = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck']; // prettier-ignore

/**
 * Reads CIFAR-10 from a directory with its binary files: colour images of 10 classes.
 *
 * The files are `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`, in the directory or in its subdirectory
 * `cifar-10-batches-bin`, as `https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz` (162 MB) contains them. Nothing is
 * downloaded. Images stay uint8; normalize each batch with `data.transforms.Normalize`.
 *
 * @param dir directory of the files
 * @returns datasets `train` (50,000 images) and `test` (10,000) of images (n, 3, 32, 32) and labels (n), and the names of
 *   the classes
 * @throws RangeError if a file is missing or cut off
 * @see torchvision.datasets.CIFAR10
 * @example
 * const { train, test, classes } = await data.cifar10('data/cifar10');
 * const loader = new data.DataLoader(train, { batchSize: 128, shuffle: true });
 */
export async function cifar10(dir: string | URL): Promise<{
  /** The samples for training. */
  train: LabelledImages;
  /** The samples for testing. */
  test: LabelledImages;
  /** The name of each class. */
  classes: readonly string[];
}> {
  requireArity('cifar10', arguments.length, 1);
  const given = requirePath('cifar10', dir, 'dir');
  const inner = join(given, 'cifar-10-batches-bin');
  const folder = existsSync(inner) ? inner : given;
  const missing = [...trainFiles, ...testFiles].filter((name) => !existsSync(join(folder, name)));
  if (missing.length > 0) {
    throw new RangeError(
      `cifar10: ${folder} has no ${missing.join(', ')}; download ${archive} (162 MB), and unpack it there`,
    );
  }
  const [train, test] = await Promise.all([
    readPart(folder, trainFiles),
    readPart(folder, testFiles),
  ]);
  return { train, test, classes };
}

async function readPart(folder: string, names: readonly string[]): Promise<LabelledImages> {
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      return { path, bytes: await readFile(path) };
    }),
  );
  for (const { path, bytes } of files) {
    if (bytes.length > 0 && bytes.length % recordBytes === 0) continue;
    throw new RangeError(
      `cifar10: ${path} has ${bytes.length} bytes, which is not a multiple of ${recordBytes}: ` +
        'it is cut off or another file; unpack it again',
    );
  }
  const count = files.reduce((sum, { bytes }) => sum + bytes.length / recordBytes, 0);
  const images = new Uint8Array(count * pixels);
  const labels = new Int32Array(count);
  let sample = 0;
  for (const { path, bytes } of files) {
    for (let start = 0; start < bytes.length; start += recordBytes) {
      const label = bytes[start];
      if (label >= classes.length) {
        throw new RangeError(`cifar10: ${path} has the label ${label} at byte ${start}, not one from 0 to 9; unpack it again`); // prettier-ignore
      }
      labels[sample] = label;
      images.set(bytes.subarray(start + 1, start + recordBytes), sample * pixels);
      sample++;
    }
  }
  return new TensorDataset(
    new Tensor(new Storage('uint8', images), [count, ...shape]),
    new Tensor(new Storage('int32', labels), [count]),
  );
}
