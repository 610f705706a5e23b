/**
 * Tensors as plain text, for looking at and comparing: a line with name, dtype and shape, then the values, a line for
 * each row of the last dimension, then an empty line.
 *
 *     0.weight float64 [2, 3]
 *     0.1 0.2 0.3
 *     -1e-7 NaN Infinity
 */
import { dtypes, type DType, type TypedArray } from '../dtype';
import { describe, shapeText, wrongValue } from '../errors';
import { isPossibleShape, numelOf, possibleShape } from '../shape';
import { allocateOwn, Storage } from '../storage';
import { Tensor } from '../tensor';
import { InputFile, requirePath } from './file';
import { requireTensors } from './named';
import { readPiecesSync, readText } from './pieces';
import { writeWholeSync } from './write';

/**
 * Writes tensors to a text file, as `loadDat` reads it. Values are written with as many digits as they need to be read
 * back exactly; names must not contain white space.
 *
 * @example io.saveDat('gradients.dat', { '0.weight': model[0].weight.grad });
 */
export function saveDat(path: string | URL, tensors: Readonly<Record<string, Tensor>>): void {
  const to = requirePath('saveDat', path);
  // All checked and in memory before the file is touched.
  const text = requireTensors('saveDat', tensors)
    .map(([name, tensor]) => block(name, tensor))
    .join('\n');
  writeWholeSync(to, [Buffer.from(text)]);
}

function block(name: string, tensor: Tensor): string {
  if (!/^\S+$/.test(name)) throw wrongValue('saveDat', 'a name without white space', 'name', name);
  const values = Array.from(tensor.data, valueText(tensor.dtype));
  const row = tensor.shape.at(-1) ?? 1;
  let text = `${name} ${tensor.dtype} ${shapeText(tensor.shape)}\n`;
  for (let i = 0; i < values.length; i += row) text += `${values.slice(i, i + row).join(' ')}\n`;
  return text;
}

/** A short text that is read back as the same value. */
function valueText(dtype: DType): (value: number) => string {
  const digits = dtype === 'float32' ? shortest32 : String;
  return (value) => (Object.is(value, -0) ? '-0' : digits(value));
}

/** String writes the digits that float64 needs; six to nine are enough for float32. */
function shortest32(value: number): string {
  for (let precision = 6; precision < 9; precision++) {
    const short = Number(value.toPrecision(precision));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

/** A file that is being read, and where. */
class Lines {
  private readonly lines: readonly string[];
  private at = 0;

  constructor(
    private readonly file: InputFile,
    text: string,
  ) {
    this.lines = text.split(/\r?\n/);
  }

  get done(): boolean {
    return this.at >= this.lines.length;
  }

  next(): string {
    return this.lines[this.at++] ?? '';
  }

  /** An error about the line that was read last. */
  wrong(what: string, got: string): RangeError {
    return this.file.wrong(what, `line ${this.at}`, got);
  }
}

/** Reads the tensors of a file that `saveDat` wrote; RangeError names the first line that is not as it should be. */
export function loadDat(path: string | URL): Record<string, Tensor> {
  const file = new InputFile('loadDat', requirePath('loadDat', path));
  const lines = new Lines(
    file,
    readPiecesSync(file, (size) => readText(file, size)),
  );
  const tensors = new Map<string, Tensor>();
  while (!lines.done) {
    const head = lines.next();
    if (head.trim() === '') continue;
    const { name, dtype, shape } = readHead(lines, head);
    if (tensors.has(name)) throw lines.wrong('a new name', name);
    tensors.set(name, new Tensor(new Storage(readValues(lines, dtype, shape)), dtype, shape));
  }
  return Object.fromEntries(tensors);
}

function readHead(
  lines: Lines,
  line: string,
): { name: string; dtype: DType; shape: readonly number[] } {
  const found = /^(\S+) (\S+) \[((?:\d+(?:, ?\d+)*)?)\]$/.exec(line.trim());
  const dtype = dtypes.find((one) => one === found?.[2]);
  const shape = found?.[3] === '' ? [] : found?.[3].split(',').map(Number);
  if (!found || !dtype || !shape?.every(Number.isSafeInteger)) {
    throw lines.wrong(`'name dtype [size, size]'`, describe(line));
  }
  if (!isPossibleShape(shape)) throw lines.wrong(possibleShape, shapeText(shape));
  return { name: found[1], dtype, shape };
}

function readValues(lines: Lines, dtype: DType, shape: readonly number[]): TypedArray {
  const count = numelOf(shape);
  const row = shape.at(-1) ?? 1;
  const texts: string[] = [];
  for (let i = 0; i < count; i += row) {
    const words = lines.next().trim().split(/\s+/);
    if (words.length !== row) throw lines.wrong(`${row} values`, String(words.length));
    for (const word of words) {
      if (!isValue(word, dtype)) throw lines.wrong(`${dtype} values`, describe(word));
      texts.push(word);
    }
  }
  const array = allocateOwn(dtype, count);
  texts.forEach((text, i) => (array[i] = Number(text)));
  return array;
}

function isValue(text: string, dtype: DType): boolean {
  const value = Number(text);
  switch (dtype) {
    case 'bool':
      return text === '0' || text === '1';
    case 'int32':
      return text !== '' && value === (value | 0);
    default:
      return text === 'NaN' || (text !== '' && !Number.isNaN(value));
  }
}
