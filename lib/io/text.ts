/**
 * Tensors as plain text, to read and compare: a line with name, dtype and shape, then the values, a line for
 * each row of the last dimension, then an empty line.
 *
 *     0.weight float64 [2, 3]
 *     0.1 0.2 0.3
 *     -1e-7 NaN Infinity
 *
 * A float16 or bfloat16 NaN whose bits are not the usual ones is written with its bits: NaN:7e01.
 */
import { dtypes, isFloating, isHalf, rangeOf, type DType, type TypedArray } from '../core/dtype';
import { encodeElement, readElement, type Element } from '../core/element';
import { requireArity, describe, shapeText, wrongValue } from '../core/errors';
import { isPossibleShape, numelOf, possibleShape } from '../core/shape';
import { allocateOwn, Storage } from '../core/storage';
import { Tensor } from '../core/tensor';
import { InputFile, requirePath } from './file';
import { elementsOf, requireTensors } from './named';
import { pause, readPieces, readPiecesSync, readText, type Fill, type Reader } from './pieces';
import { writeWhole, writeWholeSync } from './write';

/** Bytes of text that are written, or read and converted, before other events run: 4 ms of work for float32. */
const pieceBytes = 1 << 16;

/**
 * Writes tensors to a text file, which `loadText` reads. Values have as many digits as are needed to read them back
 * exactly. They are those at the time of the call.
 *
 * The file appears under its name when it is complete and on the disk; until then an existing file stays. `loadText`
 * reads up to 256 MiB; use safetensors for larger files.
 *
 * @param path the file, as a path or a file URL
 * @param tensors tensors of any dtype and shape, by name
 * @throws RangeError (the promise rejects) if a name is empty or contains white space
 * @example await io.saveText('gradients.txt', { '0.weight': model[0].weight.grad });
 */
export async function saveText(
  path: string | URL,
  tensors: Readonly<Record<string, Tensor>>,
): Promise<void> {
  requireArity('saveText', arguments.length, 2);
  const target = requirePath('saveText', path);
  const copies = namedIn('saveText', tensors).map(([name, tensor]): Named => ({
    name,
    tensor,
    values: elementsOf('saveText', tensor, true),
  }));
  await writeWhole(target, textOf('saveText', copies));
}

/**
 * The same as `saveText`, but blocks until the file is written. It writes from the memory of the tensors, and does not
 * wait for the disk.
 *
 * @param path the file, as a path or a file URL
 * @param tensors tensors of any dtype and shape, by name
 * @throws RangeError if a name is empty or contains white space
 * @example io.saveTextSync('gradients.txt', { '0.weight': model[0].weight.grad });
 */
export function saveTextSync(path: string | URL, tensors: Readonly<Record<string, Tensor>>): void {
  requireArity('saveTextSync', arguments.length, 2);
  const target = requirePath('saveTextSync', path);
  const named = namedIn('saveTextSync', tensors).map(([name, tensor]) => ({ name, tensor }));
  writeWholeSync(target, textOf('saveTextSync', named));
}

/** A tensor to be written; `values` are its elements if they were copied. */
interface Named {
  readonly name: string;
  readonly tensor: Tensor;
  readonly values?: TypedArray;
}

function namedIn(op: string, tensors: unknown): [string, Tensor][] {
  const named = requireTensors(op, tensors);
  for (const [name] of named) {
    if (!/^\S+$/.test(name)) throw wrongValue(op, 'a name without white space', 'tensors', name);
  }
  return named;
}

/** Yields the text in pieces: as one string, many values would not fit into JavaScript's heap. */
function* textOf(op: string, tensors: readonly Named[]): Generator<Uint8Array, void, void> {
  let separator = '';
  for (const { name, tensor, values = elementsOf(op, tensor, false) } of tensors) {
    const rowLength = tensor.shape.at(-1) ?? 1;
    const write = valueText(tensor.dtype);
    let text = `${separator}${name} ${tensor.dtype} ${shapeText(tensor.shape)}\n`;
    for (let i = 0; i < values.length; i++) {
      text += write(values, i) + ((i + 1) % rowLength === 0 ? '\n' : ' ');
      if (text.length < pieceBytes) continue;
      yield Buffer.from(text);
      text = '';
    }
    yield Buffer.from(text);
    separator = '\n';
  }
}

/** Writes a value as a short text that reads back as the same value. */
function valueText(dtype: DType): (values: TypedArray, i: number) => string {
  const digits = digitsOf(dtype);
  return (values, i) => {
    const value = readElement(dtype, values, i);
    if (Number.isNaN(value)) return nanText(dtype, values[i]);
    return Object.is(value, -0) ? '-0' : digits(value);
  };
}

/** String() writes the digits that float64 needs; fewer are enough for narrower dtypes. */
function digitsOf(dtype: DType): (value: Element) => string {
  if (dtype === 'float32') return (value) => shortest(Number(value), 6, 9, Math.fround);
  if (!isHalf(dtype)) return String;
  const round = (value: number): unknown => encodeElement(dtype, value);
  return (value) => shortest(Number(value), 1, 5, round);
}

/** The digits, from the least number that can be enough to the most that are needed. */
function shortest(
  value: number,
  least: number,
  most: number,
  round: (value: number) => unknown,
): string {
  const rounded = round(value);
  for (let precision = least; precision < most; precision++) {
    const short = Number(value.toPrecision(precision));
    if (round(short) === rounded) return String(short);
  }
  return String(Number(value.toPrecision(most)));
}

/** NaN; in halves with its bits, unless they are those that reading NaN gives. */
function nanText(dtype: DType, stored: Element): string {
  if (!isHalf(dtype) || stored === encodeElement(dtype, NaN)) return 'NaN';
  return `NaN:${stored.toString(16).padStart(4, '0')}`;
}

/** A file that is being read, line by line. */
class Lines {
  private number = 0;
  /** The start of the next line. */
  private start = 0;
  private nextPause = pieceBytes;

  constructor(
    private readonly file: InputFile,
    private readonly text: string,
  ) {}

  /** Characters that are not read yet. */
  get left(): number {
    return Math.max(this.text.length - this.start, 0);
  }

  next(): string {
    this.number++;
    const found = this.text.indexOf('\n', this.start);
    const end = found < 0 ? this.text.length : found;
    const line = this.text.slice(this.start, end);
    this.start = end + 1;
    return line;
  }

  /** A pause after every 64 KiB. */
  *pauses(): Generator<Fill, void, void> {
    if (this.start < this.nextPause) return;
    this.nextPause = this.start + pieceBytes;
    yield pause;
  }

  /** An error about the line that was read last. */
  wrong(what: string, got: string): RangeError {
    return this.file.wrong(what, `line ${this.number}`, got);
  }
}

/**
 * Reads the tensors of a text file that `saveText` wrote, by name. Other events run while it reads and converts.
 *
 * @param path the file, as a path or a file URL
 * @returns a promise of the tensors by name
 * @throws RangeError (the promise rejects) if the file is larger than 256 MiB or invalid; it names the first such line
 * @example const { '0.weight': gradient } = await io.loadText('gradients.txt');
 */
export async function loadText(path: string | URL): Promise<Record<string, Tensor>> {
  requireArity('loadText', arguments.length, 1);
  const file = new InputFile('loadText', requirePath('loadText', path));
  return await readPieces(file, (size) => readTensors(file, size));
}

/**
 * The same as `loadText`, but blocks until the file is read.
 *
 * @param path the file, as a path or a file URL
 * @returns the tensors by name
 * @throws RangeError if the file is larger than 256 MiB or invalid; it names the first such line
 * @example const { '0.weight': gradient } = io.loadTextSync('gradients.txt');
 */
export function loadTextSync(path: string | URL): Record<string, Tensor> {
  requireArity('loadTextSync', arguments.length, 1);
  const file = new InputFile('loadTextSync', requirePath('loadTextSync', path));
  return readPiecesSync(file, (size) => readTensors(file, size));
}

function* readTensors(file: InputFile, size: number): Reader<Record<string, Tensor>> {
  const lines = new Lines(file, yield* readText(file, size));
  const tensors = new Map<string, Tensor>();
  while (lines.left > 0) {
    yield* lines.pauses();
    const head = lines.next();
    if (head.trim() === '') continue;
    const { name, dtype, shape } = readHead(lines, head);
    if (tensors.has(name)) throw lines.wrong('a name that is not in use', name);
    const values = yield* readValues(lines, dtype, shape);
    tensors.set(name, new Tensor(new Storage(dtype, values), shape));
  }
  return Object.fromEntries(tensors);
}

function readHead(
  lines: Lines,
  line: string,
): { name: string; dtype: DType; shape: readonly number[] } {
  const found = /^(\S+) (\S+) \[((?:\d+(?:, ?\d+)*)?)\]$/.exec(line.trim());
  const dtype = dtypes.find((known) => known === found?.[2]);
  const shape = found?.[3] === '' ? [] : found?.[3].split(',').map(Number);
  if (!found || !dtype || !shape?.every(Number.isSafeInteger)) {
    throw lines.wrong(`'name dtype [size, size]'`, describe(line));
  }
  if (!isPossibleShape(shape)) throw lines.wrong(possibleShape, shapeText(shape));
  return { name: found[1], dtype, shape };
}

function* readValues(lines: Lines, dtype: DType, shape: readonly number[]): Reader<TypedArray> {
  const count = numelOf(shape);
  const rowLength = shape.at(-1) ?? 1;
  // More values than characters end in an error, without memory for them.
  const memory = allocateOwn(dtype, count <= lines.left ? count : 0);
  const array = memory as { [index: number]: Element };
  for (let i = 0; i < count; i += rowLength) {
    let found = 0;
    yield* lines.pauses();
    for (const [word] of lines.next().matchAll(/\S+/g)) {
      if (found % 4096 === 4095) yield pause; // a long line
      const stored = storedFor(word, dtype);
      if (stored === null) throw lines.wrong(`${dtype} values`, describe(word));
      if (found < rowLength) array[i + found] = stored;
      found++;
    }
    if (found !== rowLength) throw lines.wrong(`${rowLength} values`, String(found));
  }
  return memory;
}

/** The element for a word of the file; null if the word is not a value of the dtype. */
function storedFor(text: string, dtype: DType): Element | null {
  if (dtype === 'bool') return text === '0' || text === '1' ? Number(text) : null;
  if (dtype === 'int64') {
    const integer = /^-?\d{1,19}$/.test(text) ? BigInt(text) : null;
    return integer === BigInt.asIntN(64, integer ?? 0n) ? integer : null;
  }
  const value = Number(text);
  if (!isFloating(dtype)) {
    const [least, largest] = rangeOf(dtype);
    return Number.isInteger(value) && value >= least && value <= largest ? value : null;
  }
  if (isHalf(dtype) && /^NaN:[0-9a-f]{4}$/.test(text)) {
    const bits = parseInt(text.slice(4), 16);
    return Number.isNaN(readElement(dtype, Uint16Array.of(bits), 0)) ? bits : null;
  }
  return text === 'NaN' || !Number.isNaN(value) ? encodeElement(dtype, value) : null;
}
