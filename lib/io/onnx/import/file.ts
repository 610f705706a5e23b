/** The bytes of an ONNX model: the file itself, and files beside it that hold weights. */
import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, sep } from 'node:path';
import { messageOf, unexpected } from '../../../core/errors';
import { readExactly, requirePath, withFile, type OpenFile } from '../../file';
import { decode } from '../decode';
import type { Message } from '../schema';
import { BrokenTensor, shapeOf, type TensorProto } from './tensor';

const op = 'importOnnx';

/** An error with a line for each thing that is wrong; of very many for the first. */
export function refusal(what: string, path: string, problems: readonly string[]): RangeError {
  const more = problems.length > 100 ? [`${problems.length - 100} more`] : [];
  const lines = ['', ...problems.slice(0, 100), ...more].join('\n  ');
  return new RangeError(`${op}: expected ${what} for ${path}, got${lines}`);
}

/** The most bytes that a protobuf message may have. */
const largest = 2 ** 31 - 1;

/** The model in a file; its tensors' bytes are views of the file's. */
export async function readModel(given: unknown): Promise<Message<'ModelProto'>> {
  const path = requirePath(op, given);
  const bytes = await withFile(op, path, (file) => {
    if (file.size > largest) throw file.wrong('at most 2 GiB', 'the size', String(file.size));
    return readExactly(file, 0, file.size, 'the model');
  });
  let model: Message<'ModelProto'>;
  try {
    model = decode('ModelProto', bytes);
  } catch (error) {
    const reason = messageOf(error);
    throw unexpected(op, 'an ONNX model', path, `bytes that are none: ${reason}`);
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

/** Fills the raw data of tensors that lie in other files. */
async function readBeside(path: string, tensors: readonly TensorProto[]): Promise<void> {
  const outside = 1; // TensorProto.DataLocation.EXTERNAL
  const places = tensors.filter((one) => one.dataLocation === outside).map(placeOf);
  for (const location of new Set(places.map((one) => one.location))) {
    const beside = await besideOf(path, location);
    const here = places.filter((one) => one.location === location);
    await withFile(op, beside, (file) => readPlaces(file, here));
  }
}

interface Place {
  readonly tensor: TensorProto;
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/** Where a tensor says that it is. */
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
async function besideOf(path: string, location: string): Promise<string> {
  const folder = await realpath(dirname(path));
  const inside = (place: string): boolean =>
    place.startsWith(folder.endsWith(sep) ? folder : folder + sep);
  const wanted = join(folder, location);
  if (!isAbsolute(location) && !location.includes('\0') && inside(wanted)) {
    const beside = await realpath(wanted);
    if (inside(beside)) return beside;
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
