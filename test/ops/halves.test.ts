/** Every op in half precision equals float32 rounded once. */
import { fromArray, tensor, type Tensor } from 'blasgrad';
import { cotangentsFor, floating, gradients } from '../support/gradcheck';
import { halves, ulpOf, type Half } from '../support/halves';
import { make } from '../support/make';
import { plainOf, type Plain } from '../support/plain';
import { randomFrom } from '../support/random';
import { sample, type OpCase } from './case';
import { families } from './cases';

/** Cases of several ops, each of which rounds; the error in units in the last place of the largest result. */
const looser: Readonly<Record<string, number>> = {
  'einsum i,ij,j->': 16, // cancels
  addmm: 2,
  'linear with a bias of another shape': 2,
  'indexAdd along the last dimension, weighted': 2,
  'scatterAdd in place, through a transposed view': 2, // twice
};

/** Families without halves: optimizers update float32 copies, and backend.gemm takes arrays of floats. */
const leftOut = ['optim', 'backend', 'random'];

const many = <T>(one: T | T[]): T[] => (Array.isArray(one) ? one : [one]);
const onFloats = (one: OpCase): boolean =>
  one.inputs.some(({ dtype }) => dtype === undefined || dtype === 'float');

/** Within so many units in the last place of each result, or of the largest one. */
function requireNear(
  actual: Tensor,
  expected: Tensor,
  dtype: Half,
  ulps: number,
  what: string,
): void {
  const [got, wanted] = [plainOf(actual), plainOf(expected)];
  const rounded = plainOf(expected.to(dtype));
  const largest = wanted.data.filter(Number.isFinite).reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  wanted.data.forEach((value, i) => {
    const [found, nearest] = [got.data[i], rounded.data[i]];
    if (Object.is(found, nearest) || found === nearest) return;
    const unit = ulpOf(ulps > 1 ? largest : value, dtype);
    if (Math.abs(found - value) <= ulps * unit) return;
    throw new Error(`${what}: expected ${value}, got ${found} at element ${i}`);
  });
}

function inputsOf(
  one: OpCase,
  plain: readonly Plain[],
  half: Half,
  dtype: Half | 'float32',
): Tensor[] {
  return plain.map((x, i) => {
    const own = one.inputs[i].dtype ?? 'float';
    if (own !== 'float') return make(own, x.shape, x.data);
    return make(half, x.shape, x.data).to(dtype);
  });
}

function check(one: OpCase, dtype: Half): void {
  const random = randomFrom(one.name);
  const plain = one.inputs.map((spec) => sample(spec, random));
  const ulps = looser[one.name] ?? 1;
  const wide = many(one.run(...inputsOf(one, plain, dtype, 'float32')));
  const narrow = many(one.run(...inputsOf(one, plain, dtype, dtype)));
  narrow.forEach((result, i) => {
    if (wide[i].dtype !== 'float32') return;
    if (result.dtype !== dtype) throw new Error(`expected ${dtype}, got ${result.dtype}`);
    requireNear(result.detach(), wide[i].detach(), dtype, ulps, `result ${i}`);
  });
  if (one.gradient === false || floating(narrow).length === 0) return;
  const cotangents = cotangentsFor(floating(narrow), random).map((w) =>
    make(dtype, w.shape, w.data),
  );
  const run = (...all: Tensor[]): Tensor[] => many(one.run(...all));
  const found = gradients(run, inputsOf(one, plain, dtype, dtype), cotangents);
  const expected = gradients(
    run,
    inputsOf(one, plain, dtype, 'float32'),
    cotangents.map((w) => w.to('float32')),
  );
  // Rules are made of several ops, as PyTorch's are.
  found.forEach((gradient, i) => {
    const wanted = expected[i];
    if (gradient !== null && wanted !== null) {
      requireNear(gradient, wanted, dtype, Math.max(4, ulps), `gradient ${i}`);
    }
  });
}

describe.each(halves)('%s', (dtype) => {
  for (const [family, cases] of Object.entries(families)) {
    if (leftOut.includes(family)) continue;
    const some = cases.filter(onFloats);
    if (some.length > 0) test.each(some)(`${family}: $name`, (one) => check(one, dtype));
  }
});

test('random numbers stay below the upper limit', () => {
  for (const dtype of halves) {
    const x = tensor(new Uint16Array(1 << 16), { dtype }).uniform_(0, 1);
    expect(x.max().item()).toBeLessThan(1);
    expect(x.min().item()).toBeGreaterThanOrEqual(0);
    expect(x.to('float32').mean().item()).toBeCloseTo(0.5, 1);
  }
});

test('halves share the memory of their bits', () => {
  const bits = new Uint16Array([0x3c00, 0xc000]);
  const x = fromArray(bits, [2], { dtype: 'float16' });
  expect(x.toArray()).toEqual([1, -2]);
  x.mul_(2);
  expect([...bits]).toEqual([0x4000, 0xc400]);
});
