/** Every op, forward and backward: captured, replayed with other values, and equal to eager bit for bit. */
import { backend, compile, full, randn, type Compiled, type Output, type Tensor } from 'blasgrad';
import { opDefinitions } from '../../dist/ops/define';
import { families } from '../ops/cases';
import { dtypeOf, sample, type OpCase, type Precision } from '../ops/case';
import { cotangentsFor, floating, gradients } from '../support/gradcheck';
import { oneIn } from '../support/full';
import { make } from '../support/make';
import type { Plain } from '../support/plain';
import { randomFrom } from '../support/random';
import { requireSameBits } from './support';
import { stateful } from './stateful';

const many = <T>(one: T | T[]): T[] => (Array.isArray(one) ? one : [one]);

/** Cases that cannot be captured: which, and what they are told. */
const refused: readonly [reason: string, which: RegExp, message: RegExp][] = [
  [
    'the size of the result is a value',
    /^nonzero|(?<!^indexPut_ where a )mask(?!edFill|edScatter)|bool tensor|as many classes as needed$/,
    /^\w+: a compiled function computes this tensor/,
  ],
  [
    'reads and writes arrays of its own',
    /^gemm/,
    /^data: a compiled function computes this tensor/,
  ],
  [
    'makes a generator',
    /^(uniform_|normal_|bernoulli_|randint|randperm|dropout(?! while not))/,
    /^Generator: cannot set the position of a generator in a compiled function/,
  ],
  ['makes an optimizer', /^(SGD|Ada|NAdam|RAdam|RMSprop)/, /^optimizer: cannot set options/],
];

const captured = new Set<string>();

function noteOps(compiled: { toString(): string }): void {
  for (const [, op] of compiled.toString().matchAll(/^ +\d+ {2}(\w+)\(/gm)) captured.add(op);
}

const threads = backend.getNumThreads();
beforeAll(() => backend.setNumThreads(1));
afterAll(() => backend.setNumThreads(threads));

// Memory that temporaries then get in replays: none may rely on what it finds there.
const junk = -1.7976931348623157e308;

/** Results of a case, and gradients of its inputs; the last inputs are weights of the results. */
function bothWays(one: OpCase, inputCount: number, spoil: boolean) {
  return (...all: Tensor[]): Output => {
    if (spoil)
      full([1 << 12], junk, { dtype: 'float64' })
        .abs()
        .neg();
    const inputs = all.slice(0, inputCount);
    const results = many(one.run(...inputs)).map((result) => result.detach());
    if (one.gradient === false) return { results };
    const fn = (...own: Tensor[]): Tensor[] => many(one.run(...own));
    return { results, gradients: gradients(fn, inputs, all.slice(inputCount)) };
  };
}

function check(one: OpCase, precision: Precision): void {
  const random = randomFrom(one.name);
  const values = (): Plain[] => one.inputs.map((spec) => sample(spec, random));
  const tensors = (plain: readonly Plain[]): Tensor[] =>
    plain.map((x, i) => {
      const input = make(dtypeOf(one.inputs[i], precision), x.shape, x.data);
      return one.gradient !== false && floating([input]).length > 0 ? input.requiresGrad_() : input;
    });
  const first = values();
  const outputs = one.gradient === false ? [] : floating(many(one.run(...tensors(first))));
  const weights = (): Tensor[] =>
    cotangentsFor(outputs, random).map((w, i) => make(outputs[i].dtype, w.shape, w.data));
  const eager = bothWays(one, first.length, false);
  const compiled = compile(bothWays(one, first.length, true));
  for (const plain of [first, values(), values()]) {
    const inputs = tensors(plain);
    const all = [...inputs, ...weights()];
    requireSameBits(compiled(...all), eager(...all), 'compiled');
    requireSameBits(inputs, tensors(plain), 'inputs after the call');
  }
  expect(compiled.stats.captures).toBe(1);
  noteOps(compiled);
  compiled.dispose();
}

describe.each(Object.entries(families))('%s', (_family, cases) => {
  const precisions = ['float32', 'float64'] as const;
  describe.each(precisions)('%s', (precision) => {
    // In a short run, cases take turns with the precisions.
    for (const one of oneIn(2, 'cases', cases, precisions.indexOf(precision))) {
      const refusal = refused.find(([, which]) => which.test(one.name));
      if (refusal === undefined) {
        test(one.name, () => check(one, precision));
      } else {
        test(`${one.name}: refused, ${refusal[0]}`, () => {
          expect(() => check(one, precision)).toThrow(refusal[2]);
        });
      }
    }
  });
});

describe('ops that keep state', () => {
  test.each(Object.entries(stateful))('%s', (_name, make) => {
    const [x, other] = [randn(6, 37), randn(6, 37)];
    const eager = make();
    const kept = make();
    const compiled: Compiled<[Tensor], Output> = compile(kept.run);
    for (const input of [x, other, x]) {
      requireSameBits(compiled(input), eager.run(input), 'compiled');
      requireSameBits([...kept.state()], [...eager.state()], 'state');
    }
    expect(compiled.stats).toMatchObject({ captures: 1, replays: 2 });
    noteOps(compiled);
  });
});

test('every native op was in a captured program', () => {
  const exceptions = [
    'coordinate', // only after nonzero
    'gemm', // backend.gemm works on arrays
    'nonzero', // the size of its result is a value
  ];
  const missing = opDefinitions().native.flatMap(({ name }) => (captured.has(name) ? [] : [name]));
  expect(missing.sort()).toEqual(exceptions);
});
