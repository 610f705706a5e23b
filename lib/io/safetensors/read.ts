/** Reading tensors from a safetensors file, each into its own memory. */
import type { NumberDType } from '../../core/dtype';
import { describe } from '../../core/errors';
import { numelOf } from '../../core/shape';
import { allocateOwn, Storage } from '../../core/storage';
import { Tensor } from '../../core/tensor';
import { convert, misfitTexts } from '../convert';
import { hasSameBytes, view } from '../elements';
import type { InputFile } from '../file';
import { pieceBytes, type Reader } from '../pieces';
import { elements, readable } from './elements';
import { tensorPlace, readHeader, type Entry } from './header';

export type Tensors = Record<string, Tensor>;

/** Reads all tensors, or those in `names`, in the order of their bytes in the file, and converts them to `dtype`. */
export function* readTensors(
  file: InputFile,
  size: number,
  names?: readonly string[],
  dtype?: NumberDType,
): Reader<Tensors> {
  const { tensors } = yield* readContent(file, size, names, dtype);
  return tensors;
}

/** The same, and the metadata. */
export function* readContent(
  file: InputFile,
  size: number,
  names?: readonly string[],
  dtype?: NumberDType,
): Reader<{ metadata: Record<string, string>; tensors: Tensors }> {
  const { metadata, entries } = yield* readHeader(file, size);
  const known = new Set(entries.map(({ name }) => name));
  const unknown = names?.find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new RangeError(`${file.op}: ${file.path} has no tensor ${describe(unknown)}`);
  }
  const chosen = new Set(names ?? known);
  const wanted = entries.filter(({ name }) => chosen.has(name));
  const tensors: [string, Tensor][] = [];
  for (const entry of wanted) tensors.push([entry.name, yield* readTensor(file, entry, dtype)]);
  return { metadata, tensors: Object.fromEntries(tensors) };
}

function* readTensor(file: InputFile, entry: Entry, wanted?: NumberDType): Reader<Tensor> {
  const kind = elements.get(entry.dtype)?.kind;
  if (kind === undefined) {
    throw file.wrong(`a dtype among ${readable.join(', ')}`, tensorPlace(entry.name), entry.dtype);
  }
  const dtype = wanted ?? kind.dtype;
  const array = allocateOwn(dtype, numelOf(entry.shape));
  const bytes = view(Uint8Array, array);
  const refuse = (what: string, index: number, got: string): void => {
    throw file.wrong(what, `element ${index} of ${tensorPlace(entry.name)}`, got);
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
      if (index >= 0) refuse('0 or 1', done + index, String(into[index]));
    }
    if (piece === null) continue;
    const [from, to] = [done / kind.bytes, (done + count) / kind.bytes];
    const misfit = convert(kind, into, true, dtype, array.subarray(from, to));
    if (misfit === null) continue;
    const { what, got } = misfitTexts(kind, dtype, misfit);
    refuse(what, from + misfit.index, got);
  }
  return new Tensor(new Storage(dtype, array), entry.shape);
}
