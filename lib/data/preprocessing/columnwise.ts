/** Transformers that transform each column independently. */
import type { InputColumn, Source } from './source';
import {
  requireColumn,
  requireFitted,
  type ColumnState,
  type Schema,
  type TransformerState,
} from './state';
import { refuseAbsent, Transformer, type Out, type OutputDType } from './transformer';

/**
 * Base class of transformers that transform each column independently.
 *
 * @example new data.MaxAbsScaler().fit(new data.Table({ age: [31, 45] })).columns // ['age']
 */
export abstract class ColumnwiseTransformer<Fitted extends object> extends Transformer {
  private inputs: readonly InputColumn[] | null = null;
  /** The fitted values of each column. */
  protected fitted: readonly Fitted[] = [];

  /** The fields of a fitted value, to check a state. */
  protected abstract readonly schema: Schema<Fitted>;
  /** Learns from a column. */
  protected abstract fitColumn(op: string, source: Source, dtype: OutputDType): Fitted;
  /** Writes the output columns of a column. */
  protected abstract writeColumn(op: string, fitted: Fitted, source: Source, out: Out): void;
  /** Checks fitted values of a state, beyond their fields. */
  protected checkFitted?(op: string, name: string, fitted: Fitted): void;
  /** Called after a fit. */
  protected fittedTo?(op: string, sources: readonly Source[]): void;

  /** The number of output columns of a column. */
  protected widthOf(_fitted: Fitted): number {
    return 1;
  }

  /** The names of the output columns of the column `name`. */
  protected namesOf(_fitted: Fitted, name: string): string[] {
    return [name];
  }

  get _inputs(): readonly InputColumn[] | null {
    return this.inputs;
  }

  get _width(): number {
    let width = 0;
    for (const fitted of this.fitted) width += this.widthOf(fitted);
    return width;
  }

  _names(): string[] {
    const inputs = this.inputs ?? [];
    return inputs.flatMap(({ name }, j) => this.namesOf(this.fitted[j], name));
  }

  _fit(op: string, sources: readonly Source[], dtype: OutputDType): void {
    this.fitted = sources.map((source) => this.fitColumn(op, source, dtype));
    this.inputs = sources.map(({ name, kind }) => ({ name, kind }));
    this.fittedTo?.(op, sources);
  }

  _write(op: string, sources: readonly Source[], out: Out): void {
    let { offset } = out;
    for (let j = 0; j < sources.length; j++) {
      const [fitted, source] = [this.fitted[j], sources[j]];
      const part = { values: out.values, stride: out.stride, offset };
      const width = this.widthOf(fitted);
      this.writeColumn(op, fitted, source, part);
      refuseAbsent(op, source, source.length, width, part);
      offset += width;
    }
  }

  _fittedState(): { columns: ColumnState[] | null } {
    const { inputs, fitted } = this;
    if (inputs === null) return { columns: null };
    return { columns: inputs.map((input, j) => ({ ...input, ...fitted[j] })) };
  }

  _restore(op: string, name: string, { columns }: TransformerState): void {
    if (columns === null) {
      this.inputs = null;
      this.fitted = [];
      return;
    }
    const place = (j: number): string => `${name}.columns[${j}]`;
    const inputs = columns.map((column, j) => requireColumn(op, place(j), column));
    const fitted = columns.map((column, j) => {
      const values = requireFitted<Fitted>(op, place(j), column, this.schema);
      this.checkFitted?.(op, place(j), values);
      return values;
    });
    [this.inputs, this.fitted] = [inputs, fitted];
  }
}
