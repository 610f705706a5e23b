/**
 * Every native row with random sizes, numbers and contents, in buffers just as long as it asks for: nothing outside
 * them is written, nothing that is only read is changed, and what is refused is left as it was.
 */
import type { NativeRow } from '../../binding';
import { times } from '../support/full';
import { randomFrom } from '../support/random';
import type { Kind } from './guarded';
import {
  argumentsOf,
  exactCall,
  kindsOf,
  refusal,
  rows,
  run,
  thrownBy,
  type Call,
} from './nativeCalls';

const sizes = [0, 1, 1, 2, 2, 3, 4, 7, 17];
const reals = [0, 0.5, 1, -1, 3, NaN, Infinity, -Infinity, 1e300, -1e-300, 2 ** 31];
const contents: Readonly<Record<Kind, readonly number[]>> = {
  float32: [0, -0, 1, -1.5, 0.25, 3, NaN, Infinity, -Infinity, 3e38, 1e-40],
  float64: [0, -0, 1, -1.5, 0.25, 3, NaN, Infinity, -Infinity, 1e308, 1e-310],
  int32: [0, 0, 0, 0, 0, 1, 1, 1, 2, 3, -1, 5, 2147483647, -2147483648],
  bool: [0, 1, 1, 2, 255],
};

function check(call: Call, args: readonly unknown[]): void {
  const { row, buffers } = call;
  const thrown = thrownBy(() => run(row, args));
  const said = `${row.name}(${call.attrs.join(', ')})`;
  if (thrown !== null && !refusal(row.name).test(thrown.message)) {
    throw new Error(`${said}: expected a refusal in the usual form, got ${String(thrown)}`);
  }
  buffers.forEach((buffer, i) => {
    if (buffer === null) return;
    const { name, access } = row.operands[i];
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

function randomCall(row: NativeRow, random: () => number): Call | null {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)];
  const attrs = row.attrs.map(({ kind }) => {
    return kind === 'size' ? pick(sizes) : kind === 'flag' ? random() < 0.5 : pick(reals);
  });
  // Half of the time nothing special, so that more calls get past the checks of contents.
  const tame = random() < 0.5;
  const value = (kind: Kind): number =>
    tame ? (kind === 'int32' ? 0 : 0.5) : pick(contents[kind]);
  return exactCall(row, pick(kindsOf(row)), attrs, pick([...sizes, 70, 1030]), value);
}

function fuzz(row: NativeRow): void {
  const random = randomFrom(row.name);
  const rounds = times(60, 15, 'calls');
  for (let round = 0; round < rounds; round++) {
    const call = randomCall(row, random);
    if (call === null) continue;
    const args = argumentsOf(call);
    check(call, args);
    // Again with one array standing for several operands.
    const [i, j] = [0, 1].map(() => Math.floor(random() * row.operands.length));
    const other = randomCall(row, random);
    if (i === j || other === null) continue;
    const { operands } = row;
    if (operands[i].access !== 'read' || operands[j].access !== 'read') {
      const shared = other.buffers.with(j, other.buffers[i]);
      const twice = argumentsOf({ ...other, buffers: shared });
      const thrown = thrownBy(() => run(row, twice));
      const usual = thrown === null || refusal(row.name).test(thrown.message);
      if (!usual || shared.some((buffer) => buffer !== null && !buffer.guardsUnchanged)) {
        const what = `${row.name} with ${operands[i].name} as ${operands[j].name}`;
        throw new Error(`${what}: expected writes inside it or a refusal, got ${String(thrown)}`);
      }
    }
  }
}

test.each(rows.map((row) => [row.name, row] as const))('%s', (_name, row) => fuzz(row));
