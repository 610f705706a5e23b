/** The base class of transformers. */
import { inspect } from 'node:util';
import { fullDTypes, newArray, type FullDType } from '../../core/dtype';
import { requireArity, requireOneOf, unexpected } from '../../core/errors';
import { Storage } from '../../core/storage';
import { Tensor } from '../../core/tensor';
import { sendStateAndCallLoadTransformer } from '../../core/uncloneable';
import { Table } from '../table/table';
import { build, type TransformerClass } from './registry';
import { fittedSources, rowsOf, sourcesOf, type TransformerInput } from './input';
import { ColumnSource, labelOf, type InputColumn, type Source } from './source';
import {
  copied,
  notFitted,
  optionDifferences,
  refuseDifferences,
  requireState,
  specText,
  type TransformerState,
} from './state';

/** The dtypes that transformers return. */
export type OutputDType = FullDType | 'int32';

/** Options of transformers that return floating-point numbers. */
export interface OutputOptions {
  /**
   * The dtype of the result, default 'float32'. Columns whose differences float32 would lose are refused in `fit`: use
   * 'float64' for them.
   */
  dtype?: FullDType;
}

/** A matrix to write to: row i begins at `offset + i * stride`. */
export interface Out {
  readonly values: { [i: number]: number };
  readonly stride: number;
  readonly offset: number;
}

export function requireOutput(op: string, dtype: unknown): FullDType {
  return requireOneOf(op, 'dtype', dtype ?? 'float32', fullDTypes);
}

/**
 * Base class of transformers: `fit` learns from rows, `transform` turns rows into a tensor, `state` holds everything.
 *
 * `structuredClone` and `postMessage` refuse a transformer: send its `state()`, and call `data.loadTransformer` there.
 *
 * @example
 * const scaler: data.Transformer = new data.StandardScaler();
 * scaler.fit([1, 2, 3]).transform([2]); // tensor([[0.]])
 */
export abstract class Transformer {
  /** @internal */ readonly _structuredClone = sendStateAndCallLoadTransformer;
  /** @internal The options, with their defaults. */
  readonly _options: Readonly<Record<string, unknown>>;

  /** @internal `transformer` is the name of the class. */
  constructor(
    /** @internal */ readonly _transformer: string,
    options: Readonly<Record<string, unknown>>,
  ) {
    const given = Object.entries(options).filter(([, value]) => value !== undefined);
    this._options = Object.fromEntries(given);
  }

  /** @internal The columns it is fitted to. */
  abstract get _inputs(): readonly InputColumn[] | null;
  /** @internal Fits, all or nothing; `dtype` is that of the result. */
  abstract _fit(op: string, sources: readonly Source[], dtype: OutputDType): void;
  /** @internal The number of output columns. */
  abstract get _width(): number;
  /** @internal Writes the output columns. */
  abstract _write(op: string, sources: readonly Source[], out: Out): void;
  /** @internal The names of the output columns. */
  abstract _names(): string[];
  /** @internal The part of the state after the options. */
  abstract _fittedState(): Pick<TransformerState, 'columns' | 'steps'>;
  /** @internal Restores that part, all or nothing. */
  abstract _restore(op: string, name: string, state: TransformerState): void;

  /** @internal The dtype of the result. */
  get _dtype(): OutputDType {
    return (this._options['dtype'] as OutputDType | undefined) ?? 'float32';
  }

  /** @internal For each output column, how many codes it has, or null if it has numbers: for nn.TabularMLP. */
  _codeCounts(op: string): (number | null)[] {
    if (this._inputs === null) throw notFitted(`${op}: ${this._transformer}`);
    return Array<null>(this._width).fill(null);
  }

  /** @internal The output as input of the next step. */
  _apply(op: string, sources: readonly Source[]): Source[] {
    const rows = sources.length === 0 ? 0 : sources[0].length;
    const width = this._width;
    const all = new Float64Array(rows * width);
    this._write(op, sources, { values: all, stride: width, offset: 0 });
    return this._names().map((name, j) => {
      let values = all;
      if (width > 1) {
        values = new Float64Array(rows);
        for (let i = 0; i < rows; i++) values[i] = all[i * width + j];
      }
      return new ColumnSource(name, labelOf(name), { type: 'float64', values });
    });
  }

  /** @internal Differences between the specification of a state and this one. */
  _differences(place: string, state: TransformerState): string[] {
    const own = { transformer: this._transformer, options: this._options };
    return optionDifferences(place, own, state);
  }

  /** @internal An unfitted transformer with the same options. */
  _clone(): Transformer {
    return build(this.constructor as TransformerClass, this._options);
  }

  /** The names of the columns it is fitted to, in order. */
  get columns(): string[] {
    return this.fittedInputs('columns').map(({ name }) => name);
  }

  /**
   * Computes from rows the values that `transform` uses, such as means or categories.
   *
   * @param x a table, a tensor (rows, columns), one column, an array of its values, or an array of plain objects
   * @returns the transformer itself
   * @throws RangeError if there are no rows, or if a column has values that the transformer does not take; the message
   *   names column and row
   */
  fit(x: TransformerInput): this {
    requireArity(`${this._transformer}.fit`, arguments.length, 1);
    const op = `${this._transformer}.fit`;
    const sources = sourcesOf(op, x);
    if (rowCount(op, x, sources) === 0) throw unexpected(op, 'at least one row', 'x', 'none');
    this._fit(op, sources, this._dtype);
    return this;
  }

  /**
   * The transformed rows. Numbers in plain objects may be texts, such as '2.5'.
   *
   * @param x as for `fit`, or one row as a plain object; columns are found by their names
   * @returns shape (rows, output columns)
   * @throws RangeError if a column is missing, or if it has values that the transformer does not take; the message names
   *   column and row
   */
  transform(x: TransformerInput): Tensor {
    requireArity(`${this._transformer}.transform`, arguments.length, 1);
    return this._transformAs(`${this._transformer}.transform`, x);
  }

  /** @internal `transform`, whose errors name `op`. */
  _transformAs(op: string, x: TransformerInput): Tensor {
    const sources = fittedSources(op, x, this.fittedInputs('transform'));
    const rows = rowCount(op, x, sources);
    const width = this._width;
    const values = newArray(this._dtype, rows * width) as Float32Array;
    if (rows > 0) this._write(op, sources, { values, stride: width, offset: 0 });
    return new Tensor(new Storage(this._dtype, values), [rows, width]);
  }

  /**
   * `fit`, then `transform`.
   *
   * @param x as for `fit`
   * @returns shape (rows, output columns)
   */
  fitTransform(x: TransformerInput): Tensor {
    requireArity(`${this._transformer}.fitTransform`, arguments.length, 1);
    return this.fit(x).transform(x);
  }

  /**
   * The names of the output columns.
   *
   * @returns one name for each column of the result of `transform`
   */
  outputNames(): string[] {
    requireArity(`${this._transformer}.outputNames`, arguments.length, 0);
    this.fittedInputs('outputNames');
    return this._names();
  }

  /**
   * Everything that is needed to build the transformer again, as JSON: its class, options, columns, their kinds and
   * order, and the fitted values. `data.loadTransformer` does so.
   *
   * @returns plain objects, arrays, numbers and strings
   */
  state(): TransformerState {
    requireArity(`${this._transformer}.state`, arguments.length, 0);
    const { _transformer: transformer, _options: options } = this;
    return copied({ transformer, options, ...this._fittedState() });
  }

  /**
   * The same as `state`: with `loadStateDict` it lets `io.saveCheckpoint` save a transformer.
   *
   * @returns the state
   */
  stateDict(): TransformerState {
    requireArity(`${this._transformer}.stateDict`, arguments.length, 0);
    return this.state();
  }

  /**
   * Restores a state of a transformer of the same specification, all or nothing.
   *
   * @param state a result of `state` or `stateDict`
   * @throws RangeError if the state is of another class, or has other options, columns or order; the message lists the
   *   differences
   */
  loadStateDict(state: unknown): void {
    requireArity(`${this._transformer}.loadStateDict`, arguments.length, 1);
    const op = `${this._transformer}.loadStateDict`;
    const saved = requireState(op, 'state', state);
    refuseDifferences(op, this._differences('', saved));
    this._restore(op, 'state', copied(saved));
  }

  /**
   * A copy that is not fitted.
   *
   * @returns a transformer with the same options
   */
  clone(): this {
    requireArity(`${this._transformer}.clone`, arguments.length, 0);
    return this._clone() as this;
  }

  /**
   * For JSON.stringify.
   *
   * @returns the state
   */
  toJSON(): TransformerState {
    return this.state();
  }

  /**
   * The class with its options and columns.
   *
   * @returns the text
   */
  toString(): string {
    const inputs = this._inputs;
    const spec = specText(this._transformer, this._options);
    return inputs === null
      ? spec
      : `${spec} of ${inputs.map(({ name }) => `'${name}'`).join(', ')}`;
  }

  /** Prints the same in the console. */
  [inspect.custom](): string {
    return this.toString();
  }

  /** The columns it is fitted to, else an error. */
  protected fittedInputs(method: string): readonly InputColumn[] {
    const inputs = this._inputs;
    if (inputs === null) throw notFitted(`${this._transformer}.${method}`);
    return inputs;
  }
}

function rowCount(op: string, x: unknown, sources: readonly Source[]): number {
  if (sources.length > 0) return sources[0].length;
  return x instanceof Table ? x.length : (rowsOf(op, x)?.length ?? 0);
}

/** Refuses absent keys of plain objects for which no transformer has put a value. */
export function refuseAbsent(
  op: string,
  source: Source,
  rows: number,
  width: number,
  out: Out,
): void {
  if (source.isAbsent === undefined) return;
  for (let i = 0; i < rows; i++) {
    if (!source.isAbsent(i)) continue;
    const start = out.offset + i * out.stride;
    for (let j = 0; j < width; j++) {
      if (!Number.isNaN(out.values[start + j])) continue;
      throw unexpected(op, `a value for ${source.label} (null if it is missing)`, 'x', `none in row ${i}`); // prettier-ignore
    }
  }
}
