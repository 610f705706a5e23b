/** Random calls of the addon's functions: ops with right and wrong sizes, captures and programs. */
import type { ElementArray } from '../../../binding';
import { arrays, write, type DType } from '../guarded';
import {
  addon,
  functions,
  native as nativeFunction,
  type Loose,
  type NativeFunction,
} from '../nativeCalls';
import { anyArray, type Junk } from './junk';
import type { Random } from './random';

const native = addon as unknown as Loose;

const sizes = [0, 1, 1, 2, 2, 3, 4, 7, 17, 33];
const absurd = [
  2 ** 20,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 32 + 1,
  2 ** 52,
  2 ** 53,
  -1,
  0.5,
  NaN,
];
// A layout may repeat an element as often as it says, so what it says here must be refused.
const lies = [-1, 0.5, NaN, Infinity, 2 ** 53 + 2, 1e300];
const reals = [0, 0.5, 1, -1, 3, NaN, Infinity, -Infinity, 1e300, -1e-300, 2 ** 31];
const contents = {
  float32: [0, -0, 1, -1.5, 0.25, NaN, Infinity, -Infinity, 3e38, 1e-40],
  float64: [0, -0, 1, -1.5, 0.25, NaN, Infinity, -Infinity, 1e308, 1e-310],
  // Bits.
  float16: [0, 0x8000, 0x3c00, 0xbe00, 0x3400, 0x7e00, 0x7c00, 0xfc00, 0x7bff, 1],
  bfloat16: [0, 0x8000, 0x3c00, 0xbe00, 0x3400, 0x7e00, 0x7c00, 0xfc00, 0x7bff, 1],
  int64: [0, 0, 0, 0, 1, 1, 2, 3, -1, 5, 2 ** 53, -(2 ** 63)],
  int32: [0, 0, 0, 0, 1, 1, 2, 3, -1, 5, 2147483647, -2147483648],
  uint8: [0, 0, 1, 1, 2, 3, 255],
  bool: [0, 1, 1, 2, 255],
};
const elementTypes = Object.values(arrays) as unknown as Parameters<typeof anyArray>[1];

const programFunctions = [
  ...['run', 'run', 'runSteps', 'start', 'stop', 'progress', 'describe', 'dispose'],
];
const otherFunctions = [
  ...[
    'addTemporary',
    'nameCaller',
    'endCapture',
    'prepareMemory',
    'setNumThreads',
    'getNumThreads',
    'setWinograd',
    'info',
    'definitions',
  ],
];

export class NativeFunctions {
  constructor(
    private readonly random: Random,
    private readonly junk: Junk,
  ) {}

  private array(kind: DType, length: number): ElementArray {
    const { random } = this;
    const bytes = length * arrays[kind].BYTES_PER_ELEMENT;
    const buffer = random.chance(0.2) ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
    const array = new arrays[kind](buffer as ArrayBuffer);
    // Half of the time nothing special, so that more calls get past the checks of contents.
    const tame = random.chance(0.5);
    for (let i = 0; i < length; i++)
      write(array, i, tame ? (/^float(32|64)$/.test(kind) ? 0.5 : 0) : random.pick(contents[kind]));
    return array;
  }

  /** Arrays just as long as an op says that it needs, then perhaps one argument replaced. */
  opCall(fn: NativeFunction = this.random.pick(functions)): { name: string; call: () => unknown } {
    const { random, junk } = this;
    const { op, dtypes } = fn;
    const attrs = op.attrs.map(({ kind }) => {
      if (kind === 'flag') return random.chance(0.5);
      return random.pick(kind === 'real' ? reals : random.chance(0.05) ? absurd : sizes);
    });
    const count = random.pick(sizes);
    const lengths = dtypes.map(() => (op.elementwise ? count : 0));
    const rest = op.elementwise ? [random.chance(0.3) ? this.layout(fn, count) : count] : [];
    const make = (): unknown[] => [
      ...dtypes.map((dtype, i) => this.array(dtype, lengths[i])),
      ...attrs,
      ...rest,
    ];
    let args = make();
    for (let tries = 0; tries <= dtypes.length; tries++) {
      const short = this.shortOf(fn, args);
      if (short === null || short.length > 1 << 16) break;
      lengths[short.at] = short.length;
      args = make();
    }
    const at = random.below(args.length);
    const fault = random.below(8);
    if (fault === 0) args[at] = junk.value();
    else if (fault === 1) args[at] = anyArray(random, elementTypes);
    else if (fault === 2) args[at] = args[random.below(dtypes.length)];
    else if (fault === 3 && random.chance(0.3)) args.length = at;
    return { name: op.name, call: () => fn.call(...args) };
  }

  private shortOf(
    fn: NativeFunction,
    args: readonly unknown[],
  ): { at: number; length: number } | null {
    try {
      fn.call(...args);
      return null;
    } catch (error) {
      const said = /expected at least (\d+) elements for (\w+),/.exec((error as Error).message);
      if (said === null) return null;
      const at = fn.op.operands.findIndex(({ name }) => name === said[2]);
      return { at, length: Number(said[1]) };
    }
  }

  /** Sizes and strides, of which some lead outside. */
  private layout(fn: NativeFunction, count: number): Float64Array {
    const { random } = this;
    const ndim = 1 + random.below(3);
    const length = ndim * (1 + fn.op.operands.length);
    return Float64Array.from({ length }, (_, i) => {
      if (random.chance(0.03)) return random.pick(lies);
      return i < ndim ? (i === 0 ? count : random.below(3)) : random.below(4);
    });
  }

  /** What captures are given: shared memory mostly. */
  private memory(): unknown {
    const { random } = this;
    if (random.chance(0.1)) return this.junk.value();
    return random.chance(0.1)
      ? anyArray(random, elementTypes)
      : new Float32Array(new SharedArrayBuffer(16));
  }

  /** A capture of a few calls, ended with lists that fit or not, and what can be done with the program then. */
  capture(run: (name: string, call: () => unknown) => unknown): void {
    const { random, junk } = this;
    const memory = random.some(5, () => this.memory());
    run('beginCapture', () => native['beginCapture']());
    for (const one of memory) run('addTemporary', () => native['addTemporary'](one));
    const pick = (): unknown =>
      memory.length > 0 && random.chance(0.9) ? random.pick(memory) : this.memory();
    for (const op of random.some(4, () => random.pick(['add', 'mul', 'exp', 'fill', 'indexAdd']))) {
      const operands = { exp: 2, fill: 1 }[op] ?? 3;
      const args = Array.from({ length: operands }, pick);
      run(op, () =>
        nativeFunction(op)(...args, ...(op === 'fill' ? [1] : []), random.pick([0, 1, 4, 4, 4, 5])),
      );
    }
    const list = (): unknown => (random.chance(0.9) ? random.some(2, pick) : junk.value());
    const lists = [list(), list(), list(), list(), list()];
    if (random.chance(0.5)) lists[3] = lists[2];
    const program = run('endCapture', () => native['endCapture'](...lists)) as Loose | undefined;
    if (program === undefined) return;
    const few = (value: unknown): unknown[] =>
      Array.isArray(value) && value.length < 9 ? (value as unknown[]) : [];
    const rows = [...few(lists[0]), ...few(lists[1])];
    for (let i = random.below(6); i > 0; i--) {
      const name = random.pick(programFunctions);
      const steps = random.chance(0.2) ? junk.value() : random.below(3);
      const arrays = random.chance(0.2) ? junk.value() : rows;
      const args: Readonly<Record<string, unknown[] | undefined>> = {
        run: random.chance(0.8) ? rows : [junk.value(), ...rows],
        runSteps: [steps, arrays, random.chance(0.1) ? list() : [], []],
        start: [steps, arrays, [], [], random.chance(0.1) ? junk.value() : () => undefined],
      };
      run(`program.${name}`, () => program[name](...(args[name] ?? [])));
    }
  }

  /** The other functions of the addon. */
  other(): { name: string; call: () => unknown } {
    const { random, junk } = this;
    const name = random.pick(otherFunctions);
    const args = random.some(5, () => junk.value());
    return { name, call: () => native[name](...args) };
  }
}
