/** The text of CSV files, as UTF-8 for the parser. Other encodings are converted; invalid bytes are an error. */
import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import type { OpenFile } from '../../io/file';

/** Byte order marks; the longer ones first. */
const marks: readonly (readonly [bytes: readonly number[], encoding: string | null])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe, 0, 0], null], // UTF-32
  [[0, 0, 0xfe, 0xff], null],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

const expected = 'text in UTF-8, in UTF-16 with a byte order mark, or in the given encoding';

/** Blocks of UTF-8 without a byte order mark, cut between characters. */
export async function* utf8Of(
  file: OpenFile,
  blocks: AsyncIterable<Buffer>,
  encoding: string,
): AsyncGenerator<Buffer, void, undefined> {
  let convert: Converter | null = null;
  for await (const block of blocks) {
    let text = block;
    if (convert === null) {
      const mark = marks.find(([bytes]) => bytes.every((byte, i) => block[i] === byte));
      const own = mark === undefined ? encoding : mark[1];
      if (own === null) throw file.wrong(expected, '', 'UTF-32');
      convert = own === 'utf-8' ? new Utf8(file, mark?.[0].length ?? 0) : new Other(file, own);
      if (mark !== undefined) text = block.subarray(mark[0].length);
    }
    yield convert.next(text);
  }
  yield convert?.end() ?? Buffer.alloc(0);
}

/** Makes UTF-8 of blocks of bytes. */
interface Converter {
  next(block: Buffer): Buffer;
  end(): Buffer;
}

/** UTF-8 is only checked: decoding would take a tenth of the time of the parser. */
class Utf8 implements Converter {
  /** The first bytes of a character that ends in the next block. */
  private rest: Buffer = Buffer.alloc(0);

  constructor(
    private readonly file: OpenFile,
    private position: number,
  ) {}

  next(block: Buffer): Buffer {
    const bytes = this.rest.length === 0 ? block : Buffer.concat([this.rest, block]);
    const end = endOfCharacters(bytes);
    this.rest = bytes.subarray(end);
    return this.checked(bytes.subarray(0, end));
  }

  end(): Buffer {
    return this.checked(this.rest);
  }

  private checked(bytes: Buffer): Buffer {
    const zero = bytes.indexOf(0); // UTF-16 without a mark, or no text
    if (zero >= 0) throw this.wrong(zero, 'a zero byte');
    if (!isUtf8(bytes)) {
      const at = firstWrong(bytes);
      throw this.wrong(at, `the byte 0x${bytes[at].toString(16)}, which is not UTF-8`);
    }
    this.position += bytes.length;
    return bytes;
  }

  private wrong(at: number, got: string): RangeError {
    return this.file.wrong(expected, `byte ${this.position + at}`, got);
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

  constructor(
    private readonly file: OpenFile,
    private readonly encoding: string,
  ) {
    this.decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  }

  next(block: Buffer): Buffer {
    return this.decoded(() => this.decoder.decode(block, { stream: true }));
  }

  end(): Buffer {
    return this.decoded(() => this.decoder.decode());
  }

  private decoded(decode: () => string): Buffer {
    try {
      return Buffer.from(decode());
    } catch {
      throw this.file.wrong(`text in ${this.encoding}`, '', 'invalid bytes');
    }
  }
}
