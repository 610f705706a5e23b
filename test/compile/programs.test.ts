/** When a compiled function makes a program, which program a call uses, and what `toString` and `stats` return. */
import {
  arange,
  backend,
  compile,
  fromArray,
  grad,
  noGrad,
  ones,
  randn,
  tensor,
  zeros,
  type Tensor,
} from 'blasgrad';
import { requireSameBits } from './support';

const w = randn(4, 3);
const count = (of: number): number[] => Array.from({ length: of }, (_, i) => i);
const inputsOf = (): Tensor[] => [w, randn(4, 3), w.neg(), zeros(4, 3)];

describe('programs', () => {
  test('one for each combination of shapes and dtypes', () => {
    const step = compile((x: Tensor, y: Tensor) => x.add(y).sum(0));
    const sizes: [number, number][] = [
      [1, 1],
      [5, 1],
      [1, 5],
      [5, 5],
      [1, 1],
      [5, 1],
      [5, 5],
    ];
    for (const [a, b] of sizes) {
      const [x, y] = [randn(a, 2), randn(b, 2)];
      requireSameBits(step(x, y), x.add(y).sum(0), `${a} and ${b}`);
    }
    const [x, y] = [randn(1, 2, { dtype: 'float64' }), randn(1, 2)];
    requireSameBits(step(x, y), x.add(y).sum(0), 'float64');
    expect(step.stats).toMatchObject({ captures: 5, programs: 5, replays: 3 });
  });

  test('at most 32 are kept, those used last', () => {
    const step = compile((x: Tensor) => x.cumsum(0));
    const all = count(40).map((i) => arange(i + 1).mul(1.5));
    for (const x of [...all, ...all.slice(8), all[0], all[39]]) {
      requireSameBits(step(x), x.cumsum(0), `${x.numel()}`);
    }
    expect(step.stats).toMatchObject({ captures: 41, programs: 32, replays: 33 });
  });

  test('others inside and outside noGrad', () => {
    const p = randn(4, 3).requiresGrad_();
    const step = compile((x: Tensor) => {
      const y = x.mul(p);
      return y.requiresGrad ? grad(y.sum(), p)[0] : y;
    });
    for (const x of inputsOf()) {
      requireSameBits(step(x), x, 'gradient');
      requireSameBits(
        noGrad(() => step(x)),
        x.mul(p),
        'product',
      );
    }
    expect(step.stats.captures).toBe(2);
  });

  test('two that share parameters, in turn', () => {
    const make = (): [(x: Tensor) => Tensor, (x: Tensor) => Tensor] => {
      const p = w.clone();
      return [(x) => p.mul_(0.5).add_(x), (x) => p.sub_(x.mul(2)).mul(1)];
    };
    const eager = make();
    const compiled = make().map((fn) => compile(fn));
    for (const i of [0, 1, 1, 0, 0, 1, 0, 1]) {
      const x = randn(4, 3);
      requireSameBits(compiled[i](x), eager[i](x), `call of ${i}`);
    }
  });

  test('a tensor whose memory moves is found again', () => {
    const [a, b] = [tensor([1, 2]), tensor([3, 4])];
    const returning = compile((x: Tensor) => [x.mul(2), a, b]);
    const changing = compile((x: Tensor) => void a.add_(x));
    for (let i = 1; i < 4; i++) {
      changing(tensor([1, 1]));
      b.add_(1);
      const expected = [tensor([2, 2]), tensor([1 + i, 2 + i]), tensor([3 + i, 4 + i])];
      requireSameBits(returning(tensor([1, 1])), expected, `call ${i}`);
      if (i === 1) expect(b.data[0]).toBe(4); // hands out memory
    }
  });

  test('memory that was handed out stays where it is', () => {
    const array = new Float32Array([1, 2]);
    const over = fromArray(array);
    const step = compile((x: Tensor) => x.mul(over));
    for (const value of [3, 4, 5]) {
      array[0] = value;
      expect(step(ones(2)).toArray()).toEqual([value, 2]);
      over.add_(1);
      expect(array[0]).toBe(value + 1);
      array[1] = 2;
    }
  });

  test('memory handed out inside', () => {
    const a = tensor([1, 2]);
    const step = compile((x: Tensor) => {
      expect(a.data.length).toBe(2);
      return a.add_(x).clone();
    });
    for (const value of [2, 3, 4]) {
      expect(step(ones(2)).toArray()).toEqual([value, value + 1]);
      expect(a.toArray()).toEqual([value, value + 1]);
    }
  });

  test('threads set between replays', () => {
    const x = randn(300, 300);
    const step = compile((one: Tensor) => one.exp());
    const before = backend.getNumThreads();
    for (const threads of [1, 2, 3, 1]) {
      backend.setNumThreads(threads);
      requireSameBits(step(x), x.exp(), `${threads} threads`);
    }
    backend.setNumThreads(before);
  });
});

describe('what a program says of itself', () => {
  test('figures', () => {
    const step = compile((x: Tensor) => x.mul(2).exp().neg().sum());
    expect(step.stats).toEqual({
      captures: 0,
      comparisons: 0,
      programs: 0,
      replays: 0,
      instructions: 0,
      arenaBytes: 0,
      temporaryBytes: 0,
      constantBytes: 0,
    });
    for (let i = 0; i < 3; i++) step(randn(100, 100));
    const { instructions, arenaBytes, temporaryBytes, constantBytes } = step.stats;
    expect(step.stats).toMatchObject({ captures: 1, programs: 1, replays: 2 });
    expect(instructions).toBe(4);
    expect(arenaBytes).toBeLessThan(temporaryBytes);
    expect(arenaBytes).toBeGreaterThanOrEqual(40_000);
    expect(constantBytes).toBeGreaterThanOrEqual(4);
    expect(constantBytes).toBeLessThanOrEqual(64);
  });

  test('text', () => {
    const step = compile(function double(x: Tensor) {
      return x.mul(2);
    });
    expect(String(step)).toBe('compiled double: no program yet');
    step(ones(2, 3));
    const lines = String(step).split('\n');
    expect(lines[0]).toBe('compiled double:');
    expect(lines[1]).toBe('program (float32 [2, 3]) -> (float32 [2, 3])');
    expect(lines[2]).toMatch(/^ {2}0 {2}mul\(in0, c0\) -> t0: float32 24 B$/);
    expect(lines[3]).toBe('  returns t0');
    expect(lines).toHaveLength(5);
  });
});
