/** Reads the bytes of an ONNX model: the file, and external files with weights. */
import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, sep } from 'node:path';
import { messageOf, unexpected } from '../../../core/errors';
import { readExactly, requirePath, withFile, type OpenFile } from '../../file';
import { decode } from '../decode';
import { requireProtobuf } from '../protobuf';
import type { Message } from '../schema';
import { BrokenTensor, shapeOf, type TensorProto } from './tensor';

const op = 'importOnnx';

/** An error with a line for each problem; for the first 100 of them. */
export function refusal(what: string, path: string, problems: readonly string[]): RangeError {
  const more = problems.length > 100 ? [`${problems.length - 100} more`] : [];
  const lines = ['', ...problems.slice(0, 100), ...more].join('\n  ');
  return new RangeError(`${op}: expected ${what} for ${path}, got${lines}`);
}

/** The most bytes that a protobuf message may have. */
const largest = 2 ** 31 - 1;

/** Reads the model; its tensors' bytes are views of the file's bytes. */
export async function readModel(value: unknown): Promise<Message<'ModelProto'>> {
  const path = requirePath(op, value);
  requireProtobuf(op);
  const bytes = await withFile(op, path, (file) => {
    if (file.size > largest) throw file.wrong('at most 2 GiB', 'the size', String(file.size));
    return readExactly(file, 0, file.size, 'the model');
  });
  let model: Message<'ModelProto'>;
  try {
    model = decode('ModelProto', bytes);
  } catch (error) {
    const reason = messageOf(error);
    throw new RangeError(`${op}: ${path} is not an ONNX model: ${reason}`, { cause: error });
  }
  if (model.graph === undefined) {
    throw unexpected(
      op,
      'an ONNX model',
      path,
      bytes.length === 0 ? 'an empty file' : 'one without a graph',
    );
  }
  try {
    await readBeside(path, tensorsOf(model.graph));
  } catch (error) {
    if (error instanceof BrokenTensor) throw refusal('an ONNX model', path, [error.message]);
    throw error;
  }
  return model;
}

/** Weights, and constants among the attributes of nodes. */
function tensorsOf({ initializer, node }: Message<'GraphProto'>): TensorProto[] {
  const constants = node.flatMap(({ attribute }) => attribute.flatMap(({ t }) => t ?? []));
  return [...initializer, ...constants];
}

/** Fills the raw data of tensors in external files. */
async function readBeside(path: string, tensors: readonly TensorProto[]): Promise<void> {
  const outside = 1; // TensorProto.DataLocation.EXTERNAL
  const places = tensors.filter((one) => one.dataLocation === outside).map(placeOf);
  for (const location of new Set(places.map((one) => one.location))) {
    const external = await externalFile(path, location);
    const here = places.filter((one) => one.location === location);
    await withFile(op, external, (file) => readPlaces(file, here));
  }
}

interface Place {
  readonly tensor: TensorProto;
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/** The location of a tensor's external data. */
function placeOf(tensor: TensorProto): Place {
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get('location') ?? '';
  const [offset, length] = ['offset', 'length'].map((key) => {
    const text = entries.get(key);
    return text === undefined ? null : /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  });
  if (Number.isNaN(offset) || Number.isNaN(length)) {
    const what = `expected an offset and a length of '${tensor.name}', got others`;
    throw new BrokenTensor(what);
  }
  return { tensor, location, offset: offset ?? 0, length: length ?? -1 };
}

/** A file in the model's own folder or below. */
async function externalFile(path: string, location: string): Promise<string> {
  const folder = await realpath(dirname(path));
  const inside = (place: string): boolean =>
    place.startsWith(folder.endsWith(sep) ? folder : folder + sep);
  const wanted = join(folder, location);
  if (!isAbsolute(location) && !location.includes('\0') && inside(wanted)) {
    const real = await realpath(wanted);
    if (inside(real)) return real;
  }
  throw unexpected(
    op,
    "weights in the model's folder",
    path,
    `weights in '${location.slice(0, 100)}'`,
  );
}

async function readPlaces(file: OpenFile, places: readonly Place[]): Promise<void> {
  // Tensors that share bytes would let a small file claim much memory.
  const lengths = places.map(({ tensor, offset, length }) => {
    if (offset <= file.size) return length < 0 ? file.size - offset : length;
    throw file.wrong(`an offset of at most ${file.size}`, `'${tensor.name}'`, String(offset));
  });
  const total = lengths.reduce((sum, one) => sum + one, 0);
  if (total > file.size) throw file.wrong(`weights of ${file.size} bytes`, '', `${total} bytes`);
  for (const [i, { tensor, offset }] of places.entries()) {
    shapeOf(tensor.dims, `'${tensor.name}'`);
    tensor.rawData = await readExactly(file, offset, lengths[i], `'${tensor.name}'`);
  }
}
