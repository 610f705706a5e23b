/** Fields and state of modules. */
import { nn, ones, tensor, zeros, type Tensor } from 'blasgrad';
import { expectRefusals } from '../support/refusals';

class Block extends nn.Module {
  readonly inner = new nn.Linear(2, 2);
  readonly scale = new nn.Parameter(ones([2]));

  override forward(x: Tensor): Tensor {
    return this.inner.forward(x).mul(this.scale);
  }
}

class Net extends nn.Module {
  readonly first = new nn.Linear(2, 2);
  readonly blocks = [new Block(), new Block()];
  readonly shift = new nn.Parameter(zeros([2]));
  readonly factors = [new nn.Parameter(ones([1])), new nn.Parameter(ones([1]))];
  readonly tied = this.first;
  readonly frozen = tensor([1, 2, 3]);
  readonly name = 'net';

  constructor() {
    super();
    this.registerBuffer('mean', zeros([2]));
    this.registerBuffer('cache', zeros([2]), { persistent: false });
    this.registerBuffer('later', null);
  }

  override forward(x: Tensor): Tensor {
    return this.blocks
      .reduce((y, block) => block.forward(y), this.first.forward(x))
      .add(this.shift);
  }
}

const namesOf = (entries: [string, unknown][]): string[] => entries.map(([name]) => name);

describe('submodules', () => {
  const net = new Net();

  test('parameters: own ones first, then depth first, shared ones once', () => {
    expect(namesOf(net.namedParameters())).toEqual([
      'shift',
      'factors.0',
      'factors.1',
      'first.weight',
      'first.bias',
      'blocks.0.scale',
      'blocks.0.inner.weight',
      'blocks.0.inner.bias',
      'blocks.1.scale',
      'blocks.1.inner.weight',
      'blocks.1.inner.bias',
    ]);
    expect(net.parameters()).toEqual(net.namedParameters().map(([, parameter]) => parameter));
    expect(net.parameters({ recurse: false })).toEqual([net.shift, ...net.factors]);
    expect(namesOf(net.namedParameters({ prefix: 'net', recurse: false }))[0]).toBe('net.shift');
  });

  test('modules, children and buffers', () => {
    expect(namesOf(net.namedModules())).toEqual([
      '',
      'first',
      'blocks.0',
      'blocks.0.inner',
      'blocks.1',
      'blocks.1.inner',
    ]);
    expect(net.modules()[0]).toBe(net);
    expect(namesOf(net.namedChildren())).toEqual(['first', 'blocks.0', 'blocks.1']);
    expect(net.children()).toEqual([net.first, ...net.blocks]);
    expect(namesOf(net.namedBuffers())).toEqual(['mean', 'cache']);
    expect(net.buffers().length).toBe(2);
  });

  test('apply goes from the leaves to the root', () => {
    const order: string[] = [];
    new Block().apply((module) => order.push(module.constructor.name));
    expect(order).toEqual(['Linear', 'Block']);
  });

  test('train and eval reach every module', () => {
    expect(
      net
        .eval()
        .modules()
        .every((module) => !module.training),
    ).toBe(true);
    expect(
      net
        .train()
        .modules()
        .every((module) => module.training),
    ).toBe(true);
  });

  test('gradients are cleared and frozen for all parameters', () => {
    net
      .forward(ones([3, 2]))
      .sum()
      .backward();
    const { weight } = net.first;
    net.zeroGrad({ setToNone: false });
    expect(weight.grad?.toArray()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    net.zeroGrad();
    expect(net.parameters().every((parameter) => parameter.grad === null)).toBe(true);
    net.requiresGrad_(false);
    expect(net.forward(ones([3, 2])).requiresGrad).toBe(false);
    net.requiresGrad_();
    expect(net.forward(ones([3, 2])).requiresGrad).toBe(true);
  });
});

describe('parameters', () => {
  test('copy their data into shared memory', () => {
    const data = tensor([1, 2, 3]);
    const parameter = new nn.Parameter(data);
    data.fill_(0);
    expect(parameter.toArray()).toEqual([1, 2, 3]);
    expect(parameter.data.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect([parameter.isLeaf, parameter.requiresGrad, parameter.gradFn]).toEqual([
      true,
      true,
      null,
    ]);
    expect(new nn.Parameter(data, { requiresGrad: false }).requiresGrad).toBe(false);
  });

  test('of a view, and of a result', () => {
    const matrix = tensor([
      [1, 2],
      [3, 4],
    ]).requiresGrad_();
    const parameter = new nn.Parameter(matrix.T);
    expect(parameter.toArray()).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect([parameter.isLeaf, parameter.isContiguous()]).toEqual([true, true]);
  });

  test('results of parameters are plain tensors', () => {
    expect(new nn.Parameter(ones([2])).mul(2)).not.toBeInstanceOf(nn.Parameter);
  });
});

describe('to another dtype', () => {
  const layer = new nn.Linear(2, 1);
  const { weight } = layer;
  layer.forward(ones([1, 2])).backward();
  const net = new Net();

  test('the parameters stay the same objects, with their gradients', () => {
    const values = weight.toArray();
    expect(layer.to('float64').weight).toBe(weight);
    expect([weight.dtype, weight.grad?.dtype]).toEqual(['float64', 'float64']);
    expect(weight.toArray()).toEqual(values);
    expect(layer.forward(ones([1, 2], { dtype: 'float64' })).dtype).toBe('float64');
    expect(layer.to('float64').weight).toBe(weight);
  });

  test('buffers convert, other tensors do not', () => {
    net.to('float64');
    expect(net.buffers().map((buffer) => buffer.dtype)).toEqual(['float64', 'float64']);
    expect(net.frozen.dtype).toBe('float32');
  });

  test('a graph that kept the old values is refused', () => {
    const linear = new nn.Linear(2, 1);
    const y = linear.forward(ones([1, 2]).requiresGrad_());
    linear.to('float64');
    expect(() => y.backward()).toThrow(/changed in place/);
  });
});

describe('state dict', () => {
  test('names every tensor, shared ones under each name, without non-persistent buffers', () => {
    const names = Object.keys(new Net().stateDict());
    expect(names.slice(0, 4)).toEqual(['shift', 'factors.0', 'factors.1', 'mean']);
    expect(names).toContain('tied.weight');
    expect(names).not.toContain('cache');
    expect(names).not.toContain('frozen');
  });

  test('shares memory, and is detached', () => {
    const layer = new nn.Linear(2, 2);
    const state = layer.stateDict();
    state['weight'].fill_(7);
    expect(layer.weight.toArray()).toEqual([
      [7, 7],
      [7, 7],
    ]);
    expect(state['weight'].requiresGrad).toBe(false);
  });

  test('makes another model compute the same', () => {
    const [first, other] = [new Net(), new Net()];
    const x = tensor([[1, 2]]);
    const weight = other.first.weight;
    expect(other.loadStateDict(first.stateDict())).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect(other.forward(x).toArray()).toEqual(first.forward(x).toArray());
    expect(other.first.weight).toBe(weight);
    first.first.weight.detach().fill_(0);
    expect(other.forward(x).toArray()).not.toEqual(first.forward(x).toArray());
  });

  test('converts dtypes', () => {
    const layer = new nn.Linear(1, 1, { bias: false });
    layer.loadStateDict({ weight: tensor([[0.1]], { dtype: 'float64' }) });
    expect(layer.weight.item()).toBe(Math.fround(0.1));
  });

  test('one error names everything that is wrong, and nothing is loaded', () => {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.Tanh(), new nn.Linear(3, 1));
    const before = model.stateDict();
    const values = Object.values(before).map((value) => value.clone().toArray());
    const dict = {
      '0.weight': zeros([3, 2]),
      '0.bias': zeros([4]),
      '2.weight': 1 as unknown as Tensor,
      '3.weight': zeros([1]),
    };
    expect(() => model.loadStateDict(dict)).toThrow(
      new RangeError(
        'Sequential.loadStateDict: dict does not match the module; nothing was loaded:\n' +
          "  missing: '2.bias'\n" +
          "  unexpected: '3.weight'\n" +
          "  '0.bias': expected shape [3], got [4]\n" +
          "  '2.weight': expected a tensor, got 1\n" +
          'Pass { strict: false } to load only the names that both have.',
      ),
    );
    expect(Object.values(model.stateDict()).map((value) => value.toArray())).toEqual(values);
    expect(() => model.loadStateDict(dict, { strict: false })).toThrow(/0.bias/);
    expect(Object.values(model.stateDict()).map((value) => value.toArray())).toEqual(values);
  });

  test('strict: false reports what it did not use', () => {
    const layer = new nn.Linear(1, 1);
    const dict = { weight: tensor([[3]]), other: zeros([1]) };
    expect(layer.loadStateDict(dict, { strict: false })).toEqual({
      missingKeys: ['bias'],
      unexpectedKeys: ['other'],
    });
    expect(layer.weight.item()).toBe(3);
  });
});

const layer = new nn.Linear(1, 1);
const not = (value: unknown): never => value as never;
expectRefusals([
  [() => layer.loadStateDict(not(null)), TypeError, 'loadStateDict: expected an object of'],
  [() => layer.loadStateDict({}, not({ stric: 1 })), RangeError, 'expected one of strict for'],
  [
    () => layer.to('int32'),
    TypeError,
    'to: expected float32, float64, float16 or bfloat16 for dtype, got int32',
  ],
  [() => layer.to(not('half')), RangeError, 'to: expected one of float32'],
  [() => layer.train(not(1)), TypeError, 'train: expected a boolean for mode, got 1'],
  [
    () => {
      layer.zeroGrad(not({ setToNone: 1 }));
    },
    TypeError,
    'zeroGrad: expected a boolean for setToNone, got 1',
  ],
  [() => layer.apply(not(1)), TypeError, 'apply: expected a function for fn, got 1'],
  [
    () => layer.registerBuffer('a.b', null),
    RangeError,
    'expected a non-empty name without dots for name',
  ],
  [
    () => layer.registerBuffer('forward', null),
    RangeError,
    "already has a field or method 'forward'",
  ],
  [
    () => layer.registerBuffer('b', not(1)),
    TypeError,
    'expected null or a tensor that is not a Parameter',
  ],
  [() => layer.registerParameter('p', not(zeros([1]))), TypeError, 'expected a Parameter or null'],
  [() => layer.addModule('m', not({})), TypeError, 'addModule: expected a module or null for'],
  [() => layer.addModule(not(1), null), TypeError, 'addModule: expected a string for name, got 1'],
  [() => new nn.Module().forward(zeros([1])), Error, 'Module.forward: not defined'],
  [() => new nn.Parameter(not([1])), TypeError, 'Parameter: expected a tensor for data, got an'],
  [() => new nn.Parameter(zeros([1], { dtype: 'int32' })), RangeError, 'a floating dtype'],
  [() => layer.registerForwardHook(not(1)), TypeError, 'expected a function for hook, got 1'],
  [() => layer.namedParameters(not({ a: 1 })), RangeError, 'expected one of prefix, recurse'],
]);
