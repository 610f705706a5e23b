/** Where modules find parameters and submodules, and which values their fields accept. */
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { F, nn, ones, optim, tensor } from 'blasgrad';

const linear = (): nn.Linear => new nn.Linear(2, 2);
const weights = (...paths: string[]): string[] =>
  paths.flatMap((path) => [`members${path}.weight`, `members${path}.bias`]);

class Net extends nn.Module {
  members: unknown;

  constructor(members: unknown) {
    super();
    this.members = members;
  }
}

const namesIn = (members: unknown): string[] =>
  new Net(members).namedParameters().map(([name]) => name);

describe('members in arrays, maps, sets and objects', () => {
  const both = weights('.a', '.b');
  const cyclic: unknown[] = [linear()];
  cyclic.push(cyclic, { cyclic });
  test.each<[string, unknown, string[]]>([
    ['an array', [linear(), linear()], weights('.0', '.1')],
    ['a function between', [linear(), F.relu, linear()], weights('.0', '.2')],
    ['a function first', [F.relu, linear(), linear()], weights('.1', '.2')],
    ['null first', [null, 1, 'two', undefined, linear()], weights('.4')],
    ['arrays of arrays', [[linear(), new nn.ReLU()], [linear()]], weights('.0.0', '.1.0')],
    ['a map', new Map(Object.entries({ a: linear(), b: linear() })), both],
    ['a map with numbers as keys', new Map([[7, linear()]]), weights('.7')],
    ['a set', new Set([F.relu, linear()]), weights('.1')],
    ['an object', { a: linear(), b: linear(), c: 'text' }, both],
    [
      'an object without prototype',
      Object.assign(Object.create(null), { a: linear() }),
      weights('.a'),
    ],
    [
      'an object of another realm',
      Object.assign(runInNewContext('({})'), { a: linear() }),
      weights('.a'),
    ],
    [
      'an array of another realm',
      (runInNewContext('(x) => [0, x]') as (x: unknown) => unknown)(linear()),
      weights('.1'),
    ],
    ['objects in arrays', [{ norm: new nn.ReLU(), layer: linear() }], weights('.0.layer')],
    ['maps in objects', { a: new Map([['b', [linear()]]]) }, weights('.a.b.0')],
    [
      'parameters',
      { a: new nn.Parameter(ones(1)), b: [new nn.Parameter(ones(1))] },
      ['members.a', 'members.b.0'],
    ],
    [
      'parameters and modules',
      [new nn.Parameter(ones(1)), linear()],
      ['members.0', ...weights('.1')],
    ],
    ['an array that contains itself', cyclic, weights('.0')],
    ['other objects', [new Date(), /x/, new Float32Array(3), ones(2)], []],
    [
      'names of Object.prototype',
      { constructor: linear(), toString: linear() },
      weights('.constructor', '.toString'),
    ],
    ['the key __proto__ of a map', new Map([['__proto__', linear()]]), weights('.__proto__')],
  ])('%s', (_what, members, names) => {
    const net = new Net(members);
    expect(net.namedParameters().map(([name]) => name)).toEqual(names);
    expect(Object.keys(net.stateDict())).toEqual(names);
    expect(
      net
        .modules()
        .slice(1)
        .every(({ training }) => training),
    ).toBe(true);
    expect(
      net
        .eval()
        .modules()
        .some(({ training }) => training),
    ).toBe(false);
    net.to('float64');
    expect(net.parameters().every(({ dtype }) => dtype === 'float64')).toBe(true);
    expect(net.loadStateDict(net.stateDict())).toEqual({ missingKeys: [], unexpectedKeys: [] });
  });

  test('getters are not called', () => {
    const members = {
      layer: linear(),
      get later(): never {
        throw new Error('called');
      },
    };
    expect(namesIn(members)).toEqual(weights('.layer'));
  });

  test('containers without members are searched once, however many hold them', () => {
    let members: unknown[] = [1];
    for (let i = 0; i < 60; i++) members = [members, members]; // 2^60 paths
    expect(namesIn([members, linear()])).toEqual(weights('.1'));
  });

  test('what is added later is found', () => {
    const members: unknown[] = [];
    const net = new Net(members);
    expect(net.parameters()).toEqual([]);
    members.push([linear()]);
    expect(net.namedParameters().map(([name]) => name)).toEqual(weights('.0.0'));
    expect(net.namedChildren().map(([name]) => name)).toEqual(['members.0.0']);
    expect(String(net)).toBe(
      'Net(\n  (members.0.0): Linear(in_features=2, out_features=2, bias=True)\n)',
    );
  });

  test.each<[string, unknown]>([
    ['a key with a dot', { 'a.b': linear() }],
    ['an empty key', { '': linear() }],
    ['a key with a dot above', { 'a.b': [linear()] }],
    ['an object as a key', new Map([[{}, linear()]])],
    ['a symbol as a key', new Map([[Symbol('a'), linear()]])],
    [
      'keys with the same name',
      new Map<unknown, unknown>([
        ['1', linear()],
        [1, linear()],
      ]),
    ],
  ])('%s is refused', (_what, members) => {
    const net = new Net(members);
    for (const list of [() => net.parameters(), () => net.stateDict(), () => net.train()]) {
      expect(list).toThrow(RangeError);
      expect(list).toThrow(
        /^Net: (expected a non-empty key without dots|a Map has the keys 1 and '1')/,
      );
    }
    expect(inspect(net)).toContain('Net: '); // and shown when printing
  });

  test('such keys are allowed in containers without members', () => {
    expect(namesIn({ 'a.b': 1, '': [2], c: new Map([[{}, 3]]) })).toEqual([]);
  });

  test.each(['a.b', '', Symbol('a')])('a field %p is refused', (name) => {
    const net = new nn.Module();
    Reflect.set(net, name, linear());
    expect(() => net.parameters()).toThrow(RangeError);
  });
});

describe('names', () => {
  const hostile = [
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'training',
    'forward',
    'a.b',
    '',
  ];
  const adders: Record<string, (net: nn.Module, name: string) => unknown> = {
    registerBuffer: (net, name) => net.registerBuffer(name, ones(1)),
    registerParameter: (net, name) => net.registerParameter(name, new nn.Parameter(ones(1))),
    addModule: (net, name) => net.addModule(name, linear()),
  };
  test.each(hostile.flatMap((name) => Object.keys(adders).map((adder) => [adder, name])))(
    '%s refuses %p',
    (adder, name) => {
      const net = new nn.Module();
      expect(() => adders[adder](net, name)).toThrow(RangeError);
      expect(Object.keys(net.stateDict())).toEqual([]);
      expect(Object.getPrototypeOf(net)).toBe(nn.Module.prototype);
    },
  );

  const dict = new nn.ModuleDict(
    Object.fromEntries(hostile.slice(0, 6).map((name) => [name, linear()])),
  );

  test('of a ModuleDict may be those of every object', () => {
    expect([...dict.keys()]).toEqual(hostile.slice(0, 6));
    const state = dict.stateDict();
    expect(Object.keys(state)).toEqual(
      hostile.slice(0, 6).flatMap((name) => [`${name}.weight`, `${name}.bias`]),
    );
    expect(dict.loadStateDict(state).missingKeys).toEqual([]);
    expect(dict.get('__proto__')).toBeInstanceOf(nn.Linear);
  });
});

describe('fields that hold members', () => {
  class Own extends nn.Module {
    scale = new nn.Parameter(ones(1));
    layer = linear();
    list = new nn.ModuleList([linear()]);

    constructor() {
      super();
      this.registerBuffer('mean', ones(1));
      this.registerParameter('shift', new nn.Parameter(ones(1)));
      this.addModule('head', linear());
    }
  }

  const set = (object: object, name: string, value: unknown): void => {
    (object as Record<string, unknown>)[name] = value;
  };

  test.each<[() => nn.Module<never>, string, unknown]>([
    [linear, 'weight', ones(2, 2)],
    [linear, 'weight', 1],
    [linear, 'weight', undefined],
    [linear, 'bias', [0, 0]],
    [() => new nn.Linear(2, 2, { bias: false }), 'bias', ones(2)],
    [() => new nn.Bilinear(1, 1, 1), 'weight', ones(1, 1, 1)],
    [() => new nn.Embedding(2, 2), 'weight', ones(2, 2)],
    [() => new nn.PReLU(), 'weight', ones(1)],
    [() => new nn.BCELoss({ weight: ones(1) }), 'weight', 1],
    [() => new Own(), 'mean', 'text'],
    [() => new Own(), 'shift', ones(1)],
    [() => new Own(), 'head', F.relu],
    [() => new Own(), 'head', ones(1)],
  ])('%p refuses another %s: %p', (make, name, value) => {
    const module = make();
    const before: unknown = Reflect.get(module, name);
    const state = Object.keys(module.stateDict());
    expect(() => {
      set(module, name, value);
    }).toThrow(TypeError);
    expect(() => {
      set(module, name, value);
    }).toThrow(`${module.constructor.name}: expected a`);
    expect(Reflect.get(module, name)).toBe(before);
    expect(Object.keys(module.stateDict())).toEqual(state);
  });

  // A class's own fields are ordinary ones: the next method that searches them throws.
  test.each<[string, unknown]>([
    ['scale', ones(1)],
    ['scale', undefined],
    ['layer', F.relu],
    ['layer', ones(1)],
  ])('a field %s of a class cannot become %p', (name, value) => {
    const net = new Own();
    new optim.SGD(net.parameters(), { lr: 0.1 });
    set(net, name, value);
    for (const look of [
      () => net.stateDict(),
      () => net.train(),
      () => {
        net.zeroGrad();
      },
      () => net.parameters(),
    ]) {
      expect(look).toThrow(TypeError);
      expect(look).toThrow(`Own: expected a`);
    }
    expect(inspect(net)).toContain('Own: expected a');
    set(net, name, null); // as PyTorch
    expect(Object.keys(net.stateDict()).some((key) => key.startsWith(name))).toBe(false);
  });

  test.each<[string, () => nn.Module<never>, unknown]>([
    ['Sequential', () => new nn.Sequential(linear()), F.relu],
    ['ModuleList', () => new nn.ModuleList([linear()]), ones(1)],
    ['ParameterList', () => new nn.ParameterList([ones(1)]), ones(1)],
  ])('an element of a %s cannot become anything else', (what, make, value) => {
    const list = make();
    set(list, '0', value);
    expect(() => list.stateDict()).toThrow(`${what}: expected a`);
    expect(() => list.stateDict()).toThrow(TypeError);
  });

  test('accept others of their kind, null, and members of the other kind', () => {
    const net = new Own();
    const state = Object.keys(net.stateDict());
    set(net, 'mean', tensor([5]));
    set(net, 'shift', new nn.Parameter(tensor([6])));
    set(net, 'head', linear());
    set(net, 'scale', new nn.Parameter(tensor([7])));
    expect(Object.keys(net.stateDict())).toEqual(state);
    expect(['mean', 'shift', 'scale'].map((name) => net.stateDict()[name].item())).toEqual([
      5, 6, 7,
    ]);
    set(net, 'mean', null);
    set(net, 'shift', null);
    set(net, 'head', null);
    expect(Object.keys(net.stateDict())).toEqual(
      state.filter((name) => !/mean|shift|head/.test(name)),
    );
    set(net, 'mean', new nn.Parameter(ones(1)));
    expect(net.namedParameters().map(([name]) => name)).toContain('mean');
    expect(net.buffers()).toEqual([]);
    set(net, 'head', new nn.Parameter(ones(1)));
    set(net, 'shift', linear());
    expect(net.namedParameters().map(([name]) => name)).toEqual(
      expect.arrayContaining(['head', 'shift.weight']),
    );
  });

  test('can be deleted', () => {
    const layer = linear();
    Reflect.deleteProperty(layer, 'bias');
    expect(Object.keys(layer.stateDict())).toEqual(['weight']);
  });

  test('are fields as others are', () => {
    expect(Object.keys(linear())).toEqual(expect.arrayContaining(['weight', 'bias']));
    expect(Object.assign({}, linear()).weight).toBeInstanceOf(nn.Parameter);
  });
});
