/** Opens and reads files, with errors that name the file and the position of a problem. */
import { isUrl } from '../core/realms';
import { constants, type Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { wrongType, wrongValue } from '../core/errors';

/** Converts a path or a file URL to a path. */
export function requirePath(op: string, path: unknown, name = 'path'): string {
  if (isUrl(path) && path.protocol === 'file:') return fileURLToPath(path);
  if (typeof path !== 'string') throw wrongType(op, 'a path or a file URL', name, path);
  if (path === '' || path.includes('\0')) throw wrongValue(op, 'a path', name, path);
  return path;
}

/** Flags to open files with: without O_NONBLOCK, opening a pipe without a writer would block a thread. */
export const openFlags = constants.O_RDONLY | constants.O_NONBLOCK;

/** A file to be read by `op`. */
export class InputFile {
  constructor(
    readonly op: string,
    readonly path: string,
  ) {}

  /** An error about the content: `loadX: <path>: <problem>`. */
  readonly invalid = (problem: string): RangeError =>
    new RangeError(`${this.op}: ${this.path}: ${problem}`);

  /** The error `loadX: <path>: expected <what> in <place>, got <got>`; an empty place means the complete file. */
  readonly wrong = (what: string, place: string, got: string): RangeError =>
    this.invalid(`expected ${what}${place === '' ? '' : ` in ${place}`}, got ${got}`);

  /** The size of a regular file; throws for directories, devices, pipes and sockets. */
  sizeOf(stats: Stats): number {
    if (stats.isFile()) return stats.size;
    const kind = stats.isDirectory() ? 'a directory' : 'a device, pipe or socket';
    throw new RangeError(`${this.op}: ${this.path} is ${kind}, not a file`);
  }

  /** The error for a file that ends early. */
  ended(): RangeError {
    return this.invalid('the file was truncated while it was read');
  }
}

/** An open file. */
export class OpenFile extends InputFile {
  constructor(
    op: string,
    path: string,
    readonly handle: FileHandle,
    /** Bytes in the file: sizes in a header are compared with this before anything is allocated. */
    readonly size: number,
  ) {
    super(op, path);
  }

  /** Fills `into` with the bytes from `position` on. */
  async fill(into: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < into.length;) {
      const { bytesRead } = await this.handle.read(into, done, into.length - done, position + done);
      if (bytesRead === 0) throw this.ended();
      done += bytesRead;
    }
  }
}

/** Opens a regular file; the caller closes its handle. */
export async function openFile(op: string, path: string): Promise<OpenFile> {
  const handle = await open(path, openFlags);
  try {
    const size = new InputFile(op, path).sizeOf(await handle.stat());
    return new OpenFile(op, path, handle, size);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Runs `use` on an open regular file, and closes it. */
export async function withFile<Result>(
  op: string,
  path: string,
  use: (file: OpenFile) => Promise<Result>,
): Promise<Result> {
  const file = await openFile(op, path);
  try {
    return await use(file);
  } finally {
    await file.handle.close();
  }
}

/** Reads `length` bytes from `position` on; throws if the file ends before. */
export async function readExactly(
  file: OpenFile,
  position: number,
  length: number,
  place: string,
): Promise<Buffer> {
  if (position + length > file.size) {
    throw file.wrong(`${length} bytes`, place, String(Math.max(file.size - position, 0)));
  }
  const buffer = Buffer.alloc(length);
  await file.fill(buffer, position);
  return buffer;
}

/** A stream of the file from its start, which does not close the file. */
export function streamOf(file: OpenFile): Readable {
  return Readable.from(blocksOf(file), { objectMode: false });
}

async function* blocksOf({ handle }: OpenFile): AsyncGenerator<Buffer, void, undefined> {
  for (let position = 0; ;) {
    const block = Buffer.allocUnsafe(1 << 16);
    const { bytesRead } = await handle.read(block, 0, block.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield block.subarray(0, bytesRead);
  }
}
