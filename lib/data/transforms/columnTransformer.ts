import { wrongType } from '../../core/errors';
import { cat } from '../../ops/shape/join';
import type { Tensor } from '../../core/tensor';
import { Table, type Column } from '../table/table';
import { requireState } from './state';

/** What a ColumnTransformer does with a column: StandardScaler, OneHotEncoder, or of your own. */
export interface ColumnTransform {
  /** Learns from a column what `transform` needs. */
  fit(column: Column): unknown;
  /** (rows, any number of columns) float32. */
  transform(column: Column): Tensor;
  /** What it learnt; asked for before `fit` too, when a checkpoint is loaded. */
  stateDict(): unknown;
  /** Takes that back. */
  loadStateDict(state: never): unknown;
  /** The names of what the column becomes; default: its name, with a number if there are several. */
  outputNames?(name: string): string[];
}

/**
 * A table as one tensor: each column that is named goes through its own transform, and what they give stands side by side
 * (scikit-learn's ColumnTransformer). `'passthrough'` takes numbers as they are; columns that are not named are left out.
 *
 * It is saved with the model: `stateDict` and `loadStateDict`.
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
    requireTable('ColumnTransformer.fit', table);
    for (const [name, transform] of this.transforms) {
      const column = table.column(name);
      if (transform !== 'passthrough') transform.fit(column);
    }
    return this;
  }

  /** The columns side by side, float32 of shape (rows, outputs). */
  transform(table: Table): Tensor {
    requireTable('ColumnTransformer.transform', table);
    const parts = [...this.transforms].map(([name, transform]) =>
      transform === 'passthrough'
        ? table.toTensor([name])
        : transform.transform(table.column(name)),
    );
    return parts.length === 0 ? table.toTensor([]) : cat(parts, 1);
  }

  /** `fit` and `transform` at once. */
  fitTransform(table: Table): Tensor {
    return this.fit(table).transform(table);
  }

  /** The names of the columns of what `transform` gives. */
  outputNames(): string[] {
    return [...this.transforms].flatMap(([name, transform]) =>
      transform === 'passthrough' ? [name] : (transform.outputNames?.(name) ?? [name]),
    );
  }

  /** What was fitted, by column. */
  stateDict(): Record<string, unknown> {
    return Object.fromEntries(
      this.fitted().map(([name, transform]) => [name, transform.stateDict()]),
    );
  }

  /** Takes what `stateDict` gave; when a part does not fit, nothing has changed. */
  loadStateDict(state: unknown): void {
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

/** The state of a transform, undefined before it was fitted. */
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
