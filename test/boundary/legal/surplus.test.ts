/** Every function of tensors and every class refuses unknown options and surplus arguments. */
import * as library from 'blasgrad';
import { compile, F, Generator, nn, ones, Tensor, zeros } from 'blasgrad';
import { thrownBy } from '../nativeCalls';
import { legalCalls, legalMethods, namesOf, withOptions, type Legal } from './call';
import { classes, sgd } from './classes';
import { functions } from './functions';
import { rest, withoutRow } from './rest';
import { tensorMethods } from './tensorMethods';

const fn = () => () => 1;
const one = () => new Float32Array(1);
const leaf = () => zeros(2, { requiresGrad: true });
const training = () => ({
  model: new nn.Linear(2, 1),
  loss: F.mseLoss,
  optimizer: sgd(),
  loader: [[ones(4, 2), ones(4, 1)]],
  epochs: 1,
});
const { signal } = new AbortController();
// Compiled functions take any number of inputs.
const running = { variadic: true, asynchronous: true };
const metricMakers = {
  accuracy: () => library.metrics.accuracy(),
  topK: () => library.metrics.topK(1),
  confusionMatrix: () => library.metrics.confusionMatrix(2),
  precision: () => library.metrics.precision(),
  recall: () => library.metrics.recall(),
  f1: () => library.metrics.f1(),
  mae: () => library.metrics.mae(),
  mse: () => library.metrics.mse(),
  r2: () => library.metrics.r2(),
};
const methods = [
  ...Object.entries(metricMakers).flatMap(([name, make]) =>
    legalMethods(name, make, [
      ['update', () => [zeros(2), zeros(2)]],
      ...['compute', 'reset', 'stateDict'].map((method) => [method, () => []] as const),
      ['loadStateDict', () => [make().stateDict()]],
    ]),
  ),
  ...legalMethods('Compiled', () => compile((x: Tensor) => x.mul(2)), [
    ['runAsync', () => [ones(2)], { ...running, options: () => ({ signal }) }],
    ['scan', () => [ones(3, 2)], { variadic: true, options: () => ({ steps: 3 }) }],
    ['scanAsync', () => [ones(3, 2)], { ...running, options: () => ({ steps: 3, signal }) }],
    ['dispose', () => []],
  ]),
  ...legalMethods('Generator', () => new Generator(1), [
    ['manualSeed', () => [1]],
    ['setState', () => [new Generator(2).getState()]],
    ...['initialSeed', 'seed', 'getState'].map((name) => [name, () => []] as const),
  ]),
];
const others = legalCalls([
  ['compile', () => [fn()], { options: () => ({ dynamic: 'recapture' }) }],
  ['train', () => [], { asynchronous: true, options: training }],
  ['new Generator', () => [1]],
  ['noGrad', () => [fn()]],
  ['enableGrad', () => [fn()]],
  ['detectAnomaly', () => [fn()]],
  ['isGradEnabled', () => []],
  ['manualSeed', () => [1]],
  ['scalarInput', () => [1]],
  [
    'grad',
    () => {
      const x = leaf();
      return [x.mul(2).sum(), [x]];
    },
    { options: () => ({ retainGraph: true }) },
  ],
  ['backend.gemm', () => [false, false, 1, 1, 1, 1, one(), one(), 0, one()]],
  ['backend.linearForward', () => [one(), one(), one(), one(), 1, 1, 1]],
  ['backend.linearBackward', () => [one(), one(), one(), one(), one(), one(), 1, 1, 1]],
  ['backend.info', () => []],
  ['backend.getNumThreads', () => []],
  ['backend.setNumThreads', () => [library.backend.getNumThreads()]],
  ['backend.setWinograd', () => [true]],
  ['backend.setMinorCollections', () => [true]],
]);

/** Why a name has no call here. */
const excused: Readonly<Record<string, string>> = {
  'new Tensor': 'made by functions such as tensor',
  'new AbortError': 'an error that the library makes',
  'new AnomalyError': 'an error that the library makes',
  'backend.measure': 'takes a second',
  'Tensor.toString': 'JavaScript calls it',
  'Tensor.toJSON': 'JSON.stringify calls it with a key',
};

const all = [...tensorMethods, ...functions, ...classes, ...rest, ...methods, ...others].filter(
  ({ name }) => !(name in excused),
);

function functionsOf(space: object, prefix: string): string[] {
  return Object.entries(Object.getOwnPropertyDescriptors(space))
    .filter(([name, { value }]) => typeof value === 'function' && /^[a-z]/.test(name))
    .map(([name]) => prefix + name)
    .filter((name) => name !== 'Tensor.constructor');
}

test('every function has a legal call', () => {
  const names = [
    ...functionsOf(Object.assign({}, library), ''),
    ...functionsOf(Object.assign({}, F), 'F.'),
    ...functionsOf(Object.assign({}, library.backend), 'backend.'),
    ...functionsOf(Tensor.prototype, 'Tensor.'),
  ];
  const { optim, data, io, metrics } = library;
  for (const [name, value] of Object.entries(library) as [string, unknown][]) {
    if (typeof value === 'function' && /^[A-Z]/.test(name)) names.push(`new ${name}`);
  }
  const spaces = {
    nn,
    'nn.init': nn.init,
    'nn.utils': nn.utils,
    optim,
    'optim.lrScheduler': optim.lrScheduler,
    data,
    'data.transforms': data.transforms,
    io,
    metrics,
  };
  for (const [prefix, space] of Object.entries(spaces)) {
    for (const [name, value] of Object.entries(space) as [string, unknown][]) {
      if (typeof value !== 'function') continue;
      names.push(/^[A-Z]/.test(name) ? `new ${prefix}.${name}` : `${prefix}.${name}`);
    }
  }
  const reasons = { ...excused, ...withoutRow };
  const called = new Set([...all.map(({ name }) => name), ...Object.keys(reasons)]);
  expect(names.filter((name) => !called.has(name))).toEqual([]);
});

beforeAll(() => {
  jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
});

/** Throws unless the call is refused in the name of the function. */
async function expectRefusal(legal: Legal, args: unknown[], message: RegExp): Promise<void> {
  const error = legal.asynchronous
    ? await (async () => legal.call(...args))().then(
        () => null,
        (reason: unknown) => reason as Error,
      )
    : thrownBy(() => void legal.call(...args));
  expect(error).not.toBeNull();
  expect(['TypeError', 'RangeError']).toContain(error?.name);
  const name = /^([\w.$]+): /.exec(error?.message ?? '')?.[1];
  expect(namesOf(legal)).toContain(name);
  expect(error?.message).toMatch(message);
}

describe.each(all.map((legal): [string, Legal] => [legal.name, legal]))('%s', (_name, legal) => {
  const { options, variadic = false } = legal;

  test('refuses an unknown option', async () => {
    const unknown = { noSuchOption: 1 };
    const args = options ? withOptions(legal, unknown) : [...legal.args(), unknown];
    await expectRefusal(legal, args, options ? /noSuchOption/ : /expected/);
  });

  test('refuses one more argument', async () => {
    const surplus = /expected (no arguments|at most \d+ arguments?), got \d+$/;
    const added = variadic ? ['surplus'] : [1];
    await expectRefusal(legal, [...withOptions(legal), ...added], variadic ? /expected/ : surplus);
  });

  test('refuses a boolean and a number for the options', async () => {
    // A number is one more size for functions that take any number of them.
    const values = variadic ? [true] : [true, 7, null];
    for (const value of options ? values : []) {
      await expectRefusal(legal, [...legal.args(), value], /expected/);
    }
  });
});
