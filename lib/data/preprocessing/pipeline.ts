import { requireArity, requireList, unexpected, wrongType } from '../../core/errors';
import type { Tensor } from '../../core/tensor';
import { registerBuilder } from './registry';
import type { InputColumn, Source } from './source';
import { requireRecord, requireState, type ColumnState, type TransformerState } from './state';
import { refuseAbsent, Transformer, type Out, type OutputDType } from './transformer';

const name = 'Pipeline';

/**
 * Transformers one after the other: each takes the columns that the one before returns.
 *
 * The pipeline has copies of the steps; `steps` returns them.
 *
 * @see sklearn.pipeline.Pipeline
 * @example
 * const age = new data.Pipeline([new data.SimpleImputer(), new data.StandardScaler()]);
 * age.fitTransform([20, null, 40]); // tensor([[-1.2247], [ 0.0000], [ 1.2247]])
 */
export class Pipeline extends Transformer {
  private current: readonly Transformer[];

  static {
    registerBuilder(name, (state, load) => {
      const steps = state.steps ?? [];
      return new Pipeline(steps.map((step, i) => load(`state.steps[${i}]`, step)));
    });
  }

  /**
   * @param steps transformers, in order
   * @throws TypeError if a step is not a transformer of the library
   */
  constructor(steps: readonly Transformer[]) {
    requireArity(name, arguments.length, 1);
    const list = requireList(name, 'an array of transformers', 'steps', steps);
    if (list.length === 0) throw unexpected(name, 'at least one transformer', 'steps', 'none');
    super(name, {});
    this.current = list.map((step, i) => {
      if (step instanceof Transformer) return step._clone();
      throw wrongType(name, 'a transformer', `steps[${i}]`, step);
    });
  }

  /** The transformers in order. */
  get steps(): readonly Transformer[] {
    return this.current;
  }

  get _inputs(): readonly InputColumn[] | null {
    return this.current[0]._inputs;
  }

  private get last(): Transformer {
    return this.current[this.current.length - 1];
  }

  get _width(): number {
    return this.last._width;
  }

  override get _dtype(): OutputDType {
    return this.last._dtype;
  }

  override _codeCounts(op: string): (number | null)[] {
    return this.last._codeCounts(op);
  }

  _names(): string[] {
    return this.last._names();
  }

  _fit(op: string, sources: readonly Source[], dtype: OutputDType): void {
    const steps = this.current.map((step) => step._clone());
    let inputs = sources;
    steps.forEach((step, i) => {
      const isLast = i === steps.length - 1;
      step._fit(op, inputs, isLast ? dtype : 'float64');
      if (!isLast) inputs = step._apply(op, inputs);
    });
    this.current = steps;
  }

  private applied(op: string, sources: readonly Source[]): readonly Source[] {
    let inputs = sources;
    for (let i = 0; i < this.current.length - 1; i++) inputs = this.current[i]._apply(op, inputs);
    return inputs;
  }

  _write(op: string, sources: readonly Source[], out: Out): void {
    this.last._write(op, this.applied(op, sources), out);
    for (const source of sources) refuseAbsent(op, source, source.length, this._width, out);
  }

  override _apply(op: string, sources: readonly Source[]): Source[] {
    return this.last._apply(op, this.applied(op, sources));
  }

  override _clone(): Transformer {
    return new Pipeline(this.current);
  }

  /**
   * Inverts the steps, the last one first.
   *
   * @param x a result of `transform`, or of a model that predicts one
   * @returns the input columns, shape (rows, columns)
   * @throws TypeError if a step has no `inverseTransform`
   */
  inverseTransform(x: Tensor): Tensor {
    requireArity('Pipeline.inverseTransform', arguments.length, 1);
    this.fittedInputs('inverseTransform');
    return [...this.current].reverse().reduce((values, step) => {
      if ('inverseTransform' in step) {
        const { inverseTransform } = step as { inverseTransform: (x: Tensor) => Tensor };
        return inverseTransform.call(step, values);
      }
      const what = 'transformers that have inverseTransform';
      throw new TypeError(`Pipeline.inverseTransform: expected ${what} for steps, got ${step._transformer}`); // prettier-ignore
    }, x);
  }

  _fittedState(): { columns: ColumnState[] | null; steps: TransformerState[] } {
    return {
      columns: this._inputs?.map(({ name: column, kind }) => ({ name: column, kind })) ?? null,
      steps: this.current.map((step) => step.state()),
    };
  }

  override _differences(place: string, state: TransformerState): string[] {
    const own = super._differences(place, state);
    if (own.length > 0) return own;
    const steps = stepsOf('loadStateDict', state);
    if (steps.length !== this.current.length) {
      return [`${place}${steps.length} steps in the state, ${this.current.length} here`];
    }
    return this.current.flatMap((step, i) =>
      step._differences(`${place}step ${i + 1}: `, steps[i]),
    );
  }

  _restore(op: string, place: string, state: TransformerState): void {
    const saved = stepsOf(op, state);
    const steps = this.current.map((step) => step._clone());
    steps.forEach((step, i) => {
      step._restore(op, `${place}.steps[${i}]`, saved[i]);
    });
    this.current = steps;
  }
}

function stepsOf(op: string, state: TransformerState): TransformerState[] {
  const { steps } = requireRecord(op, 'state', state);
  const list = requireList(op, 'an array', 'state.steps', steps);
  return list.map((step, i) => requireState(op, `state.steps[${i}]`, step));
}
