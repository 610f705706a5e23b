/** What all optimizers have in common. */
import { noGrad, ones, optim, tensor, zeros, type Tensor } from 'blasgrad';
import { leaf, sgd, withGradient } from './parameters';

type Maker = (params: optim.Params<optim.LearningRate>, options?: object) => optim.Optimizer;

const makers: Readonly<Record<string, Maker>> = {
  SGD: (params, options) => new optim.SGD(params, { lr: 0.1, momentum: 0.9, ...options }),
  Adam: (params, options) => new optim.Adam(params, options),
  AdamW: (params, options) => new optim.AdamW(params, { amsgrad: true, ...options }),
  Adamax: (params, options) => new optim.Adamax(params, options),
  NAdam: (params, options) => new optim.NAdam(params, options),
  RAdam: (params, options) => new optim.RAdam(params, options),
  RMSprop: (params, options) => {
    return new optim.RMSprop(params, { centered: true, momentum: 0.5, ...options });
  },
  Adagrad: (params, options) => {
    return new optim.Adagrad(params, { initialAccumulatorValue: 0.1, ...options });
  },
  Adadelta: (params, options) => new optim.Adadelta(params, options),
};

const list = (x: Tensor): unknown => x.toArray();

describe.each(Object.entries(makers))('%s', (_name, make) => {
  test('goes downhill, and uphill with maximize', () => {
    for (const maximize of [false, true]) {
      const x = leaf(3, -2);
      const optimizer = make([x], { lr: 0.05, maximize });
      const height = (): number => x.square().sum().item();
      const before = height();
      for (let i = 0; i < 20; i++) {
        optimizer.zeroGrad();
        x.square().sum().backward();
        optimizer.step();
      }
      expect(height() < before).toBe(!maximize);
    }
  });

  test('leaves parameters without gradient alone', () => {
    const [x, y] = [withGradient(1), leaf(1)];
    make([x, y]).step();
    expect(list(x)).not.toEqual([1]);
    expect(list(y)).toEqual([1]);
  });

  test('takes parameters of any size and layout', () => {
    const whole = zeros(4, 5, { dtype: 'float64' }).add(1);
    const turned = whole.T.detach().requiresGrad_();
    const plain = ones(5, 4, { dtype: 'float64', requiresGrad: true });
    const none = zeros(0, 3, { requiresGrad: true });
    const single = tensor(2, { requiresGrad: true });
    const optimizer = make([turned, plain, none, single], { lr: 0.1 });
    const grad = ones(4, 5, { dtype: 'float64' }).mul(0.5).T;
    for (let i = 0; i < 3; i++) {
      turned.grad = grad;
      plain.grad = grad;
      none.grad = zeros(0, 3);
      single.grad = tensor(1);
      optimizer.step();
    }
    expect(list(turned)).toEqual(list(plain));
    expect(single.item()).toBeLessThan(2);
    expect(list(whole.T)).toEqual(list(turned)); // still a view
  });

  test('large parameters are split over threads, with the same result', () => {
    const n = 100_003;
    const x = ones(n, { requiresGrad: true });
    const y = ones(7, { requiresGrad: true });
    x.grad = ones(n).mul(0.25);
    y.grad = ones(7).mul(0.25);
    const optimizer = make([x, y]);
    for (let i = 0; i < 3; i++) optimizer.step();
    expect(new Set(x.toArray() as number[])).toEqual(new Set(y.toArray() as number[]));
  });

  test('NaN in a gradient stays where it is', () => {
    const x = leaf(1, 2);
    x.grad = tensor([NaN, 1], { dtype: 'float64' });
    make([x]).step();
    const [first, second] = x.data;
    expect([Number.isNaN(first), Number.isNaN(second)]).toEqual([true, false]);
  });

  test('backward notices that a parameter changed', () => {
    const x = leaf(2);
    const y = x.square();
    x.grad = ones(1, { dtype: 'float64' });
    make([x]).step();
    expect(() => y.backward()).toThrow('changed in place');
  });

  test('state lies in shared memory and stays where it is', () => {
    const x = withGradient(1, 2);
    const optimizer = make([x]);
    optimizer.step();
    const before = Object.values(optimizer.stateDict().state[0]);
    const arrays = before.map((value) => value.data);
    for (const array of arrays) expect(array.buffer).toBeInstanceOf(SharedArrayBuffer);
    optimizer.loadStateDict(optimizer.stateDict());
    optimizer.step();
    const after = Object.values(optimizer.stateDict().state[0]).map((value) => value.data);
    after.forEach((array, i) => expect(array).toBe(arrays[i]));
    expect(optimizer.stateDict().state[0]['step'].item()).toBe(2);
  });

  test('a fresh state dict takes an optimizer back to the start', () => {
    const steps = (optimizer: optim.Optimizer, x: Tensor): unknown => {
      noGrad(() => x.fill_(1));
      x.grad = ones(1, { dtype: 'float64' });
      for (let i = 0; i < 3; i++) optimizer.step();
      return list(x);
    };
    const x = leaf(1);
    const optimizer = make([x]);
    const fresh = optimizer.stateDict();
    const first = steps(optimizer, x);
    optimizer.loadStateDict(fresh);
    expect(steps(optimizer, x)).toEqual(first);
  });
});

test('RMSprop centered stays finite where the variance is a rounding error', () => {
  for (const dtype of ['float32', 'float64'] as const) {
    for (const [slope, alpha] of [
      [0.1, 0.99],
      [0.12345, 0.9],
      [3, 0.9],
    ]) {
      const x = zeros(17, { dtype, requiresGrad: true });
      const optimizer = new optim.RMSprop([x], { lr: 0.01, centered: true, alpha });
      x.grad = zeros(17, { dtype }).add(slope);
      for (let i = 0; i < 5000; i++) optimizer.step();
      expect(x.isfinite().all().item()).toBeTruthy();
    }
  }
});

describe('step and zeroGrad', () => {
  test('step runs a closure, with recording on, and returns its result', () => {
    const x = leaf(3);
    const optimizer = sgd([x]);
    const loss = noGrad(() =>
      optimizer.step(() => {
        const value = x.square().sum();
        value.backward();
        return value;
      }),
    );
    expect(loss.item()).toBe(9);
    expect(x.item()).toBeCloseTo(2.4, 12);
    expect(() => optimizer.step(3 as never)).toThrow(TypeError);
  });

  test('zeroGrad takes gradients away, or fills them', () => {
    const x = withGradient(1, 2);
    const optimizer = sgd([x]);
    const { grad } = x;
    optimizer.zeroGrad({ setToNone: false });
    expect(x.grad?.toArray()).toEqual([0, 0]);
    expect(grad?.toArray()).toEqual([0, 0]);
    optimizer.zeroGrad();
    expect(x.grad).toBeNull();
    expect(() => optimizer.zeroGrad({ setToNull: true } as never)).toThrow(RangeError);
  });
});
