/** Tensors in the files of the safetensors format, which PyTorch and others read and write. */
import type { DType } from '../../core/dtype';
import { requireOptions, wrongType } from '../../core/errors';
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
  /** Texts by name that the file is to carry besides. */
  metadata?: Readonly<Record<string, string>>;
}

/** What a safetensors file says of itself. */
export interface SafetensorsHeader {
  /** Texts by name. */
  readonly metadata: Readonly<Record<string, string>>;
  /** By name, in the order of their bytes. */
  readonly tensors: Readonly<Record<string, SafetensorsTensor>>;
}

/** One tensor of a safetensors file. */
export interface SafetensorsTensor {
  /** In the file: `F64 F32 F16 BF16 I64 I32 I16 U16 I8 U8 BOOL` can be read. */
  readonly storedAs: string;
  /** Of the tensor that `loadSafetensors` makes of it; null where it cannot. */
  readonly dtype: DType | null;
  /** Sizes, outermost first. */
  readonly shape: readonly number[];
}

/**
 * Writes tensors by name to a file that `safetensors.torch.load_file` reads, say a `stateDict()`: here and now, from
 * the tensors' memory, without a copy of them all. float64, float32, int32 and bool become F64, F32, I32 and BOOL;
 * memory that several names share is written for each.
 *
 * A file that is there stays until the new one is written whole; only `saveCheckpoint` waits for the disk besides.
 *
 * @example io.saveSafetensors('model.safetensors', model.stateDict(), { metadata: { format: 'pt' } });
 */
export function saveSafetensors(
  path: string | URL,
  tensors: Readonly<Record<string, Tensor>>,
  options: SafetensorsOptions = {},
): void {
  const op = 'saveSafetensors';
  const target = requirePath(op, path);
  requireOptions(op, options, ['metadata']);
  writeWholeSync(target, contentOf(op, tensors, options.metadata)); // all checked before the file is touched
}

/**
 * Reads the tensors of a safetensors file, or of it only `names`, here and now, each straight into its own memory.
 *
 * F16 and BF16 become float32; I64, I16, U16, I8 and U8 become int32. RangeError if the file is no such file, names a
 * type that we do not have, or an I64 that int32 does not hold.
 *
 * @example model.loadStateDict(io.loadSafetensors('model.safetensors'));
 */
export function loadSafetensors(
  path: string | URL,
  options: { names?: readonly string[] } = {},
): Record<string, Tensor> {
  const op = 'loadSafetensors';
  const file = new InputFile(op, requirePath(op, path));
  requireOptions(op, options, ['names']);
  const { names } = options;
  if (names !== undefined && !Array.isArray(names)) {
    throw wrongType(op, 'an array of strings', 'names', names);
  }
  return readPiecesSync(file, (size) => readTensors(file, size, names));
}

/**
 * Reads what a safetensors file says of itself, and none of its values.
 *
 * @example io.readSafetensorsHeader('model.safetensors').tensors['0.weight'].shape // [10, 784]
 */
export function readSafetensorsHeader(path: string | URL): SafetensorsHeader {
  const op = 'readSafetensorsHeader';
  const file = new InputFile(op, requirePath(op, path));
  const { metadata, entries } = readPiecesSync(file, (size) => readHeader(file, size));
  const tensors = entries.map(({ name, dtype, shape }): [string, SafetensorsTensor] => [
    name,
    { storedAs: dtype, dtype: elements.get(dtype)?.kind?.dtype ?? null, shape },
  ]);
  return { metadata, tensors: Object.fromEntries(tensors) };
}
