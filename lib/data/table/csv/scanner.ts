/** Splits the bytes of a CSV file into records and their fields (RFC 4180). */

/** The marks of a CSV file, as bytes of UTF-8 without line ends. */
export interface Syntax {
  readonly delimiter: Uint8Array;
  /** Null: no quotes. */
  readonly quote: Uint8Array | null;
  /** Null: no comments. */
  readonly comment: Uint8Array | null;
  /** Whether white space around values is left out. */
  readonly trim: boolean;
}

/** What is wrong with a record: expected what for a line, got what. */
export class RecordProblem extends Error {
  constructor(
    readonly what: string,
    readonly line: number,
    readonly got: string,
  ) {
    super(what);
  }
}

const [tab, newline, carriageReturn, space] = [9, 10, 13, 32];
/** Kinds of bytes: most are ordinary, others end a line or may begin a mark. */
const [ordinary, lineEnd, mark] = [0, 1, 2];

/** Result of `next`: the record continues behind the bytes that are there, or there are no more records. */
export const incomplete = -1;
export const ended = -2;

export const mostColumns = 1 << 20;

/**
 * Finds records in a buffer: `feed` appends bytes, `next` finds the fields of a record. Field j then lies at `starts[j]` to
 * before `ends[j]` of `buffer`, until the next call of `feed`.
 */
export class RecordScanner {
  buffer: Buffer = Buffer.alloc(0);
  starts: Int32Array = new Int32Array(64);
  ends: Int32Array = new Int32Array(64);
  /** The line in which the last record begins. */
  line = 0;
  private nextLine = 1;
  private position = 0;
  private end = 0;
  private final = false;
  /** Line ends in quotes, and fields with doubled quotes, of the record that is being read. */
  private innerLines = 0;
  private quoted = false;
  private readonly escaped: number[] = [];
  private readonly kinds = new Uint8Array(256);
  /** The delimiter if it is one byte and no line end, else -1. */
  private readonly single: number;
  /** Bytes behind a record that may decide where it ends. */
  private readonly margin: number;

  constructor(
    private readonly syntax: Syntax,
    private readonly maxRecordBytes: number,
  ) {
    this.kinds[newline] = lineEnd;
    this.kinds[carriageReturn] = lineEnd;
    const marks = [syntax.delimiter, syntax.quote, syntax.comment].filter((one) => one !== null);
    for (const [first] of marks) this.kinds[first] = mark;
    this.single = syntax.delimiter.length === 1 ? syntax.delimiter[0] : -1;
    this.margin = 2 * Math.max(...marks.map(({ length }) => length)) + 1;
  }

  /** Appends bytes and drops those of earlier records. After `final` bytes no more follow. */
  feed(blocks: readonly Uint8Array[], final: boolean): void {
    const from = this.buffer;
    const size = blocks.reduce((sum, { length }) => sum + length, this.pending);
    if (from.length < size + this.margin) {
      this.buffer = Buffer.allocUnsafeSlow(size + (size >> 3) + this.margin);
    }
    let at = from.copy(this.buffer, 0, this.position, this.end);
    for (const block of blocks) {
      this.buffer.set(block, at);
      at += block.length;
    }
    // A line end behind the bytes stops the loops without a check of the length.
    this.buffer.fill(newline, size, size + this.margin);
    [this.position, this.end, this.final] = [0, size, final];
  }

  /** The number of bytes that are not used yet. */
  get pending(): number {
    return this.end - this.position;
  }

  /** The line of the last byte, if `more` bytes follow those that were fed. */
  lastLine(more: readonly Uint8Array[]): number {
    const rest = Buffer.concat([this.buffer.subarray(this.position, this.end), ...more]);
    return this.nextLine + countLines(rest, 0, rest.length);
  }

  /** Skips a line, whatever is in it: 0, or `incomplete` or `ended`. */
  skipLine(): number {
    if (this.pending === 0 && this.final) return ended;
    this.innerLines = 0;
    return this.close(0, this.lineEndFrom(this.position));
  }

  /** The number of fields of the next record that is not empty, or `incomplete` or `ended`. */
  next(): number {
    while (true) {
      const count = this.record();
      if (count > 0) {
        for (const j of this.escaped) this.unescape(j);
        return count;
      }
      if (count === ended) return ended;
      if (count === incomplete) {
        if (this.pending <= this.maxRecordBytes) return incomplete;
        const what = `closed quotes and at most ${this.maxRecordBytes} bytes (maxLineBytes)`;
        throw new RecordProblem(what, this.nextLine, 'more');
      }
    }
  }

  /** One record; 0 for an empty line or a comment. */
  private record(): number {
    if (this.position >= this.end) return this.final ? ended : incomplete;
    const { buffer, kinds, single } = this;
    const { delimiter, quote, comment, trim } = this.syntax;
    let at = this.position;
    let start = at;
    let count = 0;
    this.innerLines = 0;
    this.quoted = false;
    if (this.escaped.length > 0) this.escaped.length = 0;
    while (true) {
      let byte = buffer[at];
      while (kinds[byte] === ordinary) byte = buffer[++at];
      if (byte === single && count < this.starts.length) {
        // Without the functions below: most fields of a large file end here.
        if (trim && at > start && (isSpace(buffer[start]) || isSpace(buffer[at - 1]))) {
          this.setTrimmed(count, start, at);
        } else {
          this.starts[count] = start;
          this.ends[count] = at;
        }
        count++;
        start = ++at;
        continue;
      }
      if (kinds[byte] === lineEnd) {
        this.setTrimmed(count, start, at);
        return this.close(count + 1, at);
      }
      if (begins(buffer, at, delimiter)) {
        this.setTrimmed(count++, start, at);
        at += delimiter.length;
        start = at;
      } else if (quote !== null && begins(buffer, at, quote)) {
        if (!this.isBlank(start, at)) {
          return this.refuse(at, 'quotes around complete values (or quote: false)', 'a quote inside a value'); // prettier-ignore
        }
        at = this.behindQuoted(count, at + quote.length, quote);
        if (at < 0) return incomplete;
        this.quoted = true;
        if (comment !== null && begins(buffer, at, comment)) at = this.lineEndFrom(at);
        if (kinds[buffer[at]] === lineEnd) return this.close(count + 1, at);
        if (!begins(buffer, at, delimiter)) {
          return this.refuse(at, 'a delimiter after a closing quote', 'other characters');
        }
        count++;
        at += delimiter.length;
        start = at;
      } else if (comment !== null && begins(buffer, at, comment)) {
        this.setTrimmed(count, start, at);
        return this.close(count + 1, this.lineEndFrom(at));
      } else {
        at++; // the first byte of a longer mark
      }
    }
  }

  /** Ends a record at the line end `at`, unless bytes that follow may change it. */
  private close(count: number, at: number): number {
    const isPair = this.buffer[at] === carriageReturn && this.buffer[at + 1] === newline;
    const behind = at + (isPair ? 2 : 1);
    if (!this.final && behind + this.margin > this.end) return incomplete;
    this.line = this.nextLine;
    this.nextLine += this.innerLines + 1;
    this.position = Math.min(behind, this.end);
    return count === 1 && this.starts[0] === this.ends[0] && !this.quoted ? 0 : count;
  }

  /** Refuses a record, unless bytes that follow may change it. */
  private refuse(at: number, what: string, got: string): typeof incomplete {
    if (!this.final && at + this.margin > this.end) return incomplete;
    throw new RecordProblem(what, this.nextLine + this.innerLines, got);
  }

  /** The position behind a quoted field and white space after it; -1 if it does not end here. */
  private behindQuoted(j: number, start: number, quote: Uint8Array): number {
    const { buffer, end } = this;
    const [first] = quote;
    let at = start;
    let isEscaped = false;
    while (true) {
      while (buffer[at] !== first && at < end) {
        if (
          buffer[at] === newline ||
          (buffer[at] === carriageReturn && buffer[at + 1] !== newline)
        ) {
          this.innerLines++;
        }
        at++;
      }
      if (at >= end) {
        if (!this.final) return -1;
        this.innerLines = 0;
        this.refuse(at, 'a closing quote', 'none');
      }
      if (!begins(buffer, at, quote)) at++;
      else if (begins(buffer, at + quote.length, quote)) {
        isEscaped = true;
        at += 2 * quote.length;
      } else break;
    }
    this.set(j, start, at);
    if (isEscaped) this.escaped.push(j);
    at += quote.length;
    while (this.syntax.trim && isSpace(buffer[at]) && !begins(buffer, at, this.syntax.delimiter)) {
      at++;
    }
    return at;
  }

  /** Joins doubled quotes of a field. */
  private unescape(j: number): void {
    const { buffer, starts, ends } = this;
    const { quote } = this.syntax;
    if (quote === null || j >= mostColumns) return;
    let to = starts[j];
    for (let at = to; at < ends[j];) {
      const isQuote = begins(buffer, at, quote);
      for (let i = 0; i < (isQuote ? quote.length : 1); i++) buffer[to++] = buffer[at++];
      if (isQuote) at += quote.length;
    }
    ends[j] = to;
  }

  private lineEndFrom(position: number): number {
    let at = position;
    while (this.kinds[this.buffer[at]] !== lineEnd) at++;
    return at;
  }

  private isBlank(start: number, end: number): boolean {
    if (!this.syntax.trim) return start === end;
    for (let at = start; at < end; at++) if (!isSpace(this.buffer[at])) return false;
    return true;
  }

  private setTrimmed(j: number, start: number, end: number): void {
    let [first, last] = [start, end];
    if (this.syntax.trim) {
      const { buffer } = this;
      while (first < last && isSpace(buffer[first])) first++;
      while (first < last && isSpace(buffer[last - 1])) last--;
    }
    this.set(j, first, last);
  }

  private set(j: number, start: number, end: number): void {
    if (j >= this.starts.length) {
      if (j >= mostColumns) return; // counted, and refused by the reader
      this.starts = grown(this.starts);
      this.ends = grown(this.ends);
    }
    this.starts[j] = start;
    this.ends[j] = end;
  }
}

function isSpace(byte: number): boolean {
  return byte === space || byte === tab;
}

function begins(buffer: Uint8Array, at: number, bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (buffer[at + i] !== bytes[i]) return false;
  return true;
}

function grown(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}

/** The number of line ends; a carriage return with a newline is one. */
function countLines(buffer: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at++) {
    const byte = buffer[at];
    if (byte === newline || (byte === carriageReturn && buffer[at + 1] !== newline)) count++;
  }
  return count;
}
