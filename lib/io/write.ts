/** Writes files atomically: an existing file is replaced when the new one is complete. */
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { lstat, open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { partsOf, type Pieces } from './pieces';

/** Where the content of a file goes. */
interface Target {
  /** The target of a link. */
  readonly path: string;
  /** The permissions of an existing file. */
  readonly mode: number | null;
  /** Whether to write to it instead of replacing it: a device, a pipe, or a link without a target. */
  readonly inPlace: boolean;
}

function targetOfSync(path: string): Target {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return newTarget(path, lstatSync(path, { throwIfNoEntry: false }));
  return existingTarget(realpathSync(path), stats);
}

async function targetOf(path: string): Promise<Target> {
  const stats = await ifPresent(stat(path));
  if (stats === undefined) return newTarget(path, await ifPresent(lstat(path)));
  return existingTarget(await realpath(path), stats);
}

function newTarget(path: string, link: Stats | undefined): Target {
  return { path, mode: null, inPlace: link?.isSymbolicLink() === true };
}

function existingTarget(path: string, stats: Stats): Target {
  return { path, mode: stats.mode & 0o777, inPlace: !stats.isFile() };
}

/** What `throwIfNoEntry: false` does in synchronous functions. */
async function ifPresent(found: Promise<Stats>): Promise<Stats | undefined> {
  try {
    return await found;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function partialOf({ path, inPlace }: Target): string {
  return inPlace ? path : `${path}.${randomBytes(6).toString('hex')}.partial`;
}

/** A system error with the path, which errors of writing and syncing lack. */
function withPath(error: unknown, path: string): unknown {
  const failed = error as NodeJS.ErrnoException | null;
  if (failed?.code !== undefined && failed.path === undefined) {
    failed.path = path;
    failed.message = `${failed.message} '${path}'`;
  }
  return error;
}

/** Writes a file synchronously. Like `writeWhole`, but without waiting for the disk. */
export function writeWholeSync(path: string, pieces: Pieces): void {
  const target = targetOfSync(path);
  const partial = partialOf(target);
  const descriptor = openSync(partial, target.inPlace ? 'w' : 'wx');
  try {
    try {
      if (!target.inPlace && target.mode !== null) fchmodSync(descriptor, target.mode);
      for (const piece of pieces) {
        for (const part of partsOf(piece)) {
          for (let done = 0; done < part.length;) done += writeSync(descriptor, part, done);
        }
      }
    } finally {
      closeSync(descriptor);
    }
    if (!target.inPlace) renameSync(partial, target.path);
  } catch (error) {
    if (!target.inPlace) rmSync(partial, { force: true });
    throw withPath(error, path);
  }
}

/** Writes to a file asynchronously; `each` gets the bytes in order. */
async function write(
  file: FileHandle,
  pieces: Pieces | AsyncIterable<Uint8Array | string>,
  each?: (part: Uint8Array) => void,
): Promise<void> {
  for await (const piece of pieces) {
    for (const part of partsOf(typeof piece === 'string' ? Buffer.from(piece) : piece)) {
      each?.(part);
      for (let done = 0; done < part.length;) {
        done += (await file.write(part, done)).bytesWritten;
      }
    }
  }
}

/** Writes a new file and waits until it is on the disk; returns the SHA-256 of its bytes. */
export async function writePieces(path: string, pieces: Pieces): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx');
  try {
    await write(file, pieces, (part) => hash.update(part));
    await file.sync();
  } catch (error) {
    throw withPath(error, path);
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

/**
 * Writes a file that appears under its name when it is complete and on the disk; an existing file stays until then. The
 * target of a link is replaced, not the link. Permissions stay. What is not a regular file is written to directly.
 */
export async function writeWhole(
  path: string,
  pieces: Pieces | AsyncIterable<Uint8Array | string>,
): Promise<void> {
  const target = await targetOf(path);
  const partial = partialOf(target);
  const file = await open(partial, target.inPlace ? 'w' : 'wx');
  try {
    try {
      if (!target.inPlace && target.mode !== null) await file.chmod(target.mode);
      await write(file, pieces);
      if (!target.inPlace) await file.sync();
    } finally {
      await file.close();
    }
    if (target.inPlace) return;
    await rename(partial, target.path);
    await syncDirectory(dirname(target.path));
  } catch (error) {
    if (!target.inPlace) await rm(partial, { force: true });
    throw withPath(error, path);
  }
}

/** Syncs the names in a directory to the disk, where that is possible. */
export async function syncDirectory(dir: string): Promise<void> {
  if (process.platform === 'win32') return; // cannot open directories, and need not
  try {
    const folder = await open(dir, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    // A directory that may be written but not read, and file systems without sync.
    if (!hasCode(error, 'EACCES', 'EPERM', 'EINVAL', 'ENOTSUP')) throw withPath(error, dir);
  }
}

/** Whether it is a system error with one of these codes. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException | null)?.code ?? '');
}
