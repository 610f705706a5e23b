import type { FullDType } from '../../core/dtype';
import { describe, requireArity, requireOptions, unexpected, wrongType } from '../../core/errors';
import {
  commonDType,
  requireSpec,
  requireStep,
  rest,
  specOf,
  specs,
  type ColumnTransformerSpec,
  type ColumnTransformerStep,
} from './columnSpec';
import { CustomTransformer } from './custom';
import { Passthrough } from './passthrough';
import { registerBuilder } from './registry';
import type { InputColumn, Source } from './source';
import {
  optionDifferences,
  requireColumn,
  requireRecord,
  requireState,
  type ColumnState,
  type TransformerState,
} from './state';
import { requireOutput, Transformer, type Out, type OutputDType } from './transformer';

/** Options of a ColumnTransformer. */
export interface ColumnTransformerOptions {
  /** The transformer for all other columns of the table in `fit`, in their order; default 'drop': none. */
  remainder?: Transformer | 'passthrough' | 'drop';
  /** The dtype of the result; default: 'float64' if a transformer has it, else 'float32'. */
  dtype?: FullDType;
}

interface Part {
  readonly name: string;
  readonly transformer: Transformer;
}

const name = 'ColumnTransformer';

/**
 * Turns a table into one tensor: transforms each column, and concatenates the results in the order in which the columns
 * are named.
 *
 * Each column has its own copy of the transformer that you pass, so you can pass one transformer for several columns.
 * `'passthrough'` uses numbers without changes. Columns that are not named are left out, unless you set `remainder`.
 *
 * @see sklearn.compose.ColumnTransformer
 * @example
 * const inputs = new data.ColumnTransformer([
 *   [['age', 'income'], new data.StandardScaler()],
 *   ['city', new data.OneHotEncoder({ handleUnknown: 'ignore' })],
 * ]);
 * const x = inputs.fitTransform(table); // float32 of shape (rows, 2 + cities)
 * const row = inputs.transform({ age: 31, income: 2000, city: 'Rome' }); // (1, 2 + cities)
 */
export class ColumnTransformer extends Transformer {
  private readonly spec: ReadonlyMap<string, Transformer | null>;
  private readonly remainder: Transformer | null;
  private readonly output: OutputDType;
  /** Fitted copies; null before `fit`. */
  private parts: readonly Part[] | null = null;
  private inputs: readonly InputColumn[] | null = null;

  static {
    registerBuilder(name, ({ options }, load) => {
      const { columns, remainder, dtype } = options;
      const entries = Array.isArray(columns) ? (columns as unknown[]) : [];
      const stepOf = (place: string, step: unknown): ColumnTransformerStep =>
        step === 'drop' ? step : load(place, step);
      const spec = entries.map((entry, i): [string, ColumnTransformerStep] => {
        const place = `state.options.columns[${i}]`;
        const { name: column, step } = requireRecord('loadTransformer', place, entry);
        return [String(column), stepOf(`${place}.step`, step)];
      });
      const rest = stepOf('state.options.remainder', remainder) as Transformer | 'drop';
      return new ColumnTransformer(new Map(spec), { remainder: rest, dtype: dtype as undefined });
    });
  }

  /**
   * @param columns transformers by column: an object, a Map, or pairs of columns and a transformer
   * @param options what happens to other columns, and the dtype of the result
   * @throws RangeError if a column is named twice
   */
  constructor(columns: ColumnTransformerSpec, options: ColumnTransformerOptions = {}) {
    requireArity(name, arguments.length, 2);
    requireOptions(name, options, ['remainder', 'dtype']);
    const spec = requireSpec(columns);
    const remainder = requireStep('remainder', '', options.remainder ?? 'drop', new Set());
    if (remainder instanceof CustomTransformer) {
      throw wrongType(name, "a transformer of the library, 'passthrough' or 'drop'", 'remainder', options.remainder); // prettier-ignore
    }
    const dtype = options.dtype === undefined ? undefined : requireOutput(name, options.dtype);
    super(name, {
      columns: Array.from(spec, ([column, step]) => ({ name: column, step: specOf(step) })),
      remainder: specOf(remainder),
      dtype,
    });
    this.spec = spec;
    this.remainder = remainder;
    this.output = dtype ?? commonDType([...spec.values(), remainder]);
  }

  override get _dtype(): OutputDType {
    return this.output;
  }

  get _inputs(): readonly InputColumn[] | null {
    return this.inputs;
  }

  get _width(): number {
    let width = 0;
    for (const { transformer } of this.parts ?? []) width += transformer._width;
    return width;
  }

  override _codeCounts(op: string): (number | null)[] {
    if (this.parts === null) return super._codeCounts(op); // throws
    return this.parts.flatMap(({ transformer }) => transformer._codeCounts(op));
  }

  _names(): string[] {
    return (this.parts ?? []).flatMap(({ transformer }) => transformer._names());
  }

  /**
   * The fitted transformer of a column.
   *
   * @param column its name
   * @returns the copy that belongs to this column
   */
  transformerOf(column: string): Transformer {
    requireArity('ColumnTransformer.transformerOf', arguments.length, 1);
    this.fittedInputs('transformerOf');
    const parts = this.parts ?? [];
    const part = parts.find((one) => one.name === column);
    if (part !== undefined) return part.transformer;
    const what = `one of ${parts.map((one) => one.name).join(', ')}`;
    throw unexpected('ColumnTransformer.transformerOf', what, 'column', describe(column));
  }

  _fit(op: string, sources: readonly Source[], dtype: OutputDType): void {
    const known = new Map(sources.map((source) => [source.name, source]));
    const chosen: [Source, Transformer][] = [];
    for (const [column, step] of this.spec) {
      const source = known.get(column);
      if (source === undefined) {
        const there = [...known.keys()].slice(0, 10).map(describe).join(', ');
        const got = `${there === '' ? 'no columns' : there}${known.size > 10 ? ', ...' : ''}`;
        throw unexpected(op, `the column '${column}'`, 'x', got);
      }
      if (step !== null) chosen.push([source, step]);
    }
    if (this.remainder !== null) {
      for (const source of sources) {
        if (!this.spec.has(source.name)) chosen.push([source, this.remainder]);
      }
    }
    this.parts = chosen.map(([source, step]) => {
      const transformer = step._clone();
      transformer._fit(op, [source], dtype);
      return { name: source.name, transformer };
    });
    this.inputs = chosen.map(([{ name: column, kind }]) => ({ name: column, kind }));
  }

  _write(op: string, sources: readonly Source[], out: Out): void {
    const parts = this.parts ?? [];
    let { offset } = out;
    for (let j = 0; j < parts.length; j++) {
      const { transformer } = parts[j];
      transformer._write(op, [sources[j]], { values: out.values, stride: out.stride, offset });
      offset += transformer._width;
    }
  }

  override _clone(): Transformer {
    const spec = Array.from(this.spec, ([column, step]): [string, ColumnTransformerStep] => [
      column,
      step instanceof CustomTransformer ? step.transform_ : (step ?? 'drop'),
    ]);
    const dtype = this._options['dtype'] as 'float32' | undefined;
    const remainder = this.remainder ?? 'drop';
    return new ColumnTransformer(new Map(spec), dtype === undefined ? { remainder } : { remainder, dtype }); // prettier-ignore
  }

  _fittedState(): { columns: ColumnState[] | null } {
    const { inputs, parts } = this;
    if (inputs === null || parts === null) return { columns: null };
    return {
      columns: inputs.map((input, j) => ({ ...input, state: parts[j].transformer.state() })),
    };
  }

  override _differences(place: string, state: TransformerState): string[] {
    if (state.transformer !== name) return super._differences(place, state);
    const [own, other] = [this._options, state.options].map(specs);
    const found = optionDifferences(place, { transformer: name, options: rest(this._options) }, { transformer: name, options: rest(state.options) }); // prettier-ignore
    const [here, saved] = [[...own.keys()], [...other.keys()]];
    for (const column of here) if (!other.has(column)) found.push(`${place}column '${column}': not in the state`); // prettier-ignore
    for (const column of saved) if (!own.has(column)) found.push(`${place}column '${column}': not here`); // prettier-ignore
    for (const [column, step] of own) {
      const theirs = other.get(column);
      if (theirs !== undefined && theirs !== step) {
        found.push(`${place}column '${column}': ${theirs} in the state, ${step} here`);
      }
    }
    if (found.length === 0 && here.join('\0') !== saved.join('\0')) {
      found.push(
        `${place}order of columns: ${saved.join(', ')} in the state, ${here.join(', ')} here`,
      );
    }
    return found;
  }

  _restore(op: string, place: string, { columns }: TransformerState): void {
    if (columns === null) {
      [this.inputs, this.parts] = [null, null];
      return;
    }
    const inputs = columns.map((column, j) => requireColumn(op, `${place}.columns[${j}]`, column));
    const named = [...this.spec].filter(([, step]) => step !== null);
    const undo: (() => void)[] = [];
    try {
      const parts = columns.map((column, j): Part => {
        const where = `${place}.columns[${j}]`;
        const [expected, step] = j < named.length ? named[j] : [inputs[j].name, this.remainder];
        if (step === null || expected !== inputs[j].name) {
          throw unexpected(op, `the column '${expected}'`, `${where}.name`, describe(inputs[j].name)); // prettier-ignore
        }
        const saved = requireState(op, `${where}.state`, column['state']);
        const transformer = step._clone();
        const own = step instanceof CustomTransformer ? step : null;
        const before = own?.transform_.stateDict();
        transformer._restore(op, `${where}.state`, saved);
        requireOneInput(op, where, inputs[j].name, transformer);
        if (own !== null) undo.push(() => own.transform_.loadStateDict(before as never));
        if (transformer instanceof Passthrough) transformer._setOutput(this.output);
        return { name: inputs[j].name, transformer };
      });
      if (parts.length < named.length) {
        throw unexpected(op, `${named.length} columns`, `${place}.columns`, String(parts.length));
      }
      [this.inputs, this.parts] = [inputs, parts];
    } catch (error) {
      for (const back of undo.reverse()) back();
      throw error;
    }
  }

  /**
   * The columns with their transformers.
   *
   * @returns the text
   */
  override toString(): string {
    const lines = Array.from(specs(this._options), ([column, step]) => `  ${column}: ${step},\n`);
    const remainder = this.remainder === null ? '' : `  remainder: ${this.remainder.toString()},\n`;
    return `ColumnTransformer({\n${lines.join('')}${remainder}})`;
  }
}

function requireOneInput(op: string, place: string, column: string, fitted: Transformer): void {
  const names = fitted._inputs?.map((input) => input.name) ?? [];
  if (names.length === 1 && names[0] === column) return;
  const got = names.length === 0 ? 'none' : names.map(describe).join(', ');
  throw unexpected(op, `the column '${column}'`, `${place}.state.columns`, got);
}
