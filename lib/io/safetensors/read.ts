/** Reading tensors from a safetensors file, each into its own memory. */
import { describe, unexpected } from '../../core/errors';
import { numelOf } from '../../core/shape';
import { allocateOwn, Storage } from '../../core/storage';
import { Tensor } from '../../core/tensor';
import { hasSameBytes, convert } from '../elements';
import type { InputFile } from '../file';
import { pieceBytes, type Reader } from '../pieces';
import { elements, readable } from './elements';
import { tensorPlace, readHeader, type Entry } from './header';

export type Tensors = Record<string, Tensor>;

/** All tensors, or those in `names`, in the order of their bytes in the file. */
export function* readTensors(
  file: InputFile,
  size: number,
  names?: readonly string[],
): Reader<Tensors> {
  const { entries } = yield* readHeader(file, size);
  const known = new Set(entries.map(({ name }) => name));
  const unknown = names?.find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw unexpected(file.op, `names in ${file.path}`, 'names', describe(unknown));
  }
  const chosen = new Set(names ?? known);
  const wanted = entries.filter(({ name }) => chosen.has(name));
  const tensors: [string, Tensor][] = [];
  for (const entry of wanted) tensors.push([entry.name, yield* readTensor(file, entry)]);
  return Object.fromEntries(tensors);
}

function* readTensor(file: InputFile, entry: Entry): Reader<Tensor> {
  const kind = elements.get(entry.dtype)?.kind;
  if (kind === undefined) {
    const what = `one of ${readable.join(', ')}`;
    throw file.wrong(what, `the dtype of ${tensorPlace(entry.name)}`, entry.dtype);
  }
  const array = allocateOwn(kind.dtype, numelOf(entry.shape));
  const refuse = (what: string, index: number, value: number): void => {
    throw file.wrong(what, `element ${index} of ${tensorPlace(entry.name)}`, String(value));
  };
  const direct = kind.dtype === 'bool' || hasSameBytes(kind, true, array);
  const piece = direct ? null : Buffer.alloc(Math.min(entry.bytes, pieceBytes));
  for (let done = 0; done < entry.bytes; done += pieceBytes) {
    const count = Math.min(entry.bytes - done, pieceBytes);
    const position = entry.offset + done;
    if (piece === null) {
      yield { into: new Uint8Array(array.buffer, array.byteOffset + done, count), position };
      continue;
    }
    const into = piece.subarray(0, count);
    yield { into, position };
    const [from, to] = [done / kind.bytes, (done + count) / kind.bytes];
    const misfit = convert(kind, into, true, array.subarray(from, to));
    if (misfit === null) continue;
    refuse('a number from -2^31 to 2^31 - 1', from + misfit.index, misfit.value);
  }
  if (kind.dtype === 'bool') {
    const index = array.findIndex((byte) => byte > 1);
    if (index >= 0) refuse('0 or 1', index, array[index]);
  }
  return new Tensor(new Storage(kind.dtype, array), entry.shape);
}
