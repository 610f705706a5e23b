/** The states of transformers: plain JSON, which says everything that is needed to build them again. */
import { isDeepStrictEqual } from 'node:util';
import { describe, unexpected, wrongType } from '../../core/errors';
import { isPlainObject } from '../../core/realms';
import { columnKinds } from '../table/column';
import type { InputColumn } from './source';

/** A state of a transformer: JSON that `data.loadTransformer` and `loadStateDict` read. */
export interface TransformerState {
  /** The name of the class. */
  readonly transformer: string;
  /** All options, with their defaults. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Name, kind and fitted values of each column, in order; null before `fit`. */
  readonly columns: readonly ColumnState[] | null;
  /** States of the steps of a Pipeline. */
  readonly steps?: readonly TransformerState[];
}

/** The part of a state that belongs to one column. */
export interface ColumnState {
  /** The name of the column. */
  readonly name: string;
  /** The kind that the column had in `fit`. */
  readonly kind: string;
  readonly [fitted: string]: unknown;
}

/** What a field of a fitted value must be. */
export type Field = 'number' | 'positive' | 'count' | 'boolean' | 'cell' | 'numbers' | 'texts';

/** The fields of a fitted value. */
export type Schema<Fitted> = { readonly [Key in keyof Fitted]: Field };

const isFinite = (value: unknown): value is number => Number.isFinite(value);
const isText = (value: unknown): boolean => typeof value === 'string';

const checks: Readonly<Record<Field, readonly [what: string, fits: (value: unknown) => boolean]>> =
  {
    number: ['a finite number', isFinite],
    positive: ['a positive number', (value) => isFinite(value) && value > 0],
    count: ['a count', (value) => Number.isSafeInteger(value) && (value as number) >= 0],
    boolean: ['a boolean', (value) => typeof value === 'boolean'],
    cell: ['a number or a string', (value) => isFinite(value) || isText(value)],
    numbers: ['finite numbers', (value) => Array.isArray(value) && value.every(isFinite)],
    texts: [
      'different strings',
      (value) =>
        Array.isArray(value) && value.every(isText) && new Set(value).size === value.length,
    ],
  };

/** An object, else an error. */
export function requireRecord(op: string, name: string, value: unknown): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw wrongType(op, 'an object', name, value);
}

/** A state of the transformer `transformer`, else an error. */
export function requireState(op: string, name: string, value: unknown): TransformerState {
  const state = requireRecord(op, name, value);
  const { transformer, options, columns } = state;
  if (typeof transformer !== 'string') {
    throw wrongType(op, 'the name of a transformer', `${name}.transformer`, transformer);
  }
  requireRecord(op, `${name}.options`, options);
  if (columns !== null && !Array.isArray(columns)) {
    throw wrongType(op, 'an array or null', `${name}.columns`, columns);
  }
  return state as unknown as TransformerState;
}

/** The column that a part of a state describes. */
export function requireColumn(op: string, name: string, value: unknown): InputColumn {
  const { name: column, kind } = requireRecord(op, name, value);
  if (typeof column !== 'string') throw wrongType(op, 'a string', `${name}.name`, column);
  const known = columnKinds.find((one) => one === kind);
  if (known === undefined) {
    throw unexpected(op, `one of ${columnKinds.join(', ')}`, `${name}.kind`, describe(kind));
  }
  return { name: column, kind: known };
}

/** The fitted values in a part of a state; each field of the schema is checked. */
export function requireFitted<Fitted>(
  op: string,
  name: string,
  value: unknown,
  schema: Schema<Fitted>,
): Fitted {
  const state = requireRecord(op, name, value);
  const known = ['name', 'kind', ...Object.keys(schema)];
  const other = Object.keys(state).find((key) => !known.includes(key));
  if (other !== undefined) throw unexpected(op, `only ${known.join(', ')}`, name, describe(other));
  const fields = Object.entries<Field>(schema as Readonly<Record<string, Field>>);
  return Object.fromEntries(
    fields.map(([key, field]) => {
      const [what, fits] = checks[field];
      if (!fits(state[key])) throw unexpected(op, what, `${name}.${key}`, describe(state[key]));
      return [key, state[key]];
    }),
  ) as Fitted;
}

/** The name of a class with its options, as it is written in code. */
export function specText(transformer: string, options: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const text = given.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(', ');
  return text === '' ? `${transformer}()` : `${transformer}({ ${text} })`;
}

/** Differences of the options of two transformers, one a line. */
export function optionDifferences(
  place: string,
  own: { transformer: string; options: Readonly<Record<string, unknown>> },
  other: { transformer: string; options: Readonly<Record<string, unknown>> },
): string[] {
  if (own.transformer !== other.transformer) {
    return [`${place}${other.transformer} in the state, ${own.transformer} here`];
  }
  const keys = new Set([...Object.keys(own.options), ...Object.keys(other.options)]);
  return [...keys]
    .filter((key) => !isDeepStrictEqual(own.options[key], other.options[key]))
    .map((key) => {
      const [saved, here] = [other.options[key], own.options[key]].map((value) =>
        value === undefined ? 'nothing' : JSON.stringify(value),
      );
      return `${place}option ${key}: ${saved} in the state, ${here} here`;
    });
}

/** Throws an error that lists differences. */
export function refuseDifferences(op: string, differences: readonly string[]): void {
  if (differences.length === 0) return;
  const some = differences.slice(0, 20).map((line) => `\n- ${line}`);
  const more = differences.length > 20 ? `\n- and ${differences.length - 20} more` : '';
  throw new RangeError(
    `${op}: the state belongs to another specification:${some.join('')}${more}\n` +
      'data.loadTransformer(state) builds the transformer that was saved',
  );
}

/** The error of a transformer that is not fitted. */
export function notFitted(op: string): Error {
  return new Error(`${op}: not fitted; call fit() or loadStateDict() first`);
}

/** A copy of arrays and plain objects; other values, such as tensors in the state of your own transform, are shared. */
export function copied<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copied) as T;
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, copied(one)])) as T;
}
