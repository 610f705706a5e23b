/** detectAnomaly names the first op that computes NaN or an infinity, and accepts infinities in the inputs. */
import {
  AnomalyError,
  compile,
  detectAnomaly,
  F,
  nn,
  noGrad,
  ones,
  optim,
  tensor,
  where,
  zeros,
  type Tensor,
} from 'blasgrad';

const leaf = (...values: number[]) => tensor(values, { requiresGrad: true });
const prefix = 'detectAnomaly:';

function anomalyOf(fn: () => unknown): AnomalyError {
  try {
    detectAnomaly(fn);
  } catch (error) {
    if (error instanceof AnomalyError) return error;
    throw error;
  }
  throw new Error('expected an anomaly, got none');
}

test.each<[string, () => unknown, string, string, string]>([
  [
    'an infinity in forward',
    () =>
      tensor([[1, 2, 0]])
        .log()
        .sum(),
    'log',
    'forward',
    `${prefix} log of float32 [1, 3] in forward made -Infinity at [0, 2] from finite numbers`,
  ],
  [
    'NaN in forward',
    () => tensor([1, -1]).sqrt(),
    'sqrt',
    'forward',
    `${prefix} sqrt of float32 [2] in forward made NaN at [1] from finite numbers`,
  ],
  [
    'the first of several',
    () => {
      const x = tensor([0, 1]);
      const y = x.div(x.mul(0)); // NaN, Infinity
      return y.sub(y);
    },
    'div',
    'forward',
    `${prefix} div of float32 [2], float32 [2] in forward made NaN at [0] from finite numbers`,
  ],
  [
    'overflow in a conversion',
    () => tensor(1e300, { dtype: 'float64' }).to('float32'),
    'to',
    'forward',
    `${prefix} to of float64 [] in forward made Infinity from finite numbers`,
  ],
  [
    'NaN of given infinities',
    () => F.softmax(ones(2, 2).maskedFill(tensor([[true, true], [false, true]]), -Infinity), 1), // prettier-ignore
    'softmax',
    'forward',
    `${prefix} softmax of float32 [2, 2] in forward made NaN at [0, 0] from infinities`,
  ],
  [
    'NaN in the data',
    () => tensor([1, 2]).add(tensor([0, NaN])),
    'add',
    'forward',
    `${prefix} input 1 of add (float32 [2]) in forward is NaN at [1], and no operation computed it`,
  ],
  [
    'NaN in the data, of an op in place',
    () => tensor([NaN, 1]).mul_(2),
    'mul',
    'forward',
    `${prefix} the tensor that is changed by mul (float32 [2]) in forward is NaN at [0], and no operation computed it`,
  ],
  [
    'an op in place',
    () => tensor([1, 0]).log_(),
    'log',
    'forward',
    `${prefix} log in forward made -Infinity at [1] from finite numbers`,
  ],
  [
    'a view that is not contiguous',
    () => tensor([[1, 2], [3, 0]]).T.select(0, 1).reciprocal(), // prettier-ignore
    'reciprocal',
    'forward',
    `${prefix} reciprocal of float32 [2] in forward made Infinity at [1] from finite numbers`,
  ],
  [
    'outside of a graph',
    () => noGrad(() => leaf(0).log()),
    'log',
    'forward',
    `${prefix} log of float32 [1] in forward made -Infinity at [0] from finite numbers`,
  ],
  [
    'backward',
    () => {
      leaf(4, 0).sqrt().sum().backward();
    },
    'sqrt',
    'backward',
    `${prefix} the backward of sqrt (float32 [2]) made Infinity at [1] for input 0 from a finite gradient`,
  ],
  [
    'a gradient that was given',
    () => {
      leaf(1)
        .mul(2)
        .backward(tensor([NaN]));
    },
    'mul',
    'backward',
    `${prefix} the backward of mul (float32 [1]) made NaN at [0] for input 0 from a gradient with NaN`,
  ],
  [
    'the sum of two gradients',
    () => {
      const x = leaf(1e-10);
      const big = tensor([2e38]);
      x.mul(big)
        .add(x.mul(big).mul(0.9))
        .backward(tensor([1]));
    },
    'add',
    'backward',
    `${prefix} add of float32 [1], float32 [1] in backward made Infinity at [0] from finite numbers`,
  ],
])('%s', (_, fn, op, phase, message) => {
  const error = anomalyOf(fn);
  expect(error.message).toBe(message);
  expect([error.op, error.phase]).toEqual([op, phase]);
  expect(error.stack).toContain('anomaly.test.ts');
});

test('an anomaly in backward says where the op ran forward', () => {
  const { cause } = anomalyOf(() => {
    leaf(0).sqrt().sum().backward();
  });
  expect((cause as Error).message).toBe('sqrt ran forward here');
  expect((cause as Error).stack).toContain('anomaly.test.ts');
});

test('an anomaly in a step of an optimizer', () => {
  const w = leaf(3e38);
  const optimizer = new optim.SGD([w], { lr: 1e38 });
  const error = anomalyOf(() => {
    w.mul(-1).sum().backward();
    optimizer.step();
  });
  expect([error.op, error.phase]).toEqual(['SGD', 'optimizer']);
  expect(error.message).toBe(
    `${prefix} a step of SGD made Infinity at [0] in a parameter (float32 [1]) from a finite gradient`,
  );
});

test.each<[string, () => Tensor]>([
  ['a mask of attention', () => F.softmax(ones(2, 3).add(tensor([0, -Infinity, 0])), 1)],
  [
    'a mask that fills',
    () =>
      F.softmax(
        ones(2)
          .maskedFill(tensor([true, false]), -Infinity)
          .mul(2),
        0,
      ),
  ],
  ['where', () => where(tensor([true, false]), zeros(2), -Infinity).exp()],
  ['infinities in place', () => zeros(2).fill_(-Infinity).mul_(2).add_(1).exp()],
  [
    'an infinity copied',
    () =>
      zeros(2)
        .copy_(tensor([1, Infinity]))
        .reciprocal(),
  ],
  ['memory that is overwritten', () => tensor([NaN, 1]).fill_(2)],
  ['labels', () => tensor([1, 2, 3], { dtype: 'int32' }).add(1)],
  ['nothing', () => zeros(0, 3).log()],
])('no anomaly: %s', (_, fn) => {
  expect(detectAnomaly(fn).toArray()).toEqual(fn().toArray());
});

test('a masked loss and its gradients are no anomaly', () => {
  const x = leaf(1, 2, 3);
  detectAnomaly(() => {
    const masked = x.maskedFill(tensor([false, true, false]), -Infinity);
    F.softmax(masked, 0).select(0, 0).backward();
  });
  expect(x.grad?.data[1]).toBe(0);
});

test('a step of training is what it is without', () => {
  const train = (around: (fn: () => void) => void) => {
    const layer = new nn.Linear(3, 2);
    nn.init.constant_(layer.weight, 0.5);
    layer.bias?.requiresGrad_(false).zero_();
    const optimizer = new optim.Adam(layer.parameters(), { lr: 0.1 });
    for (let i = 0; i < 3; i++) {
      around(() => {
        optimizer.zeroGrad();
        F.crossEntropy(layer.forward(ones(2, 3)), tensor([0, 1], { dtype: 'int32' })).backward();
        nn.utils.clipGradNorm_(layer.parameters(), 1);
        optimizer.step();
      });
    }
    return layer.weight.toArray();
  };
  expect(train(detectAnomaly)).toEqual(train((fn) => fn()));
});

test('ends with fn, also by an error, and may be nested', () => {
  expect(() => detectAnomaly(() => tensor([0]).log())).toThrow(AnomalyError);
  expect(tensor([0]).log().item()).toBe(-Infinity);
  detectAnomaly(() => {
    expect(detectAnomaly(() => 7)).toBe(7);
    expect(() => tensor([0]).log()).toThrow(AnomalyError);
  });
});

test('a change in place that is refused has happened', () => {
  const x = leaf(-1);
  const y = x.mul(1);
  const square = y.mul(y);
  expect(() => detectAnomaly(() => noGrad(() => y.sqrt_()))).toThrow(AnomalyError);
  expect(() => square.sum().backward()).toThrow('was changed in place since');
});

describe('refuses', () => {
  test.each<[string, unknown, string]>([
    ['no function', 3, 'detectAnomaly: expected a function for fn, got 3'],
    [
      'a promise',
      async () => {
        throw new Error('too late');
      },
      'detectAnomaly: expected a synchronous function for fn, got one that returns a promise',
    ],
  ])('%s', (_, fn, message) => {
    expect(() => detectAnomaly(fn as () => void)).toThrow(new TypeError(message));
  });

  test('compiled functions, inside and around', async () => {
    const step = compile((x: Tensor) => x.mul(2));
    const message = 'compile: detectAnomaly cannot check a compiled function';
    expect(() => detectAnomaly(() => step(ones(2)))).toThrow(message);
    expect(() => detectAnomaly(() => step.scan(ones(2)))).toThrow(message);
    let flight: Promise<unknown> = Promise.resolve();
    detectAnomaly(() => {
      flight = step.runAsync(ones(2));
      flight.catch(() => undefined);
    });
    await expect(flight).rejects.toThrow(message);
    const inside = compile((x: Tensor) => detectAnomaly(() => x.mul(2)));
    expect(() => inside(ones(2))).toThrow('detectAnomaly: cannot check inside a compiled function');
  });
});
