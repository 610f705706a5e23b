/** Options of optimizers: their valid values, and their form for update ops. */
import {
  requireBoolean,
  requireInRange,
  requireNumber,
  wrongType,
  wrongValue,
} from '../core/errors';
import { Tensor } from '../core/tensor';

/** One option. An assignment checks its value and stores it as numbers for update ops. */
export interface OptionSpec<T> {
  /** The default. */
  readonly fallback: T;
  /** How many numbers update ops read; 0 if they do not read the option. */
  readonly numbers: number;
  check(op: string, name: string, value: unknown): T;
  encode(value: T): readonly number[];
}

/** A spec for each option, in the order in which the update op reads the numbers. */
export type Specs<O> = { readonly [K in keyof O]-?: OptionSpec<O[K]> };

/** A number from `low` to `high`. */
export function real(fallback: number, low = 0, high = Infinity): OptionSpec<number> {
  return {
    fallback,
    numbers: 1,
    check: (op, name, value) =>
      low === -Infinity
        ? requireNumber(op, name, value)
        : requireInRange(op, name, value, low, high),
    encode: (value) => [value],
  };
}

/** A learning rate, which may be a tensor of one element. */
export function rate(fallback: number): OptionSpec<number> {
  const number = real(fallback);
  return {
    ...number,
    check: (op, name, value) =>
      number.check(op, name, value instanceof Tensor && value.numel() === 1 ? value.item() : value),
  };
}

/** Two decay rates, each at least 0 and below 1. */
export function betas(first: number, second: number): OptionSpec<readonly [number, number]> {
  return {
    fallback: Object.freeze([first, second] as const),
    numbers: 2,
    check: (op, name, value) => {
      if (!Array.isArray(value)) throw wrongType(op, 'an array of two numbers', name, value);
      if (value.length !== 2) throw wrongValue(op, 'two numbers', name, value);
      const pair = value.map((beta: unknown, i) => {
        const number = requireNumber(op, `${name}[${i}]`, beta);
        if (number < 0 || number >= 1) {
          throw wrongValue(op, 'a number of at least 0 and below 1', `${name}[${i}]`, beta);
        }
        return number;
      });
      // Frozen, because changes of one element cannot be detected.
      return Object.freeze([pair[0], pair[1]] as const);
    },
    encode: (value) => value,
  };
}

/** A boolean that the update op reads. */
export function flag(fallback: boolean): OptionSpec<boolean> {
  return { fallback, numbers: 1, check: requireBoolean, encode: (value) => [value ? 1 : 0] };
}

/** A boolean that must be true. */
export const alwaysTrue: OptionSpec<boolean> = {
  ...flag(true),
  check: (op, name, value) => {
    if (!requireBoolean(op, name, value)) throw wrongValue(op, 'true', name, value);
    return true;
  },
};

/** A boolean that determines which state exists; the update op sees only the state. */
export function structure(fallback: boolean): OptionSpec<boolean> {
  return { fallback, numbers: 0, check: requireBoolean, encode: () => [] };
}

/** A number for the initial state only. */
export function initial(fallback: number): OptionSpec<number> {
  return { ...real(fallback), numbers: 0, encode: () => [] };
}
