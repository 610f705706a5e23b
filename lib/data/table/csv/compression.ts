/** Compressed files, recognised by their content. */
import { isUtf8 } from 'node:buffer';
import { pipeline, Readable, type Duplex } from 'node:stream';
import * as zlib from 'node:zlib';
import { messageOf } from '../../../core/errors';
import type { InputFile } from '../../../io/file';
import { markOf } from './encoding';

/** Files that are neither text nor compressed text, by their first bytes, and what to do. */
const others: readonly (readonly [bytes: string, what: string])[] = [
  ['PK\x03\x04', 'a zip archive or a spreadsheet: extract it, or save it as CSV'],
  ['PAR1', 'a Parquet file: use readParquet'],
  ['ARROW1', 'an Arrow file: use fromArrow'],
  ['BZh', 'compressed with bzip2: decompress it'],
  ['\xfd7zXZ', 'compressed with xz: decompress it'],
];

/** Bytes that are read before it is decided how a file is compressed. */
const headBytes = 4096;

type Method = 'gzip' | 'zstd' | 'brotli';

/** The content of a file: decompressed if its first bytes say that it is compressed. */
export async function* decompressed(
  file: InputFile,
  blocks: AsyncIterable<Uint8Array>,
  hasEncoding: boolean,
): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = blocks[Symbol.asyncIterator]();
  try {
    const head: Uint8Array[] = [];
    let size = 0;
    let isAll = false;
    while (size < headBytes && !isAll) {
      const next = await iterator.next();
      if (next.done === true) isAll = true;
      else {
        head.push(next.value);
        size += next.value.length;
      }
    }
    const first = Buffer.concat(head);
    const all = readOn(first, iterator);
    const method = methodOf(file, first, isAll, hasEncoding);
    if (method === null) yield* all;
    else yield* through(file, method, all);
  } finally {
    await iterator.return?.();
  }
}

async function* readOn(
  first: Uint8Array,
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield first;
  while (true) {
    const next = await iterator.next();
    if (next.done === true) return;
    yield next.value;
  }
}

/** How a file is compressed; null if it is not. */
function methodOf(
  file: InputFile,
  first: Buffer,
  isAll: boolean,
  hasEncoding: boolean,
): Method | null {
  if (first[0] === 0x1f && first[1] === 0x8b) return 'gzip';
  if (first.length >= 4 && first.readUInt32LE(0) === 0xfd2fb528) return 'zstd';
  const start = first.toString('latin1', 0, 6);
  const other = others.find(([bytes]) => start.startsWith(bytes));
  if (other !== undefined) throw file.wrong('text, or text in gzip, brotli or zstd', '', other[1]);
  if (hasEncoding || markOf(first) !== undefined) return null;
  return isBrotli(first, isAll) ? 'brotli' : null;
}

/**
 * Brotli has no mark: the bytes are no text, but decompress to text. A few bytes of anything may begin a file in brotli; a
 * complete file or 4096 bytes do not.
 */
function isBrotli(first: Buffer, isAll: boolean): boolean {
  const start = first.subarray(0, 1 << 16);
  if (start.length === 0 || (isText(start) && !start.includes(0))) return false;
  const { BROTLI_OPERATION_FLUSH, BROTLI_OPERATION_FINISH } = zlib.constants;
  const isComplete = isAll && start.length === first.length;
  try {
    const content = zlib.brotliDecompressSync(start, {
      finishFlush: isComplete ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_FLUSH,
      maxOutputLength: 1 << 24,
    });
    return content.length > 0 && isText(content);
  } catch (error) {
    return (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
  }
}

/** Whether bytes are UTF-8 that may be cut in its last character. */
function isText(bytes: Buffer): boolean {
  return [0, 1, 2, 3].some((cut) => isUtf8(bytes.subarray(0, Math.max(bytes.length - cut, 0))));
}

async function* through(
  file: InputFile,
  method: Method,
  blocks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const decoder = decoderOf(file, method);
  const failed: unknown[] = [];
  const source = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* blocks;
    } catch (error) {
      failed.push(error);
      throw error;
    }
  };
  pipeline(Readable.from(source(), { objectMode: false }), decoder, () => undefined);
  try {
    yield* decoder as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (failed.length > 0) throw failed[0];
    throw file.wrong(`a complete ${method} file`, '', messageOf(error));
  } finally {
    decoder.destroy();
  }
}

/** Node.js has zstd since 22.15. */
type Zstd = { createZstdDecompress?: (options: object) => Duplex };

function decoderOf(file: InputFile, method: Method): Duplex {
  const options = { chunkSize: 1 << 18 };
  if (method === 'gzip') return zlib.createGunzip(options);
  if (method === 'brotli') return zlib.createBrotliDecompress(options);
  const make = (zlib as Zstd).createZstdDecompress;
  if (make !== undefined) return make(options);
  throw file.wrong(
    'text, or text in gzip or brotli',
    '',
    'zstd, which needs Node.js 22.15 or later',
  );
}
