/** The safetensors format, which PyTorch and others read and write. */
import { numberDTypes, type DType, type NumberDType } from '../../core/dtype';
import { requireArity, requireOneOf, requireOptions, wrongType } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { InputFile, requirePath } from '../file';
import { readPieces, readPiecesSync, type Pieces, type Reader } from '../pieces';
import { writeWhole, writeWholeSync } from '../write';
import { elements } from './elements';
import { readHeader, type Header } from './header';
import { readTensors, type Tensors } from './read';
import { contentOf } from './write';

/** Options of `saveSafetensors` and `saveSafetensorsSync`. */
export interface SafetensorsOptions {
  /** Strings by name, which are stored in the file. Default: none. */
  metadata?: Readonly<Record<string, string>>;
}

/** Options of `loadSafetensors` and `loadSafetensorsSync`. */
export interface LoadSafetensorsOptions {
  /** Names of the tensors to read. Default: all. */
  names?: readonly string[];
  /** Dtype of all tensors. Default: the dtype in the file, or int32 for I16, U16 and I8. */
  dtype?: NumberDType;
}

/** The header of a safetensors file. */
export interface SafetensorsHeader {
  /** Strings by name. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Tensors by name, in the order of their bytes. */
  readonly tensors: Readonly<Record<string, SafetensorsTensor>>;
}

/** One tensor of a safetensors file. */
export interface SafetensorsTensor {
  /** Dtype in the file, such as `'F32'`. F64, F32, F16, BF16, I64, I32, I16, U16, I8, U8 and BOOL can be read. */
  readonly fileDtype: string;
  /** Dtype of the tensor that `loadSafetensors` returns by default; null if it cannot be read. */
  readonly dtype: DType | null;
  /** Shape of the tensor. */
  readonly shape: readonly number[];
}

/**
 * Writes tensors by name to a safetensors file, which `safetensors.torch.load_file` reads. Every dtype is written as
 * itself, bit for bit. Tensors that share memory are each written.
 *
 * The values are those at the time of the call: the tensors are copied, so that training can continue immediately. The
 * file appears under its name when it is complete and on the disk; until then an existing file stays.
 *
 * @param path the file, as a path or a file URL
 * @param tensors tensors of any dtype and shape, by name
 * @param options `metadata`: strings by name, which are stored in the file too
 * @throws TypeError, RangeError (the promise rejects) if a name, a tensor or the metadata cannot be written
 * @example await io.saveSafetensors('model.safetensors', model.stateDict(), { metadata: { format: 'pt' } });
 */
export async function saveSafetensors(
  path: string | URL,
  tensors: Readonly<Record<string, Tensor>>,
  options: SafetensorsOptions = {},
): Promise<void> {
  requireArity('saveSafetensors', arguments.length, 3);
  const { target, content } = toWrite('saveSafetensors', path, tensors, options, true);
  await writeWhole(target, content);
}

/**
 * The same as `saveSafetensors`, but blocks until the file is written. It writes from the memory of the tensors,
 * without copying all of them, and does not wait for the disk.
 *
 * @param path the file, as a path or a file URL
 * @param tensors tensors of any dtype and shape, by name
 * @param options `metadata`: strings by name, which are stored in the file too
 * @throws TypeError, RangeError if a name, a tensor or the metadata cannot be written
 * @example io.saveSafetensorsSync('model.safetensors', model.stateDict(), { metadata: { format: 'pt' } });
 */
export function saveSafetensorsSync(
  path: string | URL,
  tensors: Readonly<Record<string, Tensor>>,
  options: SafetensorsOptions = {},
): void {
  requireArity('saveSafetensorsSync', arguments.length, 3);
  const { target, content } = toWrite('saveSafetensorsSync', path, tensors, options, false);
  writeWholeSync(target, content);
}

/** Everything is checked before the file is touched. */
function toWrite(
  op: string,
  path: unknown,
  tensors: unknown,
  options: SafetensorsOptions,
  copy: boolean,
): { target: string; content: Pieces } {
  const target = requirePath(op, path);
  requireOptions(op, options, ['metadata']);
  return { target, content: contentOf(op, tensors, options.metadata, copy) };
}

/**
 * Reads the tensors of a safetensors file, or only those in `names`, each into its own memory.
 *
 * Each has its own dtype, bit for bit; I16, U16 and I8, which have none, become int32. `{ dtype }` converts all of
 * them.
 *
 * @param path the file, as a path or a file URL
 * @param options `names`: the tensors to read, default all; `dtype`: the dtype to convert every tensor to, default that
 * in the file
 * @returns a promise of the tensors by name
 * @throws RangeError (the promise rejects) if the file is invalid, has a type that cannot be read, or a number that
 * `options.dtype` cannot represent
 * @example model.loadStateDict(await io.loadSafetensors('model.safetensors'));
 */
export async function loadSafetensors(
  path: string | URL,
  options: LoadSafetensorsOptions = {},
): Promise<Record<string, Tensor>> {
  requireArity('loadSafetensors', arguments.length, 2);
  const { file, read } = toRead('loadSafetensors', path, options);
  return await readPieces(file, read);
}

/**
 * The same as `loadSafetensors`, but blocks until the file is read.
 *
 * @param path the file, as a path or a file URL
 * @param options `names`: the tensors to read, default all; `dtype`: the dtype to convert every tensor to, default that
 * in the file
 * @returns the tensors by name
 * @throws RangeError if the file is invalid, has a type that cannot be read, or a number that `options.dtype` cannot
 * represent
 * @example model.loadStateDict(io.loadSafetensorsSync('model.safetensors'));
 */
export function loadSafetensorsSync(
  path: string | URL,
  options: LoadSafetensorsOptions = {},
): Record<string, Tensor> {
  requireArity('loadSafetensorsSync', arguments.length, 2);
  const { file, read } = toRead('loadSafetensorsSync', path, options);
  return readPiecesSync(file, read);
}

function toRead(
  op: string,
  path: unknown,
  options: LoadSafetensorsOptions,
): { file: InputFile; read: (size: number) => Reader<Tensors> } {
  const file = new InputFile(op, requirePath(op, path));
  requireOptions(op, options, ['names', 'dtype']);
  const { names, dtype } = options;
  if (names !== undefined && !Array.isArray(names)) {
    throw wrongType(op, 'an array of strings', 'names', names);
  }
  if (dtype !== undefined) requireOneOf(op, 'dtype', dtype, numberDTypes);
  return { file, read: (size) => readTensors(file, size, names, dtype) };
}

/**
 * Reads the header of a safetensors file, without any values.
 *
 * @param path the file, as a path or a file URL
 * @returns a promise of the metadata, and of dtype and shape of each tensor
 * @throws RangeError (the promise rejects) if the header is invalid
 * @example (await io.readSafetensorsHeader('model.safetensors')).tensors['0.weight'].shape // [10, 784]
 */
export async function readSafetensorsHeader(path: string | URL): Promise<SafetensorsHeader> {
  requireArity('readSafetensorsHeader', arguments.length, 1);
  const file = new InputFile('readSafetensorsHeader', requirePath('readSafetensorsHeader', path));
  return publicHeader(await readPieces(file, (size) => readHeader(file, size)));
}

/**
 * The same as `readSafetensorsHeader`, but blocks until the header is read.
 *
 * @param path the file, as a path or a file URL
 * @returns the metadata, and dtype and shape of each tensor
 * @throws RangeError if the header is invalid
 * @example io.readSafetensorsHeaderSync('model.safetensors').tensors['0.weight'].shape // [10, 784]
 */
export function readSafetensorsHeaderSync(path: string | URL): SafetensorsHeader {
  const op = 'readSafetensorsHeaderSync';
  requireArity(op, arguments.length, 1);
  const file = new InputFile(op, requirePath(op, path));
  return publicHeader(readPiecesSync(file, (size) => readHeader(file, size)));
}

function publicHeader({ metadata, entries }: Header): SafetensorsHeader {
  const tensors = entries.map(({ name, dtype, shape }): [string, SafetensorsTensor] => [
    name,
    { fileDtype: dtype, dtype: elements.get(dtype)?.kind?.dtype ?? null, shape },
  ]);
  return { metadata, tensors: Object.fromEntries(tensors) };
}
