/** The gradient of a sampling grid in ordinary ops, for higher derivatives. */
import { noGrad } from '../../core/gradMode';
import { Tensor } from '../define';
import { where } from '../elementwise/select';
import { stack } from '../shape/join';
import type { Sampling } from './gridSample';

/** An element along one dimension that a point uses: its position, its weight, and the derivative of the weight. */
interface Tap {
  readonly index: Tensor;
  readonly inside: Tensor;
  readonly weight: Tensor;
  readonly derivative: Tensor;
}

const filled = (like: Tensor, value: number): Tensor =>
  Tensor._empty(like.dtype, like.shape).fill_(value);

/** A position in [0, n - 1] for one outside; `slope` is the derivative by the coordinate. */
function bounded(
  position: Tensor,
  slope: Tensor,
  n: number,
  { paddingMode, alignCorners }: Sampling,
): { at: Tensor; slope: Tensor } {
  if (paddingMode === 'zeros') return { at: position, slope };
  let [at, sign] = [position, slope];
  if (paddingMode === 'reflection') {
    const [low, span] = alignCorners ? [0, n - 1] : [-0.5, n];
    if (span === 0) return { at: filled(at, 0), slope: filled(at, 0) };
    const distance = at.sub(low);
    const isNegative = distance.lt(0);
    const from = where(isNegative, distance.neg(), distance);
    const isOdd = noGrad(() => from.div(span).floor().fmod(2).ne(0));
    const extra = from.fmod(span);
    at = where(isOdd, extra.neg().add(span), extra).add(low);
    sign = where(isNegative.logicalXor(isOdd), sign.neg(), sign);
  }
  const isMoving = at.gt(0).logicalAnd(at.lt(n - 1));
  const edge = noGrad(() =>
    at
      .ge(n - 1)
      .to(at.dtype)
      .mul(n - 1),
  );
  return { at: where(isMoving, at, edge), slope: where(isMoving, sign, 0) };
}

function tapsOf(coordinate: Tensor, n: number, sampling: Sampling): Tap[] {
  const { mode, alignCorners } = sampling;
  const spread = coordinate.add(1);
  const position = alignCorners ? spread.div(2).mul(n - 1) : spread.mul(n).sub(1).div(2);
  const scale = filled(coordinate, alignCorners ? (n - 1) / 2 : n / 2);
  const isCubic = mode === 'bicubic';
  const { at, slope } = isCubic
    ? { at: position, slope: scale }
    : bounded(position, scale, n, sampling);
  const low = noGrad(() => at.floor());
  const t = at.sub(low);
  const tap = (k: number, weight: Tensor, derivative: Tensor): Tap =>
    noGrad(() => {
      const place = low.add(k);
      const index = isCubic ? bounded(place, place, n, sampling).at : place;
      const inside = index.ge(0).logicalAnd(index.lt(n));
      return { index: where(inside, index, 0).to('int32'), inside, weight, derivative };
    });
  if (!isCubic) return [tap(0, t.neg().add(1), slope.neg()), tap(1, t, slope)];
  return [-1, 0, 1, 2].map((k) => {
    const away = k <= 0;
    const x = away ? t.sub(k) : t.neg().add(k); // the distance to the tap
    const [weight, derivative] = k === 0 || k === 1 ? near(x) : far(x);
    return tap(k, weight, derivative.mul(away ? slope : slope.neg()));
  });
}

/** Coefficient of cubic interpolation, as in PyTorch. */
const a = -0.75;

/** The weight of a tap at a distance of up to 1, and its derivative. */
function near(x: Tensor): [Tensor, Tensor] {
  const weight = x
    .mul(a + 2)
    .sub(a + 3)
    .mul(x)
    .mul(x)
    .add(1);
  const derivative = x
    .mul(3 * (a + 2))
    .sub(2 * (a + 3))
    .mul(x);
  return [weight, derivative];
}

/** The weight of a tap at a distance from 1 to 2, and its derivative. */
function far(x: Tensor): [Tensor, Tensor] {
  const weight = x
    .mul(a)
    .sub(5 * a)
    .mul(x)
    .add(8 * a)
    .mul(x)
    .sub(4 * a);
  const derivative = x
    .mul(3 * a)
    .sub(10 * a)
    .mul(x)
    .add(8 * a);
  return [weight, derivative];
}

/** One tap for each dimension, in all combinations; the last dimension changes fastest. */
function combinations(taps: readonly (readonly Tap[])[]): Tap[][] {
  return taps.reduce<Tap[][]>(
    (some, own) => some.flatMap((chosen) => own.map((tap) => [...chosen, tap])),
    [[]],
  );
}

const product = (factors: readonly Tensor[]): Tensor => factors.reduce((some, f) => some.mul(f));

/** The gradient of `grid`, given the gradient `dy` of the samples of `x`. Bilinear and bicubic only. */
export function composedGridGradient(
  dy: Tensor,
  x: Tensor,
  grid: Tensor,
  sampling: Sampling,
): Tensor {
  const [batch, channels, ...spatial] = x.shape;
  const rank = spatial.length;
  const points = grid.reshape(batch, -1, rank);
  const count = points.shape[1];
  const planes = x.flatten(2);
  const slopes = dy.flatten(2);
  // Coordinates are in the opposite order of the dimensions.
  const taps = spatial.map((n, dim) => tapsOf(points.select(2, rank - 1 - dim), n, sampling));
  const sums: Tensor[] = spatial.map(() => filled(points.select(2, 0), 0));
  for (const chosen of combinations(taps)) {
    const index = chosen
      .map((tap) => tap.index)
      .reduce((at, own, dim) => at.mul(spatial[dim]).add(own));
    const inside = chosen.map((tap) => tap.inside).reduce((some, own) => some.logicalAnd(own));
    const elements = planes.gather(2, index.unsqueeze(1).expand(batch, channels, count));
    const value = slopes.mul(elements).sum(1);
    for (let dim = 0; dim < rank; dim++) {
      const factors = chosen.map((tap, i) => (i === dim ? tap.derivative : tap.weight));
      const part = where(inside, product([value, ...factors]), 0);
      sums[rank - 1 - dim] = sums[rank - 1 - dim].add(part);
    }
  }
  return stack(sums, 2).reshape([...grid.shape]);
}
