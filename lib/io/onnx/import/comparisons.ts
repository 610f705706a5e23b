/** ONNX operators for comparisons and logic. */
import { where } from '../../../ops/elementwise/select';
import type { Tensor } from '../../../core/tensor';
import { chooseInts, compareInts, Flags, Ints, tensorOf } from './datum';
import { binary, tensors, unary } from './elementwise';
import type { Operator } from './node';

/** An operator that compares two tensors, or integers in JavaScript. */
const comparison =
  (fn: (a: Tensor, b: Tensor) => Tensor, ofInts: (a: number, b: number) => boolean): Operator =>
  () =>
  ([a, b]) =>
    compareInts(a, b, ofInts) ?? fn(tensorOf(a), tensorOf(b));

/** Detects positive infinities, negative infinities, or both. */
const isInf: Operator = (node) => {
  const negative = node.int('detect_negative', 1) !== 0;
  const positive = node.int('detect_positive', 1) !== 0;
  return tensors((x) => {
    const [low, high] = [x.eq(-Infinity), x.eq(Infinity)];
    if (negative && positive) return low.logicalOr(high);
    return negative ? low : positive ? high : x.ne(x);
  });
};

const choose: Operator =
  () =>
  ([condition, a, b]) => {
    const chosen =
      condition instanceof Flags && a instanceof Ints && b instanceof Ints
        ? chooseInts(condition, a, b)
        : null;
    if (chosen !== null) return chosen;
    return where(tensorOf(condition), tensorOf(a), tensorOf(b));
  };

export const comparisons: Readonly<Record<string, Operator>> = {
  Equal: comparison(
    (a, b) => a.eq(b),
    (a, b) => a === b,
  ),
  Less: comparison(
    (a, b) => a.lt(b),
    (a, b) => a < b,
  ),
  LessOrEqual: comparison(
    (a, b) => a.le(b),
    (a, b) => a <= b,
  ),
  Greater: comparison(
    (a, b) => a.gt(b),
    (a, b) => a > b,
  ),
  GreaterOrEqual: comparison(
    (a, b) => a.ge(b),
    (a, b) => a >= b,
  ),
  And: binary((a, b) => a.logicalAnd(b)),
  Or: binary((a, b) => a.logicalOr(b)),
  Xor: binary((a, b) => a.logicalXor(b)),
  Not: unary((x) => x.logicalNot()),
  IsNaN: unary((x) => x.isnan()),
  IsInf: isInf,
  Where: choose,
};
