import { describe, requireList, shapeText, unexpected, wrongType, wrongValue } from './errors';

/** Sizes along each dimension, outermost first. */
export type Shape = readonly number[];

/** The number of elements of a tensor with this shape. */
export function numelOf(shape: Shape): number {
  let n = 1;
  for (let i = 0; i < shape.length; i++) n *= shape[i];
  return n;
}

/** Strides, in elements, of a contiguous tensor, last dimension fastest. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= Math.max(shape[i], 1);
  }
  return strides;
}

export function isContiguous(shape: Shape, strides: readonly number[]): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] === 0) return true;
    if (shape[i] !== 1 && strides[i] !== step) return false;
    step *= shape[i];
  }
  return true;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The largest number of elements of a tensor; above it the size of its memory is not exact in JavaScript. */
const maxElements = 2 ** 49;

export const possibleShape = 'at most 64 dimensions and 2^49 elements';

/** Whether a tensor may have this shape. The limit applies to the other sizes even if one size is 0. */
export function isPossibleShape(shape: Shape): boolean {
  return shape.length <= 64 && numelOf(shape.filter((size) => size !== 0)) <= maxElements;
}

/** Throws for an array with more elements than a tensor may have dimensions. */
export function requireFewDims(op: string, list: readonly unknown[], name: string): void {
  if (list.length > 64) throw unexpected(op, 'at most 64 dimensions', name, String(list.length));
}

/** Checks a shape from a user and copies it. */
export function requireShape(op: string, value: unknown, name = 'shape'): number[] {
  if (!Array.isArray(value)) throw wrongType(op, 'an array of sizes', name, value);
  requireFewDims(op, value, name);
  const shape: number[] = [];
  for (let i = 0; i < value.length; i++) {
    const size: unknown = value[i]; // read once: a getter may return something else the next time
    if (typeof size !== 'number') throw wrongType(op, 'an integer', `${name}[${i}]`, size);
    if (!Number.isSafeInteger(size) || size < 0) {
      throw wrongValue(op, 'an integer of at least 0', `${name}[${i}]`, size);
    }
    shape.push(size);
  }
  if (numelOf(shape) > maxElements)
    throw unexpected(op, 'at most 2^49 elements', name, shapeText(shape));
  return shape;
}

/** A dimension counted from the front; negative values count from the end, as in PyTorch. */
export function normalizeDim(op: string, dim: unknown, ndim: number, name = 'dim'): number {
  if (typeof dim !== 'number') throw wrongType(op, 'a dimension', name, dim);
  const range = Math.max(ndim, 1); // a tensor without dimensions takes 0 and -1
  if (!Number.isInteger(dim) || dim < -range || dim >= range) {
    throw wrongValue(op, `a dimension from ${-range} to ${range - 1}`, name, dim);
  }
  return dim < 0 ? dim + range : dim;
}

/** Several distinct dimensions; undefined and null mean all of them. */
export function normalizeDims(op: string, dims: unknown, ndim: number): number[] {
  if (dims === undefined || dims === null) return Array.from({ length: ndim }, (_, i) => i);
  if (typeof dims === 'number')
    return ndim === 0 ? (normalizeDim(op, dims, 0), []) : [normalizeDim(op, dims, ndim)];
  const list = requireList(op, 'a dimension or an array of dimensions', 'dim', dims, 64);
  const normal = list.map((dim) => normalizeDim(op, dim, ndim));
  for (let i = 0; i < normal.length; i++) {
    if (normal.indexOf(normal[i]) !== i)
      throw unexpected(op, 'each dimension once', 'dim', describe(list[i]) + ' twice');
  }
  return normal;
}

/** The shape that two operands broadcast to, by the rule of NumPy and PyTorch. */
export function broadcastShapes(op: string, a: Shape, b: Shape): Shape {
  if (sameShape(a, b)) return a;
  const ndim = Math.max(a.length, b.length);
  const shape = new Array<number>(ndim);
  for (let i = 1; i <= ndim; i++) {
    const sizeA = i <= a.length ? a[a.length - i] : 1;
    const sizeB = i <= b.length ? b[b.length - i] : 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      throw new RangeError(
        `${op}: expected shapes that broadcast together, got ${shapeText(a)} and ${shapeText(b)}`,
      );
    }
    shape[ndim - i] = sizeA === 1 ? sizeB : sizeA;
  }
  return shape;
}

/** Throws unless the argument `name`, with this shape, broadcasts to the shape `to`. */
export function requireBroadcast(op: string, name: string, shape: Shape, to: Shape): void {
  const lead = to.length - shape.length;
  if (lead >= 0 && shape.every((size, i) => size === 1 || size === to[lead + i])) return;
  throw unexpected(op, `a shape that broadcasts to ${shapeText(to)}`, name, shapeText(shape));
}

/** The number of elements in memory between the first and the last element of a tensor, inclusive. */
export function extentOf(shape: Shape, strides: readonly number[]): number {
  let last = 0;
  for (let i = 0; i < shape.length; i++) {
    if (shape[i] === 0) return 0;
    last += (shape[i] - 1) * strides[i];
  }
  return last + 1;
}
