/** How readers open files. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { unexpected, wrongType, wrongValue } from '../errors';

/** A path or a file URL, as a path. */
export function requirePath(op: string, path: unknown, name = 'path'): string {
  if (path instanceof URL && path.protocol === 'file:') return fileURLToPath(path);
  if (typeof path !== 'string') throw wrongType(op, 'a path or a file URL', name, path);
  if (path === '' || path.includes('\0')) throw wrongValue(op, 'a path', name, path);
  return path;
}

/** An open file, and what errors about it begin with. */
export interface OpenFile {
  readonly handle: FileHandle;
  /** Bytes in the file: what a header claims is compared with it before anything is allocated. */
  readonly size: number;
  /** An error about a place in the file. */
  readonly wrong: (what: string, place: string, got: string) => RangeError;
}

/** Opens a regular file; whoever opened it closes its handle. */
export async function openFile(op: string, path: string): Promise<OpenFile> {
  // A pipe without a writer would block a thread in an ordinary open.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) {
      throw unexpected(op, 'a file', 'path', stats.isDirectory() ? `the directory ${path}` : path);
    }
    const wrong = (what: string, place: string, got: string) =>
      unexpected(op, what, place === '' ? path : `${place} of ${path}`, got);
    return { handle, size: stats.size, wrong };
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
  for (let at = 0; at < length;) {
    const { bytesRead } = await file.handle.read(buffer, at, length - at, position + at);
    if (bytesRead === 0) throw file.wrong(`${length} bytes`, place, String(at)); // cut off meanwhile
    at += bytesRead;
  }
  return buffer;
}

/** Writes a file that appears under its name once it is whole: what was there stays until then. */
export async function writeWhole(
  path: string,
  content: Uint8Array | AsyncIterable<Uint8Array | string>,
): Promise<void> {
  const partial = `${path}.${randomBytes(6).toString('hex')}.partial`;
  try {
    await writeFile(partial, content, { flag: 'wx', flush: true });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** The file from its start as a stream, which leaves the file open. */
export function streamOf(file: OpenFile): Readable {
  return Readable.from(blocksOf(file), { objectMode: false });
}

async function* blocksOf({ handle }: OpenFile): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; ;) {
    const block = Buffer.allocUnsafe(1 << 16);
    const { bytesRead } = await handle.read(block, 0, block.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield block.subarray(0, bytesRead);
  }
}
