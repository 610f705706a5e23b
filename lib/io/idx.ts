/**
 * IDX, the format of MNIST and similar datasets: two zero bytes, one byte for the type, one for the number of
 * dimensions, the sizes as big-endian 32-bit numbers, then the elements, big-endian, last dimension fastest
 * (http://yann.lecun.com/exdb/mnist).
 */
import { createGunzip } from 'node:zlib';
import { numberDTypes, type DType, type NumberDType } from '../core/dtype';
import { requireArity, requireOneOf, requireOptions, shapeText } from '../core/errors';
import { isPossibleShape, numelOf, possibleShape } from '../core/shape';
import type { Tensor } from '../core/tensor';
import { elements, type Elements } from './elements';
import { readExactly, requirePath, streamOf, withFile, type OpenFile } from './file';
import {
  chunkBytes,
  deflateRatio,
  hex,
  PlainSource,
  readLast,
  StreamSource,
  type Layout,
  type Source,
} from './source';

/** Options of `loadIdx`. */
export interface LoadIdxOptions {
  /** Dtype of the tensor. Default: the dtype in the file, or int32 for integers of 8 (signed) or 16 bits. */
  dtype?: NumberDType;
}

const types: Readonly<Record<number, Elements | undefined>> = {
  0x08: elements.uint8,
  0x09: elements.int8,
  0x0b: elements.int16,
  0x0c: elements.int32,
  0x0d: elements.float32,
  0x0e: elements.float64,
};

/**
 * Reads a tensor from an IDX file, the format of MNIST, which may be compressed with gzip.
 *
 * Files that start with the bytes of gzip are decompressed, whatever their name. Conversion to an integer dtype cuts
 * off fractions.
 *
 * @param path path or file URL of the file
 * @param options dtype of the tensor; see LoadIdxOptions
 * @returns a promise of the tensor, in the shape and by default the dtype of the file
 * @throws RangeError (the promise rejects) if the file is invalid, or the dtype cannot represent a number
 * @see http://yann.lecun.com/exdb/mnist
 * @example const images = await io.loadIdx('t10k-images-idx3-ubyte.gz'); // uint8 (10000, 28, 28)
 */
export async function loadIdx(path: string | URL, options: LoadIdxOptions = {}): Promise<Tensor> {
  requireArity('loadIdx', arguments.length, 2);
  const op = 'loadIdx';
  requireOptions(op, options, ['dtype']);
  const { dtype } = options;
  if (dtype !== undefined) requireOneOf(op, 'dtype', dtype, numberDTypes);
  return readIdx(op, requirePath(op, path), dtype);
}

/** Reads an IDX file; undefined means the dtype of the file. */
export function readIdx(op: string, path: string, dtype: DType | undefined): Promise<Tensor> {
  return withFile(op, path, async (file) => {
    const start = await readExactly(file, 0, Math.min(file.size, 2), 'the magic number');
    const isGzip = start.length === 2 && start[0] === 0x1f && start[1] === 0x8b;
    const source = isGzip ? gunzipped(file) : new PlainSource(file);
    try {
      return await readElements(file, source, dtype);
    } finally {
      source.close();
    }
  });
}

function gunzipped(file: OpenFile): Source {
  const gunzip = createGunzip({ chunkSize: Math.min(chunkBytes, Math.max(64, file.size * 8)) });
  const stream = streamOf(file);
  stream.on('error', (error) => gunzip.destroy(error));
  gunzip.on('close', () => stream.destroy());
  stream.pipe(gunzip);
  const maxBytes = file.size * deflateRatio;
  return new StreamSource(gunzip, gunzip, maxBytes, file.wrong, 'a complete gzip file');
}

async function readElements(
  file: OpenFile,
  source: Source,
  dtype: DType | undefined,
): Promise<Tensor> {
  const layout = await readHeader(source);
  const { kind, shape } = layout;
  const bytes = numelOf(shape) * kind.bytes;
  const tooFew = (got: string) =>
    file.wrong(`${bytes} bytes for its shape ${shapeText(shape)}`, 'the data', got);
  if (4 + 4 * shape.length + bytes > source.maxBytes) throw tooFew(`a file of ${file.size} bytes`);
  return readLast(source, layout, dtype ?? kind.dtype, tooFew, { truncate: true });
}

async function readHeader(source: Source): Promise<Layout> {
  const magic = await source.take(4);
  const kind = magic.length === 4 && magic.readUInt16BE(0) === 0 ? types[magic[2]] : undefined;
  if (kind === undefined) {
    throw source.wrong('the magic number of an IDX file', 'the first bytes', hex(magic));
  }
  const ndim = magic[3];
  const sizes = await source.take(4 * ndim);
  if (sizes.length < 4 * ndim) {
    throw source.wrong(`${ndim} sizes`, 'the header', `${sizes.length} bytes`);
  }
  const shape = Array.from({ length: ndim }, (_, i) => sizes.readUInt32BE(4 * i));
  if (!isPossibleShape(shape)) throw source.wrong(possibleShape, 'the header', shapeText(shape));
  return { kind, little: false, shape };
}
