/** The specification of a ColumnTransformer: which columns go through which transformer. */
import { types } from 'node:util';
import { describe, unexpected, wrongType } from '../../core/errors';
import { CustomTransformer, isColumnTransform, type ColumnTransform } from './custom';
import { LabelEncoder } from './labelEncoder';
import { Passthrough } from './passthrough';
import { requireRecord, requireState, specText } from './state';
import { Transformer, type OutputDType } from './transformer';

const name = 'ColumnTransformer';

/** How a column is transformed: by a transformer, not at all ('passthrough'), or left out ('drop'). */
export type ColumnTransformerStep = Transformer | ColumnTransform | 'passthrough' | 'drop';

/** Columns and what happens to them, by name or as pairs. */
export type ColumnTransformerSpec =
  | Readonly<Record<string, ColumnTransformerStep>>
  | ReadonlyMap<string, ColumnTransformerStep>
  | readonly (readonly [columns: string | readonly string[], step: ColumnTransformerStep])[];

/** The steps by column, as text. */
export function specs(options: Readonly<Record<string, unknown>>): Map<string, string> {
  const columns = Array.isArray(options['columns']) ? (options['columns'] as unknown[]) : [];
  return new Map(
    columns.map((entry): [string, string] => {
      const { name: column, step } = requireRecord(name, 'a column', entry);
      return [String(column), textOf(step)];
    }),
  );
}

function textOf(step: unknown): string {
  if (step === 'drop') return step;
  const { transformer, options, steps } = requireState(name, 'a transformer', step);
  if (steps !== undefined) return `${transformer}([${steps.map(textOf).join(', ')}])`;
  return transformer === 'passthrough' ? transformer : specText(transformer, options);
}

/** The options without the columns, with the remainder as text. */
export function rest(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { columns: _columns, remainder, ...others } = options;
  return { ...others, remainder: textOf(remainder) };
}

/** What a state says about a step. */
export function specOf(step: Transformer | null): unknown {
  return step === null ? 'drop' : step._clone().state();
}

export function commonDType(steps: readonly (Transformer | null)[]): OutputDType {
  const found = new Set(steps.flatMap((step) => (step === null || step instanceof Passthrough ? [] : [step._dtype]))); // prettier-ignore
  if (found.has('float64')) return 'float64';
  const hasPassthrough = steps.some((step) => step instanceof Passthrough);
  return found.size === 1 && !hasPassthrough ? [...found][0] : 'float32';
}

export function requireSpec(columns: unknown): Map<string, Transformer | null> {
  if (typeof columns !== 'object' || columns === null) {
    throw wrongType(name, 'an object, a Map or an array of columns', 'columns', columns);
  }
  const spec = new Map<string, Transformer | null>();
  const own = new Set<unknown>();
  const add = (place: string, column: unknown, step: unknown): void => {
    if (typeof column !== 'string') throw wrongType(name, 'a string', place, column);
    if (spec.has(column)) throw unexpected(name, 'each column once', place, describe(column));
    spec.set(column, requireStep(`the transformer of '${column}'`, column, step, own));
  };
  if (!Array.isArray(columns)) {
    const entries: Iterable<readonly [unknown, unknown]> = types.isMap(columns) ? columns : Object.entries(columns); // prettier-ignore
    for (const [column, step] of entries) add('the name of a column', column, step);
    return spec;
  }
  columns.forEach((entry: unknown, i) => {
    const place = `columns[${i}]`;
    if (!Array.isArray(entry) || entry.length !== 2) {
      throw wrongType(name, 'a pair of columns and a transformer', place, entry);
    }
    const [names, step] = entry as [unknown, unknown];
    const list: unknown[] = Array.isArray(names) ? names : [names];
    list.forEach((column) => {
      add(`${place}[0]`, column, step);
    });
  });
  return spec;
}

/** A copy of a transformer; null for 'drop'. `own` are the user's transforms so far. */
export function requireStep(
  place: string,
  column: string,
  step: unknown,
  own: Set<unknown>,
): Transformer | null {
  if (step === 'drop') return null;
  if (step === 'passthrough') return new Passthrough();
  if (step instanceof LabelEncoder) {
    throw unexpected(name, 'an OneHotEncoder or OrdinalEncoder', place, 'a LabelEncoder, which is for targets'); // prettier-ignore
  }
  if (step instanceof Transformer) return step._clone();
  if (!isColumnTransform(step)) {
    throw wrongType(name, "a transformer, 'passthrough' or 'drop'", place, step);
  }
  if (own.has(step))
    throw new RangeError(
      `${name}: ${place} is also used for another column; pass a transform for each column`,
    );
  own.add(step);
  return new CustomTransformer(column, step);
}
