/** Every native function called with wrong arguments: an error, nothing is written, no crash. */
import type { NativeOpDefinition } from '../../binding';
import { arrays } from './guarded';
import {
  argumentsOf,
  functionsOf,
  ops,
  plainCall,
  refusal,
  thrownBy,
  type Call,
} from './nativeCalls';

const throwing = {
  valueOf() {
    throw new Error('looked at');
  },
  get length() {
    throw new Error('looked at');
  },
};

const detached = (): Float32Array => {
  const array = new Float32Array(8);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
};

/** No array at all, or one of a class that no dtype lies in. */
const notArrays: [what: string, value: () => unknown][] = [
  ['undefined', () => undefined],
  ['null', () => null],
  ['true', () => true],
  ['a number', () => 3],
  ['a string', () => 'abc'],
  ['a long string', () => 'é'.repeat(1000)],
  ['a symbol', () => Symbol('s')],
  ['a bigint', () => 10n],
  ['an object', () => ({})],
  ['an object with length', () => ({ length: 4, 0: 1 })],
  ['an object that throws', () => throwing],
  ['an array', () => [1, 2, 3]],
  ['a function', () => () => 1],
  ['a date', () => new Date(0)],
  ['a proxy of an array', () => new Proxy(new Float32Array(8), {})],
  ['a proxy that throws', () => new Proxy({}, { get: () => throwing.length })],
  ['an array by prototype alone', () => Object.create(Float32Array.prototype) as unknown],
  ['an ArrayBuffer', () => new ArrayBuffer(64)],
  ['a SharedArrayBuffer', () => new SharedArrayBuffer(64)],
  ['a DataView', () => new DataView(new ArrayBuffer(64))],
  ['an Int8Array', () => new Int8Array(64)],
  ['a Uint8ClampedArray', () => new Uint8ClampedArray(64)],
  ['an Int16Array', () => new Int16Array(64)],
  ['a Uint32Array', () => new Uint32Array(64)],
  ['a BigUint64Array', () => new BigUint64Array(64)],
];

const notSizes: [value: unknown, error: typeof TypeError | typeof RangeError][] = [
  [NaN, RangeError],
  [-1, RangeError],
  [0.5, RangeError],
  [Infinity, RangeError],
  [-Infinity, RangeError],
  [2 ** 53 + 2, RangeError],
  [1e300, RangeError],
  ['1', TypeError],
  [undefined, TypeError],
  [null, TypeError],
  [{}, TypeError],
  [throwing, TypeError],
  [[1], TypeError],
  [1n, TypeError],
  [Symbol('s'), TypeError],
  [true, TypeError],
];

/** Throws unless the arguments are refused in the usual form, and no buffer of the call is touched. */
function requireRefused(
  call: Call,
  args: readonly unknown[],
  error: typeof Error | null,
  name?: string,
): void {
  const { op, call: run } = call.function;
  for (const buffer of call.buffers) buffer?.remember();
  const thrown = thrownBy(() => run(...args));
  if (error === null && thrown === null) return;
  const fits = thrown instanceof (error ?? Error) && /^(Type|Range)Error$/.test(thrown.name);
  if (!fits || !refusal(op.name, name).test(thrown.message)) {
    const wanted = `${error?.name ?? 'nothing or an error'} for ${name ?? 'something'}`;
    throw new Error(`${op.name}: expected ${wanted}, got ${String(thrown)}`);
  }
  if (call.buffers.some((buffer) => buffer !== null && !buffer.unchanged)) {
    throw new Error(
      `${op.name}: expected buffers left alone by ${thrown.message}, got changed ones`,
    );
  }
}

/** The arguments of a call with one of them replaced. */
const replaced = (call: Call, at: number, value: unknown): unknown[] =>
  argumentsOf(call).with(at, value);

function testOperands(op: NativeOpDefinition): void {
  for (const fn of functionsOf(op)) {
    const call = plainCall(fn);
    op.operands.forEach(({ name, optional }, i) => {
      for (const [what, value] of notArrays) {
        const absent = optional && (what === 'undefined' || what === 'null');
        requireRefused(
          call,
          replaced(call, i, value()),
          absent ? null : TypeError,
          absent ? undefined : name,
        );
      }
      const array = argumentsOf(call)[i] as Float32Array;
      if (array.length > 0)
        requireRefused(call, replaced(call, i, array.subarray(1)), RangeError, name);
      for (const other of Object.values(arrays)) {
        if (array instanceof other) continue;
        requireRefused(call, replaced(call, i, new other(array.length)), TypeError, name);
      }
    });
  }
}

function testDetached(op: NativeOpDefinition): void {
  const call = plainCall(functionsOf(op)[0]);
  op.operands.forEach(({ name }, i) => {
    const array = argumentsOf(call)[i] as Float32Array;
    if (array.length === 0 || !(array instanceof Float32Array)) return;
    requireRefused(call, replaced(call, i, detached()), RangeError, name);
    const thrown = thrownBy(() => call.function.call(...replaced(call, i, detached())));
    expect(thrown?.message).toContain('a detached Float32Array(0)');
  });
}

type Resizable = ArrayBuffer & { resize(bytes: number): void };
const ResizableBuffer = ArrayBuffer as unknown as new (
  bytes: number,
  options: { maxByteLength: number },
) => Resizable;

function testResizable(op: NativeOpDefinition): void {
  op.operands.forEach(({ name }, i) => {
    for (const tracking of [true, false]) {
      const call = plainCall(functionsOf(op)[0]);
      const array = argumentsOf(call)[i] as Float32Array;
      if (array.length === 0) return;
      const kind = array.constructor as new (
        buffer: ArrayBuffer,
        at?: number,
        n?: number,
      ) => Float32Array;
      const buffer = new ResizableBuffer(array.byteLength, { maxByteLength: 4096 });
      const view = tracking ? new kind(buffer) : new kind(buffer, 0, array.length);
      view.set(array);
      buffer.resize(0);
      requireRefused(call, replaced(call, i, view), RangeError, name);
      buffer.resize(array.byteLength);
      requireRefused(call, replaced(call, i, view), null);
    }
  });
}

function testAttributes(op: NativeOpDefinition): void {
  const call = plainCall(functionsOf(op)[0]);
  op.attrs.forEach(({ name, kind }, k) => {
    for (const [value, error] of notSizes) {
      const isNumber = typeof value === 'number';
      const fits = kind === 'size' ? false : isNumber || (kind === 'flag' && value === true);
      const args = replaced(call, op.operands.length + k, value);
      if (!fits) requireRefused(call, args, error, name);
    }
    if (kind !== 'size') return;
    // Absurd, but a size: refused for what it asks of the buffers, or because the op has no room for it.
    for (const size of [2 ** 31, 2 ** 32 + 1, 2 ** 53]) {
      requireRefused(call, replaced(call, op.operands.length + k, size), null);
    }
  });
}

function testMissing(op: NativeOpDefinition): void {
  const call = plainCall(functionsOf(op)[0]);
  const all = argumentsOf(call);
  for (let count = 0; count < all.length; count++) {
    requireRefused(call, all.slice(0, count), TypeError);
  }
  expect(thrownBy(() => call.function.call(...all, 1, 'more'))?.message ?? null).toBe(
    thrownBy(() => call.function.call(...all))?.message ?? null,
  );
}

/** What an op writes must not be what it reads, unless it works element by element. */
function testShared(op: NativeOpDefinition): void {
  const { operands } = op;
  operands.forEach((target, i) => {
    if (target.access === 'read') return;
    const call = plainCall(functionsOf(op)[0]);
    operands.forEach((other, j) => {
      const [own, foreign] = [i, j].map((k) => call.buffers[k]?.array);
      if (i === j || !own?.length || !foreign?.length || own.constructor !== foreign.constructor)
        return;
      const shared = own.length > foreign.length ? own : foreign;
      const args = argumentsOf(call).with(i, shared).with(j, shared);
      const name = `(${target.name}|${other.name})`;
      requireRefused(call, args, op.elementwise ? null : RangeError, name);
    });
  });
}

function testLayouts(op: NativeOpDefinition): void {
  const call = plainCall(functionsOf(op)[0]);
  const last = argumentsOf(call).length - 1;
  const operands = op.operands.length;
  const layout = (size: number, stride: number): Float64Array => {
    return Float64Array.from([size, ...new Array<number>(operands).fill(stride)]);
  };
  const wide = (ndim: number, size: number, stride: number): Float64Array => {
    return Float64Array.from({ length: ndim * (1 + operands) }, (_, i) =>
      i < ndim ? size : stride,
    );
  };
  const refused: [layout: unknown, error: typeof Error][] = [
    ...notSizes
      .filter(([value]) => value !== undefined)
      .map(([value, error]): [unknown, typeof Error] => [value, error]),
    [undefined, TypeError],
    [new Float32Array(1 + operands), TypeError],
    [new BigInt64Array(1 + operands), TypeError],
    [new Float64Array(0), RangeError],
    [new Float64Array(operands), RangeError],
    [new Float64Array(2 + operands), RangeError],
    [wide(17, 1, 0), RangeError],
    [layout(4, 1), RangeError],
    [layout(2, 3), RangeError],
    [layout(2, 2 ** 40), RangeError],
    [layout(2, 2 ** 53), RangeError],
    [layout(2 ** 53, 1), RangeError],
    [layout(-1, 1), RangeError],
    [layout(1.5, 1), RangeError],
    [layout(NaN, 1), RangeError],
    [layout(Infinity, 1), RangeError],
    [layout(2, -1), RangeError],
    [layout(2, 0.5), RangeError],
    [layout(2, NaN), RangeError],
    [layout(2, Infinity), RangeError],
    [wide(2, 2 ** 50, 0), RangeError],
    [wide(16, 2 ** 53, 2 ** 53), RangeError],
    [4, RangeError],
    [2 ** 31, RangeError],
    [2 ** 53, RangeError],
  ];
  for (const [value, error] of refused) requireRefused(call, replaced(call, last, value), error);
}

describe.each(ops.map((op) => [op.name, op] as const))('%s', (_name, op) => {
  test('operands of the wrong kind, dtype or length', () => testOperands(op));
  test('detached memory', () => testDetached(op));
  test('memory that was resized', () => testResizable(op));
  if (op.attrs.length > 0) test('attributes', () => testAttributes(op));
  test('missing arguments', () => testMissing(op));
  test('memory of one operand for another', () => testShared(op));
  if (op.elementwise) test('layouts that lie', () => testLayouts(op));
});
