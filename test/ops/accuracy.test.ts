/** Transcendental functions are within 4 units in the last place over their complete range. */
import { F, tensor, type Tensor } from 'blasgrad';
import { times } from '../support/full';
import { erf, erfc, normal } from '../support/functions';

interface Case {
  readonly run: (x: Tensor) => Tensor;
  readonly reference: (x: number) => number;
  /** How far the reference may be off in float64, in units in the last place. */
  readonly referenceError?: number;
}

const cases: Readonly<Record<string, Case>> = {
  exp: { run: (x) => x.exp(), reference: Math.exp },
  expm1: { run: (x) => x.expm1(), reference: Math.expm1 },
  log: { run: (x) => x.log(), reference: Math.log },
  log1p: { run: (x) => x.log1p(), reference: Math.log1p },
  log2: { run: (x) => x.log2(), reference: Math.log2 },
  log10: { run: (x) => x.log10(), reference: Math.log10 },
  sin: { run: (x) => x.sin(), reference: Math.sin },
  cos: { run: (x) => x.cos(), reference: Math.cos },
  tan: { run: (x) => x.tan(), reference: Math.tan },
  asin: { run: (x) => x.asin(), reference: Math.asin },
  acos: { run: (x) => x.acos(), reference: Math.acos },
  atan: { run: (x) => x.atan(), reference: Math.atan },
  sinh: { run: (x) => x.sinh(), reference: Math.sinh },
  cosh: { run: (x) => x.cosh(), reference: Math.cosh },
  tanh: { run: (x) => x.tanh(), reference: Math.tanh },
  sigmoid: {
    run: (x) => x.sigmoid(),
    reference: (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
  },
  erf: { run: (x) => x.erf(), reference: erf, referenceError: 12 },
  erfc: { run: (x) => x.erfc(), reference: erfc, referenceError: 6 },
  // Below -1 the error grows with the exponent of the normal tail: see the next table.
  'gelu above -1': {
    run: (x) => F.gelu(x.maximum(-1)),
    reference: (x) => Math.max(x, -1) * normal(Math.max(x, -1)),
    referenceError: 24,
  },
};

/** How many values a function is tried with: so many of each precision. */
const count = times(2 ** 19, 2 ** 16, 'values of each function');

/** Evenly over all 2^32 float32 values, every 8,191st: all exponents and signs, subnormals, infinities and NaN. */
function everyFloat(): Float32Array {
  const bits = Uint32Array.from({ length: count }, (_, i) => (i * (2 ** 32 / count - 1)) >>> 0);
  return new Float32Array(bits.buffer);
}

/** Doubles of all exponents, and as many of ordinary size. */
function someDoubles(): Float64Array {
  const words = new Uint32Array(count / 2);
  let state = 2463534242;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state >>> 0;
  }
  const doubles = new Float64Array(words.buffer);
  return Float64Array.from({ length: 2 * doubles.length }, (_, i) =>
    i < doubles.length ? doubles[i] : (words[i] / 2 ** 32 - 0.5) * 2 ** ((i % 12) - 3),
  );
}

/** The distance between neighbouring numbers of the precision at `value`. */
function spacing(value: number, mantissa: number, smallest: number): number {
  return Math.max(2 ** (Math.floor(Math.log2(Math.abs(value))) - mantissa), smallest);
}

interface Precision {
  readonly inputs: () => Float32Array | Float64Array;
  readonly mantissa: number;
  readonly smallest: number;
  readonly largest: number;
}

const precisions: Readonly<Record<string, Precision>> = {
  float32: {
    inputs: everyFloat,
    mantissa: 23,
    smallest: 2 ** -149,
    largest: 3.4028234663852886e38,
  },
  float64: {
    inputs: someDoubles,
    mantissa: 52,
    smallest: 2 ** -1074,
    largest: Number.MAX_VALUE,
  },
};

describe.each(Object.entries(precisions))(
  '%s',
  (_precision, { inputs, mantissa, smallest, largest }) => {
    const x = inputs();

    test.each(Object.entries(cases))('%s', (_name, { run, reference, referenceError = 1 }) => {
      const slack = mantissa === 52 ? referenceError : 0;
      const y = run(tensor(x)).data as Float32Array | Float64Array;
      let worst = { ulp: 0, at: 0, expected: 0, got: 0 };
      for (let i = 0; i < x.length; i++) {
        const expected = reference(x[i]);
        const got = y[i];
        if (Number.isNaN(expected) ? Number.isNaN(got) : expected === got) continue;
        const limit = Math.abs(expected) > largest; // rounds to infinity, or to the largest number just below it
        const ulp = limit
          ? Math.abs(got) >= largest && got > 0 === expected > 0
            ? 0
            : Infinity
          : Math.abs(got - expected) / spacing(expected, mantissa, smallest);
        if (!(ulp <= worst.ulp)) worst = { ulp, at: x[i], expected, got };
      }
      expect(worst.ulp <= 4 + slack ? 'within 4 ulp' : worst).toBe('within 4 ulp');
    });
  },
);

test.each([
  [-1.5, -0.10021080190328713],
  [-2, -0.0455002638963584],
  [-3, -0.004049694094890284],
  [-4, -1.2668496733248e-4],
  [-5, -1.43325785939597e-6],
  [-20, -0],
  [-1e30, -0],
])('float32 gelu of %d in the tail, where (1 + erf) / 2 would cancel', (x, expected) => {
  const y = F.gelu(tensor([x])).item();
  expect(Math.abs(y - expected)).toBeLessThanOrEqual(3e-6 * Math.abs(expected));
});
