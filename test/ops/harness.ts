/** Turns a table of op cases into tests. */
import type { Tensor } from 'blasgrad';
import { opsRunBy } from '../support/calls';
import {
  checkGradients,
  checkSecondDerivatives,
  cotangentsFor,
  floating,
  gradients,
  type Argument,
} from '../support/gradcheck';
import { oneIn } from '../support/full';
import { layoutMixes, layouts, make } from '../support/make';
import {
  plainOf,
  requireClose,
  requireSame,
  rounded,
  type Plain,
  type Tolerance,
} from '../support/plain';
import { randomFrom } from '../support/random';
import { defaults, dtypeOf, sample, type OpCase, type Precision } from './case';
import { arrangements, extremeInputs } from './variants';

export type { InputSpec, OpCase } from './case';
export { at, build, indicesOf, pointwise, sizeOf, stridesOf, type Plain } from '../support/plain';

const many = <T>(one: T | T[]): T[] => (Array.isArray(one) ? one : [one]);

/** The dtype that floating results have, where the inputs settle it. */
function floatingResult(one: OpCase, precision: Precision): Precision | null {
  const dtypes = one.inputs.map((spec) => spec.dtype ?? 'float');
  const settled =
    dtypes.includes('float') && !dtypes.includes('float32') && !dtypes.includes('float64');
  return settled ? precision : null;
}

const references = new WeakMap<readonly Plain[], Plain[]>();

/** What the reference says, computed once for the same values. */
function expectedOf(one: OpCase, plain: readonly Plain[]): Plain[] {
  const known = references.get(plain) ?? many(one.reference(...plain));
  references.set(plain, known);
  return known;
}

/** Runs the case and compares every result. */
function requireForward(
  one: OpCase,
  inputs: readonly Tensor[],
  plain: readonly Plain[],
  precision: Precision,
  what: string,
  options: { tolerance?: Tolerance; signedZero?: boolean; hint?: (i: number) => string } = {},
): Tensor[] {
  const expected = expectedOf(one, plain);
  const actual = many(one.run(...inputs));
  if (actual.length !== expected.length) {
    throw new Error(`${what}: expected ${expected.length} results, got ${actual.length}`);
  }
  const dtype = floatingResult(one, precision);
  actual.forEach((tensor, i) => {
    if (dtype !== null && floating([tensor]).length > 0 && tensor.dtype !== dtype) {
      throw new Error(`${what}: expected a result of dtype ${dtype}, got ${tensor.dtype}`);
    }
    const values = expected[i].data.map((value) => rounded(value, tensor.dtype));
    const kind = tensor.dtype === 'float32' ? 'float32' : 'float64';
    const tolerance = options.tolerance ?? one[kind] ?? defaults[kind];
    const place = expected.length > 1 ? `${what}, result ${i}` : what;
    requireClose(
      plainOf(tensor.detach()),
      { ...expected[i], data: values },
      tolerance,
      place,
      options,
    );
  });
  return actual;
}

function testForward(one: OpCase, plain: readonly Plain[], precision: Precision): void {
  const inputs = plain.map((x, i) => make(dtypeOf(one.inputs[i], precision), x.shape, x.data));
  const results = requireForward(one, inputs, plain, precision, 'values');
  plain.forEach((x, i) => requireSame(plainOf(inputs[i]), x, `input ${i} after the call`));
  if (results.every((result) => result.numel() === 0)) return;
  results.forEach(changeFirst);
  const changed = plain.findIndex((x, i) =>
    plainOf(inputs[i]).data.some((v, k) => v !== x.data[k] && v === v),
  );
  if (changed >= 0 !== Boolean(one.view)) {
    const found = changed < 0 ? 'memory of its own' : `the memory of input ${changed}`;
    throw new Error(
      `expected a result in ${one.view ? "an input's memory" : 'its own memory'}, got ${found}`,
    );
  }
}

/** Changes the first element of a result, in whatever memory it is. */
function changeFirst(result: Tensor): void {
  if (result.numel() === 0) return;
  let first = result.detach();
  while (first.ndim > 0) first = first.select(0, 0);
  first.fill_(first.dtype === 'bool' ? 1 - first.item() : 77);
}

/** The same values lying otherwise in memory give the same result, and the same gradients. */
function testLayouts(one: OpCase, plain: readonly Plain[], random: () => number): void {
  for (const precision of ['float64', 'float32'] as const) {
    const dtypes = one.inputs.map((spec) => dtypeOf(spec, precision));
    const inOrder = plain.map((x, i) => make(dtypes[i], x.shape, x.data));
    const weights = cotangentsFor(floating(many(one.run(...inOrder))), random);
    const fn = (...inputs: Tensor[]): Tensor[] => many(one.run(...inputs));
    const weigh = (name: keyof typeof layouts): Tensor[] =>
      weights.map((w) => layouts[name](w, precision));
    const expected = one.gradient === false ? [] : gradients(fn, inOrder, weigh('inOrder'));
    for (const mix of layoutMixes(plain.length)) {
      const what = `inputs ${mix.join(', ')} (${precision})`;
      const inputs = plain.map((x, i) => layouts[mix[i]](x, dtypes[i]));
      requireForward(one, inputs, plain, precision, what);
      if (one.gradient === false) continue;
      gradients(fn, inputs, weigh(mix[0])).forEach((found, i) => {
        const wanted = expected[i];
        if (found === null || wanted === null) {
          if (found !== wanted)
            throw new Error(`${what}: expected the same gradients, got one missing`);
          return;
        }
        requireClose(
          plainOf(found),
          plainOf(wanted),
          one[precision] ?? defaults[precision],
          `${what}, gradient ${i}`,
        );
      });
    }
  }
}

function testGradients(
  one: OpCase,
  plain: readonly Plain[],
  random: () => number,
  second: boolean,
): void {
  const args = plain.map((x, i): Argument => ({
    plain: x,
    dtype: dtypeOf(one.inputs[i], 'float64'),
  }));
  const fn = (...inputs: Tensor[]): Tensor[] => many(one.run(...inputs));
  const outputs = floating(fn(...args.map(({ plain: x, dtype }) => make(dtype, x.shape, x.data))));
  const cotangents = cotangentsFor(outputs, random);
  if (second) checkSecondDerivatives(fn, args, cotangents, random);
  else checkGradients(fn, args, cotangents, 'gradient');
}

/** The ops a case names are those it runs: the test of names relies on it. */
function testNames(one: OpCase, plain: readonly Plain[], random: () => number): void {
  const run = opsRunBy(() => {
    testForward(one, plain, 'float64');
    const inputs = plain.map((x, i) => make(dtypeOf(one.inputs[i], 'float64'), x.shape, x.data));
    if (one.gradient === false) return;
    const weights = cotangentsFor(floating(many(one.run(...inputs))), random);
    const tensors = weights.map((w) => make('float64', w.shape, w.data));
    gradients((...all) => many(one.run(...all)), inputs, tensors);
  });
  const missing = one.ops.filter((op) => !run.has(op));
  if (missing.length > 0) {
    throw new Error(
      `expected the case to run ${missing.join(', ')}, got a run of ${[...run].join(', ')}`,
    );
  }
}

/** Elementwise ops at other shapes: single numbers, broadcast, empty, longer than vectors and blocks. */
function testShapes(one: OpCase, random: () => number): void {
  for (const shapes of arrangements(one.inputs.length)) {
    const plain = one.inputs.map((spec, i) => sample(spec, random, shapes[i]));
    const what = `shapes ${shapes.map((shape) => `[${shape.join()}]`).join(' and ')}`;
    for (const precision of ['float64', 'float32'] as const) {
      const inputs = plain.map((x, i) => make(dtypeOf(one.inputs[i], precision), x.shape, x.data));
      requireForward(one, inputs, plain, precision, `${what} (${precision})`);
    }
    if (one.gradient !== false && plain.every((x) => x.data.length < 50))
      testGradients(one, plain, random, false);
  }
}

function testExtremes(one: OpCase, precision: Precision): void {
  const plain = extremeInputs(
    one.inputs.map((spec) => dtypeOf(spec, precision)),
    one.extremes || [],
  );
  const inputs = plain.map((x, i) => make(dtypeOf(one.inputs[i], precision), x.shape, x.data));
  requireForward(one, inputs, plain, precision, `extreme values (${precision})`, {
    tolerance: one.extremesTolerance?.[precision] ?? {
      rel: defaults[precision].rel,
      abs: precision === 'float32' ? 1e-37 : 1e-300,
    },
    signedZero: one.signedZero ?? true,
    hint: (i) => plain.map((x) => (Object.is(x.data[i], -0) ? '-0' : String(x.data[i]))).join(', '),
  });
}

function testCase(one: OpCase, thorough: boolean): void {
  const random = randomFrom(one.name);
  const plain = one.inputs.map((spec) => sample(spec, random));
  const precisions: Precision[] = one.inputs.some((spec) => (spec.dtype ?? 'float') === 'float')
    ? ['float64', 'float32']
    : ['float64'];
  for (const precision of precisions) test(precision, () => testForward(one, plain, precision));
  if (thorough) test('layouts', () => testLayouts(one, plain, random));
  if (one.gradient !== false) {
    test('gradient', () => testGradients(one, plain, random, false));
    if (one.secondDerivative !== false && thorough) {
      test('second derivative', () => testGradients(one, plain, random, true));
    }
  }
  if (one.elementwise) {
    test('shapes', () => testShapes(one, random));
    if (one.extremes !== false) {
      for (const precision of precisions)
        test(`extreme values ${precision}`, () => testExtremes(one, precision));
    }
  }
  test('native ops', () => testNames(one, plain, random));
}

/** Declares the tests of a family. */
export function testOps(family: string, cases: readonly OpCase[]): void {
  describe(family, () => {
    test('names of cases are unique', () => {
      const names = cases.map((one) => one.name);
      expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
    });
    const thorough = oneIn(3, 'cases with layouts and second derivatives', cases);
    for (const one of cases) describe(one.name, () => testCase(one, thorough.includes(one)));
  });
}
