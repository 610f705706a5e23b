/** MNIST, and datasets with the same files: Fashion-MNIST, KMNIST, and the digits of QMNIST and EMNIST. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { requireArity, shapeText } from '../../core/errors';
import { requirePath } from '../../io/file';
import { readIdx } from '../../io/idx';
import type { Tensor } from '../../core/tensor';
import { TensorDataset } from './tensorDataset';

/** A dataset of images, uint8 (n, rows * columns) from 0 to 255, and labels, int32 (n). */
export type LabelledImages = TensorDataset<[images: Tensor, labels: Tensor]>;

/**
 * Reads MNIST, or a dataset with the same files, such as Fashion-MNIST, from a directory.
 *
 * The four files are `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
 * `t10k-labels-idx1-ubyte`; a dot instead of the last `-` before `idx` and the extension `.gz` are accepted. Images
 * stay uint8, which takes a quarter of the memory of float32; normalize each batch with `data.transforms.Normalize`.
 *
 * @param dir directory of the files
 * @returns two datasets, `train` (60,000 images) and `test` (10,000), of images (n, 784) and labels (n)
 * @throws RangeError if a file is missing or invalid
 * @see torchvision.datasets.MNIST
 * @example
 * const { train, test } = await data.mnist('/usr/share/datasets/fashion-mnist');
 * const loader = new data.DataLoader(train, { batchSize: 128, shuffle: true });
 * const model = new nn.Sequential(new data.transforms.Normalize(0.1307, 0.3081), new nn.Linear(784, 10));
 */
export async function mnist(dir: string | URL): Promise<{
  /** The samples for training. */
  train: LabelledImages;
  /** The samples for testing. */
  test: LabelledImages;
}> {
  requireArity('mnist', arguments.length, 1);
  const folder = requirePath('mnist', dir, 'dir');
  const files = ['train', 't10k'].map((part) => ({
    images: find(folder, `${part}-images`, 3),
    labels: find(folder, `${part}-labels`, 1),
  }));
  const [train, test] = await Promise.all(files.map(readPart));
  return { train, test };
}

/** The path of a file, whose name has several spellings. */
function find(folder: string, name: string, ndim: number): string {
  const spellings = [`${name}-idx${ndim}-ubyte`, `${name}.idx${ndim}-ubyte`];
  const found = spellings
    .flatMap((spelling) => [spelling, `${spelling}.gz`])
    .map((spelling) => join(folder, spelling))
    .find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new RangeError(`mnist: ${folder} contains neither ${spellings[0]} nor ${spellings[0]}.gz`);
}

async function readPart(files: { images: string; labels: string }): Promise<LabelledImages> {
  const [images, labels] = await Promise.all([
    readIdx('mnist', files.images, 'uint8'),
    readIdx('mnist', files.labels, 'int32'),
  ]);
  if (images.ndim !== 3) throw wrongShape('(n, rows, columns)', files.images, images);
  if (labels.ndim !== 1) throw wrongShape('(n)', files.labels, labels);
  const [n, rows, columns] = images.shape;
  if (labels.shape[0] !== n) throw wrongShape(`(${n}), one label per image`, files.labels, labels);
  return new TensorDataset(images.reshape(n, rows * columns), labels);
}

function wrongShape(shape: string, path: string, tensor: Tensor): RangeError {
  return new RangeError(`mnist: ${path} has shape ${shapeText(tensor.shape)}, not ${shape}`);
}
