/** Reading tensors from a safetensors file, each straight into its own memory. */
import { describe, unexpected } from '../../errors';
import { numelOf } from '../../shape';
import { allocateOwn, Storage } from '../../storage';
import { Tensor } from '../../tensor';
import { pieceBytes, type Reader, type Source } from '../transfer';
import { elements, misfitOfBool, readable, type Misfit } from './elements';
import { place, readHeader, type Entry } from './header';

export type Tensors = Record<string, Tensor>;

/** All tensors, or those in `names`, in the order in which their bytes lie in the file. */
export function* readTensors(
  source: Source,
  size: number,
  names?: readonly string[],
): Reader<Tensors> {
  const { entries } = yield* readHeader(source, size);
  const known = new Set(entries.map(({ name }) => name));
  const unknown = names?.find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw unexpected(source.op, `names in ${source.path}`, 'names', describe(unknown));
  }
  const chosen = new Set(names ?? known);
  const wanted = entries.filter(({ name }) => chosen.has(name));
  const tensors: [string, Tensor][] = [];
  for (const entry of wanted) tensors.push([entry.name, yield* readTensor(source, entry)]);
  return Object.fromEntries(tensors);
}

function* readTensor(source: Source, entry: Entry): Reader<Tensor> {
  const element = elements.get(entry.dtype);
  if (element?.dtype === undefined) {
    const what = `one of ${readable.join(', ')}`;
    throw source.wrong(what, `the dtype of ${place(entry.name)}`, entry.dtype);
  }
  const { dtype, convert } = element;
  const array = allocateOwn(dtype, numelOf(entry.shape));
  const refuse = (misfit: Misfit, before: number): void => {
    if (misfit === null) return;
    const what = dtype === 'bool' ? '0 or 1' : 'a number from -2^31 to 2^31 - 1';
    const where = `element ${before + misfit.index} of ${place(entry.name)}`;
    throw source.wrong(what, where, misfit.value);
  };
  const piece = convert && Buffer.alloc(Math.min(entry.bytes, pieceBytes));
  for (let done = 0; done < entry.bytes; done += pieceBytes) {
    const count = Math.min(entry.bytes - done, pieceBytes);
    const at = entry.at + done;
    if (convert && piece) {
      const into = piece.subarray(0, count);
      yield { into, at };
      const before = done / element.bytes;
      refuse(convert(into, array.subarray(before, before + count / element.bytes)), before);
    } else {
      yield { into: new Uint8Array(array.buffer, array.byteOffset + done, count), at };
    }
  }
  if (dtype === 'bool') refuse(misfitOfBool(array), 0);
  return new Tensor(new Storage(array), dtype, entry.shape);
}
