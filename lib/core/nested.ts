/** Converts nested arrays of numbers to one typed array and its shape, and back. */
import { arrayClass, dtypeOfCopy, isFloating, type DType, type TypedArray } from './dtype';
import { isDetached, describe, shapeText, unexpected, wrongType, wrongValue } from './errors';
import { numelOf, type Shape } from './shape';
import { allocate } from './storage';

/** Any typed array of numbers. */
export type NumberArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/** A number or boolean, or arrays of them nested to any depth; the innermost may be typed arrays. */
export type TensorData = number | boolean | NumberArray | readonly TensorData[];

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || arrayClass(value) !== undefined;
}

/** The shape that the first element of each array suggests, and that first innermost element. */
function outline(op: string, data: unknown): { shape: number[]; first: unknown } {
  const shape: number[] = [];
  let first = data;
  while (isList(first)) {
    if (shape.length === 64) throw unexpected(op, 'at most 64 dimensions', 'data', 'more');
    if (ArrayBuffer.isView(first) && isDetached(first)) {
      throw wrongValue(op, 'memory that is there', 'data', first);
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
  if (typeof first === 'number' || Array.isArray(first)) return 'float32'; // [] is float32 too
  if (typeof first === 'boolean') return 'bool';
  throw wrongType(op, 'a number, a boolean, or an array of them', place, first);
}

const typedArrays = Object.getPrototypeOf(Float32Array.prototype) as object;

/** The real length of a typed array, whatever a property of its own says; 0 once its memory is detached. */
function lengthOf(array: NumberArray): number {
  return Reflect.get(typedArrays, 'length', array) as number;
}

function placeOf(path: readonly number[]): string {
  return `data${path.map((i) => `[${i}]`).join('')}`;
}

/**
 * Copies nested arrays into new memory. Without `dtype`: of typed arrays their own (int32 for all whole numbers), bool
 * of booleans, float32 of numbers.
 */
export function flatten(
  op: string,
  data: unknown,
  dtype?: DType,
): { array: TypedArray; shape: number[]; dtype: DType } {
  const { shape, first } = outline(op, data);
  const type = dtype ?? inferDType(op, first, placeOf(shape.map(() => 0)));
  const array = allocate(type, numelOf(shape));
  const path: number[] = [];
  const last = shape.length - 1;
  let at = 0;

  const element = (value: unknown): number => {
    // Without a dtype, the first element has said whether numbers or booleans follow.
    const given = typeof value;
    const fits = given === 'number' || given === 'boolean';
    if (!fits || (dtype === undefined && (given === 'boolean') !== (type === 'bool'))) {
      const what =
        dtype === undefined
          ? type === 'bool'
            ? 'a boolean'
            : 'a number'
          : 'a number or a boolean';
      throw wrongType(op, what, placeOf(path), value);
    }
    const number = Number(value);
    if (type === 'bool') return number !== 0 ? 1 : 0;
    if (type === 'int32' && !(number > -2147483649 && number < 2147483648)) {
      throw wrongValue(op, 'a number that int32 holds', placeOf(path), number);
    }
    return number;
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
    const floating = isFloating(type);
    if (
      name !== undefined &&
      (floating || (type === 'int32' && dtypeOfCopy(name) === type && name !== 'Uint32Array'))
    ) {
      const count = lengthOf(list as NumberArray);
      if (count !== shape[level]) {
        throw unexpected(op, `${shape[level]} elements`, placeOf(path), String(count));
      }
      if (count > 0) array.set(list as NumberArray, at);
      at += count;
      return;
    }
    for (let i = 0; i < list.length; i++) {
      const value = list[i];
      if (floating && typeof value === 'number') {
        array[at++] = value;
      } else {
        path.push(i);
        array[at++] = name === undefined ? element(value) : element(Number(value));
        path.pop();
      }
    }
  };

  if (shape.length === 0) array[0] = element(data);
  else fill(data, 0);
  return { array, shape, dtype: type };
}

/** Nested arrays of numbers (of booleans for a bool tensor), or one of them for a tensor without dimensions. */
export type NestedArray = number | boolean | NestedArray[];

// JavaScript's heap ends the process when it is full: 2^26 numbers take 512 MB of it, or 2 GB in lists of one.
const mostInLists = 2 ** 26;

/** An error where nested lists of a shape would hold more lists and numbers than the heap may have. */
export function requireFewNumbers(op: string, shape: Shape): void {
  let lists = 1;
  for (const size of shape) {
    lists *= size;
    if (lists <= mostInLists) continue;
    const what = `at most ${mostInLists} numbers and lists`;
    throw unexpected(op, what, 'this', `${shapeText(shape)}; use data`);
  }
}

/** Values as nested lists of a shape. */
export function nest(values: TypedArray, shape: Shape, asBoolean: boolean): NestedArray {
  let at = 0;
  const from = (dim: number): NestedArray => {
    if (dim === shape.length) return asBoolean ? values[at++] !== 0 : values[at++];
    const list: NestedArray[] = [];
    for (let i = 0; i < shape[dim]; i++) list.push(from(dim + 1));
    return list;
  };
  return from(0);
}
