/** .npz, NumPy's file of several arrays: a zip archive of .npy files. */
import type * as Yauzl from 'yauzl';
import type * as Yazl from 'yazl';
import type * as Crc32 from 'buffer-crc32';
import type { DType } from '../core/dtype';
import { requirePackage } from '../core/packages';
import {
  requireArity,
  describe,
  messageOf,
  requireBoolean,
  requireOptions,
  wrongValue,
} from '../core/errors';
import type { Tensor } from '../core/tensor';
import { requirePath, withFile, type OpenFile } from './file';
import { requireTensors } from './named';
import { npyBytes, readNpy, requireNpyOptions, type LoadNpyOptions } from './npy';
import { writeWhole } from './write';
import { deflateRatio, StreamSource } from './source';

const extension = '.npy';

/**
 * Reads tensors by name from a .npz file, NumPy's format of several arrays.
 *
 * Each array is read as `loadNpy` does. The names are those in the archive, without `.npy`.
 *
 * @param path path or file URL of the file
 * @param options dtype of all tensors; see LoadNpyOptions
 * @returns a promise of the tensors by name
 * @throws RangeError (the promise rejects) if the archive or an array is invalid, such as a wrong checksum, or the
 *   dtype cannot represent a number
 * @see numpy.load, numpy.savez, numpy.savez_compressed
 * @example const { weight, bias } = await io.loadNpz('layer.npz');
 */
export async function loadNpz(
  path: string | URL,
  options: LoadNpyOptions = {},
): Promise<Record<string, Tensor>> {
  requireArity('loadNpz', arguments.length, 2);
  const op = 'loadNpz';
  const dtype = requireNpyOptions(op, options);
  return withFile(op, requirePath(op, path), async (file) => {
    const { fromFdPromise } = requirePackage(op, 'zip archives', 'yauzl') as typeof Yauzl;
    const asZip = (error: unknown) =>
      file.invalid(`it is not a valid zip archive: ${messageOf(error)}`);
    const zip = await fromFdPromise(file.handle.fd, { autoClose: false, lazyEntries: true }).catch(
      (error: unknown) => {
        throw asZip(error);
      },
    );
    const entries: Yauzl.Entry[] = [];
    try {
      for await (const entry of zip.eachEntry()) entries.push(entry);
    } catch (error) {
      throw asZip(error);
    }
    requireNoOverlap(file, entries);
    const tensors = new Map<string, Tensor>();
    for (const entry of entries) {
      const name = entry.fileName.slice(0, -extension.length);
      if (!entry.fileName.endsWith(extension)) {
        throw file.wrong(`names that end in ${extension}`, '', describe(entry.fileName));
      }
      if (tensors.has(name)) throw file.wrong('each name once', '', `${describe(name)} twice`);
      tensors.set(name, await readEntry(file, zip, entry, dtype));
    }
    return Object.fromEntries(tensors);
  });
}

/** Throws if entries overlap: a small file of overlapping entries could expand to any size. */
function requireNoOverlap(file: OpenFile, entries: readonly Yauzl.Entry[]): void {
  const inOrder = [...entries].sort(
    (a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader,
  );
  let end = 0;
  for (const entry of inOrder) {
    const start = entry.relativeOffsetOfLocalHeader;
    const place = `entry ${describe(entry.fileName)}`;
    if (start < end) throw file.wrong(`a start at byte ${end} or later`, place, String(start));
    end = start + 30 + entry.fileNameLength + entry.compressedSize;
    if (end > file.size)
      throw file.wrong(`an end at byte ${file.size} or earlier`, place, String(end));
  }
}

async function readEntry(
  file: OpenFile,
  zip: Yauzl.ZipFile,
  entry: Yauzl.Entry,
  dtype: DType | undefined,
): Promise<Tensor> {
  const { uncompressedSize, compressedSize } = entry;
  const where = `entry ${describe(entry.fileName)}`;
  const wrong: OpenFile['wrong'] = (what, place, got) =>
    file.wrong(what, place === '' ? where : `${place} of ${where}`, got);
  if (uncompressedSize > compressedSize * deflateRatio + 64) {
    const size = `a size that ${compressedSize} compressed bytes can have`;
    throw wrong(size, '', String(uncompressedSize));
  }
  const stream = await zip.openReadStreamPromise(entry).catch((error: unknown) => {
    throw wrong('readable data', '', messageOf(error));
  });
  const chunks = withChecksum(stream, entry.crc32);
  const source = new StreamSource(stream, chunks, uncompressedSize, wrong, 'complete data');
  try {
    return await readNpy(source, dtype);
  } finally {
    source.close();
  }
}

/** Yields the chunks of a stream; throws at the end if the checksum differs. */
async function* withChecksum(
  stream: AsyncIterable<Buffer>,
  expected: number,
): AsyncGenerator<Buffer, void, undefined> {
  const { unsigned: crc32 } = requirePackage(
    'loadNpz',
    'zip archives',
    'buffer-crc32',
  ) as typeof Crc32;
  let sum = 0;
  for await (const chunk of stream) {
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (sum !== expected) throw new Error('a wrong checksum');
}

/** Options of `saveNpz`. */
export interface SaveNpzOptions {
  /** Whether to compress the arrays with deflate, as numpy.savez_compressed does. Default: false. */
  compress?: boolean;
}

/**
 * Writes tensors to a .npz file, NumPy's format of several arrays.
 *
 * The values are those at the time of the call. The file appears under its name when it is complete and on the disk;
 * until then an existing file stays.
 *
 * @param path path or file URL of the file
 * @param tensors tensors by name, of any shape and of any dtype except bfloat16
 * @param options compression; see SaveNpzOptions
 * @returns a promise that resolves when the file is written
 * @throws RangeError (the promise rejects) if a name is not a relative path, or a dtype is bfloat16
 * @see numpy.savez, numpy.savez_compressed
 * @example
 * await io.saveNpz('model.npz', model.stateDict());
 * // in Python: numpy.load('model.npz')['0.weight']
 */
export async function saveNpz(
  path: string | URL,
  tensors: Readonly<Record<string, Tensor>>,
  options: SaveNpzOptions = {},
): Promise<void> {
  requireArity('saveNpz', arguments.length, 3);
  const op = 'saveNpz';
  requireOptions(op, options, ['compress']);
  const compress = requireBoolean(op, 'compress', options.compress ?? false);
  const target = requirePath(op, path);
  const named = requireTensors(op, tensors);
  const { ZipFile } = requirePackage(op, 'zip archives', 'yazl') as typeof Yazl;
  const zip = new ZipFile();
  for (const [name, tensor] of named) {
    // Names that readers refuse: absolute paths, `..`, and Windows paths.
    if (name === '' || /^\/|\\|^[a-zA-Z]:|(^|\/)\.\.(\/|$)|\0/.test(name)) {
      throw wrongValue(op, 'a relative path', 'the name of a tensor', name);
    }
    // A fixed time, the first that zip can represent, so that the same tensors make the same file.
    const mtime = new Date(1980, 0, 1);
    const bytes = npyBytes(op, `tensors[${describe(name)}]`, tensor);
    zip.addBuffer(bytes, name + extension, { compress, mtime, forceDosTimestamp: true });
  }
  zip.end();
  await writeWhole(target, zip.outputStream);
}
