/** Writing files, so that what was there is never half overwritten. */
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
} from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { partsOf, type Pieces } from './pieces';

/** Where the content of a file goes. */
interface Target {
  /** What a link leads to. */
  readonly path: string;
  /** The permissions it has, if it is there. */
  readonly mode: number | null;
  /** Whether it is written to and not replaced: a device, a pipe, or where a link leads to nothing yet. */
  readonly inPlace: boolean;
}

function targetOf(path: string): Target {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    return { path, mode: null, inPlace: isLink };
  }
  return { path: realpathSync(path), mode: stats.mode & 0o777, inPlace: !stats.isFile() };
}

function partialOf({ path, inPlace }: Target): string {
  return inPlace ? path : `${path}.${randomBytes(6).toString('hex')}.partial`;
}

/** An error of the system with the path, which those of writing and syncing lack. */
function withPath(error: unknown, path: string): unknown {
  const failed = error as NodeJS.ErrnoException | null;
  if (failed?.code !== undefined && failed.path === undefined) {
    failed.path = path;
    failed.message = `${failed.message} '${path}'`;
  }
  return error;
}

/** Writes a file here and now; like `writeWhole`, but the system brings it to the disk when it likes. */
export function writeWholeSync(path: string, pieces: Pieces): void {
  const target = targetOf(path);
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

/** Writes to a file beside the event loop; `each` sees the bytes in order. */
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

/** Writes a new file until it is on the disk; gives the SHA-256 of its bytes. */
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
 * Writes a file that appears under its name once it is whole and on the disk: what was there stays until then. What a
 * link leads to is replaced, not the link; permissions stay; what is no file is written to as it is.
 */
export async function writeWhole(
  path: string,
  pieces: Pieces | AsyncIterable<Uint8Array | string>,
): Promise<void> {
  const target = targetOf(path);
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

/** Brings a directory's names to the disk, where that is possible. */
export async function syncDirectory(dir: string): Promise<void> {
  if (process.platform === 'win32') return; // cannot open directories, and needs it not
  try {
    const folder = await open(dir, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    // A directory that may be written but not read, and disks that know no such thing.
    if (!hasCode(error, 'EACCES', 'EPERM', 'EINVAL', 'ENOTSUP')) throw withPath(error, dir);
  }
}

/** Whether it is an error of the system, of one of these codes. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException | null)?.code ?? '');
}
