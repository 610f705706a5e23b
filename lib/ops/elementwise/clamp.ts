/** Limits elements to an interval whose bounds are numbers or tensors. */
import { rangeOf } from '../../core/dtype';
import { calledAs } from '../../core/caller';
import { requireOptions, unexpected, wrongType } from '../../core/errors';
import { noGrad } from '../../core/gradMode';
import { addMethods } from '../../core/methods';
import {
  isFloating,
  operand,
  promoteOperands,
  record,
  Tensor,
  type Operand,
  type Rule,
} from '../define';
import { where } from './select';
import { clamp } from './unary';

declare module '../../core/node' {
  interface OpAttrs {
    /** For bounds that are two tensors; one bound is `maximum` or `minimum`. */
    clampBetween: undefined;
  }
}

/** dy where `all` is true, half of it where `half` is true, 0 elsewhere. */
function share(dy: Tensor, all: Tensor, half: Tensor): Tensor {
  return where(all, dy, where(half, dy.mul(0.5), 0));
}

const betweenRule: Rule<'clampBetween'> = {
  name: 'clampBetween',
  // Elements equal to a bound share their gradient with it. If the bounds cross, the result is the upper one.
  grad: (dy, node) => {
    const [x, min, max] = node.saved;
    const apart = min.lt(max);
    const ordered = min.le(max);
    const [below, above] = [x.lt(min), x.gt(max)];
    const [atMin, atMax] = [x.eq(min).logicalAnd(apart), x.eq(max).logicalAnd(apart)];
    const outside = below.logicalOr(above).logicalOr(atMin).logicalOr(atMax);
    const toMax = min.gt(max).logicalOr(above.logicalAnd(ordered));
    return [
      share(dy, outside.logicalNot(), atMin.logicalOr(atMax)),
      node.needs(1) ? share(dy, below.logicalAnd(ordered), atMin) : null,
      node.needs(2) ? share(dy, toMax, atMax) : null,
    ];
  },
};

/**
 * max(x, min), then the minimum of that and max, so that `max` wins if the bounds cross. NaN in any of the three
 * gives NaN.
 */
function clampBetween(input: Tensor, least: Tensor, largest: Tensor): Tensor {
  const [x, min, max] = promoteOperands([input, least, largest]);
  const out = noGrad(() => x.maximum(min).minimum(max));
  return record(out, betweenRule, [x, min, max], [x, min, max], undefined);
}

/** A number, or a tensor whose shape broadcasts with the input; null for no bound. */
export type Bound = Operand | null;

/** The bounds of `clamp`, at least one of them. */
export interface ClampBounds {
  /** The smallest value. */
  min?: Bound;
  /** The largest value; it takes precedence if it is below `min`. */
  max?: Bound;
}

function requireBound(name: string, value: unknown): Operand | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Tensor) {
    return value;
  }
  throw wrongType('clamp', 'a number or a tensor', name, value);
}

/** The input limited by bounds that are numbers. */
function clampNumbers(x: Tensor, min: number | bigint | null, max: number | bigint | null): Tensor {
  if (isFloating(x.dtype)) return clamp(x, Number(min ?? -Infinity), Number(max ?? Infinity));
  if (x.dtype === 'bool') return clampNumbers(x.to('int32'), min, max);
  const [least, largest] = rangeOf(x.dtype);
  const raised = min === null || min <= least ? x : x.maximum(operand('clamp', 'min', min, x));
  if (max === null || max >= largest) return raised;
  return raised.minimum(operand('clamp', 'max', max, x));
}

declare module '../../core/tensor' {
  interface Tensor {
    /**
     * Limits each element to the range from `min` to `max`. Gradients flow to bounds that are tensors, too.
     *
     * @param bounds `min`, `max` or both: numbers, or tensors whose shapes broadcast with this one
     * @returns a tensor of the broadcast shape and the promoted dtype
     * @throws TypeError without a bound, RangeError if the shapes do not broadcast
     * @see torch.clamp
     * @example tensor([-2, 0.5, 3]).clamp({ min: 0, max: 1 }) // tensor([0.0000, 0.5000, 1.0000])
     */
    clamp(bounds: ClampBounds): Tensor;
  }
}

addMethods({
  clamp(this: Tensor, bounds: ClampBounds): Tensor {
    if ((bounds as unknown) === undefined) throw wrongType('clamp', 'an object', 'bounds', bounds);
    requireOptions('clamp', bounds, ['min', 'max']);
    const [min, max] = [requireBound('min', bounds.min), requireBound('max', bounds.max)];
    if (min === null && max === null) {
      throw unexpected('clamp', 'min, max or both', 'bounds', 'neither');
    }
    if (!(min instanceof Tensor) && !(max instanceof Tensor)) return clampNumbers(this, min, max);
    return calledAs('clamp', () => {
      if (min === null) return this.minimum(max as Operand);
      if (max === null) return this.maximum(min);
      return clampBetween(
        this,
        operand('clamp', 'min', min, this),
        operand('clamp', 'max', max, this),
      );
    });
  },
});
