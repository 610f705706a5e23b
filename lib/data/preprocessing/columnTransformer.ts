import { requireArity, wrongType } from '../../core/errors';
import { cat } from '../../ops/shape/join';
import type { Tensor } from '../../core/tensor';
import type { Column } from '../table/column';
import { Table } from '../table/table';
import { requireState } from './state';

/** A transform of a ColumnTransformer: StandardScaler, OneHotEncoder, or your own. */
export interface ColumnTransform {
  /** Learns from a column what `transform` needs. */
  fit(column: Column): unknown;
  /** (rows, any number of columns) float32. */
  transform(column: Column): Tensor;
  /** What was learnt. Called before `fit` too, when a checkpoint is loaded. */
  stateDict(): unknown;
  /** Restores that state. */
  loadStateDict(state: never): unknown;
  /** The names of the output columns; default: the column's name, with a number if there are several. */
  outputNames?(name: string): string[];
}

/**
 * Turns a table into one tensor: each named column goes through its own transform, and the results are put side by side
 * (scikit-learn's ColumnTransformer). `'passthrough'` uses numbers as they are. Columns that are not named are left
 * out.
 *
 * Save it with the model: it has `stateDict` and `loadStateDict`.
 *
 * @example
 * const inputs = new data.ColumnTransformer({
 *   age: new data.StandardScaler(),
 *   city: new data.OneHotEncoder({ handleUnknown: 'ignore' }),
 * });
 * const x = inputs.fitTransform(table); // float32 of shape (rows, 1 + cities)
 */
export class ColumnTransformer {
  private readonly transforms: ReadonlyMap<string, ColumnTransform | 'passthrough'>;

  constructor(transforms: Readonly<Record<string, ColumnTransform | 'passthrough'>>) {
    requireArity('ColumnTransformer', arguments.length, 1);
    const entries: unknown = transforms;
    if (typeof entries !== 'object' || entries === null || Array.isArray(entries)) {
      throw wrongType('ColumnTransformer', 'an object of transforms', 'transforms', entries);
    }
    for (const [name, transform] of Object.entries(entries as Record<string, unknown>)) {
      if (transform === 'passthrough' || isTransform(transform)) continue;
      const what = "a transform or 'passthrough'";
      throw wrongType('ColumnTransformer', what, `transforms['${name}']`, transform);
    }
    this.transforms = new Map(Object.entries(transforms));
  }

  /** Fits each transform to its column. */
  fit(table: Table): this {
    requireArity('ColumnTransformer.fit', arguments.length, 1);
    requireTable('ColumnTransformer.fit', table);
    for (const [name, transform] of this.transforms) {
      const column = table.column(name);
      if (transform !== 'passthrough') transform.fit(column);
    }
    return this;
  }

  /** The transformed columns side by side, float32 (rows, outputs). */
  transform(table: Table): Tensor {
    requireArity('ColumnTransformer.transform', arguments.length, 1);
    requireTable('ColumnTransformer.transform', table);
    const parts = [...this.transforms].map(([name, transform]) =>
      transform === 'passthrough'
        ? table.toTensor([name])
        : transform.transform(table.column(name)),
    );
    return parts.length === 0 ? table.toTensor([]) : cat(parts, 1);
  }

  /** `fit`, then `transform`. */
  fitTransform(table: Table): Tensor {
    requireArity('ColumnTransformer.fitTransform', arguments.length, 1);
    return this.fit(table).transform(table);
  }

  /** The names of the output columns. */
  outputNames(): string[] {
    requireArity('ColumnTransformer.outputNames', arguments.length, 0);
    return [...this.transforms].flatMap(([name, transform]) =>
      transform === 'passthrough' ? [name] : (transform.outputNames?.(name) ?? [name]),
    );
  }

  /** The fitted values, by column. */
  stateDict(): Record<string, unknown> {
    requireArity('ColumnTransformer.stateDict', arguments.length, 0);
    return Object.fromEntries(
      this.fitted().map(([name, transform]) => [name, transform.stateDict()]),
    );
  }

  /** Restores what `stateDict` returned; if a part does not fit, nothing is changed. */
  loadStateDict(state: unknown): void {
    requireArity('ColumnTransformer.loadStateDict', arguments.length, 1);
    const transforms = this.fitted();
    const names = transforms.map(([name]) => name);
    const entries = requireState('ColumnTransformer.loadStateDict', state, names);
    const undo: (() => void)[] = [];
    try {
      for (const [name, transform] of transforms) {
        const previous = stateOf(transform);
        transform.loadStateDict(entries[name] as never);
        if (previous !== undefined) undo.push(() => transform.loadStateDict(previous as never));
      }
    } catch (error) {
      undo.forEach((back) => {
        back();
      });
      throw error;
    }
  }

  private fitted(): [string, ColumnTransform][] {
    return [...this.transforms].filter(
      (entry): entry is [string, ColumnTransform] => entry[1] !== 'passthrough',
    );
  }
}

/** The state of a transform; undefined before it is fitted. */
function stateOf(transform: ColumnTransform): unknown {
  try {
    return transform.stateDict();
  } catch {
    return undefined;
  }
}

function isTransform(value: unknown): value is ColumnTransform {
  if (typeof value !== 'object' || value === null) return false;
  return ['fit', 'transform', 'stateDict', 'loadStateDict'].every(
    (method) => typeof (value as Record<string, unknown>)[method] === 'function',
  );
}

function requireTable(op: string, table: unknown): void {
  if (!(table instanceof Table)) throw wrongType(op, 'a table', 'table', table);
}
