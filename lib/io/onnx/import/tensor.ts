/** Tensors of an ONNX file. */
import { isHalf, type DType, type FloatingDType, type TypedArray } from '../../../core/dtype';
import type { Element } from '../../../core/element';
import { noGrad } from '../../../core/gradMode';
import { allocateOwn, Storage } from '../../../core/storage';
import { Tensor } from '../../../core/tensor';
import { convert } from '../../convert';
import { dataTypes, type Message } from '../schema';
import { Ints, mostInts, type Datum } from './datum';
import { dtypeOf, Unsupported, stored } from './elements';

export type TensorProto = Message<'TensorProto'>;

/** A part of the file is invalid; importOnnx lists these problems in one error. */
export class InvalidPart extends Error {}

/** The shape and the number of elements; throws if the sizes are invalid. */
export function shapeOf(dims: readonly number[], what: string): { shape: number[]; count: number } {
  const shape = [...dims];
  const count = shape.reduce((product, size) => product * size, 1);
  const fits = shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!fits || !Number.isSafeInteger(count) || shape.length > 64) {
    throw new InvalidPart(
      `${what} has the invalid shape [${dims.slice(0, 8).map(BigInt).join(', ')}]`,
    );
  }
  return { shape, count };
}

/**
 * Reads a tensor, copying its elements once. Floats are converted to `floating`, unless that is null. Small int64
 * tensors become numbers in JavaScript.
 */
export function readTensor(
  proto: TensorProto,
  what: string,
  floating: FloatingDType | null,
): Datum {
  const wanted = dtypeOf(proto.dataType, what, floating);
  const { shape, count } = shapeOf(proto.dims, what);
  requireData(proto, count, what);
  const { dtype } = stored[proto.dataType];
  const array = allocateOwn(dtype, count);
  fill(array, dtype, proto, what);
  const tensor = new Tensor(new Storage(dtype, array), shape);
  if (proto.dataType === dataTypes.int64 && shape.length < 2 && count <= mostInts) {
    return Ints.of(tensor);
  }
  return noGrad(() => tensor.to(wanted));
}

/** Element types that are read only from raw_data: the schema does not list their other field. */
const rawOnly = ['uint32', 'uint64'] as const;

/** Checks the number of elements before memory is allocated. */
function requireData(proto: TensorProto, count: number, what: string): void {
  const kind = rawOnly.find((name) => dataTypes[name] === proto.dataType);
  if (kind !== undefined && count > 0 && rawBytes(proto) === 0) {
    throw new Unsupported(`${kind} elements of ${what} outside of raw_data`);
  }
  const found = rawBytes(proto) / stored[proto.dataType].bytes;
  const listed = listOf(proto).length;
  const actual = rawBytes(proto) > 0 ? found : listed;
  if (actual === count) return;
  const has = rawBytes(proto) > 0 ? `${rawBytes(proto)} bytes` : `${listed} elements`;
  throw new InvalidPart(`${what} has ${has}, but its shape needs ${count} elements`);
}

function rawBytes(proto: TensorProto): number {
  return proto.rawData.byteLength;
}

/** The elements outside of raw_data; smaller types share a field, with float16 and bfloat16 as bits. */
function listOf(proto: TensorProto): ArrayLike<Element> {
  switch (proto.dataType) {
    case dataTypes.float32:
      return proto.floatData;
    case dataTypes.float64:
      return proto.doubleData;
    case dataTypes.int64:
      return proto.int64Data;
    default:
      return proto.int32Data;
  }
}

function fill(array: TypedArray, dtype: DType, proto: TensorProto, what: string): void {
  const { rawData } = proto;
  if (rawData.byteLength > 0) {
    const misfit = convert(stored[proto.dataType], rawData, true, dtype, array);
    if (misfit === null) return;
    const bits = dtype === 'int64' ? 64 : 32;
    throw new InvalidPart(
      `${what} contains ${misfit.value}, which is not an integer of ${bits} bits`,
    );
  }
  const list = listOf(proto);
  const into = array as { [index: number]: Element };
  const largest = isHalf(dtype) ? 0xffff : dtype === 'uint8' ? 255 : Infinity;
  for (let i = 0; i < array.length; i++) {
    const value = list[i];
    if (largest < Infinity && (value < 0 || value > largest)) {
      throw new InvalidPart(`${what} contains ${value}, which is not from 0 to ${largest}`);
    }
    into[i] = dtype === 'bool' ? Number(value !== 0) : value;
  }
}
