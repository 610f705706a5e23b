/** The native functions of programs called with wrong arguments: no crash. */
import { addon, native, thrownBy } from './nativeCalls';
import {
  detached,
  notArrays,
  notLists,
  program,
  ran,
  requireRefused,
  shared,
  throwing,
} from './nativePrograms';

describe('programs', () => {
  test('arrays of run', () => {
    const one = program();
    const [input, out] = [new Float32Array(4), new Float32Array(4)];
    const bad: unknown[] = [...notArrays, new Float64Array(4), new Float32Array(3), detached()];
    for (const wrong of bad) {
      requireRefused(() => one['run'](wrong, out), /^compile: expected .+ for inputs, got/);
      requireRefused(() => one['run'](input, wrong), /^compile: expected .+ for outputs, got/);
    }
    for (const args of [[], [input], [input, out, out], new Array<unknown>(40).fill(out)]) {
      requireRefused(() => one['run'](...args), /^compile: expected 2 for arguments, got \d+/);
    }
    expect(ran(one)).toEqual([2, 3, 4, 5]);
  });

  test.each(['runSteps', 'start'])('arguments of %s', async (name) => {
    const one = program();
    const rows = [shared(8), shared(8)];
    const target = new Float64Array(new SharedArrayBuffer(8));
    const table = new Float64Array(new SharedArrayBuffer(16));
    const callback = (): never => {
      throw new Error('expected no call back');
    };
    const good = (): unknown[] => [2, rows, [target], [table], callback];
    const bad: [place: number, values: unknown[]][] = [
      [
        0,
        [undefined, null, -1, 1.5, NaN, Infinity, 2 ** 33, 1e300, '2', {}, 3, 1, 2n, Symbol('s')],
      ],
      [
        1,
        [
          ...notLists,
          [],
          [rows[0]],
          [...rows, rows[0]],
          [rows[0], shared(7)],
          [shared(9), rows[1]],
        ],
      ],
      [
        1,
        [
          throwing,
          [rows[0], new Float64Array(8)],
          [rows[0], detached()],
          ...notArrays.map((x) => [x, x]),
        ],
      ],
      [2, [...notLists, [new Float32Array(1)], [target, target], [shared(1)], throwing, [null]]],
      [3, [...notLists, [], [target], [new Float64Array(3)], [new Float32Array(2)], throwing, [3]]],
      [4, name === 'start' ? [undefined, null, 3, {}] : []],
    ];
    for (const [place, values] of bad) {
      for (const value of values) {
        const error = thrownBy(() => void one[name](...good().with(place, value)));
        expect(String(error)).toMatch(
          /^(Type|Range)?Error: (compile: expected .+, got .+|.*looked at)/s,
        );
      }
    }
    for (let count = 0; count < 4; count++)
      requireRefused(() => one[name](...good().slice(0, count)));
    if (name === 'start') {
      const own = [new Float32Array(8), shared(8)];
      requireRefused(
        () => one['start'](2, own, [], [], callback),
        /expected shared memory for arrays/,
      );
      const unshared = new Float64Array(1);
      requireRefused(
        () => one['start'](2, rows, [unshared], [table], callback),
        /expected shared memory/,
      );
      const nothing = [shared(0), shared(0)];
      const ended = new Promise<unknown[]>((resolve) => {
        one['start'](0, nothing, [], [], (...all: unknown[]) => {
          resolve(all);
        });
      });
      expect(await ended).toEqual([null, 0]);
    } else {
      expect(one['runSteps'](0, [shared(0), shared(0)], [], [])).toBe(0);
      expect(one['runSteps'](2, rows, [target], [table])).toBe(2);
    }
    expect(ran(one)).toEqual([2, 3, 4, 5]);
  });

  test('one that is running, stopped or disposed of', async () => {
    const one = program();
    const steps = 200_000;
    const rows = [shared(4 * steps), shared(4 * steps)];
    const again = (): unknown => one['start'](1, [shared(4), shared(4)], [], [], () => undefined);
    expect([one['stop'](), one['progress']()]).toEqual([undefined, 0]);
    const ended = new Promise<number>((resolve) => {
      one['start'](steps, rows, [], [], (_error: unknown, finished: number) => {
        resolve(finished);
      });
    });
    const running = [
      again,
      () => ran(one),
      () => one['dispose'](),
      () => one['runSteps'](0, [], [], []),
    ];
    for (const call of running) {
      requireRefused(call, /the program is running/);
    }
    one['stop']('now');
    const done = await ended;
    expect(done).toBeLessThanOrEqual(steps);
    const sums = rows[1].subarray(0, 4 * done);
    expect(sums.every((value, i) => value === 1 + (i % 4))).toBe(true);
    expect(ran(one)).toEqual([2, 3, 4, 5]);
    one['dispose']();
    one['dispose']();
    for (const call of [again, () => ran(one), () => one['runSteps'](1, rows, [], [])]) {
      requireRefused(call, /the program was disposed of/);
    }
    expect([one['describe'](), one['progress'](), one['stop']()]).toEqual([null, 0, undefined]);
  });

  test('long steps give way to JavaScript after each of them', () => {
    const length = 4e6;
    const [x, indices] = [
      new Float32Array(length).map((_, i) => Math.sin(i)),
      new Int32Array(length),
    ];
    addon.beginCapture();
    native('sort')(x, null, indices, 1, length, 1, false);
    const one = addon.endCapture([], [], [], [], []);
    const done = one.runSteps(16, [], [], []);
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(16);
  });

  test('one whose call writes nothing to memory that it gives out', () => {
    const [kept, other] = [shared(4), shared(4)];
    kept.set([1, 2, 3, 4]);
    addon.beginCapture();
    [kept, other].forEach((one) => addon.addTemporary(one));
    native('flip')(other, kept, 0, 4, 1);
    const out = new Float32Array(4);
    addon.endCapture([], [kept], [], [], []).run(out);
    expect([...out]).toEqual([1, 2, 3, 4]);
  });

  test('one that is disposed of while its arguments are looked at', () => {
    const one = program();
    const rows = [shared(4), shared(4)];
    Object.defineProperty(rows, 0, { get: () => (one['dispose'](), shared(4)) });
    requireRefused(() => one['runSteps'](1, rows, [], []), /the program was disposed of/);
  });

  test('memory that goes away or lies where a call writes', () => {
    const outside = new Float32Array([1, 2, 3, 4]);
    const one = program(outside);
    expect(ran(one)).toEqual([2, 3, 4, 5]);
    requireRefused(
      () => one['start'](1, [shared(4), shared(4)], [], [], () => undefined),
      /fn uses a tensor whose data was read before the capture/,
    );
    structuredClone(outside.buffer, { transfer: [outside.buffer] });
    requireRefused(() => ran(one), /the memory of a tensor that fn uses was transferred away/);
    requireRefused(
      () => one['runSteps'](1, [shared(4), shared(4)], [], []),
      /memory of a tensor that fn uses was transferred away/,
    );
  });

  test('an index that lies where its call writes', () => {
    const [target, other] = [new Int32Array(4), Int32Array.of(3, 3, 0, 0)];
    const index = new Int32Array(new SharedArrayBuffer(16));
    const source = Int32Array.of(1 << 20, 1 << 20, 1 << 20, 1 << 20);
    addon.beginCapture();
    addon.addTemporary(index);
    native('indexAdd', 'int32', 'int32')(target, index, source, 1, 4, 4, 1);
    const one = addon.endCapture([index], [], [], [], []);
    one.run(other);
    expect([...target]).toEqual([6 << 20, 0, 0, 2 << 20]);
    target.set([0, 1, 2, 3]);
    const message = /^indexAdd: expected memory of its own for out, got that of index/;
    requireRefused(() => one.run(target), message);
    requireRefused(() => one.runSteps(1, [target], [], []), message);
    expect([...target]).toEqual([0, 1, 2, 3]);
    one.run(other);
    expect([...target]).toEqual([2 << 20, 1, 2, 3 + (2 << 20)]);
  });

  test('functions called on something else, or as constructors', () => {
    const one = program();
    for (const name of ['run', 'runSteps', 'start', 'stop', 'progress', 'describe', 'dispose']) {
      const fn = one[name] as unknown as new () => unknown;
      thrownBy(() => {
        (fn as unknown as () => unknown).call(null);
      });
      thrownBy(() => {
        new fn();
      });
    }
    expect(one['describe']()).toBe(null); // dispose was among them
  });
});
