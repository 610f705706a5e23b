/** Files that are read: what may be opened, and errors that say where in it something is wrong. */
import { constants, type Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { unexpected, wrongType, wrongValue } from '../core/errors';

/** A path or a file URL, as a path. */
export function requirePath(op: string, path: unknown, name = 'path'): string {
  if (path instanceof URL && path.protocol === 'file:') return fileURLToPath(path);
  if (typeof path !== 'string') throw wrongType(op, 'a path or a file URL', name, path);
  if (path === '' || path.includes('\0')) throw wrongValue(op, 'a path', name, path);
  return path;
}

/** How files are opened: a pipe without a writer would block a thread in an ordinary open. */
export const openFlags = constants.O_RDONLY | constants.O_NONBLOCK;

/** A file to be read by `op`. */
export class InputFile {
  constructor(
    readonly op: string,
    readonly path: string,
  ) {}

  /** `loadX: expected <what> for <place> of <path>, got <got>`; of the file as a whole if place is ''. */
  readonly wrong = (what: string, place: string, got: string): RangeError =>
    unexpected(this.op, what, place === '' ? this.path : `${place} of ${this.path}`, got);

  /** Only a regular file has a size to compare with, and ends. */
  sizeOf(stats: Stats): number {
    if (stats.isFile()) return stats.size;
    throw this.wrong(
      'a file',
      '',
      stats.isDirectory() ? 'a directory' : 'a device, pipe or socket',
    );
  }

  /** The file ended before its time. */
  ended(): RangeError {
    return this.wrong('as many bytes as before', 'the size', 'fewer: the file was cut meanwhile');
  }
}

/** An open file. */
export class OpenFile extends InputFile {
  constructor(
    op: string,
    path: string,
    readonly handle: FileHandle,
    /** Bytes in the file: what a header claims is compared with it before anything is allocated. */
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

/** Opens a regular file; whoever opened it closes its handle. */
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

/** `length` bytes from `position` on; an error when the file ends before. */
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

/** The file from its start as a stream, which leaves the file open. */
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
