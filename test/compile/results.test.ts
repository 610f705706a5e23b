/** Inputs and results of compiled functions, in every form. */
import {
  cat,
  compile,
  grad,
  noGrad,
  ones,
  randn,
  stack,
  tensor,
  where,
  zeros,
  type Output,
  type Tensor,
} from 'blasgrad';
import { layouts } from '../support/make';
import { plainOf } from '../support/plain';
import { requireSameBits } from './support';

const w = randn(4, 3);
const count = (of: number): number[] => Array.from({ length: of }, (_, i) => i);

/** Functions of one [4, 3] tensor that leave nothing behind. */
const functions: Readonly<Record<string, (x: Tensor) => Output>> = {
  'one tensor': (x) => x.mul(w),
  nothing: (x) => void x.mul(w),
  null: (x) => (x.mul(w), null),
  'nested arrays and objects': (x) => ({
    a: [x.exp(), { b: x.sum(), none: null }, []],
    c: [[x.neg()]],
  }),
  'the same tensor twice': (x) => {
    const y = x.mul(2);
    return [y, y, { y }];
  },
  'an input': (x) => [x.abs(), x],
  'a view of an input': (x) => [x.abs(), x.T, x.narrow(0, 1, 2), x.select(1, 2)],
  'views of a temporary': (x) => {
    const y = x.mul(w);
    return [y.T, y.slice(0, 1, 4, 2), y.expand(2, 4, 3), y.reshape(2, 6).narrow(1, 2, 3)];
  },
  'a tensor from outside': (x) => [x.add(1), w, w.T],
  'constants alone': (x) => (void x.add(1), [tensor([1, 2, 3]), tensor([true, false]), tensor(4)]),
  'constants changed in place': (x) => {
    const constant = tensor([1, 2, 3]);
    const before = constant.clone();
    constant.add_(x.sum(0));
    constant.select(0, 1).mul_(2);
    return [before, constant];
  },
  'zeros that are added to': (x) => [
    zeros(4, 3).add_(x),
    ones(4, 3)
      .narrow(0, 1, 2)
      .add_(x.narrow(0, 0, 2)),
  ],
  'a part of zeros that is written': (x) => {
    const out = zeros(5, 4);
    out.narrow(0, 1, 4).narrow(1, 0, 3).copy_(x);
    return out;
  },
  'cat, stack, where': (x) => [cat([x, x.neg(), w], 1), stack([x, w], 2), where(x.gt(0), x, w)],
  indexPut_: (x) => {
    const out = x.clone();
    out.indexPut_([tensor([0, 2, 2], { dtype: 'int32' })], x.narrow(0, 0, 3), { accumulate: true });
    return out;
  },
  'changes in place of temporaries': (x) => {
    const y = x.mul(2);
    const z = y.exp();
    y.T.add_(1);
    y.select(0, 0).zero_();
    return [y, z, y.sum().add_(3)];
  },
  'many temporaries of one size': (x) => {
    let [a, b] = [x, w];
    for (let i = 0; i < 20; i++) [a, b] = [b.add(a), a.mul(0.5)];
    return [a, b];
  },
  'results without elements': (x) => [
    x.narrow(0, 4, 0),
    x.narrow(1, 0, 0).exp(),
    zeros(0),
    x.sum(),
  ],
  'other dtypes': (x) => [x.gt(0), x.argmax(1), x.to('float64').exp(), x.mul(9).to('int32')],
  'gradients as results': (x) => {
    const leaf = x.detach().requiresGrad_();
    const [first] = grad(leaf.pow(3).sum(), leaf, { createGraph: true });
    return [first, ...grad(first.mul(w).sum(), leaf)];
  },
  'inside noGrad': (x) => noGrad(() => x.mul(3)),
};

const inputsOf = (): Tensor[] => [w, randn(4, 3), w.neg(), zeros(4, 3)];

describe('results', () => {
  test.each(Object.entries(functions))('%s', (_name, fn) => {
    const step = compile(fn);
    const results = inputsOf().map((x) => [step(x.clone()), fn(x), x.clone(), x] as const);
    for (const [actual, expected, after, before] of results) {
      requireSameBits(actual, expected, 'result'); // also fresh: later replays left them alone
      requireSameBits(after, before, 'input');
    }
    expect(step.stats).toMatchObject({ captures: 1, replays: 3 });
  });
});

test('results are outside any graph and may be changed', () => {
  const leaf = randn(4, 3).requiresGrad_();
  const step = compile((x: Tensor) => [x.mul(leaf), leaf]);
  for (let i = 0; i < 3; i++) {
    const [product, same] = step(w);
    expect([product.requiresGrad, same.requiresGrad]).toEqual([false, false]);
    product.fill_(1);
    same.fill_(1);
  }
  requireSameBits(step(w)[1], leaf, 'parameter');
});

describe('inputs', () => {
  test.each(Object.keys(layouts) as (keyof typeof layouts)[])('lying %s', (layout) => {
    const step = compile((x: Tensor) => [x, x.mul(2)]);
    step(w);
    const other = randn(4, 3);
    const input = layouts[layout](plainOf(other), 'float32');
    requireSameBits(step(input), [other, other.mul(2)], 'result');
    expect(step.stats.captures).toBe(1);
  });

  test.each([0, 1, 2, 3, 15, 16, 17, 40])('%d of them, and as many results', (n) => {
    const step = compile((...all: Tensor[]) => [...all.map((x, i) => x.add(i)), ones(1).mul(2)]);
    for (let k = 0; k < 3; k++) {
      const inputs = count(n).map((i) => tensor([k, i * k]));
      const expected = [...inputs.map((x, i) => x.add(i)), tensor([2])];
      requireSameBits(step(...inputs), expected, `call ${k}`);
    }
  });

  test('of every dtype, and without elements', () => {
    const fn = (a: Tensor, b: Tensor, c: Tensor, d: Tensor, e: Tensor): Output => [
      a.mul(b.to('float32')),
      where(c, a, a.neg()),
      d.add(a.to('float64')),
      e.exp(),
      e.sum(),
      cat([e, a], 0),
    ];
    const step = compile(fn);
    for (const i of count(3)) {
      const inputs: Parameters<typeof fn> = [
        randn(3),
        tensor([i, 2, -i], { dtype: 'int32' }),
        tensor([i > 1, false, true]),
        randn(3, { dtype: 'float64' }),
        zeros(0),
      ];
      requireSameBits(step(...inputs), fn(...inputs), `call ${i}`);
    }
  });

  test('that require grad: gradients flow to them inside', () => {
    const fn = (x: Tensor): Tensor[] => grad(x.mul(x).mul(w).sum(), x);
    const step = compile(fn);
    for (const x of inputsOf()) {
      const leaf = x.detach().requiresGrad_();
      requireSameBits(step(leaf), fn(leaf), 'gradient');
      expect(leaf.grad).toBe(null);
    }
    expect(() => step(w)).toThrow('grad: one of the outputs does not require gradients');
    expect(step.stats.captures).toBe(1);
  });

  test('that the function also finds outside', () => {
    const kept = randn(4, 3);
    const step = compile((x: Tensor) => x.mul(kept));
    for (const x of [kept, w, kept]) requireSameBits(step(x), x.mul(kept), 'product');
  });
});
