/**
 * Reading files piece by piece. A format is a generator that requests pieces. The functions here run it, synchronously
 * or asynchronously, so that each format is written once.
 */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { openFlags, withFile, type InputFile } from './file';

/** A request to fill `into` with bytes from `position` on, or else with those after the last request. */
export interface Fill {
  readonly into: Uint8Array;
  readonly position?: number;
}

/** Requested during long computations: reads nothing, but an asynchronous reader lets other events run. */
export const pause: Fill = { into: new Uint8Array(0) };

/** Reads a file by requesting its pieces. */
export type Reader<T> = Generator<Fill, T, void>;

/** The content of a file in order, in pieces that are consumed before the next one is requested. */
export type Pieces = Iterable<Uint8Array>;

// Hashing 1 MiB takes 1 ms, for which it blocks the event loop.
export const pieceBytes = 1 << 20;

/** Reads a file synchronously. */
export function readPiecesSync<T>(file: InputFile, read: (size: number) => Reader<T>): T {
  const descriptor = openSync(file.path, openFlags);
  try {
    const reader = read(file.sizeOf(fstatSync(descriptor)));
    let end = 0;
    for (;;) {
      const next = reader.next();
      if (next.done) return next.value;
      const { into, position: start = end } = next.value;
      for (let done = 0; done < into.length;) {
        const count = readSync(descriptor, into, done, into.length - done, start + done);
        if (count === 0) throw file.ended();
        done += count;
      }
      end = start + into.length;
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Reads a file asynchronously; `each` gets the bytes as they are read. */
export function readPieces<T>(
  { op, path }: InputFile,
  read: (size: number) => Reader<T>,
  each?: (bytes: Uint8Array) => void,
): Promise<T> {
  return withFile(op, path, async (file) => {
    const reader = read(file.size);
    let end = 0;
    for (;;) {
      const next = reader.next();
      if (next.done) return next.value;
      if (next.value === pause) {
        await setImmediate();
        continue;
      }
      const { into, position: start = end } = next.value;
      await file.fill(into, start);
      each?.(into);
      end = start + into.length;
    }
  });
}

/** The same, and the SHA-256 of the bytes, in hexadecimal. */
export async function readHashed<T>(
  file: InputFile,
  read: (size: number) => Reader<T>,
): Promise<{ value: T; sha256: string }> {
  const hash = createHash('sha256');
  const value = await readPieces(file, read, (bytes) => hash.update(bytes));
  return { value, sha256: hash.digest('hex') };
}

// Text in V8 has at most 2^29 characters.
const maxTextBytes = 2 ** 28;

/** Reads the complete content as text. */
export function* readText(file: InputFile, size: number, maxBytes = maxTextBytes): Reader<string> {
  if (size > maxBytes) throw file.wrong(`at most ${maxBytes} bytes`, '', String(size));
  const content = Buffer.alloc(size);
  yield { into: content };
  return content.toString();
}

/** Reads the content only for its hash. */
export function* readNothing(size: number): Reader<null> {
  const piece = Buffer.alloc(Math.min(size, pieceBytes));
  for (let left = size; left > 0; left -= pieceBytes) {
    yield { into: piece.subarray(0, Math.min(left, pieceBytes)) };
  }
  return null;
}

/** Yields a piece in parts of at most `pieceBytes`. */
export function* partsOf(piece: Uint8Array): Generator<Uint8Array, void, void> {
  for (let start = 0; start < piece.length; start += pieceBytes)
    yield piece.subarray(start, start + pieceBytes);
}
