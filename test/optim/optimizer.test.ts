/** What all optimizers promise, besides their formulas. */
import { nn, noGrad, ones, optim, tensor, zeros, type Tensor } from 'blasgrad';

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

const leaf = (...values: number[]): Tensor => {
  return tensor(values, { dtype: 'float64', requiresGrad: true });
};
const sgd = (params: Tensor[], options = {}): optim.SGD => {
  return new optim.SGD(params, { lr: 0.1, ...options });
};
const list = (x: Tensor): unknown => x.toArray();

/** A parameter with a gradient of ones. */
function withGradient(...values: number[]): Tensor {
  const param = leaf(...values);
  param.grad = ones(values.length, { dtype: 'float64' });
  return param;
}

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
    expect(new Set(x.data)).toEqual(new Set(y.data));
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
    expect(() => y.backward()).toThrow('in-place');
  });

  test('state lies in shared memory and stays where it is', () => {
    const x = withGradient(1, 2);
    const optimizer = make([x]);
    optimizer.step();
    const before = Object.values(optimizer.stateDict().state[0]);
    const arrays = before.map((one) => one.data);
    for (const array of arrays) expect(array.buffer).toBeInstanceOf(SharedArrayBuffer);
    optimizer.loadStateDict(optimizer.stateDict());
    optimizer.step();
    const after = Object.values(optimizer.stateDict().state[0]).map((one) => one.data);
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

describe('groups', () => {
  test('have options of their own, and defaults', () => {
    const [x, y] = [withGradient(1), withGradient(1)];
    const optimizer = new optim.SGD([{ params: [x] }, { params: y, lr: 0.5 }], { lr: 0.1 });
    optimizer.step();
    expect([x.item(), y.item()]).toEqual([0.9, 0.5]);
    expect(optimizer.paramGroups.map(({ lr }) => lr)).toEqual([0.1, 0.5]);
    expect(optimizer.defaults.lr).toBe(0.1);
    expect(optimizer.paramGroups[0].params).toEqual([x]);
  });

  test('options count from the next step on', () => {
    const x = withGradient(0);
    const optimizer = sgd([x]);
    optimizer.lr = 2;
    optimizer.step();
    expect(x.item()).toBe(-2);
    optimizer.paramGroups[0].lr = 1;
    expect(optimizer.lr).toBe(1);
    optimizer.paramGroups[0].maximize = true;
    optimizer.step();
    expect(x.item()).toBe(-1);
    optimizer.paramGroups[0].momentum = 0.5; // the buffer starts as this step's gradient
    optimizer.step();
    expect(x.item()).toBe(0);
    optimizer.step();
    expect(x.item()).toBe(1.5);
    optimizer.paramGroups[0].momentum = 0;
    optimizer.step();
    expect(x.item()).toBe(2.5);
  });

  test('betas are replaced, not changed', () => {
    const optimizer = new optim.Adam([leaf(1)]);
    const [group] = optimizer.paramGroups;
    group.betas = [0.5, 0.6];
    expect(group.betas).toEqual([0.5, 0.6]);
    expect(Object.isFrozen(group.betas)).toBe(true); // a change of one would go unseen
    group.amsgrad = true;
    const [x] = group.params;
    x.grad = ones(1, { dtype: 'float64' });
    optimizer.step();
    expect(Object.keys(optimizer.stateDict().state[0])).toContain('maxExpAvgSq');
  });

  test('a wrong option is refused, and changes nothing', () => {
    const optimizer = new optim.Adam([{ params: [leaf(1)] }, { params: [leaf(1)], lr: 0.5 }]);
    const [group] = optimizer.paramGroups;
    expect(() => (group.lr = -1)).toThrow('Adam: expected a number of at least 0 for lr, got -1');
    expect(() => (optimizer.lr = NaN)).toThrow('Adam: expected a finite number for lr, got NaN');
    expect(() => (group.betas = [0.5, 1])).toThrow('at least 0 and below 1 for betas[1], got 1');
    expect(optimizer.paramGroups.map(({ lr }) => lr)).toEqual([0.001, 0.5]);
    expect(group.betas).toEqual([0.9, 0.999]);
  });

  test('are added later', () => {
    const [x, y] = [withGradient(1), withGradient(1)];
    const optimizer = sgd([x]);
    optimizer.step();
    optimizer.addParamGroup({ params: [y], lr: 1 });
    optimizer.step();
    expect([x.item(), y.item()]).toEqual([0.8, 0]);
    expect(() => optimizer.addParamGroup({ params: [x] })).toThrow('each tensor once');
  });

  test('parameters come as any iterable', () => {
    const model = new nn.Linear(2, 3);
    expect(sgd([...model.parameters()]).paramGroups[0].params.length).toBe(2);
    const optimizer = new optim.SGD(new Set([leaf(1), leaf(2)]), { lr: 1 });
    expect(optimizer.paramGroups[0].params.length).toBe(2);
    expect(new optim.Adam(model.parameters()).paramGroups[0].params.length).toBe(2);
  });
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

describe('wrong arguments', () => {
  const x = leaf(1);
  const wrong: [string, () => unknown, typeof TypeError | typeof RangeError][] = [
    [
      'SGD: expected a number for lr, got undefined',
      () => new optim.SGD([x], {} as never),
      TypeError,
    ],
    [
      'SGD: expected a number of at least 0 for lr, got -0.1',
      () => sgd([x], { lr: -0.1 }),
      RangeError,
    ],
    [
      'SGD: expected a number of at least 0 for momentum',
      () => sgd([x], { momentum: -1 }),
      RangeError,
    ],
    ['momentum and no dampening for nesterov', () => sgd([x], { nesterov: true }), RangeError],
    ['SGD: expected one of lr, momentum', () => sgd([x], { momentun: 0.9 }), RangeError],
    [
      "SGD: expected a boolean for maximize, got 'no'",
      () => sgd([x], { maximize: 'no' }),
      TypeError,
    ],
    [
      'Adam: expected a finite number for betas[0], got NaN',
      () => new optim.Adam([x], { betas: [NaN, 0.9] }),
      RangeError,
    ],
    [
      'Adam: expected two numbers for betas',
      () => new optim.Adam([x], { betas: [0.9] as never }),
      RangeError,
    ],
    [
      'Adam: expected an array of two numbers for betas',
      () => new optim.Adam([x], { betas: 0.9 as never }),
      TypeError,
    ],
    [
      'AdamW: expected a number of at least 0 for weightDecay',
      () => new optim.AdamW([x], { weightDecay: -1 }),
      RangeError,
    ],
    [
      'Adadelta: expected a number from 0 to 1 for rho',
      () => new optim.Adadelta([x], { rho: 2 }),
      RangeError,
    ],
    ['SGD: expected at least one tensor or group for params, got none', () => sgd([]), RangeError],
    [
      'SGD: expected at least one tensor for params, got none',
      () => new optim.SGD([{ params: [] }], { lr: 1 }),
      RangeError,
    ],
    [
      'SGD: expected an iterable of tensors or of groups for params',
      () => sgd(x as never),
      TypeError,
    ],
    [
      'SGD: expected an iterable of tensors or of groups for params',
      () => sgd(undefined as never),
      TypeError,
    ],
    ['SGD: expected a tensor for params[1], got 3', () => sgd([x, 3 as never]), TypeError],
    ['SGD: expected a group with params', () => sgd([3 as never]), TypeError],
    [
      'SGD: expected a leaf tensor for params[0], got the result of an op',
      () => sgd([x.mul(2)]),
      RangeError,
    ],
    ['SGD: expected each tensor once for params[1]', () => sgd([x, x]), RangeError],
    [
      'each tensor once',
      () => new optim.SGD([{ params: x }, { params: x }], { lr: 1 }),
      RangeError,
    ],
    [
      'SGD: expected a floating dtype for params[0], got int32',
      () => sgd([zeros(1, { dtype: 'int32' })]),
      RangeError,
    ],
    [
      'SGD: expected one of',
      () => new optim.SGD([{ params: x, foo: 1 } as never], { lr: 1 }),
      RangeError,
    ],
  ];
  test.each(wrong)('%s', (text, run, type) => {
    expect(run).toThrow(type);
    expect(run).toThrow(text);
  });
});

describe('loadStateDict', () => {
  const trained = (): optim.Adam => {
    const optimizer = new optim.Adam([withGradient(1, 2)], { lr: 0.25 });
    optimizer.step();
    return optimizer;
  };

  test('names options and parameters', () => {
    const dict = trained().stateDict();
    expect(dict.paramGroups).toEqual([
      {
        lr: 0.25,
        betas: [0.9, 0.999],
        eps: 1e-8,
        weightDecay: 0,
        amsgrad: false,
        maximize: false,
        params: [0],
      },
    ]);
    expect(Object.keys(dict.state[0])).toEqual(['step', 'expAvg', 'expAvgSq']);
  });

  test('converts the dtype of state', () => {
    const single = tensor([1, 2], { requiresGrad: true });
    const optimizer = new optim.Adam([single]);
    optimizer.loadStateDict(trained().stateDict());
    single.grad = ones(2);
    optimizer.step();
    expect(optimizer.stateDict().state[0]['expAvg'].dtype).toBe('float32');
    expect(optimizer.stateDict().state[0]['step'].item()).toBe(2);
    expect(optimizer.lr).toBe(0.25);
  });

  const broken: [string, (dict: optim.OptimizerState) => unknown][] = [
    ['expected an object for dict, got null', () => null],
    ['expected an object for state, got undefined', ({ paramGroups }) => ({ paramGroups })],
    ['expected 1 elements for paramGroups, got 2', (dict) => ({ ...dict, paramGroups: [1, 2] })],
    [
      '1 elements for paramGroups[0].params',
      (dict) => ({ ...dict, paramGroups: [{ params: [] }] }),
    ],
    [
      'expected a number of at least 0 for paramGroups[0].lr, got -1',
      (dict) => ({ ...dict, paramGroups: [{ ...dict.paramGroups[0], lr: -1 }] }),
    ],
    ["got 'momentum'", (dict) => ({ ...dict, paramGroups: [{ params: [0], momentum: 0 }] })],
    [
      'expected shape [2] for state[0].expAvg, got [3]',
      ({ paramGroups, state }) => ({
        paramGroups,
        state: { 0: { ...state[0], expAvg: zeros(3) } },
      }),
    ],
    [
      'a tensor for state[0].step, got 1',
      ({ paramGroups }) => ({ paramGroups, state: { 0: { step: 1 } } }),
    ],
    ["got 'sum'", ({ paramGroups }) => ({ paramGroups, state: { 0: { sum: zeros(2) } } })],
  ];
  test.each(broken)('%s', (text, breakIt) => {
    const optimizer = trained();
    const before = JSON.stringify(optimizer.stateDict());
    expect(() => optimizer.loadStateDict(breakIt(optimizer.stateDict()) as never)).toThrow(text);
    expect(JSON.stringify(optimizer.stateDict())).toBe(before);
  });
});
