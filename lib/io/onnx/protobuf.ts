/** Encodes ONNX messages with the package @bufbuild/protobuf. */
import type * as Protobuf from '@bufbuild/protobuf';
import type * as Wire from '@bufbuild/protobuf/wire';
import type * as WellKnown from '@bufbuild/protobuf/wkt';
import { requirePackage } from '../../core/packages';
import { messages, type Field, type Init, type MessageName } from './schema';

/** FieldDescriptorProto.Type and Label */
const types = { double: 1, float: 2, int64: 3, int32: 5, string: 9, message: 11, bytes: 12 };
const labels = { optional: 1, repeated: 3 };

interface Library {
  readonly protobuf: typeof Protobuf;
  readonly wire: typeof Wire;
  readonly registry: Protobuf.FileRegistry;
}

let library: Library | null = null;

/** Loads the package on first use, and makes its descriptors from the table of messages. */
function load(op = 'io'): Library {
  if (library !== null) return library;
  const load = (name: string): unknown =>
    requirePackage(op, 'ONNX models', `@bufbuild/protobuf${name}`);
  const protobuf = load('') as typeof Protobuf;
  const wire = load('/wire') as typeof Wire;
  const { FileDescriptorProtoSchema } = load('/wkt') as typeof WellKnown;
  const file = protobuf.create(FileDescriptorProtoSchema, {
    name: 'onnx.proto',
    package: 'onnx',
    syntax: 'proto2',
    messageType: Object.entries(messages).map(([name, fields]) => ({
      name,
      field: Object.entries<Field>(fields).map(([field, spec]) => fieldOf(field, spec)),
    })),
  });
  const registry = protobuf.createFileRegistry(file, () => undefined);
  return (library = { protobuf, wire, registry });
}

function fieldOf(name: string, [number, type, label]: Field) {
  const scalar = (types as Readonly<Record<string, number>>)[type] as number | undefined;
  return {
    name,
    number,
    label: label === undefined ? labels.optional : labels.repeated,
    type: scalar ?? types.message,
    typeName: scalar === undefined ? `.onnx.${type}` : '',
    options: label === 'packed' ? { packed: true } : undefined,
  };
}

function descriptor(name: MessageName): Protobuf.DescMessage {
  const found = load().registry.getMessage(`onnx.${name}`);
  if (found === undefined) throw new Error(`blasgrad: internal error: no descriptor of ${name}`);
  return found;
}

/** Loads the package; an error that it is not installed names `op`. */
export function requireProtobuf(op: string): void {
  load(op);
}

/** Encodes a message. */
export function encode<N extends MessageName>(name: N, init: Init<N>): Uint8Array {
  const { protobuf } = load();
  const type = descriptor(name);
  return protobuf.toBinary(type, protobuf.create(type, init as never));
}

/** The package's reader and writer of the wire format. */
export function wire(): typeof Wire {
  return load().wire;
}

/** The header of a field whose bytes are written separately: its number and length. */
export function fieldHeader(number: number, length: number): Uint8Array {
  const { BinaryWriter, WireType } = wire();
  return new BinaryWriter().tag(number, WireType.LengthDelimited).uint32(length).finish();
}
