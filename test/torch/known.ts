/** Known differences from PyTorch, with reasons. They count as failed, but do not change the exit code. */
import type { CallFailure } from './worker';

interface Known {
  /** The function here, such as x.add. */
  readonly target: RegExp;
  /** Matches `form: kind: detail` of every failure of the call. */
  readonly failure: RegExp;
  readonly reason: string;
}

const known: readonly Known[] = [
  {
    target: /^x\.(atan2|maximum|minimum|logical\w+)$/,
    failure: /accepted: PyTorch: .* must be Tensor, not int/,
    reason: 'every operator takes a number as its second operand',
  },
  {
    target: /^b\.linspace$/,
    failure: /accepted: PyTorch: .* got \(.*float\)/,
    reason: 'JavaScript does not tell the steps 1.0 from 1',
  },
  {
    target: /^x\.(byte|long)$/,
    failure: /RangeError: \w+: expected numbers that \w+ can represent for this, got NaN/,
    reason: 'NaN has no integer value; PyTorch gives what the machine leaves',
  },
  {
    target: /^(b\.fullLike|b\.arange|x\.indexAdd)$/,
    failure: /RangeError: \w+: expected (a number|numbers) that uint8 holds/,
    reason: 'numbers that do not fit are errors',
  },
  {
    target: /^F\.(relu6|hardtanh|hardshrink|softshrink)$/,
    failure: /gradient: \S+ instead of 0 at element 6 of 9/,
    reason:
      "PyTorch's derivative at NaN differs between float32 and float64; here it is that of float32",
  },
  {
    target: /^x\.sumToSize$/,
    failure: /dtype: \w+ instead of int64/,
    reason: 'PyTorch widens integers that have no dimensions although nothing is summed',
  },
  {
    target: /^F\.(mish|softsign)$/,
    failure: /second: 0 instead of NaN/,
    reason:
      'where exp overflows or x is infinite, PyTorch subtracts or multiplies infinities; the limit is 0',
  },
  {
    target: /^F\.oneHot$/,
    failure: /compiled.*: refused: /,
    reason: 'without numClasses the largest label decides the shape',
  },
  {
    target: /^x\.norm$/,
    failure: /for p, got 'nuc'/,
    reason: 'the nuclear norm needs singular values',
  },
  {
    target: /^F\.maxPool[123]d$/,
    failure: /accepted: PyTorch: .*(got:\[0, \d+\]|being empty)/,
    reason: 'the result of an empty input is empty',
  },
  {
    target: /^F\.layerNorm$/,
    failure: /gradient: \S+e?\S* instead of \S+ at element 0 of 1, input 0$/,
    reason:
      'the derivative of a row of one element is 0; both compute the difference of large numbers',
  },
  {
    target: /^F\.poissonNllLoss$/,
    failure: /gradient: \S+ instead of NaN .*input 1$/,
    reason: 'PyTorch rounds a target of bfloat16 to 0 in between and multiplies by its logarithm',
  },
];

/** Why the call is known to fail, or null. */
export function reasonOf(target: string, { failures }: CallFailure): string | null {
  const matches = (one: Known): boolean =>
    one.target.test(target) &&
    failures.every(({ form, kind, detail }) => one.failure.test(`${form}: ${kind}: ${detail}`));
  return known.find(matches)?.reason ?? null;
}
