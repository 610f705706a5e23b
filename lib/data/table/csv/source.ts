/** Where tables are read from: files, URLs, bytes and streams, also compressed ones. */
import { types } from 'node:util';
import { messageOf, wrongType, wrongValue } from '../../../core/errors';
import { isUrl } from '../../../core/realms';
import { InputFile, openFile, requirePath } from '../../../io/file';
import { decompressed } from './compression';

/** A path, a file URL or web URL, the bytes themselves, or a stream of bytes or texts. */
export type TableSource = string | URL | Uint8Array | AsyncIterable<Uint8Array | string>;

const blockBytes = 1 << 20;

/** A source that can be read from its start again and again. */
export interface Input {
  /** Makes errors that name it. */
  readonly file: InputFile;
  /** Its size in bytes, undefined if that is not known. */
  readonly size: number | undefined;
  /** Blocks of bytes, as they are stored. */
  blocks(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** Opens a source; the caller closes it. */
export async function openInput(op: string, source: unknown, name = 'path'): Promise<Input> {
  if (types.isUint8Array(source)) return bytesInput(new InputFile(op, 'the bytes'), source);
  if (isStream(source)) return streamInput(new InputFile(op, 'the stream'), source);
  if (isUrl(source) && /^https?:$/.test(source.protocol)) return webInput(op, source);
  if (typeof source === 'string' && /[\r\n]/.test(source)) {
    throw wrongValue(op, 'a path (parseCsv reads a text)', name, source);
  }
  if (typeof source !== 'string' && !isUrl(source)) {
    throw wrongType(op, 'a path or a file URL, bytes or a stream', name, source);
  }
  const file = await openFile(op, requirePath(op, source, name));
  return {
    file,
    size: file.size,
    blocks: async function* () {
      for (let position = 0; ;) {
        const block = Buffer.allocUnsafeSlow(Math.min(blockBytes, Math.max(file.size, 1)));
        const { bytesRead } = await file.handle.read(block, 0, block.length, position);
        if (bytesRead === 0) return;
        position += bytesRead;
        yield block.subarray(0, bytesRead);
      }
    },
    close: () => file.handle.close(),
  };
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

export function bytesInput(file: InputFile, bytes: Uint8Array): Input {
  return {
    file,
    size: bytes.length,
    blocks: async function* () {
      for (let at = 0; at < bytes.length; at += blockBytes) {
        yield bytes.subarray(at, at + blockBytes);
        await new Promise(setImmediate); // other events
      }
    },
    close: () => Promise.resolve(),
  };
}

/** A stream can be read only once: its bytes are kept for a second pass. */
function streamInput(file: InputFile, stream: AsyncIterable<unknown>): Input {
  const kept: Uint8Array[] = [];
  let isRead = false;
  return {
    file,
    size: undefined,
    blocks: async function* () {
      if (isRead) {
        yield* kept;
        return;
      }
      for await (const chunk of stream) {
        const block: unknown = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
        if (!types.isUint8Array(block)) {
          throw wrongType(file.op, 'bytes or texts', 'a chunk of the stream', block);
        }
        kept.push(block);
        yield block;
      }
      isRead = true;
    },
    close: () => Promise.resolve(),
  };
}

async function webInput(op: string, url: URL): Promise<Input> {
  const file = new InputFile(op, String(url));
  const response = await fetch(url).catch((error: unknown) => {
    throw new Error(`${op}: cannot read ${String(url)}: ${messageOf(error)}`, { cause: error });
  });
  if (!response.ok || response.body === null) {
    throw new Error(`${op}: cannot read ${String(url)}: status ${response.status}`);
  }
  return streamInput(file, response.body);
}

/** Blocks of the content of an input, which may be compressed. `count` hears of the bytes that are read. */
export function contentOf(
  input: Input,
  hasEncoding: boolean,
  count: (bytes: number) => void = () => undefined,
): AsyncIterable<Uint8Array> {
  return decompressed(input.file, counted(input.blocks(), count), hasEncoding);
}

async function* counted(
  blocks: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const block of blocks) {
    count(block.length);
    yield block;
  }
}
