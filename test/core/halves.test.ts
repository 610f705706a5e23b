/** float16 and bfloat16: all 65,536 bit patterns, and rounding at and next to every midpoint. */
import { fromArray, tensor, zeros, type DType, type Tensor } from 'blasgrad';
import { randomFrom } from '../support/random';

// Jest looks up globals slowly.
const { abs, floor, fround, log2 } = Math;
const { is } = Object;
const { isNaN } = Number;

interface Format {
  readonly dtype: DType;
  /** Bits of the exponent and of the significand after its point. */
  readonly exponentBits: number;
  readonly bits: number;
}

const formats: readonly Format[] = [
  { dtype: 'float16', exponentBits: 5, bits: 10 },
  { dtype: 'bfloat16', exponentBits: 8, bits: 7 },
];

const biasOf = ({ exponentBits }: Format): number => 2 ** (exponentBits - 1) - 1;

/** The number that a pattern stands for, by the definition of IEEE 754. */
function decode(pattern: number, format: Format): number {
  const sign = pattern >> 15 ? -1 : 1;
  const exponent = (pattern >> format.bits) & (2 ** format.exponentBits - 1);
  const fraction = (pattern & (2 ** format.bits - 1)) / 2 ** format.bits;
  if (exponent === 2 ** format.exponentBits - 1) return fraction === 0 ? sign * Infinity : NaN;
  const least = 1 - biasOf(format);
  return exponent === 0
    ? sign * fraction * 2 ** least
    : sign * (1 + fraction) * 2 ** (exponent - biasOf(format));
}

/** Rounds to nearest, ties to even, by arithmetic that is exact in float64; first to float32, as PyTorch does. */
function rounded(value: number, format: Format): number {
  const single = fround(value);
  const size = abs(single);
  if (!(size > 0 && size < 2 ** 128)) return single;
  const bias = biasOf(format);
  let exponent = floor(log2(size));
  if (2 ** exponent > size) exponent--;
  const unit = 2 ** ((exponent < 1 - bias ? 1 - bias : exponent) - format.bits);
  const count = size / unit;
  const below = floor(count);
  const rest = count - below;
  const up = rest > 0.5 || (rest === 0.5 && below % 2 === 1);
  const near = (below + (up ? 1 : 0)) * unit;
  const result = near >= 2 ** (bias + 1) ? 1 / 0 : near;
  return single < 0 ? -result : result;
}

const patterns = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);

/** The memory of a tensor as patterns, whatever the class of its typed array. */
function patternsIn(x: Tensor): Uint16Array {
  const { buffer, byteOffset, length } = x.data;
  return new Uint16Array(buffer, byteOffset, length);
}

/** A tensor of these patterns. */
function ofPatterns(bits: Uint16Array, dtype: DType): Tensor {
  const x = zeros([bits.length], { dtype });
  patternsIn(x).set(bits);
  return x;
}

/** The elements of a tensor of one dimension. */
const elementsOf = (x: Tensor): unknown[] => x.toArray() as unknown[];

/** Throws with the first element that differs: 65,536 values are too many to print. */
function requireSame(found: ArrayLike<unknown>, wanted: ArrayLike<unknown>, what = ''): void {
  expect(found.length).toBe(wanted.length);
  for (let i = 0, { length } = wanted; i < length; i++) {
    if (is(found[i], wanted[i])) continue;
    throw new Error(`${what} element ${i}: expected ${String(wanted[i])}, got ${String(found[i])}`);
  }
}

const slot = new Float32Array(1);
const slotBits = new Int32Array(slot.buffer);

/** The float32 next to a number, away from 0 or towards it. */
function beside(value: number, direction: 1 | -1): number {
  slot[0] = value;
  slotBits[0] += direction;
  return slot[0];
}

describe.each(formats.map((format) => [format.dtype, format] as const))('%s', (dtype, format) => {
  const values = Array.from(patterns, (pattern) => decode(pattern, format));
  const infinity = (2 ** format.exponentBits - 1) << format.bits;
  const quiet = 2 ** (format.bits - 1);

  test('every pattern is the number that it stands for', () => {
    const x = ofPatterns(patterns, dtype);
    requireSame(elementsOf(x), values, 'toArray');
    requireSame(elementsOf(x.to('float32')), values, 'float32');
    requireSame(elementsOf(x.to('float64')), values, 'float64');
    requireSame(
      elementsOf(x.to('bool')),
      values.map((value) => value !== 0),
      'bool',
    );
  });

  test.each<DType>(['float32', 'float64'])('to %s and back has the same bits', (wide) => {
    const back = patternsIn(ofPatterns(patterns, dtype).to(wide).to(dtype));
    values.forEach((value, i) => {
      if (!isNaN(value)) {
        if (back[i] !== i) throw new Error(`pattern ${i}: got ${back[i]}`);
      } else if ((back[i] & infinity) !== infinity || (back[i] & quiet) === 0) {
        throw new Error(`pattern ${i}, NaN: expected a quiet NaN, got ${back[i]}`);
      }
    });
  });

  test('numbers give the patterns they were read from', () => {
    requireSame(elementsOf(tensor(values, { dtype })), values);
    const found = patternsIn(tensor(values, { dtype }));
    const wanted = patterns.map((pattern, i) => (isNaN(values[i]) ? found[i] : pattern));
    requireSame(found, wanted);
  });

  test('copies keep all bits, also of NaN', () => {
    const x = ofPatterns(patterns, dtype);
    requireSame(patternsIn(x.clone()), patterns, 'clone');
    requireSame(patternsIn(x.reshape([256, 256]).t().clone().t().clone()), patterns, 'transposed');
    requireSame(patternsIn(x.flip([0]).flip([0])), patterns, 'flipped');
  });

  // Every finite number that is not negative, and the first that is too large: there rounding goes to infinity.
  const ascending = [...values.slice(0, infinity), 2 ** (biasOf(format) + 1)];
  const reached = (i: number): number => (i === infinity ? Infinity : ascending[i]);

  /** Numbers between neighbours, and what they are rounded to. */
  const between = (place: (low: number, high: number) => number, pick: (i: number) => number) => {
    const numbers = ascending.slice(1).map((high, i) => place(ascending[i], high));
    const results = numbers.map((_, i) => reached(pick(i)));
    return [
      [...numbers, ...numbers.map((one) => -one)],
      [...results, ...results.map((one) => -one)],
    ] as const;
  };
  const middle = (low: number, high: number): number => low / 2 + high / 2;
  const even = (i: number): number => i + (i % 2);
  const places: [string, (low: number, high: number) => number, (i: number) => number][] = [
    ['halfway: to the even one', middle, even],
    ['just above the middle: up', (a, b) => beside(middle(a, b), 1), (i) => i + 1],
    ['just below the middle: down', (a, b) => beside(middle(a, b), -1), (i) => i],
    ['just above a number: down', (a) => beside(a, 1), (i) => i],
    ['just below a number: up', (_, b) => beside(b, -1), (i) => i + 1],
  ];

  test.each(places)('float32 %s', (_name, place, pick) => {
    const [numbers, results] = between(place, pick);
    const singles = fromArray(Float32Array.from(numbers));
    requireSame(elementsOf(singles.to(dtype)), results, 'float32');
    requireSame(elementsOf(singles.to('float64').to(dtype)), results, 'float64');
    requireSame(elementsOf(tensor(numbers, { dtype })), results, 'numbers');
    requireSame(
      results,
      numbers.map((one) => rounded(one, format)),
      'reference',
    );
  });

  // torch.tensor([1 + 2**-11 + 2**-40], dtype=torch.float16) is 1, and so is float64's .half(): float32 comes in between.
  test('float64 and numbers are rounded to float32 first, so that twice may be to the even one', () => {
    const [numbers, results] = between((a, b) => middle(a, b) * (1 + 2 ** -40), even);
    requireSame(elementsOf(tensor(numbers, { dtype })), results, 'numbers');
    const doubles = fromArray(Float64Array.from(numbers));
    requireSame(elementsOf(doubles.to(dtype)), results, 'float64');
    expect(zeros([1], { dtype }).fill_(numbers[0]).toArray()).toEqual([results[0]]);
  });

  test('random float32 and float64 numbers of all sizes', () => {
    const random = randomFrom(dtype);
    const words = Uint32Array.from({ length: 1 << 16 }, () => random() * 2 ** 32);
    const singles = Array.from(new Float32Array(words.buffer), (one) => (isNaN(one) ? 0 : one));
    const wide = singles.map((one) => one * (1 + random() * 2 ** -20));
    for (const numbers of [singles, wide]) {
      const wanted = numbers.map((one) => rounded(one, format));
      requireSame(elementsOf(tensor(numbers, { dtype })), wanted, 'numbers');
      const doubles = fromArray(Float64Array.from(numbers));
      requireSame(elementsOf(doubles.to(dtype)), wanted, 'float64');
      requireSame(elementsOf(doubles.to('float32').to(dtype)), wanted, 'float32');
    }
  });

  test('too large, too small', () => {
    const largest = values[infinity - 1];
    const limit = middle(largest, 2 ** (biasOf(format) + 1));
    const numbers = [largest, beside(limit, -1), limit, 1e300, -1e300, 1e-300, -1e-300, -limit];
    const results = [largest, largest, Infinity, Infinity, -Infinity, 0, -0, -Infinity];
    requireSame(elementsOf(tensor(numbers, { dtype })), results);
    requireSame(elementsOf(fromArray(Float64Array.from(numbers)).to(dtype)), results);
  });

  test('arithmetic is that of float32, rounded once', () => {
    const random = randomFrom(`${dtype} pairs`);
    const pick = (): Uint16Array =>
      Uint16Array.from(
        { length: 1 << 15 },
        () => random() * infinity + (random() < 0.5 ? 0 : 2 ** 15),
      );
    const [a, b] = [pick(), pick()];
    const [x, y] = [ofPatterns(a, dtype), ofPatterns(b, dtype)];
    const operations: [string, Tensor, (left: number, right: number) => number][] = [
      ['add', x.add(y), (left, right) => left + right],
      ['sub', x.sub(y), (left, right) => left - right],
      ['mul', x.mul(y), (left, right) => left * right],
      ['div', x.div(y), (left, right) => left / right],
      ['sqrt', x.sqrt(), (left) => Math.sqrt(left)],
    ];
    for (const [name, found, compute] of operations) {
      const wanted = Array.from(a, (one, i) => rounded(compute(values[one], values[b[i]]), format));
      requireSame(elementsOf(found), wanted, name);
    }
  });

  test('the other half, by float32', () => {
    const other = formats.find((one) => one !== format) as Format;
    const wanted = values.map((value) => rounded(value, other));
    requireSame(elementsOf(ofPatterns(patterns, dtype).to(other.dtype)), wanted);
  });
});
