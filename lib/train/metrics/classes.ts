/** Predicted and actual classes. */
import { calledAs } from '../../core/caller';
import { isFloating, isIndex } from '../../core/dtype';
import {
  requireBoolean,
  requireInteger,
  requireNumber,
  shapeText,
  unexpected,
} from '../../core/errors';
import { sameShape } from '../../core/shape';
import type { Tensor } from '../../core/tensor';
import { arange } from '../../creation/range';
import { where } from '../../ops/elementwise/select';

/** Options of metrics of classes. */
export interface TargetOptions {
  /** Targets of this number are not counted, as `F.crossEntropy` ignores them; default -100. */
  ignoreIndex?: number;
}

/** Options of metrics that compare classes. */
export interface ClassOptions extends TargetOptions {
  /** Outputs from this number on mean class 1, if they have no dimension for the classes; default 0.5, with `logits` 0. */
  threshold?: number;
  /**
   * Whether outputs without a dimension for the classes are logits; default false: they are probabilities, and
   * `compute` throws a RangeError if any was outside [0, 1]. With a `threshold` of your own, any numbers are allowed.
   */
  logits?: boolean;
}

/** How outputs and targets are read. */
export interface Reading {
  readonly threshold: number;
  /** Whether outputs without a dimension for the classes must be from 0 to 1. */
  readonly isProbability: boolean;
  readonly ignoreIndex: number;
  /** Classes are 0 to numClasses - 1; Infinity: as the output says. */
  readonly numClasses: number;
}

export function requireIgnoreIndex(op: string, { ignoreIndex = -100 }: TargetOptions): number {
  return requireInteger(op, 'ignoreIndex', ignoreIndex);
}

export function requireReading(op: string, options: ClassOptions, numClasses = Infinity): Reading {
  const logits = requireBoolean(op, 'logits', options.logits ?? false);
  const threshold = requireNumber(op, 'threshold', options.threshold ?? (logits ? 0 : 0.5));
  const isProbability = !logits && options.threshold === undefined;
  return { threshold, isProbability, ignoreIndex: requireIgnoreIndex(op, options), numClasses };
}

/** Classes of the samples, and which samples count. */
export interface Classes {
  /** int32 or int64, as `actual`. */
  readonly predicted: Tensor;
  /** 0 where a sample does not count. */
  readonly actual: Tensor;
  readonly counted: Tensor;
  /** Floating outputs of the samples, of the shape of `actual` or with the classes in dimension 1. */
  readonly scores?: Tensor;
}

/**
 * Predicted and actual classes in the shape of the targets. For outputs (n, classes, ...) and targets (n, ...), the
 * class of the largest output is predicted. Floating outputs in the shape of the targets, or (n, 1) for (n), predict
 * class 1 from the threshold on. Other outputs are classes already.
 */
export function classesOf(op: string, output: Tensor, target: Tensor, reading: Reading): Classes {
  const { actual, counted } = targetsOf(target, reading.ignoreIndex);
  const { numClasses } = reading;
  if (isFloating(output.dtype) && output.ndim === target.ndim + 1 && output.shape[1] > 1) {
    const rest = output.shape.filter((_, dim) => dim !== 1);
    if (sameShape(rest, target.shape)) {
      const [, classes] = output.shape;
      if (classes > numClasses) {
        const what = `at most ${numClasses} classes, as numClasses says,`;
        throw unexpected(op, what, 'output', shapeText(output.shape));
      }
      requireClasses(op, 'target', actual, Number.isFinite(numClasses) ? numClasses : classes);
      return { predicted: output.argmax(1), actual, counted, scores: output };
    }
  }
  const column = output.ndim === target.ndim + 1 && output.shape.at(-1) === 1;
  const flat = column ? output.squeeze(-1) : output;
  if (!sameShape(flat.shape, target.shape)) {
    const what = `(n, classes, ...) for target ${shapeText(target.shape)}, or its shape,`;
    throw unexpected(op, what, 'output', shapeText(output.shape));
  }
  if (isFloating(flat.dtype)) {
    const classes = Number.isFinite(numClasses) ? numClasses : 2;
    requireClasses(op, 'target', actual, classes);
    return { predicted: asClasses(flat.ge(reading.threshold)), actual, counted, scores: flat };
  }
  const predicted = where(counted, asClasses(flat), 0);
  if (Number.isFinite(numClasses)) {
    requireClasses(op, 'target', actual, numClasses);
    requireClasses(op, 'output', predicted, numClasses);
  }
  return { predicted, actual, counted };
}

/** The actual classes, and which of them count. */
export function targetsOf(target: Tensor, ignoreIndex: number): Omit<Classes, 'predicted'> {
  const actual = asClasses(target);
  const counted = actual.ne(ignoreIndex);
  return { actual: where(counted, actual, 0), counted };
}

/** Refuses classes below 0 or from `numClasses` on, by ops alone. */
export function requireClasses(
  op: string,
  name: string,
  classes: Tensor,
  numClasses: number,
): void {
  const known = arange(numClasses, { dtype: 'int32' });
  calledAs(op, () => known.indexSelect(0, classes.flatten()), ['index', name]);
}

/** Classes as they may be compared and be indices: int64 stays exact. */
function asClasses(x: Tensor): Tensor {
  return isIndex(x.dtype) ? x : x.to('int32');
}
