/**
 * Every native function with random sizes, attributes and contents, in buffers of exactly the required length: nothing is
 * written outside, inputs do not change, and refused calls change nothing.
 */
import { times } from '../support/full';
import { randomFrom } from '../support/random';
import type { DType } from './guarded';
import {
  argumentsOf,
  exactCall,
  functions,
  refusal,
  thrownBy,
  type Call,
  type NativeFunction,
} from './nativeCalls';

const sizes = [0, 1, 1, 2, 2, 3, 4, 7, 17];
const reals = [0, 0.5, 1, -1, 3, NaN, Infinity, -Infinity, 1e300, -1e-300, 2 ** 31];
const contents: Readonly<Record<DType, readonly number[]>> = {
  float32: [0, -0, 1, -1.5, 0.25, 3, NaN, Infinity, -Infinity, 3e38, 1e-40],
  float64: [0, -0, 1, -1.5, 0.25, 3, NaN, Infinity, -Infinity, 1e308, 1e-310],
  // Bits.
  float16: [0, 0x8000, 0x3c00, 0xbe00, 0x3400, 0x7e00, 0x7c00, 0xfc00, 0x7bff, 1],
  bfloat16: [0, 0x8000, 0x3c00, 0xbe00, 0x3400, 0x7e00, 0x7c00, 0xfc00, 0x7bff, 1],
  int64: [0, 0, 0, 0, 1, 1, 2, 3, -1, 5, 2 ** 53, -(2 ** 63)],
  int32: [0, 0, 0, 0, 0, 1, 1, 1, 2, 3, -1, 5, 2147483647, -2147483648],
  uint8: [0, 0, 1, 1, 2, 3, 255],
  bool: [0, 1, 1, 2, 255],
};

/** For each function. */
const rounds = times(60, 15, 'calls');

function check(call: Call, args: readonly unknown[]): void {
  const { buffers } = call;
  const { op } = call.function;
  const thrown = thrownBy(() => call.function.call(...args));
  const said = `${op.name}(${call.attrs.join(', ')})`;
  if (thrown !== null && !refusal(op.name).test(thrown.message)) {
    throw new Error(`${said}: expected a refusal in the usual form, got ${String(thrown)}`);
  }
  buffers.forEach((buffer, i) => {
    if (buffer === null) return;
    const { name, access } = op.operands[i];
    if (!buffer.guardsUnchanged)
      throw new Error(`${said}: expected writes inside ${name}, got some outside`);
    if (buffer.unchanged) return;
    if (access === 'read')
      throw new Error(`${said}: expected ${name} to be read only, got it changed`);
    if (thrown !== null) {
      throw new Error(
        `${said}: expected ${name} as it was after ${thrown.message}, got it changed`,
      );
    }
  });
}

function randomCall(fn: NativeFunction, random: () => number): Call | null {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
  const attrs = fn.op.attrs.map(({ kind }) => {
    return kind === 'size' ? pick(sizes) : kind === 'flag' ? random() < 0.5 : pick(reals);
  });
  // Half of the time nothing special, so that more calls get past the checks of contents.
  const tame = random() < 0.5;
  const value = (dtype: DType): number =>
    tame ? (/^float(32|64)$/.test(dtype) ? 0.5 : 0) : pick(contents[dtype]);
  return exactCall(fn, attrs, pick([...sizes, 70, 1030]), value);
}

function fuzz(fn: NativeFunction): void {
  const { op, call: run } = fn;
  const random = randomFrom(`${op.name} ${fn.dtypes.join(' ')}`);
  for (let round = 0; round < rounds; round++) {
    const call = randomCall(fn, random);
    if (call === null) continue;
    const args = argumentsOf(call);
    check(call, args);
    // Again with one array standing for several operands.
    const [i, j] = [0, 1].map(() => Math.floor(random() * op.operands.length));
    const other = randomCall(fn, random);
    if (i === j || other === null) continue;
    const { operands } = op;
    if (operands[i].access !== 'read' || operands[j].access !== 'read') {
      const shared = other.buffers.with(j, other.buffers[i]);
      const twice = argumentsOf({ ...other, buffers: shared });
      const thrown = thrownBy(() => run(...twice));
      const usual = thrown === null || refusal(op.name).test(thrown.message);
      if (!usual || shared.some((buffer) => buffer !== null && !buffer.guardsUnchanged)) {
        const what = `${op.name} with ${operands[i].name} as ${operands[j].name}`;
        throw new Error(`${what}: expected writes inside it or a refusal, got ${String(thrown)}`);
      }
    }
  }
}

test.each(functions.map((fn) => [`${fn.op.name} of ${fn.dtypes.join(', ')}`, fn] as const))(
  '%s',
  (_name, fn) => fuzz(fn),
);
