/**
 * Files piece by piece. What a format has to say is a generator that asks for pieces; here are those who run it, at once
 * or beside the event loop, so that each format is written once.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  writeSync,
  type Stats,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { unexpected } from '../errors';

/** Bytes to fill from a file; they follow the last ones, unless `at` says where they begin. */
export interface Fill {
  readonly into: Uint8Array;
  readonly at?: number;
}

/** Reads a file by asking for its pieces. */
export type Reader<T> = Generator<Fill, T, void>;

/** A file's content in order, in pieces that are used up before the next is asked for. */
export type Pieces = Iterable<Uint8Array>;

// 1 MiB takes a hash 1 ms, which is how long it holds up the event loop.
export const pieceBytes = 1 << 20;

// An ordinary open of a pipe would wait for the other end.
const reading = constants.O_RDONLY | constants.O_NONBLOCK;

/** A file that is being read, for messages. */
export class Source {
  constructor(
    readonly op: string,
    readonly path: string,
  ) {}

  /** `loadX: expected <what> for <place> of <path>, got <got>`. */
  wrong(what: string, place: string, got: string): RangeError {
    return unexpected(this.op, what, `${place} of ${this.path}`, got);
  }

  /** Only a regular file has a size to compare with, and ends. */
  size(stats: Stats): number {
    if (stats.isFile()) return stats.size;
    const got = stats.isDirectory() ? 'a directory' : 'a device, pipe or socket';
    throw unexpected(this.op, 'a file', this.path, got);
  }

  /** The file ended before its time. */
  ended(): RangeError {
    return this.wrong('as many bytes as before', 'the size', 'fewer: the file was cut meanwhile');
  }
}

/** Reads a file here and now. */
export function readFileBy<T>(source: Source, read: (size: number) => Reader<T>): T {
  const file = openSync(source.path, reading);
  try {
    const reader = read(source.size(fstatSync(file)));
    let at = 0;
    for (;;) {
      const next = reader.next();
      if (next.done) return next.value;
      const { into } = next.value;
      at = next.value.at ?? at;
      for (let done = 0; done < into.length;) {
        const count = readSync(file, into, done, into.length - done, at);
        if (count === 0) throw source.ended();
        done += count;
        at += count;
      }
    }
  } finally {
    closeSync(file);
  }
}

/** Reads a file beside the event loop; gives the SHA-256 of the bytes it read, in hexadecimal, besides. */
export async function readFileAside<T>(
  source: Source,
  read: (size: number) => Reader<T>,
): Promise<{ value: T; sha256: string }> {
  const file = await open(source.path, reading);
  try {
    const reader = read(source.size(await file.stat()));
    const hash = createHash('sha256');
    let at = 0;
    for (;;) {
      const next = reader.next();
      if (next.done) return { value: next.value, sha256: hash.digest('hex') };
      const { into } = next.value;
      at = next.value.at ?? at;
      for (let done = 0; done < into.length;) {
        const { bytesRead } = await file.read(into, done, into.length - done, at);
        if (bytesRead === 0) throw source.ended();
        done += bytesRead;
        at += bytesRead;
      }
      hash.update(into);
    }
  } finally {
    await file.close();
  }
}

/** The whole content, of at most `limit` bytes. */
export function* readWhole(source: Source, size: number, limit: number): Reader<Buffer> {
  if (size > limit) throw source.wrong(`at most ${limit} bytes`, 'the size', String(size));
  const all = Buffer.alloc(size);
  yield { into: all };
  return all;
}

/** Nothing of the content but its hash. */
export function* readNothing(size: number): Reader<null> {
  const piece = Buffer.alloc(Math.min(size, pieceBytes));
  for (let left = size; left > 0; left -= pieceBytes) {
    yield { into: piece.subarray(0, Math.min(left, pieceBytes)) };
  }
  return null;
}

/** Writes a file here and now. */
export function writeFileBy(path: string, pieces: Pieces): void {
  const file = openSync(path, 'w');
  try {
    for (const piece of cut(pieces)) {
      for (let done = 0; done < piece.length;) done += writeSync(file, piece, done);
    }
  } finally {
    closeSync(file);
  }
}

/** Writes a new file beside the event loop until it is on the disk; gives the SHA-256 of its bytes. */
export async function writeFileAside(path: string, pieces: Pieces): Promise<string> {
  const file = await open(path, 'wx');
  try {
    const hash = createHash('sha256');
    for (const piece of cut(pieces)) {
      hash.update(piece);
      for (let done = 0; done < piece.length;) {
        done += (await file.write(piece, done)).bytesWritten;
      }
    }
    await file.sync();
    return hash.digest('hex');
  } finally {
    await file.close();
  }
}

/** No piece larger than `pieceBytes`. */
function* cut(pieces: Pieces): Generator<Uint8Array, void, void> {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += pieceBytes) {
      yield piece.subarray(at, at + pieceBytes);
    }
  }
}
