import { readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type * as SharpModule from 'sharp';
import { requirePackage } from '../../core/packages';
import {
  requireArity,
  messageOf,
  requireInteger,
  requireOneOf,
  requireOptions,
  unexpected,
  wrongType,
} from '../../core/errors';
import { requirePath } from '../../io/file';
import { Storage } from '../../core/storage';
import { Tensor } from '../../core/tensor';

/** Options of an ImageFolder. */
export interface ImageFolderOptions {
  /**
   * Height and width to which every image is scaled and cropped around its centre; default: each image keeps its size.
   */
  size?: number | readonly [height: number, width: number];
  /** 3 for red, green and blue (default), 1 for grey. */
  channels?: 1 | 3;
  /**
   * The largest number of pixels of an image; default 100 million. Larger images are refused before they are decoded.
   */
  maxPixels?: number;
}

const extensions = ['.jpg', '.jpeg', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif'];

type Sharp = typeof SharpModule.default;

/**
 * Images in one folder for each class (torchvision.datasets.ImageFolder): `folder/cat/1.jpg` has the class `cat`.
 * Classes are the names of the folders, sorted. Images are sorted too, and may be in folders further down.
 *
 * Sample i resolves to the image, uint8 (channels, height, width) from 0 to 255, and the index of its class. Normalise
 * the batch, with `data.transforms.Normalize`. The package sharp decodes the images; install it beside blasgrad.
 *
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
  /** File and class of each image. */
  readonly samples: readonly (readonly [path: string, label: number])[];
  private readonly size: readonly [number, number] | null;
  private readonly channels: 1 | 3;
  private readonly maxPixels: number;

  constructor(dir: string | URL, options: ImageFolderOptions = {}) {
    requireArity('ImageFolder', arguments.length, 2);
    const op = 'ImageFolder';
    requireOptions(op, options, ['size', 'channels', 'maxPixels']);
    const { size, channels = 3, maxPixels = 100_000_000 } = options;
    this.size = size === undefined ? null : sizeOf(op, size);
    this.channels = requireOneOf(op, 'channels', String(channels), ['1', '3']) === '1' ? 1 : 3;
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
    if (this.classes.length === 0)
      throw unexpected(op, 'a folder for each class', 'dir', `none in ${folder}`);
    this.samples = this.classes.flatMap((name, label) => {
      const images = imagesIn(join(folder, name));
      if (images.length > 0) return images.map((path) => [path, label] as const);
      throw unexpected(
        op,
        'at least one image',
        `class '${name}'`,
        `none in ${join(folder, name)}`,
      );
    });
  }

  /** Number of images. */
  get length(): number {
    return this.samples.length;
  }

  /** Image and class of sample `index`; a negative index counts from the end. Rejects if the file cannot be decoded. */
  async get(index: number): Promise<[image: Tensor, label: number]> {
    requireArity('ImageFolder.get', arguments.length, 2);
    const op = 'ImageFolder.get';
    const position = requireInteger(op, 'index', index) + (index < 0 ? this.length : 0);
    if (position < 0 || position >= this.length) {
      throw unexpected(op, `${-this.length} to ${this.length - 1}`, 'index', String(index));
    }
    const [path, label] = this.samples[position];
    const sharp = requireSharp();
    const { data, info } = await this.decode(sharp, path).catch((error: unknown) => {
      const reason = messageOf(error);
      throw unexpected(op, 'an image', path, reason);
    });
    return [planes(data, info, this.channels), label];
  }

  private async decode(sharp: Sharp, path: string): ReturnType<typeof decodeRaw> {
    // Not by its path: libvips caches images by path, even if the file has changed.
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

/** Pixels with their channels last to channels first. */
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
