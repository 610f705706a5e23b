/** Reads the bytes of an ONNX model: the file, and external files with weights. */
import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, sep } from 'node:path';
import { messageOf } from '../../../core/errors';
import { readExactly, requirePath, withFile, type OpenFile } from '../../file';
import { decode } from '../decode';
import { requireProtobuf } from '../protobuf';
import type { Message } from '../schema';
import { InvalidPart, shapeOf, type TensorProto } from './tensor';

const op = 'importOnnx';

/** An error that lists problems of a file, at most 100 of them. */
export function listProblems(path: string, what: string, problems: readonly string[]): RangeError {
  const more = problems.length > 100 ? [`${problems.length - 100} more`] : [];
  const lines = ['', ...problems.slice(0, 100), ...more].join('\n  ');
  return new RangeError(`${op}: ${path} ${what}:${lines}`);
}

/** The most bytes that a protobuf message may have. */
const maxBytes = 2 ** 31 - 1;

/** Reads the model; its tensors' bytes are views of the file's bytes. */
export async function readModel(value: unknown): Promise<Message<'ModelProto'>> {
  const path = requirePath(op, value);
  requireProtobuf(op);
  const bytes = await withFile(op, path, (file) => {
    if (file.size > maxBytes)
      throw file.invalid(`${file.size} bytes; an ONNX file has at most 2 GiB`);
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
    const problem = bytes.length === 0 ? 'the file is empty' : 'it has no graph';
    throw new RangeError(`${op}: ${path} is not an ONNX model: ${problem}`);
  }
  try {
    await readExternal(path, tensorsOf(model.graph));
  } catch (error) {
    if (error instanceof InvalidPart) {
      throw listProblems(path, 'is not a valid ONNX model', [error.message]);
    }
    throw error;
  }
  return model;
}

/** The weights, and the constants in attributes of nodes. */
function tensorsOf({ initializer, node }: Message<'GraphProto'>): TensorProto[] {
  const constants = node.flatMap(({ attribute }) => attribute.flatMap(({ t }) => t ?? []));
  return [...initializer, ...constants];
}

/** Reads the raw data of tensors that are in external files. */
async function readExternal(path: string, tensors: readonly TensorProto[]): Promise<void> {
  const isExternal = 1; // TensorProto.DataLocation.EXTERNAL
  const all = tensors.filter((tensor) => tensor.dataLocation === isExternal).map(externalData);
  for (const location of new Set(all.map((data) => data.location))) {
    const external = await externalFile(path, location);
    const inFile = all.filter((data) => data.location === location);
    await withFile(op, external, (file) => readWeights(file, inFile));
  }
}

/** Where the elements of a tensor are. */
interface ExternalData {
  readonly tensor: TensorProto;
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

/** Where the external data of a tensor is; a length of -1 means up to the end of the file. */
function externalData(tensor: TensorProto): ExternalData {
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get('location') ?? '';
  const [offset, length] = ['offset', 'length'].map((key) => {
    const text = entries.get(key);
    return text === undefined ? null : /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  });
  if (Number.isNaN(offset) || Number.isNaN(length)) {
    throw new InvalidPart(`'${tensor.name}' has an invalid offset or length of external data`);
  }
  return { tensor, location, offset: offset ?? 0, length: length ?? -1 };
}

/** The path of a file in the model's directory or below it. */
async function externalFile(path: string, location: string): Promise<string> {
  const folder = await realpath(dirname(path));
  const inside = (file: string): boolean =>
    file.startsWith(folder.endsWith(sep) ? folder : folder + sep);
  const wanted = join(folder, location);
  if (!isAbsolute(location) && !location.includes('\0') && inside(wanted)) {
    const real = await realpath(wanted);
    if (inside(real)) return real;
  }
  throw new RangeError(
    `${op}: ${path} refers to weights in '${location.slice(0, 100)}'; they must be in the directory of the model`,
  );
}

/** Reads the weights in an external file. */
async function readWeights(file: OpenFile, places: readonly ExternalData[]): Promise<void> {
  // If tensors could share bytes, a small file could claim much memory.
  const lengths = places.map(({ tensor, offset, length }) => {
    if (offset <= file.size) return length < 0 ? file.size - offset : length;
    throw file.invalid(
      `'${tensor.name}' starts at byte ${offset}, but the file has ${file.size} bytes`,
    );
  });
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total > file.size) {
    throw file.invalid(`the model claims ${total} bytes of weights, but the file has ${file.size}`);
  }
  for (const [i, { tensor, offset }] of places.entries()) {
    shapeOf(tensor.dims, `'${tensor.name}'`);
    tensor.rawData = await readExactly(file, offset, lengths[i], `'${tensor.name}'`);
  }
}
