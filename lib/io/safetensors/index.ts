/** The safetensors format, which PyTorch and others read and write. */
import { numberDTypes, type DType, type NumberDType } from '../../core/dtype';
import { requireArity, requireOneOf, requireOptions, wrongType } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { InputFile, requirePath } from '../file';
import { readPiecesSync } from '../pieces';
import { writeWholeSync } from '../write';
import { elements } from './elements';
import { readHeader } from './header';
import { readTensors } from './read';
import { contentOf } from './write';

/** Options of `saveSafetensors`. */
export interface SafetensorsOptions {
  /** Texts by name, stored in the file too. */
  metadata?: Readonly<Record<string, string>>;
}

/** Options of `loadSafetensors`. */
export interface LoadSafetensorsOptions {
  /** The tensors to read; default: all. */
  names?: readonly string[];
  /** The dtype to convert every tensor to, bool too; default: its own, int32 for I16, U16 and I8. */
  dtype?: NumberDType;
}

/** The header of a safetensors file. */
export interface SafetensorsHeader {
  /** Texts by name. */
  readonly metadata: Readonly<Record<string, string>>;
  /** By name, in the order of their bytes. */
  readonly tensors: Readonly<Record<string, SafetensorsTensor>>;
}

/** One tensor of a safetensors file. */
export interface SafetensorsTensor {
  /** The type in the file. `F64 F32 F16 BF16 I64 I32 I16 U16 I8 U8 BOOL` can be read. */
  readonly storedAs: string;
  /** The dtype that it has here, unless `loadSafetensors` is asked for another; null if it cannot be read. */
  readonly dtype: DType | null;
  /** Sizes, outermost first. */
  readonly shape: readonly number[];
}

/**
 * Writes tensors by name to a safetensors file, which `safetensors.torch.load_file` reads. It writes synchronously,
 * from the memory of the tensors, without copying all of them. Every dtype is written as itself, bit for bit. Tensors
 * that share memory are each written.
 *
 * An existing file stays until the new one is complete. Use `saveCheckpoint` to wait for the disk too.
 *
 * @example io.saveSafetensors('model.safetensors', model.stateDict(), { metadata: { format: 'pt' } });
 */
export function saveSafetensors(
  path: string | URL,
  tensors: Readonly<Record<string, Tensor>>,
  options: SafetensorsOptions = {},
): void {
  requireArity('saveSafetensors', arguments.length, 3);
  const op = 'saveSafetensors';
  const target = requirePath(op, path);
  requireOptions(op, options, ['metadata']);
  writeWholeSync(target, contentOf(op, tensors, options.metadata)); // everything is checked before the file is touched
}

/**
 * Reads the tensors of a safetensors file, or only those in `names`, synchronously, each into its own memory.
 *
 * Each has its own dtype, bit for bit; I16, U16 and I8, which have none, become int32. `{ dtype }` converts all of them.
 * RangeError if the file is invalid, has a type that cannot be read, or a number that the dtype asked for does not hold.
 *
 * @example model.loadStateDict(io.loadSafetensors('model.safetensors'));
 */
export function loadSafetensors(
  path: string | URL,
  options: LoadSafetensorsOptions = {},
): Record<string, Tensor> {
  requireArity('loadSafetensors', arguments.length, 2);
  const op = 'loadSafetensors';
  const file = new InputFile(op, requirePath(op, path));
  requireOptions(op, options, ['names', 'dtype']);
  const { names, dtype } = options;
  if (names !== undefined && !Array.isArray(names)) {
    throw wrongType(op, 'an array of strings', 'names', names);
  }
  if (dtype !== undefined) requireOneOf(op, 'dtype', dtype, numberDTypes);
  return readPiecesSync(file, (size) => readTensors(file, size, names, dtype));
}

/**
 * Reads the header of a safetensors file, without any values.
 *
 * @example io.readSafetensorsHeader('model.safetensors').tensors['0.weight'].shape // [10, 784]
 */
export function readSafetensorsHeader(path: string | URL): SafetensorsHeader {
  requireArity('readSafetensorsHeader', arguments.length, 1);
  const op = 'readSafetensorsHeader';
  const file = new InputFile(op, requirePath(op, path));
  const { metadata, entries } = readPiecesSync(file, (size) => readHeader(file, size));
  const tensors = entries.map(({ name, dtype, shape }): [string, SafetensorsTensor] => [
    name,
    { storedAs: dtype, dtype: elements.get(dtype)?.kind?.dtype ?? null, shape },
  ]);
  return { metadata, tensors: Object.fromEntries(tensors) };
}
