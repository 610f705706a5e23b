/** Arrays of plain numbers with a shape, for references that are independent of the library. */
import type { Tensor } from 'blasgrad';
import { isHalf, roundToHalf } from './halves';

export type DType = Tensor['dtype'];

export interface Plain {
  shape: number[];
  data: number[];
}

export interface Tolerance {
  readonly rel: number;
  readonly abs: number;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Elements between neighbours along each dimension, last dimension fastest. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let dim = shape.length - 1; dim >= 0; dim--) {
    strides[dim] = step;
    step *= shape[dim];
  }
  return strides;
}

/** Calls `visit` with every index of `shape` in order; the array is the same each time. */
export function eachIndex(shape: readonly number[], visit: (index: number[]) => void): void {
  const index = shape.map(() => 0);
  for (let left = sizeOf(shape); left > 0; left--) {
    visit(index);
    for (let dim = shape.length - 1; dim >= 0; dim--) {
      if (++index[dim] < shape[dim]) break;
      index[dim] = 0;
    }
  }
}

/** Where each element of `shape` lies, counted along each dimension. */
export function indicesOf(shape: readonly number[]): number[][] {
  const all: number[][] = [];
  eachIndex(shape, (index) => all.push([...index]));
  return all;
}

/** The element of `x` at `index`, which may have more dimensions, or run along ones of size 1. */
export function at(x: Plain, index: readonly number[]): number {
  const lead = index.length - x.shape.length;
  let place = 0;
  let step = 1;
  for (let dim = x.shape.length - 1; dim >= 0; dim--) {
    if (x.shape[dim] !== 1) place += index[lead + dim] * step;
    step *= x.shape[dim];
  }
  return x.data[place];
}

/** A plain array of `shape` from a function of the index. */
export function build(shape: number[], element: (index: number[]) => number): Plain {
  const data: number[] = [];
  eachIndex(shape, (index) => data.push(element([...index])));
  return { shape, data };
}

function broadcast(shapes: readonly (readonly number[])[]): number[] {
  const ndim = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: ndim }, (_, i) => {
    const sizes = shapes.map((shape) => shape[shape.length - ndim + i] ?? 1);
    return sizes.find((size) => size !== 1) ?? 1;
  });
}

/** The reference of an elementwise op, from a function of numbers; inputs are broadcast. */
export function pointwise(fn: (...values: number[]) => number): (...inputs: Plain[]) => Plain {
  return (...inputs) => {
    const shape = broadcast(inputs.map((input) => input.shape));
    if (inputs.every((input) => input.data.length === sizeOf(shape))) {
      const [first] = inputs;
      return { shape, data: first.data.map((_, i) => fn(...inputs.map((input) => input.data[i]))) };
    }
    return build(shape, (index) => fn(...inputs.map((input) => at(input, index))));
  };
}

/** What a tensor holds. */
export function plainOf(tensor: Tensor): Plain {
  const data: number[] = [];
  const collect = (nested: ReturnType<Tensor['toArray']>): void => {
    if (Array.isArray(nested)) nested.forEach(collect);
    else data.push(Number(nested));
  };
  collect(tensor.toArray());
  return { shape: [...tensor.shape], data };
}

/** As a tensor of the dtype can hold it. */
export function rounded(value: number, dtype: DType): number {
  if (isHalf(dtype)) return roundToHalf(value, dtype);
  return dtype === 'float32' ? Math.fround(value) : value;
}

function close(actual: number, expected: number, { rel, abs }: Tolerance): boolean {
  if (Object.is(actual, expected) || actual === expected) return true;
  return Math.abs(actual - expected) <= abs + rel * Math.abs(expected);
}

/** Throws unless a result has the shape and, within the tolerance, the values that are expected. */
export function requireClose(
  actual: Plain,
  expected: Plain,
  tolerance: Tolerance,
  what: string,
  options: { signedZero?: boolean; hint?: (i: number) => string } = {},
): void {
  if (actual.shape.join() !== expected.shape.join()) {
    throw new Error(
      `${what}: expected shape [${expected.shape.join()}], got [${actual.shape.join()}]`,
    );
  }
  for (let i = 0; i < expected.data.length; i++) {
    const [got, wanted] = [actual.data[i], expected.data[i]];
    const zeroSign = options.signedZero && wanted === 0 && got === 0 && !Object.is(got, wanted);
    if (close(got, wanted, tolerance) && !zeroSign) continue;
    const show = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));
    const hint = options.hint ? ` for ${options.hint(i)}` : '';
    throw new Error(`${what}: expected ${show(wanted)}, got ${show(got)} at element ${i}${hint}`);
  }
}

/** Throws unless the values are the same bit for bit, but for the payload of NaN. */
export function requireSame(actual: Plain, expected: Plain, what: string): void {
  requireClose(actual, expected, { rel: 0, abs: 0 }, what, { signedZero: true });
}
