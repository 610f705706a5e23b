/** Converts nested arrays of numbers to one typed array and its shape, and back. */
import {
  arrayClass,
  contentOf,
  defaultDType,
  dtypeOfCopy,
  isFloating,
  isHalf,
  isInteger,
  rangeOf,
  type DType,
  type TypedArray,
} from './dtype';
import { copyElements, readElement, requireElement, writeElement, type Element } from './element';
import { isDetached, describe, shapeText, unexpected, wrongType, wrongValue } from './errors';
import { numelOf, type Shape } from './shape';
import { allocateKept } from './storage';

/** Any numeric typed array, including Float16Array if JavaScript has it. */
export type NumberArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** A number, bigint or boolean, or arrays of them nested to any depth; the innermost may be typed arrays. */
export type TensorData = number | bigint | boolean | NumberArray | readonly TensorData[];

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || arrayClass(value) !== undefined;
}

/** The shape given by the first element of each array, and the first innermost element. */
function outline(op: string, data: unknown): { shape: number[]; first: unknown } {
  const shape: number[] = [];
  let first = data;
  while (isList(first)) {
    if (shape.length === 64) throw unexpected(op, 'at most 64 dimensions', 'data', 'more');
    if (ArrayBuffer.isView(first) && isDetached(first)) {
      throw wrongValue(op, 'an array that is not detached', 'data', first);
    }
    shape.push(first.length);
    if (first.length === 0 || !Array.isArray(first)) break;
    first = first[0] as unknown;
  }
  return { shape, first };
}

function inferDType(op: string, first: unknown, place: string): DType {
  const typed = arrayClass(first);
  if (typed !== undefined) return dtypeOfCopy(typed);
  if (typeof first === 'number' || Array.isArray(first)) return defaultDType; // also for []
  if (typeof first === 'boolean') return 'bool';
  if (typeof first === 'bigint') return 'int64';
  throw wrongType(op, 'a number, a bigint, a boolean, or an array of them', place, first);
}

const typedArrays = Object.getPrototypeOf(Float32Array.prototype) as object;

/** The actual length of a typed array, ignoring own properties; 0 if its memory is detached. */
function lengthOf(array: NumberArray): number {
  return Reflect.get(typedArrays, 'length', array) as number;
}

function placeOf(path: readonly number[]): string {
  return `data${path.map((i) => `[${i}]`).join('')}`;
}

/** The required kind of elements if no dtype is given: the kind of the first one, which determined the dtype. */
function kindFor(dtype: DType): 'number' | 'bigint' | 'boolean' {
  return isFloating(dtype) ? 'number' : isInteger(dtype) ? 'bigint' : 'boolean';
}

/**
 * Copies nested arrays into new memory. The default dtype is that of typed arrays (int32 for integer classes
 * without a dtype), bool for booleans, int64 for bigints and float32 for numbers. A Uint16Array with a half dtype
 * holds the bits of halves.
 */
export function flatten(
  op: string,
  data: unknown,
  dtype?: DType,
): { array: TypedArray; shape: number[]; dtype: DType } {
  const { shape, first } = outline(op, data);
  const type = dtype ?? inferDType(op, first, placeOf(shape.map(() => 0)));
  const array = allocateKept(type, numelOf(shape));
  const path: number[] = [];
  const last = shape.length - 1;
  const kind = dtype === undefined ? kindFor(type) : undefined;
  const holdsNumbers = isFloating(type) && contentOf(type) === 'numbers';
  let next = 0;

  const element = (value: unknown): Element => {
    const kindOfValue = typeof value;
    const fits = kind === undefined ? elementTypes.includes(kindOfValue) : kindOfValue === kind;
    if (!fits) {
      const what = kind === undefined ? 'a number, a bigint or a boolean' : `a ${kind}`;
      throw wrongType(op, what, placeOf(path), value);
    }
    return requireElement(op, placeOf(path), type, value as number | bigint | boolean);
  };

  /** Copies a typed array, in one call if its numbers need no conversion. */
  const fillTyped = (list: NumberArray, name: string, level: number): void => {
    const count = lengthOf(list);
    if (count !== shape[level]) {
      throw unexpected(op, `${shape[level]} elements`, placeOf(path), String(count));
    }
    const isBig = isBigArray(name);
    const bits = isHalf(type) && name === 'Uint16Array' ? list : bitsOf(list, name, type);
    if (bits !== undefined || (holdsNumbers && !isBig) || holdsAll(type, list)) {
      if (count > 0) copyElements(array, (bits ?? list) as TypedArray, next);
      next += count;
      return;
    }
    for (let i = 0; i < count; i++) {
      path.push(i);
      writeElement(type, array, next++, requireElement(op, placeOf(path), type, list[i]));
      path.pop();
    }
  };

  const fill = (list: unknown, level: number): void => {
    if (!isList(list)) {
      throw wrongType(op, `an array of ${shape[level]} elements`, placeOf(path), list);
    }
    if (list.length !== shape[level]) {
      throw unexpected(op, `${shape[level]} elements`, placeOf(path), describe(list));
    }
    if (level < last) {
      for (let i = 0; i < list.length; i++) {
        path.push(i);
        fill(list[i], level + 1);
        path.pop();
      }
      return;
    }
    const name = arrayClass(list);
    if (name !== undefined) {
      fillTyped(list as NumberArray, name, level);
      return;
    }
    for (let i = 0; i < list.length; i++) {
      const value = list[i];
      if (holdsNumbers && typeof value === 'number') {
        array[next++] = value;
      } else {
        path.push(i);
        writeElement(type, array, next++, element(value));
        path.pop();
      }
    }
  };

  if (shape.length === 0) writeElement(type, array, 0, element(data));
  else fill(data, 0);
  return { array, shape, dtype: type };
}

const elementTypes = ['number', 'bigint', 'boolean'];

/** The bits of a Float16Array for a float16 tensor; converting to numbers would lose NaN payloads. */
function bitsOf(list: NumberArray, name: string, dtype: DType): Uint16Array | undefined {
  if (dtype !== 'float16' || name !== 'Float16Array') return undefined;
  return new Uint16Array(list.buffer, list.byteOffset, list.length);
}

const isBigArray = (name: string): boolean => name.startsWith('Big');

/** Whether a typed array's class has only integers that the dtype's memory can hold unchanged. */
function holdsAll(dtype: DType, list: NumberArray): boolean {
  const name = arrayClass(list) ?? '';
  if (
    !isInteger(dtype) ||
    name.startsWith('Float') ||
    isBigArray(name) !== (contentOf(dtype) === 'bigints')
  ) {
    return false;
  }
  const bits = 8 * list.BYTES_PER_ELEMENT;
  const [least, largest] = rangeOf(dtype);
  return /^(?:Big)?Ui/.test(name)
    ? 2 ** bits - 1 <= largest
    : least <= -(2 ** (bits - 1)) && 2 ** (bits - 1) - 1 <= largest;
}

/**
 * Nested arrays of numbers (booleans for a bool tensor, bigints for int64 elements beyond 2^53), or a single one
 * for a tensor without dimensions.
 */
export type NestedArray = number | bigint | boolean | NestedArray[];

// A full JavaScript heap ends the process: 2^26 numbers take 512 MB, or 2 GB in arrays of one element.
const mostInLists = 2 ** 26;

/** Throws if nested arrays of a shape would hold too many arrays and numbers for the heap. */
export function requireFewNumbers(op: string, shape: Shape): void {
  let lists = 1;
  for (const size of shape) {
    lists *= size;
    if (lists <= mostInLists) continue;
    const what = `at most ${mostInLists} numbers and lists`;
    throw unexpected(op, what, 'this', `${shapeText(shape)}; use data`);
  }
}

/** Values as nested arrays of a shape. */
export function nest(values: TypedArray, shape: Shape, dtype: DType): NestedArray {
  const asBoolean = dtype === 'bool';
  let at = 0;
  const from = (dim: number): NestedArray => {
    if (dim === shape.length) {
      return asBoolean ? values[at++] !== 0 : readElement(dtype, values, at++);
    }
    const list: NestedArray[] = [];
    for (let i = 0; i < shape[dim]; i++) list.push(from(dim + 1));
    return list;
  };
  return from(0);
}
