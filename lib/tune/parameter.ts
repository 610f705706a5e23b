/** Hyperparameters: how their values are drawn, and which ones a grid has. */
import {
  requireArity,
  requireInteger,
  requireItems,
  requireNumber,
  requireOptions,
  wrongType,
  wrongValue,
} from '../core/errors';
import { isJson, type Json } from './json';

/** Options of `tune.uniform` and `tune.logUniform`. */
export interface ContinuousOptions {
  /** The number of values in a grid; without it, a grid refuses the parameter. At least 2. */
  points?: number;
}

/**
 * A hyperparameter of a search: `tune.choice`, `tune.integer`, `tune.uniform` and `tune.logUniform` make them.
 *
 * @example const space = { lr: tune.logUniform(1e-4, 1e-1), hidden: tune.choice([16, 32]) };
 */
export class Parameter<T> {
  /** @internal What the file of results says of it. */
  readonly _description: Json;
  /** @internal The value at a number from 0 to less than 1. */
  readonly _at: (unit: number) => T;
  /** @internal How many values a grid has of it; null if it is continuous and has no `points`. */
  readonly _size: number | null;
  /** @internal Value `i` of the grid. */
  readonly _value: (i: number) => T;

  /** @internal */
  constructor(
    description: Json,
    at: (unit: number) => T,
    size: number | null,
    value: (i: number) => T,
  ) {
    this._description = description;
    this._at = at;
    this._size = size;
    this._value = value;
  }
}

/**
 * A hyperparameter that is one of a few values. A plain array in a search space means the same.
 *
 * @param values strings, numbers, booleans, null, or arrays and plain objects of these; at least one
 * @returns the hyperparameter
 * @throws TypeError for other values; RangeError for an empty array
 * @see ray.tune.choice
 * @example tune.choice(['relu', 'tanh'])
 */
export function choice<const T extends Json>(values: readonly T[]): Parameter<T> {
  requireArity('choice', arguments.length, 1);
  return choiceOf('choice', 'values', values);
}

/** A choice among the values of an array, which `name` names in errors. */
export function choiceOf<T extends Json>(op: string, name: string, values: unknown): Parameter<T> {
  if (!Array.isArray(values)) throw wrongType(op, 'an array', name, values);
  const items = requireItems(op, 'an array', name, values);
  if (items.length === 0) throw wrongValue(op, 'at least one value', name, values);
  items.forEach((item, i) => {
    if (isJson(item)) return;
    const what = 'a finite number, a string, a boolean, null, or an array or object of these';
    throw wrongType(op, what, `${name}[${i}]`, item);
  });
  const own = structuredClone(items) as T[];
  const copy = (i: number): T => structuredClone(own[i]);
  return new Parameter(
    { choice: own },
    (unit) => copy(Math.floor(unit * own.length)),
    own.length,
    copy,
  );
}

/**
 * A hyperparameter that is an integer; all are equally probable.
 *
 * @param low the smallest value
 * @param high the largest value
 * @returns the hyperparameter
 * @throws TypeError or RangeError if they are not whole numbers, or `high` is less than `low`
 * @see ray.tune.randint
 * @example tune.integer(1, 3) // 1, 2 or 3
 */
export function integer(low: number, high: number): Parameter<number> {
  requireArity('integer', arguments.length, 2);
  requireInteger('integer', 'low', low);
  requireInteger('integer', 'high', high, low);
  const size = high - low + 1;
  if (!Number.isSafeInteger(size)) {
    throw wrongValue('integer', 'at most 2^53 values from low on', 'high', high);
  }
  const value = (i: number): number => low + i;
  return new Parameter(
    { integer: [low, high] },
    (unit) => value(Math.floor(unit * size)),
    size,
    value,
  );
}

/**
 * A hyperparameter between two numbers; all are equally probable.
 *
 * @param low the smallest value
 * @param high the largest value, greater than `low`
 * @param options the number of values in a grid; see ContinuousOptions
 * @returns the hyperparameter
 * @throws TypeError or RangeError if the arguments are not such numbers
 * @see ray.tune.uniform
 * @example tune.uniform(0, 0.5, { points: 3 }) // in a grid: 0, 0.25, 0.5
 */
export function uniform(
  low: number,
  high: number,
  options: ContinuousOptions = {},
): Parameter<number> {
  requireArity('uniform', arguments.length, 3);
  requireNumber('uniform', 'low', low);
  requireAbove('uniform', low, high);
  const at = (share: number): number => low * (1 - share) + high * share;
  return continuous('uniform', low, high, at, options);
}

/**
 * A hyperparameter between two positive numbers; all orders of magnitude are equally probable.
 *
 * @param low the smallest value, greater than 0
 * @param high the largest value, greater than `low`
 * @param options the number of values in a grid; see ContinuousOptions
 * @returns the hyperparameter
 * @throws TypeError or RangeError if the arguments are not such numbers
 * @see ray.tune.loguniform
 * @example tune.logUniform(1e-4, 1e-1, { points: 4 }) // in a grid: 1e-4, 1e-3, 1e-2, 1e-1
 */
export function logUniform(
  low: number,
  high: number,
  options: ContinuousOptions = {},
): Parameter<number> {
  requireArity('logUniform', arguments.length, 3);
  requireNumber('logUniform', 'low', low);
  if (low <= 0) throw wrongValue('logUniform', 'a number above 0', 'low', low);
  requireAbove('logUniform', low, high);
  const [first, last] = [Math.log(low), Math.log(high)];
  const at = (share: number): number => Math.exp(first * (1 - share) + last * share);
  return continuous('logUniform', low, high, at, options);
}

function requireAbove(op: string, low: number, high: unknown): void {
  const number = requireNumber(op, 'high', high);
  if (number <= low) throw wrongValue(op, `a number above low (${low})`, 'high', number);
}

function continuous(
  op: string,
  low: number,
  high: number,
  at: (share: number) => number,
  options: ContinuousOptions,
): Parameter<number> {
  requireOptions(op, options, ['points']);
  const points = options.points === undefined ? null : requireInteger(op, 'points', options.points, 2); // prettier-ignore
  // Rounding may leave the interval, and the ends of a grid must be exact.
  const within = (share: number): number => Math.min(high, Math.max(low, at(share)));
  const value = (i: number): number => {
    if (i === 0) return low;
    const last = (points ?? 2) - 1;
    return i === last ? high : within(i / last);
  };
  const description = { [op]: points === null ? [low, high] : [low, high, points] };
  return new Parameter(description, within, points, value);
}
