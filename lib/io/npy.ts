/** .npy, NumPy's file of one array: magic number, version, length of the header, header, elements. */
import { numberDTypes, type DType, type NumberDType } from '../core/dtype';
import { requireArity, requireOneOf, requireOptions, shapeText, unexpected } from '../core/errors';
import { numelOf } from '../core/shape';
import { requireTensor, type Tensor } from '../core/tensor';
import { view } from './elements';
import { requirePath, withFile } from './file';
import { parseNpyHeader, type NpyHeader } from './npyHeader';
import { writeWhole } from './write';
import { hex, PlainSource, readLast, type Source } from './source';

/** Options of `loadNpy` and `loadNpz`. */
export interface LoadNpyOptions {
  /**
   * Dtype of the tensor. Default: the dtype in the file; int32 for int8, int16, uint16 and uint32, and int64 for
   * uint64, which tensors do not have.
   */
  dtype?: NumberDType;
}

/**
 * Reads a tensor from a .npy file, NumPy's format of one array.
 *
 * It reads versions 1 to 3, both byte orders, C and Fortran order; float16, float32, float64, signed and unsigned
 * integers of 8 to 64 bits, and booleans. Arrays of Python objects are refused, because they are pickles.
 *
 * @param path path or file URL of the file
 * @param options dtype of the tensor; see LoadNpyOptions
 * @returns a promise of the tensor, in the shape and by default the dtype of the file
 * @throws RangeError (the promise rejects) if the file is invalid, or the dtype cannot represent a number
 * @see numpy.load, https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 * @example const weight = await io.loadNpy('weight.npy');
 */
export async function loadNpy(path: string | URL, options: LoadNpyOptions = {}): Promise<Tensor> {
  requireArity('loadNpy', arguments.length, 2);
  const dtype = requireNpyOptions('loadNpy', options);
  return withFile('loadNpy', requirePath('loadNpy', path), (file) =>
    readNpy(new PlainSource(file), dtype),
  );
}

/** Checks the options; returns the dtype. */
export function requireNpyOptions(op: string, options: LoadNpyOptions): DType | undefined {
  requireOptions(op, options, ['dtype']);
  if (options.dtype === undefined) return undefined;
  return requireOneOf(op, 'dtype', options.dtype, numberDTypes);
}

/** Reads the array of a source that contains one .npy file. */
export async function readNpy(source: Source, dtype: DType | undefined): Promise<Tensor> {
  const { header, length } = await readHeader(source);
  const { kind, fortranOrder, shape } = header;
  const bytes = numelOf(shape) * kind.bytes;
  const tooFew = (got: string) =>
    source.wrong(`${bytes} bytes for its shape ${shapeText(shape)}`, 'the data', got);
  if (length + bytes > source.maxBytes) throw tooFew(`at most ${source.maxBytes - length}`);
  const wanted = dtype ?? kind.dtype;
  if (!fortranOrder || shape.length < 2) return readLast(source, header, wanted, tooFew);
  const reversed = { ...header, shape: [...shape].reverse() };
  const read = await readLast(source, reversed, wanted, tooFew);
  return read.permute(shape.map((_, i) => shape.length - 1 - i)).contiguous();
}

const magic = Buffer.from('\x93NUMPY', 'latin1');

async function readHeader(source: Source): Promise<{ header: NpyHeader; length: number }> {
  const start = await source.take(8);
  if (start.length < 8 || !start.subarray(0, 6).equals(magic)) {
    throw source.wrong('the magic number of a .npy file', 'the first bytes', hex(start));
  }
  const major = start[6];
  if (major < 1 || major > 3) throw source.wrong('version 1, 2 or 3', 'the header', String(major));
  const lengthBytes = major === 1 ? 2 : 4;
  const size = await source.take(lengthBytes);
  if (size.length < lengthBytes) {
    throw source.wrong('a length', 'the header', `${size.length} bytes`);
  }
  const length = size.readUIntLE(0, lengthBytes);
  const prefix = 8 + lengthBytes;
  // A header for 64 dimensions has 1.5 KB; NumPy refuses more than 10,000 characters.
  const maxBytes = Math.min(source.maxBytes - prefix, 10_000);
  if (length > maxBytes)
    throw source.wrong(`at most ${maxBytes} bytes`, 'the header', String(length));
  const bytes = await source.take(length);
  if (bytes.length < length) {
    throw source.wrong(`${length} bytes`, 'the header', String(bytes.length));
  }
  const text = bytes.toString(major === 3 ? 'utf8' : 'latin1');
  return { header: parseNpyHeader(text, source.wrong), length: prefix + length };
}

/** NumPy's names of the dtypes; NumPy has no bfloat16. */
const descr: Readonly<Record<Exclude<DType, 'bfloat16'>, string>> = {
  float32: '<f4',
  float64: '<f8',
  float16: '<f2',
  int64: '<i8',
  int32: '<i4',
  uint8: '|u1',
  bool: '|b1',
};

/**
 * Writes a tensor to a .npy file, NumPy's format of one array, version 1.
 *
 * The values are those at the time of the call. The file appears under its name when it is complete and on the disk;
 * until then an existing file stays.
 *
 * @param path path or file URL of the file
 * @param tensor tensor of any shape and of any dtype except bfloat16
 * @returns a promise that resolves when the file is written
 * @throws RangeError (the promise rejects) if the dtype is bfloat16, which NumPy does not have
 * @see numpy.save, https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 * @example
 * await io.saveNpy('weight.npy', model[0].weight);
 * // in Python: numpy.load('weight.npy')
 */
export async function saveNpy(path: string | URL, tensor: Tensor): Promise<void> {
  requireArity('saveNpy', arguments.length, 2);
  const target = requirePath('saveNpy', path);
  await writeWhole(target, [
    npyBytes('saveNpy', 'tensor', requireTensor('saveNpy', 'tensor', tensor)),
  ]);
}

/** The bytes of a .npy file. */
export function npyBytes(op: string, name: string, tensor: Tensor): Buffer {
  const { shape, dtype } = tensor;
  if (dtype === 'bfloat16') {
    throw unexpected(
      op,
      'a dtype that NumPy has',
      name,
      "bfloat16; convert it with .to('float32')",
    );
  }
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dict = `{'descr': '${descr[dtype]}', 'fortran_order': False, 'shape': (${sizes}), }`;
  // The data starts at a multiple of 64; a newline ends the header.
  const header = dict.padEnd(Math.ceil((dict.length + 11) / 64) * 64 - 11) + '\n';
  const start = Buffer.concat([magic, Buffer.from([1, 0, 0, 0]), Buffer.from(header, 'latin1')]);
  start.writeUInt16LE(header.length, 8);
  return Buffer.concat([start, view(Uint8Array, tensor.detach().data)]);
}
