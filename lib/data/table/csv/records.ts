/** The rows of a CSV file behind its header, as fields in a buffer. */
import { describe } from '../../../core/errors';
import type { InputFile } from '../../../io/file';
import { findDelimiter } from './delimiter';
import { firstTwice, type CsvPlan } from './options';
import { ended, incomplete, mostColumns, RecordProblem, RecordScanner } from './scanner';

/** Bytes in which the delimiter is looked for. */
const sniffBytes = 1 << 16;

/** Reads the header, then finds one row after the other: `feed` bytes, and call `next` until it returns false. */
export class Records {
  /** The names of the columns, once the header is read. */
  names: readonly string[] = [];
  /** Rows behind the header. */
  rows = 0;
  /** The scanner, whose fields are those of the row. */
  scanner: RecordScanner | null = null;
  private readonly waiting: Uint8Array[] = [];
  private hasNames = false;
  private linesToSkip: number;

  constructor(
    private readonly file: InputFile,
    private readonly plan: CsvPlan,
  ) {
    this.linesToSkip = plan.skipLines;
  }

  /** Whether as many rows were read as are wanted. */
  get isFull(): boolean {
    return this.hasNames && this.rows >= this.plan.maxRows;
  }

  /** The line of the last byte that was fed. */
  get lastLine(): number {
    return (this.scanner ?? this.newScanner()).lastLine(this.waiting);
  }

  /** Scans what has been fed, even if a row is not complete: an error in it comes before a later one. */
  flush(): void {
    this.scanner?.feed(this.waiting, false);
    if (this.scanner !== null) this.waiting.length = 0;
  }

  feed(block: Uint8Array, final: boolean): void {
    this.waiting.push(block);
    const size = this.waiting.reduce((sum, { length }) => sum + length, 0);
    if (this.scanner === null) {
      if (this.plan.delimiter === null && size < sniffBytes && !final) return;
      this.scanner = this.newScanner();
    } else if (size < this.scanner.pending && !final) {
      return; // a long row is scanned again only when its bytes have doubled
    }
    this.scanner.feed(this.waiting, final);
    this.waiting.length = 0;
  }

  private newScanner(): RecordScanner {
    const { delimiter, marks, maxLineBytes } = this.plan;
    const found =
      delimiter ?? findDelimiter(Buffer.concat(this.waiting).subarray(0, sniffBytes), this.plan);
    return new RecordScanner({ ...marks, delimiter: Buffer.from(found) }, maxLineBytes);
  }

  /** Finds the next row; false if more bytes are needed, or if there are no more rows. */
  next(): boolean {
    const { scanner } = this;
    if (scanner === null || this.waiting.length > 0) return false;
    for (; this.linesToSkip > 0; this.linesToSkip--) if (scanner.skipLine() !== 0) return false;
    while (!this.isFull) {
      const count = this.count(scanner);
      if (count === ended || count === incomplete) return false;
      if (!this.hasNames && this.takeNames(scanner, count)) continue;
      if (count !== this.names.length) {
        const { length } = this.names;
        const what = `${length} value${length === 1 ? '' : 's'}`;
        throw this.file.wrong(what, `line ${scanner.line}`, String(count));
      }
      this.rows++;
      return true;
    }
    return false;
  }

  private count(scanner: RecordScanner): number {
    try {
      return scanner.next();
    } catch (error) {
      if (!(error instanceof RecordProblem)) throw error;
      throw this.file.wrong(error.what, `line ${error.line}`, error.got);
    }
  }

  /** Takes the names from the first record; false if that is a row of values. */
  private takeNames(scanner: RecordScanner, count: number): boolean {
    if (count > mostColumns)
      throw this.file.wrong(`at most ${mostColumns} columns`, '', String(count));
    const { header, types } = this.plan;
    if (header === true) this.names = this.texts(scanner, count);
    else if (header === false) this.names = Array.from({ length: count }, (_, j) => `column${j}`);
    else this.names = header;
    this.hasNames = true;
    if (this.names.length !== count) {
      const what = `${this.names.length} columns, as header says,`;
      throw this.file.wrong(what, 'the first row', String(count));
    }
    const twice = firstTwice(this.names);
    if (twice !== undefined) {
      throw this.file.wrong('each name once', 'the header', `${describe(twice)} twice`);
    }
    this.requireDelimiter(scanner, count);
    const own = new Set(this.names);
    for (const name of types.keys()) {
      if (own.has(name)) continue;
      const got = this.names.join(', ').slice(0, 200);
      throw this.file.wrong(`the column ${describe(name)}`, 'the header', got);
    }
    return header === true;
  }

  /** One column whose first line has marks that usually are delimiters is not what the caller meant. */
  private requireDelimiter(scanner: RecordScanner, count: number): void {
    if (count !== 1 || this.plan.delimiterIsGiven) return;
    const [text] = this.texts(scanner, 1);
    const mark = [';', '\t', '|'].find((one) => text.includes(one));
    if (mark === undefined) return;
    const what = `values between commas (or set delimiter: ${mark === '\t' ? "'\\t'" : `'${mark}'`} or 'auto')`;
    throw this.file.wrong(what, `line ${scanner.line}`, describe(text));
  }

  private texts({ buffer, starts, ends }: RecordScanner, count: number): string[] {
    return Array.from({ length: count }, (_, j) => buffer.toString('utf8', starts[j], ends[j]));
  }

  /** Throws if there was not a single line. */
  requireSome(): void {
    if (!this.hasNames) throw this.file.wrong('at least one line', '', 'none');
  }
}
