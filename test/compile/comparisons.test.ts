/** When compiled functions are compared with new recordings; such a step counts as a step; what is not a difference. */
import { compile, F, ones, optim, rand, tensor, zeros, type Tensor } from 'blasgrad';

const x = tensor([1, 2, 3]);

describe('comparisons', () => {
  test('at growing intervals: steps 2, 8, 32, 128', () => {
    const at: number[] = [];
    let i = 0;
    const step = compile((one: Tensor) => {
      at.push(i);
      return one.mul(2);
    });
    for (i = 1; i <= 600; i++) step(x);
    expect(at).toEqual([1, 2, 8, 32, 128, 512]);
    expect(step.stats).toMatchObject({ captures: 1, comparisons: 5, replays: 599 });
  });

  test("never with dynamic: 'ignore'", () => {
    let beta = 1;
    const step = compile((one: Tensor) => one.mul(beta), { dynamic: 'ignore' });
    for (; beta < 50; beta++) expect(step(x).toArray()).toEqual([1, 2, 3]);
    expect(step.stats.comparisons).toBe(0);
  });

  test('a scan compares its first step, or the second one after a capture', () => {
    let runs = 0;
    const step = compile((one: Tensor) => {
      runs++;
      return one.mul(2);
    });
    const counts: number[] = [];
    for (let i = 0; i < 4; i++) {
      expect(step.scan(ones(5, 3)).toArray()).toEqual(ones(5, 3).mul(2).toArray());
      counts.push(runs);
    }
    expect(counts).toEqual([2, 3, 4, 5]);
  });

  test('the compared step is a step: parameters, gradients and state are those of eager steps', () => {
    const run = (wrap: (fn: (one: Tensor) => Tensor) => (one: Tensor) => Tensor): unknown[] => {
      const p = ones(3, { requiresGrad: true });
      const optimizer = new optim.Adam([p], { lr: 0.1 });
      const step = wrap((one) => {
        optimizer.zeroGrad();
        const loss = p.mul(one).square().sum();
        loss.backward();
        optimizer.step();
        return loss;
      });
      return Array.from({ length: 40 }, (_, i) => {
        const loss = step(x.mul(i / 40));
        return [loss.item(), p.toArray(), p.grad?.toArray()];
      });
    };
    expect(run((fn) => compile(fn))).toEqual(run((fn) => fn));
  });
});

describe('no false alarm', () => {
  test('constants that are NaN, random numbers, learning rates, caches', () => {
    const p = ones(3, { requiresGrad: true });
    const optimizer = new optim.SGD([p], { lr: 0.1, momentum: 0.9 });
    let cache: Tensor | null = null;
    const step = compile((one: Tensor) => {
      optimizer.zeroGrad();
      cache ??= ones(3).mul(2);
      const loss = F.dropout(p.mul(one), { p: 0.5 }).add(rand(3)).mul(cache).sum();
      loss.backward();
      optimizer.step();
      return loss.add(NaN);
    });
    for (let i = 0; i < 140; i++) {
      optimizer.lr = 1 / (i + 1);
      step(x);
    }
    expect(step.stats.comparisons).toBeGreaterThan(2);
    expect(cache).not.toBeNull();
  });

  test('a tensor that only one step keeps', () => {
    const kept: Tensor[] = [];
    const step = compile((one: Tensor) => {
      kept.push(one.exp());
      return one.mul(2);
    });
    for (let i = 0; i < 10; i++) step(x);
    expect(() => kept[0].add(1)).toThrow('was a temporary of a compiled function');
  });

  test('state that each step assigns anew is right while it is compared', () => {
    let h = zeros(3);
    const step = compile((one: Tensor) => (h = h.mul(0.5).add(one)), { dynamic: 'recapture' });
    let wanted = zeros(3);
    for (let i = 0; i < 10; i++) {
      wanted = wanted.mul(0.5).add(x);
      expect(step(x).toArray()).toEqual(wanted.toArray());
    }
  });
});
