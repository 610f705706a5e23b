/** MNIST and the data sets in its files: Fashion-MNIST, KMNIST, QMNIST's and EMNIST's digits. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { shapeText, unexpected } from '../../core/errors';
import { requirePath } from '../../io/file';
import { readIdx } from '../../io/idx';
import type { Tensor } from '../../core/tensor';
import { TensorDataset } from './tensorDataset';

/** Images, float32 of shape (n, rows * columns) from 0 to 1, and labels, int32 of shape (n). */
export type LabelledImages = TensorDataset<[images: Tensor, labels: Tensor]>;

/**
 * Reads the four files of MNIST or Fashion-MNIST from a folder: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`,
 * `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, also with a dot before `idx`, also with `.gz`.
 *
 * Images are (n, 784) float32 from 0 to 1, labels (n) int32. Rejects when a file is missing or is not what it should be.
 *
 * @example
 * const { train, test } = await data.mnist('/usr/share/datasets/fashion-mnist');
 * const loader = new data.DataLoader(train, { batchSize: 128, shuffle: true });
 */
export async function mnist(dir: string | URL): Promise<{
  /** What to train on. */
  train: LabelledImages;
  /** What to test with. */
  test: LabelledImages;
}> {
  const folder = requirePath('mnist', dir, 'dir');
  const files = ['train', 't10k'].map((part) => ({
    images: find(folder, `${part}-images`, 3),
    labels: find(folder, `${part}-labels`, 1),
  }));
  const [train, test] = await Promise.all(files.map(readPart));
  return { train, test };
}

/** The file of that name, however it is spelt. */
function find(folder: string, name: string, ndim: number): string {
  const spellings = [`${name}-idx${ndim}-ubyte`, `${name}.idx${ndim}-ubyte`];
  const found = spellings
    .flatMap((spelling) => [spelling, `${spelling}.gz`])
    .map((spelling) => join(folder, spelling))
    .find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw unexpected('mnist', `${spellings[0]} or ${spellings[0]}.gz`, 'dir', `none in ${folder}`);
}

async function readPart(files: { images: string; labels: string }): Promise<LabelledImages> {
  const [images, labels] = await Promise.all([
    readIdx('mnist', files.images, 'float32', 255),
    readIdx('mnist', files.labels, 'int32', 1),
  ]);
  if (images.ndim !== 3) throw wrongShape('(n, rows, columns)', files.images, images);
  if (labels.ndim !== 1) throw wrongShape('(n)', files.labels, labels);
  const [n, rows, columns] = images.shape;
  if (labels.shape[0] !== n) throw wrongShape(`(${n}), one label an image,`, files.labels, labels);
  return new TensorDataset(images.reshape(n, rows * columns), labels);
}

function wrongShape(shape: string, path: string, tensor: Tensor): RangeError {
  return unexpected('mnist', `the shape ${shape}`, path, shapeText(tensor.shape));
}
