/**
 * Tensors as plain text, for looking at and comparing: a line with name, dtype and shape, then the values, a line for
 * each row of the last dimension, then an empty line.
 *
 *     0.weight float64 [2, 3]
 *     0.1 0.2 0.3
 *     -1e-7 NaN Infinity
 */
import { dtypes, type DType, type TypedArray } from '../core/dtype';
import { describe, shapeText, wrongValue } from '../core/errors';
import { isPossibleShape, numelOf, possibleShape } from '../core/shape';
import { allocateOwn, Storage } from '../core/storage';
import { Tensor } from '../core/tensor';
import { InputFile, requirePath } from './file';
import { requireTensors } from './named';
import { pieceBytes, readPiecesSync, readText } from './pieces';
import { writeWholeSync } from './write';

/**
 * Writes tensors to a text file for `loadDat`. Values are written with as many digits as are needed to read them back
 * exactly. Names must not contain white space. `loadDat` reads up to 256 MiB; use safetensors for larger files.
 *
 * @example io.saveDat('gradients.dat', { '0.weight': model[0].weight.grad });
 */
export function saveDat(path: string | URL, tensors: Readonly<Record<string, Tensor>>): void {
  const target = requirePath('saveDat', path);
  const named = requireTensors('saveDat', tensors);
  for (const [name] of named) {
    if (/^\S+$/.test(name)) continue;
    throw wrongValue('saveDat', 'a name without white space', 'name', name);
  }
  writeWholeSync(target, textOf(named));
}

/** In pieces: as one text, many values would not fit into JavaScript's heap. */
function* textOf(tensors: readonly [string, Tensor][]): Generator<Uint8Array, void, void> {
  let separator = '';
  for (const [name, tensor] of tensors) {
    const values = tensor.data;
    const rowLength = tensor.shape.at(-1) ?? 1;
    const write = valueText(tensor.dtype);
    let text = `${separator}${name} ${tensor.dtype} ${shapeText(tensor.shape)}\n`;
    for (let i = 0; i < values.length; i++) {
      text += write(values[i]) + ((i + 1) % rowLength === 0 ? '\n' : ' ');
      if (text.length < pieceBytes) continue;
      yield Buffer.from(text);
      text = '';
    }
    yield Buffer.from(text);
    separator = '\n';
  }
}

/** Writes a value as a short text that reads back as the same value. */
function valueText(dtype: DType): (value: number) => string {
  const digits = dtype === 'float32' ? shortest32 : String;
  return (value) => (Object.is(value, -0) ? '-0' : digits(value));
}

/** String() writes the digits that float64 needs; six to nine are enough for float32. */
function shortest32(value: number): string {
  for (let precision = 6; precision < 9; precision++) {
    const short = Number(value.toPrecision(precision));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

/** A file that is being read, line by line. */
class Lines {
  private number = 0;
  /** The start of the next line. */
  private start = 0;

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

  /** An error about the line that was read last. */
  wrong(what: string, got: string): RangeError {
    return this.file.wrong(what, `line ${this.number}`, got);
  }
}

/** Reads the tensors of a file that `saveDat` wrote; RangeError names the first line that is invalid. */
export function loadDat(path: string | URL): Record<string, Tensor> {
  const file = new InputFile('loadDat', requirePath('loadDat', path));
  const lines = new Lines(
    file,
    readPiecesSync(file, (size) => readText(file, size)),
  );
  const tensors = new Map<string, Tensor>();
  while (lines.left > 0) {
    const head = lines.next();
    if (head.trim() === '') continue;
    const { name, dtype, shape } = readHead(lines, head);
    if (tensors.has(name)) throw lines.wrong('a new name', name);
    tensors.set(name, new Tensor(new Storage(dtype, readValues(lines, dtype, shape)), shape));
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

function readValues(lines: Lines, dtype: DType, shape: readonly number[]): TypedArray {
  const count = numelOf(shape);
  const rowLength = shape.at(-1) ?? 1;
  // More values than characters end in an error, without memory for them.
  const array = allocateOwn(dtype, count <= lines.left ? count : 0);
  for (let i = 0; i < count; i += rowLength) {
    let found = 0;
    for (const [word] of lines.next().matchAll(/\S+/g)) {
      if (!isValue(word, dtype)) throw lines.wrong(`${dtype} values`, describe(word));
      if (found < rowLength) array[i + found] = Number(word);
      found++;
    }
    if (found !== rowLength) throw lines.wrong(`${rowLength} values`, String(found));
  }
  return array;
}

function isValue(text: string, dtype: DType): boolean {
  const value = Number(text);
  switch (dtype) {
    case 'bool':
      return text === '0' || text === '1';
    case 'int32':
      return value === (value | 0);
    default:
      return text === 'NaN' || !Number.isNaN(value);
  }
}
