/**
 * The messages of an ONNX file, with the names and numbers of the official onnx.proto (proto2). The descriptors for the
 * protobuf library and the types come from this table. Reading skips fields that are not listed.
 */
import type { DType } from '../../core/dtype';

/** A field's number and type; 'many' for repeated fields, 'packed' for repeated numbers in one block of bytes. */
export type Field = readonly [number: number, type: string, label?: 'many' | 'packed'];

export const messages = {
  ModelProto: {
    ir_version: [1, 'int64'],
    producer_name: [2, 'string'],
    producer_version: [3, 'string'],
    domain: [4, 'string'],
    model_version: [5, 'int64'],
    doc_string: [6, 'string'],
    graph: [7, 'GraphProto'],
    opset_import: [8, 'OperatorSetIdProto', 'many'],
    functions: [25, 'FunctionProto', 'many'],
  },
  OperatorSetIdProto: { domain: [1, 'string'], version: [2, 'int64'] },
  FunctionProto: { name: [1, 'string'], domain: [10, 'string'] },
  GraphProto: {
    node: [1, 'NodeProto', 'many'],
    name: [2, 'string'],
    initializer: [5, 'TensorProto', 'many'],
    doc_string: [10, 'string'],
    input: [11, 'ValueInfoProto', 'many'],
    output: [12, 'ValueInfoProto', 'many'],
    sparse_initializer: [15, 'SparseTensorProto', 'many'],
  },
  NodeProto: {
    input: [1, 'string', 'many'],
    output: [2, 'string', 'many'],
    name: [3, 'string'],
    op_type: [4, 'string'],
    attribute: [5, 'AttributeProto', 'many'],
    domain: [7, 'string'],
  },
  AttributeProto: {
    name: [1, 'string'],
    f: [2, 'float'],
    i: [3, 'int64'],
    s: [4, 'bytes'],
    t: [5, 'TensorProto'],
    floats: [7, 'float', 'many'],
    ints: [8, 'int64', 'many'],
    strings: [9, 'bytes', 'many'],
    type: [20, 'int32'],
  },
  TensorProto: {
    dims: [1, 'int64', 'many'],
    data_type: [2, 'int32'],
    float_data: [4, 'float', 'packed'],
    int32_data: [5, 'int32', 'packed'],
    int64_data: [7, 'int64', 'packed'],
    name: [8, 'string'],
    raw_data: [9, 'bytes'],
    double_data: [10, 'double', 'packed'],
    external_data: [13, 'StringStringEntryProto', 'many'],
    data_location: [14, 'int32'],
  },
  SparseTensorProto: { dims: [3, 'int64', 'many'] },
  StringStringEntryProto: { key: [1, 'string'], value: [2, 'string'] },
  ValueInfoProto: { name: [1, 'string'], type: [2, 'TypeProto'] },
  TypeProto: { tensor_type: [1, 'TypeProtoTensor'] },
  TypeProtoTensor: { elem_type: [1, 'int32'], shape: [2, 'TensorShapeProto'] },
  TensorShapeProto: { dim: [1, 'Dimension', 'many'] },
  Dimension: { dim_value: [1, 'int64'], dim_param: [2, 'string'] },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Field>>>>;

type Messages = typeof messages;
export type MessageName = keyof Messages;

/** The name a field has in JavaScript: raw_data is rawData. */
type Camel<S> = S extends `${infer A}_${infer B}` ? `${A}${Capitalize<Camel<B>>}` : S;

type ValueOf<T> = T extends 'int64'
  ? bigint
  : T extends 'int32' | 'float' | 'double'
    ? number
    : T extends 'string'
      ? string
      : T extends 'bytes'
        ? Uint8Array
        : T extends MessageName
          ? Message<T>
          : never;

/** When reading, single int64 are numbers, rounded beyond 2^53; sizes and attributes are smaller. */
type ReadValue<T> = T extends 'int64' ? number : ValueOf<T>;

type FieldValue<F> = F extends readonly [number, infer T, 'packed']
  ? ArrayLike<ValueOf<T>>
  : F extends readonly [number, infer T, 'many']
    ? readonly ReadValue<T>[]
    : F extends readonly [number, infer T]
      ? T extends MessageName
        ? ReadValue<T> | undefined
        : ReadValue<T>
      : never;

/** A message that was read: missing fields have the default of their type, missing messages are undefined. */
export type Message<N extends MessageName> = {
  -readonly [K in keyof Messages[N] as Camel<K> & string]: FieldValue<Messages[N][K]>;
};

/** A message to write: any field may be missing. */
export type Init<N extends MessageName> = {
  [K in keyof Messages[N] as Camel<K> & string]?: InitValue<Messages[N][K]>;
};

type InitValue<F> = F extends readonly [number, infer T, 'many' | 'packed']
  ? readonly (T extends MessageName ? Init<T> : ValueOf<T>)[]
  : F extends readonly [number, infer T]
    ? T extends MessageName
      ? Init<T>
      : ValueOf<T>
    : never;

/** TensorProto.DataType */
export const dataTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  complex64: 14,
  complex128: 15,
  bfloat16: 16,
} as const satisfies Readonly<Record<DType, number> & Record<string, number>>;

/** AttributeProto.AttributeType; types without a field above cannot be read. */
export const attributeTypes = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
} as const;
