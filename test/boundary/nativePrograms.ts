/** Captures and programs made with native functions, and wrong arguments for them. */
import type { ElementArray } from '../../binding';
import { addon, native as nativeFunction, thrownBy, type Loose } from './nativeCalls';

export const shared = (length: number): Float32Array =>
  new Float32Array(new SharedArrayBuffer(4 * length));
export const detached = (): Float32Array => {
  const array = new Float32Array(4);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
};
export const throwing = [0].map(() => undefined) as unknown[];
Object.defineProperty(throwing, 0, {
  get() {
    throw new RangeError('looked at');
  },
});

export const notArrays: unknown[] = [
  ...[undefined, null, true, 3, 'abc', Symbol('s'), 10n, {}, { length: 4 }, () => 1],
  ...[
    new ArrayBuffer(8),
    new DataView(new ArrayBuffer(8)),
    new BigUint64Array(4),
    new Int8Array(4),
  ],
];
export const notLists: unknown[] = [
  ...[undefined, null, 3, 'ab', {}, { length: 1, 0: shared(4) }, new Set(), shared(4)],
  new Proxy([shared(4)], {}),
];

/** Throws unless the call is refused as a bad argument, in words. */
export function requireRefused(
  call: () => unknown,
  message: RegExp = /: expected .+, got .+/s,
): void {
  const error = thrownBy(() => void call());
  const refused = error instanceof TypeError || error instanceof RangeError;
  if (refused && message.test(error.message)) return;
  throw new Error(`expected an error that says ${message.source}, got ${String(error)}`);
}

export const native = addon as unknown as Loose;
const addFloats = nativeFunction('add');
export const add = (a: ElementArray, b: ElementArray, out: ElementArray, count: number): void => {
  addFloats(a, b, out, count);
};

function counted(): Float32Array {
  const array = shared(4);
  array.set([1, 2, 3, 4]);
  return array;
}

/** A program that adds what is outside, 1, 2, 3, 4 by default, to its only input. */
export function program(outside: ElementArray = counted()): Loose {
  const [input, out] = [shared(4), shared(4)];
  addon.beginCapture();
  [input, out].forEach((one) => addon.addTemporary(one));
  add(input, outside, out, 4);
  const made = addon.endCapture([input], [out], [], [], [outside]);
  expect(made.access).toEqual([1]);
  return made as unknown as Loose;
}

export const ran = (one: Loose): number[] => {
  const out = new Float32Array(4);
  one['run'](Float32Array.of(1, 1, 1, 1), out);
  return [...out];
};
