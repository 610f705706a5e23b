import { readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type * as SharpModule from 'sharp';
import { requirePackage } from '../../core/packages';
import {
  requireArity,
  messageOf,
  requireInteger,
  requireOptions,
  wrongType,
  wrongValue,
} from '../../core/errors';
import { requirePath } from '../../io/file';
import { Storage } from '../../core/storage';
import { Tensor } from '../../core/tensor';
import { requireSignedIndex } from './indices';

/** Options of `ImageFolder`. */
export interface ImageFolderOptions {
  /**
   * Height and width in pixels; images are scaled and cropped around the centre to this size. A number means both.
   * Default: each image keeps its size.
   */
  size?: number | readonly [height: number, width: number];
  /** 3 for red, green and blue, 1 for grey. Default: 3. */
  channels?: 1 | 3;
  /**
   * The most pixels that an image may have; larger images are refused before they are decoded. Default: 100 million.
   */
  maxPixels?: number;
}

const extensions = ['.jpg', '.jpeg', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif'];

type Sharp = typeof SharpModule.default;

/**
 * A dataset of images that are stored in one directory per class: `pets/cat/1.jpg` has the class `cat`.
 *
 * The classes are the names of the directories, sorted. Images are sorted by path and may be in subdirectories. Samples
 * are promises, so read the dataset with `for await`. The package sharp decodes the images: `npm install sharp`.
 *
 * @see torchvision.datasets.ImageFolder
 * @example
 * const pets = new data.ImageFolder('pets', { size: 64 });
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
  private readonly size: readonly [number, number] | null;
  private readonly channels: 1 | 3;
  private readonly maxPixels: number;

  /**
   * Lists the images, without opening them.
   *
   * @param dir directory that contains a directory for each class
   * @param options size and number of channels; see ImageFolderOptions
   * @throws RangeError if there are no classes, or a class has no images
   */
  constructor(dir: string | URL, options: ImageFolderOptions = {}) {
    requireArity('ImageFolder', arguments.length, 2);
    const op = 'ImageFolder';
    requireOptions(op, options, ['size', 'channels', 'maxPixels']);
    const { size, channels = 3, maxPixels = 100_000_000 } = options;
    this.size = size === undefined ? null : sizeOf(op, size);
    this.channels = requireChannels(op, channels);
    this.maxPixels = requireInteger(op, 'maxPixels', maxPixels, 1);
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
   * Reads and decodes one image.
   *
   * @param index index of the image; negative indices count from the end
   * @returns the image, uint8 (channels, height, width) from 0 to 255, and the index of its class
   * @throws RangeError if the index is out of range, or the file cannot be decoded
   * @throws Error if the package sharp is not installed
   */
  async get(index: number): Promise<[image: Tensor, label: number]> {
    requireArity('ImageFolder.get', arguments.length, 2);
    const op = 'ImageFolder.get';
    const [path, label] = this.samples[requireSignedIndex(op, index, this.length)];
    const sharp = requireSharp();
    const { data, info } = await this.decode(sharp, path).catch((error: unknown) => {
      throw new RangeError(`${op}: cannot decode ${path}: ${messageOf(error)}`, { cause: error });
    });
    return [planes(data, info, this.channels), label];
  }

  private async decode(sharp: Sharp, path: string): ReturnType<typeof decodeRaw> {
    // sharp gets bytes instead of the path, because libvips caches images by path even if the file has changed.
    const bytes = await readFile(path);
    const image = sharp(bytes, { limitInputPixels: this.maxPixels, failOn: 'error' }).rotate();
    const [height, width] = this.size ?? [];
    const sized = this.size === null ? image : image.resize({ width, height, fit: 'cover' });
    return decodeRaw(sized.flatten().toColourspace(this.channels === 1 ? 'b-w' : 'srgb'));
  }
}

function decodeRaw(image: SharpModule.Sharp) {
  return image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
}

/** Converts pixels from (height, width, channels) to (channels, height, width). */
function planes(bytes: Buffer, info: SharpModule.OutputInfo, channels: number): Tensor {
  const { width, height, channels: channelsInFile } = info;
  const area = width * height;
  const out = new Uint8Array(channels * area);
  for (let c = 0; c < channels; c++) {
    const from = Math.min(c, channelsInFile - 1); // a grey image has one channel, for red, green and blue
    for (let i = 0; i < area; i++) out[c * area + i] = bytes[i * channelsInFile + from];
  }
  return new Tensor(new Storage('uint8', out), [channels, height, width]);
}

function requireSharp(): Sharp {
  const loaded = requirePackage('ImageFolder', 'images', 'sharp') as Sharp & { default?: Sharp };
  return loaded.default ?? loaded;
}

function sizeOf(op: string, size: unknown): readonly [number, number] {
  if (typeof size === 'number') return [requireInteger(op, 'size', size, 1), size];
  if (!Array.isArray(size) || size.length !== 2) {
    throw wrongType(op, 'a number or [height, width]', 'size', size);
  }
  const [height, width] = size.map((side, i) => requireInteger(op, `size[${i}]`, side, 1));
  return [height, width];
}

function requireChannels(op: string, channels: unknown): 1 | 3 {
  if (channels === 1 || channels === 3) return channels;
  const refuse = typeof channels === 'number' ? wrongValue : wrongType;
  throw refuse(op, '1 or 3', 'channels', channels);
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
