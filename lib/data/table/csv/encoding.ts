/** The text of CSV files, as UTF-8 for the parser. Other encodings are converted; invalid bytes are an error. */
import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';

/** Byte order marks; the longer ones first. */
const marks: readonly (readonly [bytes: readonly number[], encoding: string | null])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe, 0, 0], null], // UTF-32
  [[0, 0, 0xfe, 0xff], null],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

/** Bytes that are not text in the encoding; the valid text before them has been returned. */
export class EncodingProblem extends Error {
  constructor(
    readonly what: string,
    /** Where they are in the file. */
    readonly position: number,
    readonly got: string,
  ) {
    super(what);
  }
}

const expected = "text in UTF-8 (or set encoding, such as 'windows-1252', 'latin1' or 'utf-16le')";

/** Blocks of UTF-8 without a byte order mark, cut between characters; encoding null is UTF-8. */
export async function* utf8Of(
  blocks: AsyncIterable<Uint8Array>,
  encoding: string | null,
): AsyncGenerator<Uint8Array, void, undefined> {
  let convert: Converter | null = null;
  for await (const block of blocks) {
    if (block.length === 0) continue;
    let text = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
    if (convert === null) {
      const mark = markOf(text);
      const own = mark === undefined ? (encoding ?? 'utf-8') : mark.encoding;
      if (own === null) throw new EncodingProblem(expected, 0, 'UTF-32');
      convert = own === 'utf-8' ? new Utf8(mark?.length ?? 0) : new Other(own);
      if (mark !== undefined) text = text.subarray(mark.length);
    }
    yield* convert.next(text);
  }
  if (convert !== null) yield* convert.end();
}

/** The byte order mark of a file, from its first bytes. */
export function markOf(block: Uint8Array): { length: number; encoding: string | null } | undefined {
  const mark = marks.find(([bytes]) => bytes.every((byte, i) => block[i] === byte));
  return mark === undefined ? undefined : { length: mark[0].length, encoding: mark[1] };
}

/** Makes UTF-8 of blocks of bytes. */
interface Converter {
  next(block: Buffer): Iterable<Buffer>;
  end(): Iterable<Buffer>;
}

/** UTF-8 is only checked. */
class Utf8 implements Converter {
  /** The first bytes of a character that ends in the next block. */
  private rest: Buffer = Buffer.alloc(0);

  constructor(private position: number) {}

  *next(block: Buffer): Iterable<Buffer> {
    const bytes = this.rest.length === 0 ? block : Buffer.concat([this.rest, block]);
    const end = endOfCharacters(bytes);
    this.rest = bytes.subarray(end);
    yield* this.checked(bytes.subarray(0, end));
  }

  *end(): Iterable<Buffer> {
    yield* this.checked(this.rest);
  }

  private *checked(bytes: Buffer): Iterable<Buffer> {
    const zero = bytes.indexOf(0); // UTF-16 without a mark, or no text
    const isText = isUtf8(bytes);
    if (zero < 0 && isText) {
      this.position += bytes.length;
      yield bytes;
      return;
    }
    const wrong = isText ? bytes.length : firstWrong(bytes);
    const at = zero >= 0 && zero < wrong ? zero : wrong;
    yield bytes.subarray(0, at);
    const byte = `the byte 0x${bytes[at].toString(16).padStart(2, '0')}`;
    throw new EncodingProblem(expected, this.position + at, zero === at ? 'a zero byte' : byte);
  }
}

/** Where the last character begins if it is incomplete, else the length. */
function endOfCharacters(bytes: Buffer): number {
  const { length } = bytes;
  for (let back = 1; back <= Math.min(3, length); back++) {
    const byte = bytes[length - back];
    if (byte < 0x80) return length;
    if (byte < 0xc0) continue; // the first byte is before it
    const size = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return size > back ? length - back : length;
  }
  return length;
}

/** The place of the first byte that is not UTF-8. */
function firstWrong(bytes: Buffer): number {
  let [low, high] = [0, bytes.length]; // characters up to low are right, up to high they are not
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    const end = endOfCharacters(bytes.subarray(0, middle));
    if (isUtf8(bytes.subarray(0, end))) low = middle;
    else high = middle;
  }
  return endOfCharacters(bytes.subarray(0, low)); // the last byte may begin an invalid character
}

/** Any other encoding is decoded. */
class Other implements Converter {
  private readonly decoder: TextDecoder;
  private position = 0;

  constructor(private readonly encoding: string) {
    this.decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  }

  *next(block: Buffer): Iterable<Buffer> {
    yield this.decoded(() => this.decoder.decode(block, { stream: true }));
    this.position += block.length;
  }

  *end(): Iterable<Buffer> {
    yield this.decoded(() => this.decoder.decode());
  }

  private decoded(decode: () => string): Buffer {
    try {
      return Buffer.from(decode());
    } catch {
      throw new EncodingProblem(`text in ${this.encoding}`, this.position, 'invalid bytes');
    }
  }
}
