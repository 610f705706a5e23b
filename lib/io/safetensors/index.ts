/** The safetensors format, which PyTorch and others read and write. */
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
  /** Texts by name, stored in the file too. */
  metadata?: Readonly<Record<string, string>>;
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
  /** The dtype that `loadSafetensors` converts it to; null if it cannot. */
  readonly dtype: DType | null;
  /** Sizes, outermost first. */
  readonly shape: readonly number[];
}

/**
 * Writes tensors by name to a safetensors file, which `safetensors.torch.load_file` reads. It writes synchronously,
 * from the memory of the tensors, without copying all of them. float64, float32, int32 and bool become F64, F32, I32
 * and BOOL. Tensors that share memory are each written.
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
  const op = 'saveSafetensors';
  const target = requirePath(op, path);
  requireOptions(op, options, ['metadata']);
  writeWholeSync(target, contentOf(op, tensors, options.metadata)); // everything is checked before the file is touched
}

/**
 * Reads the tensors of a safetensors file, or only those in `names`, synchronously, each into its own memory.
 *
 * F16 and BF16 become float32; I64, I16, U16, I8 and U8 become int32. RangeError if the file is invalid, has a type
 * that cannot be converted, or an I64 that does not fit into int32.
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
 * Reads the header of a safetensors file, without any values.
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
