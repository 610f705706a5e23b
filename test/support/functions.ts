/** Functions of numbers that Math lacks, or that have other edge cases than in C and PyTorch. */

export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** log(1 + e^x). */
export const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** The nearest integer, halves to the even one. */
export function roundEven(x: number): number {
  return Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
}

/** C's pow: 1 to any power, and -1 to an infinite one, is 1. */
export function pow(x: number, y: number): number {
  if (x === 1 || (x === -1 && Math.abs(y) === Infinity)) return 1;
  return Math.pow(x, y);
}

/** Error function: a series of positive terms, and erfc where its continued fraction converges fast. */
export function erf(x: number): number {
  if (Number.isNaN(x) || x === 0) return x;
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  if (size > 2.5) return Math.sign(x) * (1 - erfc(size));
  let term = x;
  let sum = x;
  for (let k = 1; Math.abs(term) > 1e-17 * Math.abs(sum); k++) {
    term *= (2 * x * x) / (2 * k + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** Complementary error function, within 6 units in the last place: a continued fraction from 0.5 on. */
export function erfc(x: number): number {
  if (x < 0.5) return 1 - erf(x);
  if (x > 28) return 0;
  let fraction = 0;
  for (let k = Math.ceil(200 / (x * x)) + 10; k > 0; k--) fraction = k / 2 / (x + fraction);
  // exp would multiply the rounding error of x^2; high^2 is exact.
  const high = Math.fround(x);
  const exp = Math.exp(-high * high) * Math.exp((high - x) * (high + x));
  return exp / ((x + fraction) * Math.sqrt(Math.PI));
}

/** Distribution function of the standard normal distribution. */
export const normal = (x: number): number => 0.5 * (1 + erf(x * Math.SQRT1_2));
