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
 * Reads the arrays of a .npz file by name (numpy.load of a file from numpy.savez or savez_compressed), each as
 * `loadNpy` does. Names are those in the archive without `.npy`.
 *
 * Rejects with a RangeError that names file and entry if entries are encrypted, overlap, or have the same name, a wrong
 * checksum or another size than the archive says.
 *
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
    const asZip = (error: unknown) => file.wrong('a zip archive', '', messageOf(error));
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
    requireApart(file, entries);
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

/** Overlapping entries would make a small file of endless data. */
function requireApart(file: OpenFile, entries: readonly Yauzl.Entry[]): void {
  const inOrder = [...entries].sort(
    (a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader,
  );
  let end = 0;
  for (const entry of inOrder) {
    const start = entry.relativeOffsetOfLocalHeader;
    const place = `entry ${describe(entry.fileName)}`;
    if (start < end) throw file.wrong(`a start from byte ${end} on`, place, String(start));
    end = start + 30 + entry.fileNameLength + entry.compressedSize;
    if (end > file.size) throw file.wrong(`an end up to byte ${file.size}`, place, String(end));
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
    throw wrong(`what ${compressedSize} bytes can hold`, 'the size', String(uncompressedSize));
  }
  const stream = await zip.openReadStreamPromise(entry).catch((error: unknown) => {
    throw wrong('an entry that can be read', '', messageOf(error));
  });
  const chunks = checked(stream, entry.crc32);
  const source = new StreamSource(stream, chunks, uncompressedSize, wrong, 'whole data');
  try {
    return await readNpy(source, dtype);
  } finally {
    source.close();
  }
}

/** The chunks of a stream; throws at the end if the checksum differs. */
async function* checked(
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
  /** Whether to compress the arrays with deflate (numpy.savez_compressed); default false. */
  compress?: boolean;
}

/**
 * Writes tensors as a .npz file (numpy.savez). The values are those at the time of the call. The file appears under its
 * name when it is complete. RangeError for bfloat16, which NumPy does not have.
 *
 * @example await io.saveNpz('model.npz', model.stateDict()); // numpy.load('model.npz')['0.weight']
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
    // Names that no reader accepts: absolute paths, `..`, and Windows paths.
    if (name === '' || /^\/|\\|^[a-zA-Z]:|(^|\/)\.\.(\/|$)|\0/.test(name)) {
      throw wrongValue(op, 'a relative path as name', 'name', name);
    }
    // The same tensors make the same file: its only time is the first that zip can represent.
    const mtime = new Date(1980, 0, 1);
    const bytes = npyBytes(op, `tensors[${describe(name)}]`, tensor);
    zip.addBuffer(bytes, name + extension, { compress, mtime, forceDosTimestamp: true });
  }
  zip.end();
  await writeWhole(target, zip.outputStream);
}
