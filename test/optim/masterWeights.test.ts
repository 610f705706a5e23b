/** Float32 copies of parameters in half precision. */
import { compile, manualSeed, nn, noGrad, ones, optim, randn, tensor, type Tensor } from 'blasgrad';
import { expectRefusals } from '../support/refusals';

type Maker = (params: Tensor[], options?: object) => optim.Optimizer;

const makers: Readonly<Record<string, Maker>> = {
  SGD: (params, options) => new optim.SGD(params, { lr: 0.01, ...options }),
  momentum: (params, options) => {
    return new optim.SGD(params, { lr: 0.01, momentum: 0.9, nesterov: true, ...options });
  },
  Adam: (params, options) => new optim.Adam(params, { amsgrad: true, ...options }),
  AdamW: (params, options) => new optim.AdamW(params, options),
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
const halves = ['bfloat16', 'float16'] as const;
type Half = (typeof halves)[number];

const randomLeaf = (dtype: Half, ...shape: number[]): Tensor =>
  randn(...shape)
    .to(dtype)
    .requiresGrad_();
const leaf = (values: number[], dtype: Half = 'bfloat16'): Tensor =>
  tensor(values, { dtype, requiresGrad: true });
const list = (x: Tensor): unknown => x.toArray();

/** The float32 copy of a parameter of an optimizer. */
function masterOf(optimizer: optim.Optimizer, param = 0): Tensor {
  return optimizer.stateDict().state[param]['master'];
}

/** A step with these gradients, in the dtype of each parameter. */
function stepWith(optimizer: optim.Optimizer, params: Tensor[], grads: Tensor[]): void {
  params.forEach((param, i) => (param.grad = grads[i].to(param.dtype)));
  optimizer.step();
}

beforeEach(() => manualSeed(3));

describe.each(halves)('%s', (dtype) => {
  test.each(Object.entries(makers))(
    '%s updates the copies as float32 parameters',
    (_name, make) => {
      const params = [randomLeaf(dtype, 3, 37), randomLeaf(dtype), randomLeaf(dtype, 0, 2)];
      const wide = params.map((param) => param.detach().float().requiresGrad_());
      const options = { weightDecay: 0.01, maximize: true };
      const [optimizer, other] = [make(params, options), make(wide, options)];
      for (let step = 0; step < 8; step++) {
        const grads = params.map(({ shape }) => randn([...shape]).to(dtype));
        stepWith(optimizer, params, grads);
        stepWith(other, wide, grads);
        params.forEach((param, i) => {
          expect(list(masterOf(optimizer, i))).toEqual(list(wide[i]));
          expect(list(param)).toEqual(list(wide[i].to(dtype)));
        });
      }
      for (const tensors of Object.values(optimizer.stateDict().state)) {
        for (const [name, one] of Object.entries(tensors)) {
          expect(one.dtype).toBe(['step', 'muProduct'].includes(name) ? 'float64' : 'float32');
        }
      }
    },
  );

  test.each(Object.entries(makers))('%s resumes from its state bit for bit', (_name, make) => {
    const grads = Array.from({ length: 8 }, () => randn(17).to(dtype));
    const start = randomLeaf(dtype, 17);
    const whole = start.clone().detach().requiresGrad_();
    const [optimizer, first] = [make([whole]), make([start])];
    for (const grad of grads) stepWith(optimizer, [whole], [grad]);
    for (const grad of grads.slice(0, 4)) stepWith(first, [start], [grad]);

    for (const paramFirst of [true, false]) {
      const resumed = leaf(new Array<number>(17).fill(0), dtype);
      const second = make([resumed], { lr: 1 });
      const loadParam = (): unknown => noGrad(() => resumed.copy_(start));
      if (paramFirst) loadParam();
      second.loadStateDict(first.stateDict());
      if (!paramFirst) loadParam();
      for (const grad of grads.slice(4)) stepWith(second, [resumed], [grad]);
      expect(list(resumed)).toEqual(list(whole));
      expect(list(masterOf(second))).toEqual(list(masterOf(optimizer)));
    }
  });

  test('small updates add up', () => {
    const x = leaf([1], dtype);
    const optimizer = new optim.SGD([x], { lr: 1e-4 });
    for (let i = 0; i < 100; i++) stepWith(optimizer, [x], [ones(1)]);
    expect(masterOf(optimizer).item()).toBeCloseTo(0.99, 5);
    expect(x.item()).toBe(tensor(masterOf(optimizer).item(), { dtype }).item());
  });
});

describe('a parameter that somebody else changed', () => {
  const changed = (change: (x: Tensor) => unknown): unknown => {
    const x = leaf([1, 2, 3, 4]);
    const optimizer = new optim.SGD([x], { lr: 2 ** -12 });
    stepWith(optimizer, [x], [ones(4)]);
    noGrad(() => change(x));
    stepWith(optimizer, [x], [ones(4)]);
    return list(masterOf(optimizer));
  };
  const [once, twice] = [2 ** -12, 2 ** -11];
  const kept = [1 - twice, 2 - twice, 3 - twice, 4 - twice];

  test.each<[string, (x: Tensor) => unknown, number[]]>([
    ['not at all', () => undefined, kept],
    ['with its own values', (x) => x.copy_(x.clone()), kept],
    ['by copy_', (x) => x.copy_(tensor([5, 6, 7, 8])), [5, 6, 7, 8].map((value) => value - once)],
    ['in a part', (x) => x.narrow(0, 1, 1).fill_(9), [kept[0], 9 - once, kept[2], kept[3]]],
    ['to 0', (x) => x.zero_(), [-once, -once, -once, -once]],
  ])('%s', (_how, change, expected) => {
    expect(changed(change)).toEqual(expected);
  });

  test('through its memory, unseen by autograd', () => {
    const change = (x: Tensor): void => {
      (x.data as Uint16Array)[0] = 0x4000; // 2
    };
    expect(changed(change)).toEqual([2 - once, ...kept.slice(1)]);
  });

  test('by loadStateDict of its module', () => {
    const layer = new nn.Linear(2, 2, { dtype: 'bfloat16', bias: false });
    const optimizer = new optim.SGD(layer.parameters(), { lr: 0.5 });
    stepWith(optimizer, layer.parameters(), [ones(2, 2)]);
    layer.loadStateDict({ weight: tensor([3]).expand([2, 2]) });
    stepWith(optimizer, layer.parameters(), [ones(2, 2)]);
    expect(new Set((list(layer.weight) as number[][]).flat())).toEqual(new Set([2.5]));
  });
});

describe('a module that is converted', () => {
  const trained = (): { layer: nn.Linear; optimizer: optim.Adam; step: () => void } => {
    const layer = new nn.Linear(3, 2, { dtype: 'bfloat16' });
    const optimizer = new optim.Adam(layer.parameters(), { lr: 2 ** -12 });
    const step = (): void => stepWith(optimizer, layer.parameters(), [ones(2, 3), ones(2)]);
    step();
    return { layer, optimizer, step };
  };

  test.each(['float32', 'float64'] as const)('to %s has no copies any more', (dtype) => {
    const { layer, optimizer, step } = trained();
    const before = list(layer.weight);
    layer.to(dtype);
    step();
    const state = optimizer.stateDict().state[0];
    expect(Object.keys(state)).toEqual(['step', 'expAvg', 'expAvgSq']);
    expect([state['expAvg'].dtype, state['step'].item()]).toEqual([dtype, 2]);
    expect(list(layer.weight)).not.toEqual(before);
    step();
  });

  test('and back has new ones', () => {
    const { layer, optimizer, step } = trained();
    layer.float();
    step();
    const wide = layer.weight.detach().clone();
    layer.half();
    step();
    const limit = 2 ** -12 + 2 ** -11;
    expect(masterOf(optimizer).dtype).toBe('float32');
    expect(masterOf(optimizer).sub(wide).abs().max().item()).toBeLessThan(limit);
    expect(list(layer.weight)).toEqual(list(masterOf(optimizer).half()));
  });

  test('to the other half keeps them where they still fit', () => {
    const { layer, optimizer, step } = trained();
    const before = masterOf(optimizer);
    layer.half();
    step();
    expect(masterOf(optimizer)).toBe(before);
    expect(list(layer.weight)).toEqual(list(before.half()));
  });
});

describe('state', () => {
  test('of a parameter that has taken no step is empty', () => {
    const optimizer = new optim.Adam([leaf([1])]);
    expect(optimizer.stateDict().state).toEqual({});
    const other = new optim.Adam([leaf([2])]);
    other.loadStateDict(optimizer.stateDict());
    expect(other.stateDict().state).toEqual({});
  });

  test('without copies takes the values of the parameter', () => {
    const [wide, x] = [tensor([1, 2], { requiresGrad: true }), leaf([3, 4])];
    const [from, to] = [new optim.SGD([wide], { lr: 1, momentum: 0.5 }), makers['momentum']([x])];
    stepWith(from, [wide], [ones(2)]);
    stepWith(to, [x], [ones(2)]);
    to.loadStateDict(from.stateDict());
    stepWith(to, [x], [ones(2)]);
    const start = [2.984375, 3.984375]; // 3 and 4 after the first step, rounded
    expect(list(x.detach().float())).toEqual(start.map((value) => Math.fround(value - 1.5)));
  });

  test('with copies goes to float32 parameters, which ignore them', () => {
    const [wide, x] = [tensor([1, 2], { requiresGrad: true }), leaf([3, 4])];
    const [to, from] = [new optim.SGD([wide], { lr: 1, momentum: 0.5 }), makers['momentum']([x])];
    stepWith(from, [x], [ones(2)]);
    to.loadStateDict(from.stateDict());
    stepWith(to, [wide], [ones(2)]);
    expect(Object.keys(to.stateDict().state[0])).toEqual(['step', 'momentumBuffer']);
    expect(wide.requiresGrad).toBe(true);
  });

  test('in half precision is converted', () => {
    const x = leaf([1, 2]);
    const optimizer = makers['momentum']([x]);
    stepWith(optimizer, [x], [ones(2)]);
    const dict = optimizer.stateDict();
    const momentumBuffer = tensor([0.5, 0.25], { dtype: 'float16' });
    optimizer.loadStateDict({ ...dict, state: { 0: { ...dict.state[0], momentumBuffer } } });
    const loaded = optimizer.stateDict().state[0]['momentumBuffer'];
    expect([loaded.dtype, list(loaded)]).toEqual(['float32', [0.5, 0.25]]);
  });

  const x = leaf([1, 2]);
  const optimizer = makers['momentum']([x]);
  stepWith(optimizer, [x], [ones(2)]);
  const dict = optimizer.stateDict();
  const withMaster = (master: unknown) => () =>
    optimizer.loadStateDict({ ...dict, state: { 0: { ...dict.state[0], master } } } as never);
  expectRefusals([
    [withMaster(ones(3)), RangeError, 'expected shape [2] for state[0].master, got [3]'],
    [withMaster([1, 2]), TypeError, 'expected a tensor for state[0].master, got an array'],
  ]);
});

test('parameters of any layout', () => {
  const turned = randn(4, 5).bfloat16().T.detach().requiresGrad_();
  const plain = turned.detach().clone().requiresGrad_();
  const optimizer = new optim.Adam([turned, plain], { lr: 0.01 });
  for (let i = 0; i < 5; i++) {
    const grad = randn(4, 5).bfloat16().T;
    stepWith(optimizer, [turned, plain], [grad, grad]);
    if (i === 2) noGrad(() => [turned, plain].forEach((one) => one.select(0, 1).fill_(3)));
  }
  expect(list(turned)).toEqual(list(plain));
  expect(list(masterOf(optimizer, 0))).toEqual(list(masterOf(optimizer, 1)));
});

describe('clipping', () => {
  test('clipGradNorm_ computes the norm in float32, where float16 would overflow', () => {
    const x = leaf([0, 0], 'float16');
    x.grad = tensor([30000, 40000], { dtype: 'float16' });
    const norm = nn.utils.clipGradNorm_([x], 5);
    expect([norm.dtype, norm.item()]).toEqual(['float16', 49984]); // 50000, rounded
    expect((list(x.grad) as number[]).map(Math.round)).toEqual([3, 4]);
    x.grad = tensor([60000, 60000], { dtype: 'float16' });
    expect(nn.utils.clipGradNorm_([x], 5).item()).toBe(Infinity); // float16 does not hold it
    expect(x.grad.select(0, 0).item()).toBeCloseTo(5 / Math.SQRT2, 2);
  });

  test('and clipGradValue_ go with master weights', () => {
    const x = leaf([1, 1]);
    const optimizer = new optim.SGD([x], { lr: 2 ** -12 });
    for (let i = 0; i < 4; i++) {
      x.grad = tensor([8, -8], { dtype: 'bfloat16' });
      nn.utils.clipGradValue_([x], 1);
      optimizer.step();
    }
    expect(list(masterOf(optimizer))).toEqual([1 - 2 ** -10, 1 + 2 ** -10]);
  });
});

describe('compiled', () => {
  test('a change between replays, and one after each step, are kept', () => {
    const run = (wrap: (fn: () => Tensor) => () => unknown): unknown => {
      const x = leaf([1, 2, 3]);
      const optimizer = makers['Adam']([x], { lr: 0.25 });
      const step = wrap(() => {
        x.grad = ones(3, { dtype: 'bfloat16' });
        optimizer.step();
        noGrad(() => x.narrow(0, 2, 1).copy_(tensor([5], { dtype: 'bfloat16' })));
        return x.clone();
      });
      for (let i = 0; i < 6; i++) {
        step();
        if (i === 3) noGrad(() => x.narrow(0, 0, 1).fill_(7));
      }
      return [list(x), list(masterOf(optimizer))];
    };
    const replayed = run((fn) => compile(fn));
    expect(replayed).toEqual(run((fn) => fn));
    expect((replayed as number[][])[0][2]).toBe(5);
  });
});
