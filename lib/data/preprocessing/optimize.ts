/** The minimum of a function of one number. */

const golden = 0.3819660112501051; // (3 - sqrt(5)) / 2

/** Three places, of which the middle one has the smallest value. */
function bracket(f: (x: number) => number): [number, number, number] {
  let [low, high] = [-2, 2];
  if (f(low) < f(high)) [low, high] = [high, low];
  let next = high + (high - low) * 1.618034;
  for (let i = 0; i < 40 && f(next) < f(high); i++) {
    [low, high, next] = [high, next, next + (next - high) * 1.618034];
  }
  return [low, high, next];
}

/** Brent's method (Numerical Recipes 10.3), from a bracket around [-2, 2], as in SciPy. */
export function minimize(f: (x: number) => number): number {
  const value = (at: number): number => {
    const y = f(at);
    return Number.isNaN(y) ? Infinity : y;
  };
  const [first, middle, last] = bracket(value);
  let [low, high] = first < last ? [first, last] : [last, first];
  let [x, w, v] = [middle, middle, middle];
  let [fx, fw, fv] = [value(x), value(x), value(x)];
  let [step, before] = [0, 0];
  for (let i = 0; i < 500; i++) {
    const center = (low + high) / 2;
    const tolerance = 1.48e-9 * Math.abs(x) + 1e-11;
    if (Math.abs(x - center) <= 2 * tolerance - (high - low) / 2) break;
    let isParabola = false;
    if (Math.abs(before) > tolerance) {
      const r = (x - w) * (fx - fv);
      let q = (x - v) * (fx - fw);
      let p = (x - v) * q - (x - w) * r;
      q = 2 * (q - r);
      if (q > 0) p = -p;
      q = Math.abs(q);
      const last = before;
      before = step;
      if (Math.abs(p) < Math.abs((q * last) / 2) && p > q * (low - x) && p < q * (high - x)) {
        step = p / q;
        isParabola = true;
        const u = x + step;
        if (u - low < 2 * tolerance || high - u < 2 * tolerance)
          step = x < center ? tolerance : -tolerance;
      }
    }
    if (!isParabola) {
      before = x < center ? high - x : low - x;
      step = golden * before;
    }
    const u = Math.abs(step) >= tolerance ? x + step : x + (step > 0 ? tolerance : -tolerance);
    const fu = value(u);
    if (fu <= fx) {
      if (u < x) high = x;
      else low = x;
      [v, w, x] = [w, x, u];
      [fv, fw, fx] = [fw, fx, fu];
      continue;
    }
    if (u < x) low = u;
    else high = u;
    if (fu <= fw || w === x) [v, w, fv, fw] = [w, u, fw, fu];
    else if (fu <= fv || v === x || v === w) [v, fv] = [u, fu];
  }
  return x;
}
