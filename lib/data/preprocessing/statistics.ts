/** Statistics of columns: mean and standard deviation, quantiles, most frequent values. */

/** Mean and population standard deviation; 0 and 0 without values, a standard deviation of 0 for equal values. */
export function moments(values: ArrayLike<number>): { mean: number; std: number } {
  const { length } = values;
  if (length === 0) return { mean: 0, std: 0 };
  let largest = 0;
  for (let i = 0; i < length; i++) largest = Math.max(largest, Math.abs(values[i]));
  // In units of a power of 2, which changes no digit, neither a sum nor a square leaves the range of float64.
  const unit = largest === 0 ? 1 : 2 ** Math.floor(Math.log2(largest));
  let sum = 0;
  for (let i = 0; i < length; i++) sum += values[i] / unit;
  // A long sum is rounded often, by 1e-11 of a constant million; the deviations show by how much. A sum of squares
  // alone would lose all digits of a column far from 0.
  const rounded = sum / length;
  let rest = 0;
  for (let i = 0; i < length; i++) rest += values[i] / unit - rounded;
  const mean = rounded + rest / length;
  let squares = 0;
  for (let i = 0; i < length; i++) squares += (values[i] / unit - mean) ** 2;
  const std = Math.sqrt(squares / length);
  // The rounding errors of a constant column are not a deviation.
  return { mean: mean * unit, std: std > 1e-15 * Math.abs(mean) ? std * unit : 0 };
}

/** (value - center) / scale, also where the difference of two finite numbers is not finite. */
export function inUnits(value: number, center: number, scale: number): number {
  const difference = value - center;
  if (Number.isFinite(difference) || !Number.isFinite(value)) return difference / scale;
  return value / scale - center / scale;
}

/** The quantile at `share` (0 to 1) of sorted values, interpolated linearly (NumPy's default). */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below];
  const high = sorted[Math.min(below + 1, sorted.length - 1)];
  const part = position - below;
  // As NumPy interpolates, so that equal neighbours give themselves.
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}

/** The quantile by NumPy's method `averaged_inverted_cdf`: a value, or the mean of the two beside a step. */
export function stepQuantile(sorted: ArrayLike<number>, share: number): number {
  const { length } = sorted;
  const position = share * length;
  const nearest = Math.round(position);
  const isStep = Math.abs(position - nearest) < 1e-12 * Math.max(1, position);
  const clamp = (i: number): number => Math.min(Math.max(i, 0), length - 1);
  if (!isStep) return sorted[clamp(Math.ceil(position) - 1)];
  return (sorted[clamp(nearest - 1)] + sorted[clamp(nearest)]) / 2;
}

/** The most frequent of some values, the smallest of those that are equally frequent; undefined without values. */
export function mostFrequent(sorted: ArrayLike<number>): number | undefined {
  let best: number | undefined;
  let most = 0;
  for (let start = 0; start < sorted.length;) {
    let end = start + 1;
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    if (end - start > most) [best, most] = [sorted[start], end - start];
    start = end;
  }
  return best;
}

/** The middles between neighbours. */
export function middles(edges: readonly number[]): number[] {
  return edges.slice(1).map((edge, i) => (edge + edges[i]) / 2);
}
