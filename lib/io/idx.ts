/**
 * IDX, the format of MNIST and its kin: two zero bytes, a byte for the type, one for the number of dimensions, the sizes
 * as big-endian 32-bit numbers, then the elements, big-endian, last dimension fastest (http://yann.lecun.com/exdb/mnist).
 */
import type { ReadStream } from 'node:fs';
import { createGunzip, type Gunzip } from 'node:zlib';
import { setImmediate } from 'node:timers/promises';
import type { DType, TypedArray } from '../dtype';
import { requireOneOf, requireOptions, shapeText } from '../errors';
import { numelOf } from '../shape';
import { allocateOwn, Storage } from '../storage';
import { Tensor } from '../tensor';
import { readExactly, requirePath, withFile, type OpenFile } from './file';

/** Options of `loadIdx`. */
export interface LoadIdxOptions {
  /** What the elements become; default: int32 for whole numbers, float32 and float64 for themselves. */
  dtype?: Exclude<DType, 'bool'>;
}

interface ElementType {
  readonly bytes: number;
  readonly dtype: DType;
  readonly read: (view: DataView, at: number) => number;
}

const types: Readonly<Record<number, ElementType | undefined>> = {
  0x08: { bytes: 1, dtype: 'int32', read: (view, at) => view.getUint8(at) },
  0x09: { bytes: 1, dtype: 'int32', read: (view, at) => view.getInt8(at) },
  0x0b: { bytes: 2, dtype: 'int32', read: (view, at) => view.getInt16(at) },
  0x0c: { bytes: 4, dtype: 'int32', read: (view, at) => view.getInt32(at) },
  0x0d: { bytes: 4, dtype: 'float32', read: (view, at) => view.getFloat32(at) },
  0x0e: { bytes: 8, dtype: 'float64', read: (view, at) => view.getFloat64(at) },
};

/**
 * Reads an IDX file, also one compressed by gzip, which is noticed by its first bytes.
 *
 * Rejects with a RangeError that names the file when it is not one, or when its size is not what its header says.
 *
 * @example const images = await io.loadIdx('t10k-images-idx3-ubyte.gz', { dtype: 'float32' }); // (10000, 28, 28), 0 to 255
 */
export async function loadIdx(path: string | URL, options: LoadIdxOptions = {}): Promise<Tensor> {
  const op = 'loadIdx';
  requireOptions(op, options, ['dtype']);
  const { dtype } = options;
  if (dtype !== undefined) requireOneOf(op, 'dtype', dtype, ['float32', 'float64', 'int32']);
  return readIdx(op, requirePath(op, path), dtype, 1);
}

/** The elements divided by `divisor`, in `dtype`. */
export function readIdx(
  op: string,
  path: string,
  dtype: DType | undefined,
  divisor: number,
): Promise<Tensor> {
  return withFile(op, path, async (file) => {
    const start = await readExactly(file, 0, Math.min(file.size, 2), 'the magic number');
    const isGzip = start.length === 2 && start[0] === 0x1f && start[1] === 0x8b;
    const source = isGzip ? Inflated.open(file) : plain(file);
    try {
      return await readElements(file, source, dtype, divisor);
    } finally {
      source.close();
    }
  });
}

/** The bytes of a file in order, whether it is compressed or not. */
interface Source {
  /** The most bytes there can be. */
  readonly most: number;
  /** The next `length` bytes, or fewer at the end. */
  take(length: number): Promise<Buffer>;
  close(): void;
}

function plain(file: OpenFile): Source {
  let at = 0;
  return {
    most: file.size,
    async take(length) {
      const taken = await readExactly(file, at, Math.min(length, file.size - at), 'the data');
      at += taken.length;
      return taken;
    },
    close: () => undefined,
  };
}

const chunkBytes = 1 << 20;

/** A gzip file that is inflated no further than it is read. */
class Inflated implements Source {
  /** Deflate makes at most 1032 bytes of one. */
  readonly most: number;
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  private constructor(
    private readonly file: OpenFile,
    private readonly gunzip: Gunzip,
    private readonly stream: ReadStream,
  ) {
    this.most = file.size * 1032;
    this.chunks = gunzip[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  static open(file: OpenFile): Inflated {
    const gunzip = createGunzip({ chunkSize: Math.min(chunkBytes, Math.max(64, file.size * 8)) });
    const stream = file.handle.createReadStream({ start: 0, autoClose: false });
    stream.on('error', (error) => gunzip.destroy(error));
    stream.pipe(gunzip);
    return new Inflated(file, gunzip, stream);
  }

  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let missing = length;
    while (missing > 0) {
      if (this.rest.length === 0) {
        const next = await this.next();
        if (next === undefined) break;
        this.rest = next;
      }
      const part = this.rest.subarray(0, missing);
      parts.push(part);
      this.rest = this.rest.subarray(part.length);
      missing -= part.length;
    }
    return parts.length === 1 ? parts[0] : Buffer.concat(parts);
  }

  private async next(): Promise<Buffer | undefined> {
    try {
      const next = await this.chunks.next();
      return next.done === true ? undefined : next.value;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw this.file.wrong('a whole gzip file', '', reason);
    }
  }

  close(): void {
    this.stream.destroy();
    this.gunzip.destroy();
  }
}

async function readElements(
  file: OpenFile,
  source: Source,
  dtype: DType | undefined,
  divisor: number,
): Promise<Tensor> {
  const { type, shape } = await readHeader(file, source);
  const count = numelOf(shape);
  const bytes = count * type.bytes;
  const header = 4 + 4 * shape.length;
  if (header + bytes > source.most) {
    throw tooFew(file, shape, bytes, `a file of ${file.size} bytes`);
  }
  // Compressed data is collected before memory for the elements is taken: what the header says may not be in it.
  const chunks: Buffer[] = [];
  for (let left = bytes; left > 0;) {
    const chunk = await source.take(Math.min(left, chunkBytes));
    if (chunk.length === 0) throw tooFew(file, shape, bytes, String(bytes - left));
    chunks.push(chunk);
    left -= chunk.length;
  }
  if ((await source.take(1)).length > 0) throw tooFew(file, shape, bytes, 'more');
  const wanted = dtype ?? type.dtype;
  const out = allocateOwn(wanted, count);
  await convert(chunks, type, out, divisor);
  return new Tensor(new Storage(out), wanted, shape);
}

function tooFew(file: OpenFile, shape: readonly number[], bytes: number, got: string): RangeError {
  return file.wrong(`${bytes} bytes for its shape ${shapeText(shape)}`, 'the data', got);
}

async function readHeader(
  file: OpenFile,
  source: Source,
): Promise<{ type: ElementType; shape: number[] }> {
  const magic = await source.take(4);
  const type = magic.length === 4 && magic.readUInt16BE(0) === 0 ? types[magic[2]] : undefined;
  if (type === undefined) {
    throw file.wrong('the magic number of an IDX file', 'the start', hex(magic));
  }
  const ndim = magic[3];
  if (ndim > 64) throw file.wrong('at most 64 dimensions', 'the header', String(ndim));
  const sizes = await source.take(4 * ndim);
  if (sizes.length < 4 * ndim) {
    throw file.wrong(`${ndim} sizes`, 'the header', `${sizes.length} bytes`);
  }
  return { type, shape: Array.from({ length: ndim }, (_, i) => sizes.readUInt32BE(4 * i)) };
}

function hex(bytes: Buffer): string {
  return bytes.length === 0 ? 'no bytes' : `bytes ${bytes.toString('hex')}`;
}

/** Chunk after chunk, with a turn of the event loop between. A chunk holds whole elements: its size is a power of 2. */
async function convert(
  chunks: readonly Buffer[],
  type: ElementType,
  out: TypedArray,
  divisor: number,
): Promise<void> {
  // Bytes, which images are made of, have a table: 47M pixels take 0.1 s instead of 0.5.
  const every = new DataView(Uint8Array.from({ length: 256 }, (_, i) => i).buffer);
  const table =
    type.bytes === 1
      ? Float64Array.from({ length: 256 }, (_, i) => type.read(every, i) / divisor)
      : null;
  let to = 0;
  for (const chunk of chunks) {
    if (table !== null) {
      for (let i = 0; i < chunk.length; i++) out[to + i] = table[chunk[i]];
    } else {
      const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
      const count = chunk.length / type.bytes;
      for (let i = 0; i < count; i++) out[to + i] = type.read(view, i * type.bytes) / divisor;
    }
    to += chunk.length / type.bytes;
    await setImmediate();
  }
}
