/** Files of tokens, read in pieces: for corpora that are larger than memory. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import {
  requireArity,
  requireInteger,
  requireItems,
  requireOneOf,
  requireOptions,
  unexpected,
  wrongType,
} from '../../core/errors';
import { numbersOf } from '../../core/access';
import { Tensor } from '../../core/tensor';
import { openTokenFileThereInstead } from '../../core/uncloneable';
import { fromArray } from '../../creation/filled';
import { InputFile, openFlags, requirePath } from '../../io/file';
import { writeWhole } from '../../io/write';

const classes = { uint8: Uint8Array, uint16: Uint16Array, int32: Int32Array } as const;

/** How a file holds a token: uint8 for at most 256 tokens, uint16 for at most 65,536. */
export type TokenDType = 'uint8' | 'uint16' | 'int32';

const dtypes = Object.keys(classes) as TokenDType[];

/** Options of `TokenFile.open` and `TokenFile.write`. */
export interface TokenFileOptions {
  /** How the file holds a token. Default: 'uint16'. */
  dtype?: TokenDType;
}

/** Tokens to write: a tensor or array of integers, or pieces of these one after the other. */
export type TokenSource =
  | Tensor
  | readonly number[]
  | Iterable<Tensor | readonly number[]>
  | AsyncIterable<Tensor | readonly number[]>;

function dtypeOf(op: string, options: TokenFileOptions): TokenDType {
  requireOptions(op, options, ['dtype']);
  return requireOneOf(op, 'dtype', options.dtype ?? 'uint16', dtypes);
}

/**
 * A file of tokens, of which `read` reads a part: the source of a `WindowDataset` for a corpus larger than memory.
 *
 * The file holds the tokens one after the other, little-endian, without a header, as nanoGPT's `train.bin` does. Parts that
 * were read before come from the file cache of the system. `structuredClone` and `postMessage` refuse the object: open the
 * file in the other thread.
 *
 * @example
 * await data.TokenFile.write('train.bin', new data.ByteTokenizer().encode('to be or not'), { dtype: 'uint8' });
 * const corpus = data.TokenFile.open('train.bin', { dtype: 'uint8' });
 * corpus.read(3, 2); // tensor([ 98, 101], dtype: int32)
 * corpus.close();
 */
export class TokenFile {
  /** @internal */ readonly _structuredClone = openTokenFileThereInstead;
  private descriptor: number | null;

  private constructor(
    private readonly path: string,
    descriptor: number,
    /** How the file holds a token. */
    readonly dtype: TokenDType,
    /** Number of tokens. */
    readonly length: number,
  ) {
    this.descriptor = descriptor;
  }

  /**
   * Opens a file of tokens. It stays open until `close()`.
   *
   * @param path the file, as a path or a file URL
   * @param options how it holds a token; see TokenFileOptions
   * @returns the open file
   * @throws RangeError if its size is not a multiple of the size of a token
   */
  static open(path: string | URL, options: TokenFileOptions = {}): TokenFile {
    requireArity('TokenFile.open', arguments.length, 2);
    const op = 'TokenFile.open';
    const name = requirePath(op, path);
    const dtype = dtypeOf(op, options);
    const bytes = classes[dtype].BYTES_PER_ELEMENT;
    const descriptor = openSync(name, openFlags);
    try {
      const file = new InputFile(op, name);
      const size = file.sizeOf(fstatSync(descriptor));
      if (size % bytes !== 0) throw file.wrong(`a multiple of ${bytes} bytes (${dtype})`, '', String(size)); // prettier-ignore
      return new TokenFile(name, descriptor, dtype, size / bytes);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /**
   * Writes a file of tokens. It appears under its name when it is complete and on the disk.
   *
   * @param path the file, as a path or a file URL
   * @param tokens a tensor of any shape, an array of integers, or an iterable of these, which is written piece by piece
   * @param options how it holds a token; see TokenFileOptions
   * @throws RangeError (the promise rejects) if the dtype does not hold a token
   */
  static async write(
    path: string | URL,
    tokens: TokenSource,
    options: TokenFileOptions = {},
  ): Promise<void> {
    requireArity('TokenFile.write', arguments.length, 3);
    const op = 'TokenFile.write';
    const name = requirePath(op, path);
    const dtype = dtypeOf(op, options);
    await writeWhole(name, bytesOf(op, tokens, dtype));
  }

  /**
   * Reads tokens.
   *
   * @param start place of the first token, from 0 on
   * @param count number of tokens
   * @returns int32 (count)
   * @throws RangeError if the file has fewer tokens, or is closed
   */
  read(start: number, count: number): Tensor {
    requireArity('TokenFile.read', arguments.length, 2);
    const op = 'TokenFile.read';
    requireInteger(op, 'start', start, 0);
    requireInteger(op, 'count', count, 0);
    if (start + count > this.length) {
      throw unexpected(op, `start + count of at most ${this.length}, the length of the file,`, 'count', `${start} + ${count}`); // prettier-ignore
    }
    const tokens = new Int32Array(count);
    this._readInto(tokens, start);
    return fromArray(tokens);
  }

  /** @internal Fills an array with tokens, which the file has. */
  _readInto(tokens: Int32Array, start: number): void {
    if (this.descriptor === null) throw new Error(`TokenFile.read: ${this.path} is closed; open it again`); // prettier-ignore
    const type = classes[this.dtype];
    const bytes = type.BYTES_PER_ELEMENT;
    const raw = new Uint8Array(tokens.length * bytes);
    for (let done = 0; done < raw.length;) {
      const read = readSync(this.descriptor, raw, done, raw.length - done, start * bytes + done);
      if (read === 0) throw new InputFile('TokenFile.read', this.path).ended();
      done += read;
    }
    tokens.set(new type(raw.buffer));
  }

  /** Closes the file. Reading from it is then an error. */
  close(): void {
    requireArity('TokenFile.close', arguments.length, 0);
    if (this.descriptor !== null) closeSync(this.descriptor);
    this.descriptor = null;
  }
}

async function* bytesOf(
  op: string,
  tokens: unknown,
  dtype: TokenDType,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (tokens instanceof Tensor || isNumbers(tokens)) {
    yield packed(op, tokens, dtype);
    return;
  }
  const isIterable =
    typeof tokens === 'object' &&
    tokens !== null &&
    (Symbol.iterator in tokens || Symbol.asyncIterator in tokens);
  if (!isIterable) throw wrongType(op, 'a tensor, an array of integers, or an iterable of these', 'tokens', tokens); // prettier-ignore
  for await (const piece of tokens as AsyncIterable<unknown>) yield packed(op, piece, dtype);
}

function isNumbers(value: unknown): boolean {
  if (ArrayBuffer.isView(value)) return true;
  return Array.isArray(value) && (value.length === 0 || typeof value[0] === 'number');
}

function packed(op: string, piece: unknown, dtype: TokenDType): Uint8Array {
  const values = piece instanceof Tensor ? numbersOf(op, piece) : piece;
  const list = requireItems(op, 'a tensor or an array of integers', 'tokens', values, 2 ** 31);
  const array = new classes[dtype](list.length);
  list.forEach((value, i) => {
    const token = requireInteger(op, `tokens[${i}]`, value, 0);
    array[i] = token;
    if (array[i] !== token) throw unexpected(op, `a token that ${dtype} holds`, `tokens[${i}]`, String(token)); // prettier-ignore
  });
  return new Uint8Array(array.buffer);
}
