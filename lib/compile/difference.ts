/** Texts for the differences between a new run of a compiled function and its program. */
import type { RecordedDifference } from '../../binding';

/** 'effects': the calls are equal, but the results, gradients or schedule steps are not. */
export type Difference = RecordedDifference | 'effects';

/** How a difference is handled; a function receives its text after the programs were dropped. */
export type Dynamic = 'error' | 'recapture' | 'ignore' | ((text: string) => void);

/** A number as JavaScript source would show it. */
function numberText(value: number, dtype: string): string {
  if (Object.is(value, -0)) return '-0';
  if (dtype !== 'float32') return String(value);
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(value);
}

/** `add: other is 2, and was 1 when the step was captured`. */
export function differenceText(difference: Difference): string {
  if (difference === 'effects') {
    return 'fn returns other results, or leaves other gradients, than when it was captured';
  }
  const { kind, op, caller, name, then, now, dtype, element, elements } = difference;
  const where = caller === '' || caller === op ? op : `${caller} (${op})`;
  switch (kind) {
    case 'op': {
      const call = `call ${difference.call}`;
      if (then === '') return `${call} is ${now}, and there was none when fn was captured`;
      return `${call} is ${now === '' ? 'missing' : now}, and was ${then} when fn was captured`;
    }
    case 'attr':
    case 'constant': {
      const place = elements > 1 ? `element ${element} of ${name}` : name;
      const [before, after] = [difference.numberThen, difference.numberNow];
      return (
        `${where}: ${place} is ${numberText(after, dtype)}, ` +
        `and was ${numberText(before, dtype)} when fn was captured`
      );
    }
    case 'operand':
      return `${where}: ${name} is not the tensor that it was when fn was captured`;
    case 'size':
      return `${where}: sizes or dtypes differ from those when fn was captured`;
    case 'result':
      return `fn has another ${name} than when it was captured`;
  }
}

const advice =
  'pass numbers that change as arguments, or as scalarInput(value); change tensors in place; or compile with ' +
  "{ dynamic: 'recapture' }";

/** A compiled function made different calls than its program. The step was done; `results` are what fn returned. */
export class DifferenceError extends Error {
  readonly stepsDone: number = 1;
  declare readonly results: unknown;

  constructor(text: string, results: unknown) {
    super(
      `compile: fn does not make the same calls in every run: ${text}. This step was done; steps since the last ` +
        `comparison may have used the captured values. Call again to continue with a new program, or ${advice}`,
    );
    Object.defineProperty(this, 'results', { value: results, writable: true });
  }
}
