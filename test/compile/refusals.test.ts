/** What compiled functions refuse, with which messages, and that nothing is lost. */
import {
  compile,
  F,
  fromArray,
  Generator,
  grad,
  manualSeed,
  nn,
  ones,
  optim,
  tensor,
  zeros,
  type Output,
  type Tensor,
} from 'blasgrad';
import { requireSameBits } from './support';

const x = tensor([1, 2, 3]);
const p = ones(3, { requiresGrad: true });
const sgd = new optim.SGD([p], { lr: 0.1, momentum: 0.5 });
// For arguments that the types forbid.
const anything = (value: unknown) => value as never;

/** Functions that cannot be captured. */
const functions: readonly (readonly [
  what: string,
  fn: (one: Tensor) => Output,
  error: typeof Error,
  message: string,
])[] = [
  ...(['item', 'toArray', 'data', 'toJSON'] as const).map((name) => {
    const read = (one: Tensor): Output => {
      const y = one.sum();
      expect(name === 'data' ? y.data : y[name]()).toBe(undefined);
      return y;
    };
    const message = `${name}: a compiled function computes this tensor`;
    return [`${name} of a temporary`, read, Error, message] as const;
  }),
  [
    'item of an input',
    (one) => one.mul(one.sum().item()),
    Error,
    'item: a compiled function computes this tensor',
  ],
  [
    'data of an input',
    (one) => one.mul(one.data[0]),
    Error,
    'data: a compiled function computes this tensor',
  ],
  [
    'a value of a parameter that was changed',
    (one) => {
      p.grad = one.mul(2);
      sgd.step();
      return one.mul(p.select(0, 0).item());
    },
    Error,
    'item: a compiled function computes this tensor',
  ],
  [
    'a norm that is looked at',
    (one) => {
      p.grad = one.mul(2);
      return nn.utils.clipGradNorm_([p], 1, { errorIfNonfinite: true });
    },
    Error,
    'item: a compiled function computes this tensor',
  ],
  [
    'no op',
    () => x,
    RangeError,
    'compile: fn runs no op; compile a function that computes with tensors',
  ],
  ['no op on an input', (one) => one.T, RangeError, 'compile: fn runs no op'],
  [
    'an input changed in place',
    (one) => one.mul_(2),
    RangeError,
    'compile: mul changes an input of fn in place; clone the input in fn',
  ],
  [
    'a part of an input changed in place',
    (one) => void one.exp().add(one.narrow(0, 1, 1).zero_()),
    RangeError,
    'compile: fill changes an input of fn in place',
  ],
  [
    'a promise',
    anything(async (one: Tensor) => Promise.resolve(one.mul(2))),
    TypeError,
    'compile: expected a synchronous function for fn',
  ],
  [
    'a promise that fails',
    anything((one: Tensor) => Promise.reject(new Error(String(one.mul(2).shape)))),
    TypeError,
    'compile: expected a synchronous function for fn',
  ],
  ['a number as result', anything((one: Tensor) => one.mul(2).ndim), TypeError, 'the result of fn'],
  [
    'a number deep in the result',
    anything((one: Tensor) => ({ a: [one.mul(2), 3] })),
    TypeError,
    'for the result of fn.a[1], got',
  ],
  ['a map as result', anything((one: Tensor) => new Map([[1, one.mul(2)]])), TypeError, 'compile:'],
  [
    'another compiled function inside',
    (one) => compile((two: Tensor) => two.exp())(one.mul(2)),
    Error,
    'compile: a compiled function cannot be called inside another one',
  ],
  [
    'a seed',
    (one) => (manualSeed(1), one.mul(2)),
    Error,
    'manualSeed: cannot set the position of a generator',
  ],
  ['a generator', (one) => one.clone().uniform_(0, 1, { generator: new Generator(1) }), Error, 'G'],
  [
    'a state of a generator',
    (one) => {
      const generator = new Generator(3);
      return generator.setState(generator.getState())._state.add(one);
    },
    Error,
    'Generator: cannot set the position of a generator in a compiled function',
  ],
  ['a learning rate', (one) => ((sgd.lr = 1), one.mul(2)), Error, 'optimizer: cannot set options'],
  [
    'a state of an optimizer',
    (one) => (sgd.loadStateDict(sgd.stateDict()), one.mul(2)),
    Error,
    'in a compiled function, because a replay would not repeat it',
  ],
  [
    'its own error',
    () => {
      throw new RangeError('mine');
    },
    RangeError,
    'mine',
  ],
  [
    'its own error after changes',
    (one) => {
      sgd.zeroGrad();
      p.mul(one).sum().backward();
      sgd.step();
      throw new RangeError('mine');
    },
    RangeError,
    'mine',
  ],
  [
    'an error of a row',
    (one) => F.crossEntropy(one.reshape(1, 3), tensor([3], { dtype: 'int32' })),
    RangeError,
    'crossEntropy: expected classes from 0 to 2 for target, got 3',
  ],
];

/** Nothing is left of a capture: eager ops, backward, and other compiled functions go on. */
function requireWorking(): void {
  const step = compile((one: Tensor) => {
    sgd.zeroGrad();
    const loss = p.mul(one).sum();
    loss.backward();
    return [loss, p.grad];
  });
  for (const value of [1, 2]) {
    const given = ones(3).mul(value);
    requireSameBits(step(given), [p.detach().mul(given).sum(), given], 'step afterwards');
    expect(given.sum().item()).toBe(3 * value);
  }
}

describe('functions', () => {
  test.each(functions)('%s', async (_what, fn, type, message) => {
    const step = compile(fn);
    for (const run of [step, step] as const) {
      expect(() => run(x)).toThrow(type);
      expect(() => run(x)).toThrow(message);
      requireWorking();
    }
    for (const promise of [step.runAsync(x), step.scanAsync(x.reshape(1, 3))]) {
      await expect(promise).rejects.toThrow(type);
    }
    expect(() => step.scan(x.reshape(1, 3))).toThrow(message);
    expect(step.stats.programs).toBe(0);
    expect(x.toArray()).toEqual([1, 2, 3]);
    requireWorking();
  });
});

test('a function that throws once is captured the next time', () => {
  let broken = true;
  const step = compile((one: Tensor) => {
    const y = one.exp();
    if (broken) throw new Error('broken');
    return y;
  });
  expect(() => step(x)).toThrow('broken');
  broken = false;
  for (let i = 0; i < 3; i++) requireSameBits(step(x), x.exp(), 'result');
  expect(step.stats).toMatchObject({ captures: 1, replays: 2 });
});

describe('tensors', () => {
  test('that a step changes are no inputs', () => {
    const kept = ones(3);
    const step = compile((one: Tensor) => kept.add_(one));
    expect(() => step(kept)).toThrow('compile: fn changes the memory of inputs[0] in place');
    kept.fill_(1);
    step(x);
    expect(() => step(kept)).toThrow('compile: fn changes the memory of inputs[0] in place');
    expect(kept.toArray()).toHaveLength(3);
  });

  test('that were temporaries of a step are gone', () => {
    const kept: Tensor[] = [];
    const step = compile((one: Tensor) => {
      kept.push(one, one.mul(2), one.exp().T);
      return kept[1].add(1);
    });
    requireSameBits(step(x), x.mul(2).add(1), 'result');
    for (const one of kept) {
      const message =
        'was a temporary of a compiled function and has no memory; return it from the function instead';
      expect(() => one.item()).toThrow(one.numel() === 1 ? message : 'item');
      for (const use of [
        () => one.toArray(),
        () => one.data,
        () => one.add(1),
        () => one.add_(1),
      ]) {
        expect(use).toThrow(message);
      }
      expect(() => compile((two: Tensor) => two.add(one))(x)).toThrow(message);
      expect(String(one)).toMatch(/^tensor\(/);
    }
  });

  test('whose memory is detached between replays', () => {
    const array = new Float32Array([1, 2, 3]);
    const over = fromArray(array);
    const step = compile((one: Tensor) => one.mul(over));
    requireSameBits(step(x), x.mul(x), 'result');
    structuredClone(array.buffer, { transfer: [array.buffer] });
    expect(() => step(x)).toThrow(/the memory of a tensor that fn uses was transferred away/);
    expect(() => step.scan(zeros(2, 3))).toThrow(
      /the memory of a tensor that fn uses was transferred away/,
    );
  });

  test('kept by an eager graph, then changed by a replay, fail in backward', () => {
    const q = ones(3, { requiresGrad: true });
    const optimizer = new optim.SGD([q], { lr: 0.1 });
    const step = compile((one: Tensor) => {
      q.grad = one;
      optimizer.step();
    });
    step(x);
    for (const change of [(): unknown => step(x), () => step.scan(zeros(2, 3))]) {
      const y = q.mul(q).sum();
      change();
      expect(() => grad(y, q)).toThrow('was changed in place since');
      const z = q.mul(q).sum();
      expect(grad(z, q)[0].shape).toEqual([3]);
    }
  });
});

test('a function that was disposed of', () => {
  const step = compile((one: Tensor) => one.mul(2));
  step(x);
  step.dispose();
  step.dispose();
  const message = 'compile: this compiled function was disposed of';
  expect(() => step(x)).toThrow(message);
  expect(() => step.scan(zeros(1, 3))).toThrow(message);
  expect(step.stats).toMatchObject({ captures: 1, programs: 0, instructions: 0 });
  expect(String(step)).toBe('compiled function: no program yet');
});
