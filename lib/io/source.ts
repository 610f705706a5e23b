/** Reads the bytes of a file in order, plain or decompressed, only as far as requested. */
import { setImmediate } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import type { DType } from '../core/dtype';
import { messageOf } from '../core/errors';
import { numelOf } from '../core/shape';
import { allocateOwn, Storage } from '../core/storage';
import { Tensor } from '../core/tensor';
import { convert, misfitTexts, type Conversion } from './convert';
import type { Elements } from './elements';
import { readExactly, type OpenFile } from './file';

/** The bytes of a file. */
export interface Source {
  /** Creates an error about a part of the data. */
  readonly wrong: (what: string, place: string, got: string) => RangeError;
  /** The largest number of bytes that there can be. */
  readonly maxBytes: number;
  /** Whether there are exactly that many: decompressed data may be shorter than it claims. */
  readonly isExact: boolean;
  /** The next `length` bytes, or fewer at the end. */
  take(length: number): Promise<Buffer>;
  close(): void;
}

/** Deflate expands one byte to at most this many. */
export const deflateRatio = 1032;

/** A plain file. */
export class PlainSource implements Source {
  readonly wrong: Source['wrong'];
  readonly maxBytes: number;
  readonly isExact = true;
  private position = 0;

  constructor(private readonly file: OpenFile) {
    this.wrong = file.wrong;
    this.maxBytes = file.size;
  }

  async take(length: number): Promise<Buffer> {
    const left = this.maxBytes - this.position;
    const taken = await readExactly(this.file, this.position, Math.min(length, left), 'the data');
    this.position += taken.length;
    return taken;
  }

  close(): void {
    // the caller opened the file and closes it
  }
}

/** The output of a stream that decompresses; it pauses while nothing is requested. */
export class StreamSource implements Source {
  readonly isExact = false;
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(
    private readonly stream: Readable,
    chunks: AsyncIterable<Buffer>,
    readonly maxBytes: number,
    readonly wrong: Source['wrong'],
    /** What the data must be, for errors of the stream. */
    private readonly what: string,
  ) {
    this.chunks = chunks[Symbol.asyncIterator]();
    // An error after close has no listener; it must not end the process.
    stream.on('error', () => undefined);
  }

  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let missing = length; missing > 0;) {
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
      throw this.wrong(this.what, '', messageOf(error));
    }
  }

  close(): void {
    this.stream.destroy();
  }
}

/** Bytes that are read and converted at a time, in about 1 ms. A power of 2, so that no element is split. */
export const chunkBytes = 1 << 20;

/** The layout of the elements, from a header. */
export interface Layout {
  readonly kind: Elements;
  readonly little: boolean;
  readonly shape: readonly number[];
}

/**
 * Reads the elements at the end of a source to a tensor, with a turn of the event loop after each chunk. `tooFew`
 * creates the error for missing or extra bytes. Throws a RangeError for a number that an integer dtype cannot
 * represent.
 */
export async function readLast(
  source: Source,
  { kind, little, shape }: Layout,
  dtype: DType,
  tooFew: (got: string) => RangeError,
  conversion?: Conversion,
): Promise<Tensor> {
  const count = numelOf(shape);
  const chunks = await lastChunks(source, count * kind.bytes, tooFew);
  const out = allocateOwn(dtype, count);
  let done = 0;
  for await (const chunk of chunks) {
    const end = done + chunk.length / kind.bytes;
    const misfit = convert(kind, chunk, little, dtype, out.subarray(done, end), conversion);
    if (misfit !== null) {
      const { what, got } = misfitTexts(kind, dtype, misfit);
      throw source.wrong(what, `element ${done + misfit.index}`, got);
    }
    done = end;
    await setImmediate();
  }
  return new Tensor(new Storage(dtype, out), shape);
}

/** Data that may be shorter than it claims is collected first, so that no memory is allocated for missing data. */
async function lastChunks(
  source: Source,
  bytes: number,
  tooFew: (got: string) => RangeError,
): Promise<AsyncIterable<Buffer> | Iterable<Buffer>> {
  const chunks = readChunks(source, bytes, tooFew);
  if (source.isExact) return chunks;
  const collected: Buffer[] = [];
  for await (const chunk of chunks) collected.push(chunk);
  return collected;
}

async function* readChunks(
  source: Source,
  bytes: number,
  tooFew: (got: string) => RangeError,
): AsyncGenerator<Buffer, void, undefined> {
  for (let left = bytes; left > 0;) {
    const chunk = await source.take(Math.min(left, chunkBytes));
    if (chunk.length === 0) throw tooFew(String(bytes - left));
    left -= chunk.length;
    yield chunk;
  }
  if ((await source.take(1)).length > 0) throw tooFew('more');
}

/** The text of bytes in errors. */
export function hex(bytes: Buffer): string {
  return bytes.length === 0 ? 'no bytes' : `bytes ${bytes.toString('hex')}`;
}
