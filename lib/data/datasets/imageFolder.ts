import { readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { messageOf, requireArity, requireOptions, wrongType } from '../../core/errors';
import { Generator, withGenerator } from '../../core/generator';
import { requireTensor, type Tensor } from '../../core/tensor';
import { requirePath } from '../../io/file';
import { Module, type AnyModule } from '../../nn';
import { decodeImage, requireSharp } from '../images/decode';
import {
  decodeKeys,
  decodePlanOf,
  type DecodeOptions,
  type DecodePlan,
} from '../images/decodeOptions';
import { requireSignedIndex } from './indices';

/** Options of `ImageFolder`. */
export interface ImageFolderOptions extends DecodeOptions {
  /**
   * What to do with each image, such as a `data.transforms.Compose`. In a DataLoader, its random numbers depend on the
   * seed of the sample. Default: nothing.
   */
  transform?: AnyModule | ((image: Tensor) => Tensor);
}

const extensions = ['.jpg', '.jpeg', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif'];

/**
 * A dataset of images that are stored in one directory per class: `pets/cat/1.jpg` has the class `cat`.
 *
 * The classes are the names of the directories, sorted. Images are sorted by path and may be in subdirectories. Samples
 * are promises, so read the dataset with `for await`. The package sharp decodes the images: `npm install sharp`.
 *
 * @see torchvision.datasets.ImageFolder
 * @example
 * const pets = new data.ImageFolder('pets', { size: 64, transform: new data.transforms.RandomHorizontalFlip() });
 * const normalize = new data.transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
 * for await (const [images, labels] of new data.DataLoader(pets, { batchSize: 32, shuffle: true })) {
 *   step(normalize.forward(images), labels);
 * }
 */
export class ImageFolder {
  /** The names of the classes: class i is `classes[i]`. */
  readonly classes: readonly string[];
  /** Path and class of each image. */
  readonly samples: readonly (readonly [path: string, label: number])[];
  private readonly plan: DecodePlan;
  private readonly transform: ((image: Tensor) => unknown) | null;

  /**
   * Lists the images, without opening them.
   *
   * @param dir directory that contains a directory for each class
   * @param options size, number of channels, and `transform`; see ImageFolderOptions
   * @throws RangeError if there are no classes, or a class has no images
   */
  constructor(dir: string | URL, options: ImageFolderOptions = {}) {
    requireArity('ImageFolder', arguments.length, 2);
    const op = 'ImageFolder';
    requireOptions(op, options, [...decodeKeys, 'transform']);
    this.plan = decodePlanOf(op, options);
    this.transform =
      options.transform === undefined ? null : requireTransform(op, options.transform);
    const folder = requirePath(op, dir, 'dir');
    const entries = readdirSync(folder, { withFileTypes: true });
    this.classes = entries
      .filter(
        (entry) =>
          entry.isDirectory() || (entry.isSymbolicLink() && isFolder(join(folder, entry.name))),
      )
      .map(({ name }) => name)
      .sort(byCharacters);
    if (this.classes.length === 0) {
      throw new RangeError(
        `${op}: ${folder} contains no directories; put the images of each class into a directory with its name`,
      );
    }
    this.samples = this.classes.flatMap((name, label) => {
      const images = imagesIn(join(folder, name));
      if (images.length > 0) return images.map((path) => [path, label] as const);
      throw new RangeError(
        `${op}: ${join(folder, name)} contains no images (${extensions.join(', ')}); add some, or remove it`,
      );
    });
  }

  /** Number of images in all classes. */
  get length(): number {
    return this.samples.length;
  }

  /**
   * Reads, decodes and transforms one image.
   *
   * @param index index of the image; negative indices count from the end
   * @param seed seed of the random numbers of `transform`, which a DataLoader passes; default: they come from the
   *   generator of `manualSeed`
   * @returns the image, uint8 (channels, height, width) from 0 to 255 unless `transform` changes that, and the index of
   *   its class
   * @throws RangeError if the index is out of range, or the file cannot be decoded
   * @throws Error if the package sharp is not installed
   */
  async get(index: number, seed?: number): Promise<[image: Tensor, label: number]> {
    requireArity('ImageFolder.get', arguments.length, 2);
    const op = 'ImageFolder.get';
    const [path, label] = this.samples[requireSignedIndex(op, index, this.length)];
    const sharp = requireSharp('ImageFolder');
    const decode = async (): Promise<Tensor> => decodeImage(sharp, await readFile(path), this.plan);
    const image = await decode().catch((error: unknown) => {
      throw new RangeError(`${op}: cannot decode ${path}: ${messageOf(error)}`, { cause: error });
    });
    const { transform } = this;
    if (transform === null) return [image, label];
    // The loader's own generator no longer applies after `await`.
    const result =
      seed === undefined
        ? transform(image)
        : withGenerator(new Generator(seed), () => transform(image));
    return [requireTensor(op, 'the result of transform', result), label];
  }
}

function requireTransform(op: string, transform: unknown): (image: Tensor) => unknown {
  if (transform instanceof Module) return (image) => (transform as AnyModule).forward(image);
  if (typeof transform === 'function') return transform as (image: Tensor) => unknown;
  throw wrongType(op, 'a transform or a function', 'transform', transform);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function imagesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => extensions.includes(extname(name).toLowerCase()))
    .sort(byCharacters)
    .map((name) => join(folder, name));
}

/** The order of Python's sorted(). */
function byCharacters(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
