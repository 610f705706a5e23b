/** Reading tensors from a safetensors file, each into its own memory. */
import type { NumberDType } from '../../core/dtype';
import type { Element } from '../../core/element';
import { describe, unexpected } from '../../core/errors';
import { numelOf } from '../../core/shape';
import { allocateOwn, Storage } from '../../core/storage';
import { Tensor } from '../../core/tensor';
import { convert, wantedFor } from '../convert';
import { hasSameBytes, view } from '../elements';
import type { InputFile } from '../file';
import { pieceBytes, type Reader } from '../pieces';
import { elements, readable } from './elements';
import { tensorPlace, readHeader, type Entry } from './header';

export type Tensors = Record<string, Tensor>;

/** All tensors, or those in `names`, in the order of their bytes in the file, as they are or converted to `dtype`. */
export function* readTensors(
  file: InputFile,
  size: number,
  names?: readonly string[],
  dtype?: NumberDType,
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
  for (const entry of wanted) tensors.push([entry.name, yield* readTensor(file, entry, dtype)]);
  return Object.fromEntries(tensors);
}

function* readTensor(file: InputFile, entry: Entry, wanted?: NumberDType): Reader<Tensor> {
  const kind = elements.get(entry.dtype)?.kind;
  if (kind === undefined) {
    const what = `one of ${readable.join(', ')}`;
    throw file.wrong(what, `the dtype of ${tensorPlace(entry.name)}`, entry.dtype);
  }
  const dtype = wanted ?? kind.dtype;
  const array = allocateOwn(dtype, numelOf(entry.shape));
  const bytes = view(Uint8Array, array);
  const refuse = (what: string, index: number, value: Element): void => {
    throw file.wrong(what, `element ${index} of ${tensorPlace(entry.name)}`, String(value));
  };
  const direct = dtype === 'bool' || hasSameBytes(kind, true, dtype);
  const piece = direct ? null : Buffer.alloc(Math.min(entry.bytes, pieceBytes));
  for (let done = 0; done < entry.bytes; done += pieceBytes) {
    const count = Math.min(entry.bytes - done, pieceBytes);
    const position = entry.offset + done;
    const into = piece === null ? bytes.subarray(done, done + count) : piece.subarray(0, count);
    yield { into, position };
    if (entry.dtype === 'BOOL') {
      const index = into.findIndex((byte) => byte > 1);
      if (index >= 0) refuse('0 or 1', done + index, into[index]);
    }
    if (piece === null) continue;
    const [from, to] = [done / kind.bytes, (done + count) / kind.bytes];
    const misfit = convert(kind, into, true, dtype, array.subarray(from, to));
    if (misfit !== null) refuse(wantedFor(kind, dtype), from + misfit.index, misfit.value);
  }
  return new Tensor(new Storage(dtype, array), entry.shape);
}
