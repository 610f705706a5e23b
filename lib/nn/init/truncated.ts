/** The truncated normal distribution. */
import type { Shape } from '../../core/shape';
import { Tensor } from '../../core/tensor';

/**
 * The inverse of the error function on [-1, 1], in float64: Winitzki's approximation (2008), accurate to 0.2 %, and
 * three Newton steps.
 */
function inverseErf(v: Tensor): Tensor {
  const c = 0.147;
  const log = v.square().neg().log1p();
  const half = log.mul(0.5).add(2 / (Math.PI * c));
  const size = half.square().sub(log.div(c)).sqrt().sub(half).sqrt();
  let z = size.mul(v.sign());
  for (let i = 0; i < 3; i++) {
    const derivative = z
      .square()
      .neg()
      .exp()
      .mul(2 / Math.sqrt(Math.PI));
    z = z.sub(z.erf().sub(v).div(derivative));
  }
  return z;
}

/** erf of one number, by the tensor op. */
function erf(x: number): number {
  const scalar = Tensor._empty('float64', []).fill_(x);
  return scalar.erf().item();
}

/** Normal values in [a, b], in float64: the inverse distribution function of uniform values. */
export function truncatedNormal(
  shape: Shape,
  mean: number,
  std: number,
  a: number,
  b: number,
): Tensor {
  const scale = std * Math.SQRT2;
  // The inverse is infinite where float64 rounds erf to 1.
  const edge = 1 - 2 ** -53;
  const erfAt = (x: number): number => Math.min(Math.max(erf((x - mean) / scale), -edge), edge);
  const uniform = Tensor._empty('float64', shape).uniform_(erfAt(a), erfAt(b));
  return inverseErf(uniform).mul(scale).add(mean).clamp({ min: a, max: b });
}
