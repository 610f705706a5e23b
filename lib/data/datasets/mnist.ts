/** MNIST, and datasets with the same files: Fashion-MNIST, KMNIST, and the digits of QMNIST and EMNIST. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { requireArity, shapeText, unexpected } from '../../core/errors';
import { requirePath } from '../../io/file';
import { readIdx } from '../../io/idx';
import type { Tensor } from '../../core/tensor';
import { TensorDataset } from './tensorDataset';

/** Images, uint8 (n, rows * columns) from 0 to 255, and labels, int32 (n). */
export type LabelledImages = TensorDataset<[images: Tensor, labels: Tensor]>;

/**
 * Reads the four files of MNIST or Fashion-MNIST from a folder: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`,
 * `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`; also with a dot before `idx`, and with `.gz`.
 *
 * Images are uint8 (n, 784) from 0 to 255, a quarter of the memory of float32: normalise them in the batch, with
 * `data.transforms.Normalize`. Labels are int32 (n). Rejects if a file is missing or invalid.
 *
 * @example
 * const { train, test } = await data.mnist('/usr/share/datasets/fashion-mnist');
 * const loader = new data.DataLoader(train, { batchSize: 128, shuffle: true });
 * const model = new nn.Sequential(new data.transforms.Normalize(0.1307, 0.3081), new nn.Linear(784, 10));
 */
export async function mnist(dir: string | URL): Promise<{
  /** For training. */
  train: LabelledImages;
  /** For testing. */
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

/** The file with this name, in any spelling. */
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
    readIdx('mnist', files.images, 'uint8'),
    readIdx('mnist', files.labels, 'int32'),
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
