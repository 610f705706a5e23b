/** Tensors of an ONNX file. */
import type { DType, TypedArray } from '../../../core/dtype';
import { allocateOwn, Storage } from '../../../core/storage';
import { Tensor } from '../../../core/tensor';
import { convert } from '../../elements';
import { dataTypes, type Message } from '../schema';
import { Ints, mostInts, type Datum } from './datum';
import { dtypeOf, Refused, stored } from './elements';

export type TensorProto = Message<'TensorProto'>;

/** A tensor does not match its header. */
export class BrokenTensor extends Error {}

/** Valid sizes, else an error. */
export function shapeOf(dims: readonly number[], what: string): { shape: number[]; count: number } {
  const shape = [...dims];
  const count = shape.reduce((product, size) => product * size, 1);
  const fits = shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!fits || !Number.isSafeInteger(count) || shape.length > 64) {
    throw new BrokenTensor(
      `expected sizes of ${what}, got [${dims.slice(0, 8).map(BigInt).join(', ')}]`,
    );
  }
  return { shape, count };
}

/** Reads a tensor, copying once. Small int64 tensors become numbers in JavaScript. */
export function readTensor(proto: TensorProto, what: string): Datum {
  const type = dtypeOf(proto.dataType, what);
  const { shape, count } = shapeOf(proto.dims, what);
  requireData(proto, count, what);
  if (type === 'int64' && shape.length < 2 && count <= mostInts) {
    const numbers = new Float64Array(count);
    fill(numbers, 'float64', proto, what);
    return new Ints(Array.from(numbers), shape);
  }
  const dtype: DType = type === 'int64' ? 'int32' : type;
  const array = allocateOwn(dtype, count);
  fill(array, dtype, proto, what);
  return new Tensor(new Storage(dtype, array), shape);
}

/** Element types that are read only from raw_data: other fields hold their bits, or are not listed in the schema. */
const rawOnly = ['float16', 'bfloat16', 'uint32', 'uint64'] as const;

/** Checks the number of elements before memory is allocated. */
function requireData(proto: TensorProto, count: number, what: string): void {
  const kind = rawOnly.find((one) => dataTypes[one] === proto.dataType);
  if (kind !== undefined && count > 0 && rawBytes(proto) === 0) {
    throw new Refused(`${kind} elements of ${what} outside raw_data`);
  }
  const found = rawBytes(proto) / stored[proto.dataType].bytes;
  const listed = listOf(proto).length;
  const actual = rawBytes(proto) > 0 ? found : listed;
  if (actual === count) return;
  const of = rawBytes(proto) > 0 ? `${rawBytes(proto)} bytes` : String(listed);
  throw new BrokenTensor(`expected ${count} elements of ${what}, got ${of}`);
}

function rawBytes(proto: TensorProto): number {
  return proto.rawData.byteLength;
}

/** The field with the elements outside raw_data, which smaller types share. */
function listOf(proto: TensorProto): ArrayLike<number> {
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
    const misfit = convert(stored[proto.dataType], rawData, true, array);
    if (misfit !== null) throw tooWide(misfit.value, what);
    return;
  }
  const list = listOf(proto);
  for (let i = 0; i < array.length; i++) {
    const value = list[i];
    if (dtype === 'int32' && value !== (value | 0)) throw tooWide(value, what);
    array[i] = proto.dataType === dataTypes.bool ? Number(value !== 0) : value;
  }
}

function tooWide(value: number, what: string): BrokenTensor {
  return new BrokenTensor(`expected whole numbers of 32 bits in ${what}, got ${value}`);
}
