/** Predictions from plain objects. */
import { numbersIn } from '../../core/access';
import { isFloating, type DType } from '../../core/dtype';
import { describe, requireArity, shapeText, unexpected, wrongType } from '../../core/errors';
import { noGrad } from '../../core/gradMode';
import { isPlainObject } from '../../core/realms';
import { Storage } from '../../core/storage';
import { Tensor } from '../../core/tensor';
import { compile } from '../../compile';
import type { Row } from '../../data/preprocessing/input';
import { LabelEncoder } from '../../data/preprocessing/labelEncoder';
import type { Transformer } from '../../data/preprocessing/transformer';
import { Table } from '../../data/table/table';
import type { AnyModule } from '../../nn';

/** The prediction for one row. */
export interface Prediction {
  /** The most probable class; only with a `data.LabelEncoder` as target. */
  readonly label?: string;
  /** The probability of each class; only with a `data.LabelEncoder` as target. */
  readonly probabilities?: Readonly<Record<string, number>>;
  /** The predicted number, in the units of the target; only for models with one output. */
  readonly value?: number;
  /** The predicted numbers, in the units of the target; only for models with several outputs. */
  readonly values?: readonly number[];
}

const op = 'LoadedModel.predict';

/** A model with its transformers, as `io.loadModel` returns it. */
export class LoadedModel {
  private readonly single: (x: Tensor) => Tensor;
  private readonly dtype: DType | null;

  /** @internal `compiled`: whether to compile predictions of one row. */
  constructor(
    /** The model, in evaluation mode. */
    readonly model: AnyModule,
    /** The transformer that makes the input of the model. */
    readonly transforms: Transformer,
    /** The transformer of the target, or null. */
    readonly target: Transformer | null,
    /** What was saved as `config`. */
    readonly config: unknown,
    compiled: boolean,
  ) {
    this.single = compiled ? compile((x: Tensor) => this.forward(x)) : (x) => this.forward(x);
    this.dtype = model.parameters().find(({ dtype }) => isFloating(dtype))?.dtype ?? null;
  }

  /**
   * Predicts one row.
   *
   * @param row the columns of the row as a plain object
   * @returns `label` and `probabilities` of a classifier, else `value` or `values`
   * @throws RangeError if a column is missing or has a value that its transformer does not take, or if the model
   * returns NaN
   */
  predict(row: Row): Prediction;
  /**
   * Predicts rows.
   *
   * @param rows a table, or an array of plain objects
   * @returns a prediction for each row
   * @throws RangeError as for one row
   */
  predict(rows: Table | readonly Row[]): Prediction[];
  predict(rows: Table | Row | readonly Row[]): Prediction | Prediction[] {
    requireArity(op, arguments.length, 1);
    const isMany = rows instanceof Table || Array.isArray(rows);
    if (!isMany && !isPlainObject(rows)) {
      throw wrongType(op, 'a plain object, an array of plain objects, or a table', 'rows', rows);
    }
    if (Array.isArray(rows)) {
      const wrong = rows.findIndex((row) => !isPlainObject(row));
      if (wrong >= 0) throw wrongType(op, 'a plain object', `rows[${wrong}]`, rows[wrong]);
    }
    if (isMany && rows.length === 0) return [];
    const found = noGrad(() => this.predictAll(rows));
    return isMany ? found : found[0];
  }

  private predictAll(rows: Table | Row | readonly Row[]): Prediction[] {
    let x = this.transforms._transformAs(op, rows);
    if (this.dtype !== null && isFloating(x.dtype)) x = x.to(this.dtype);
    const output = x.shape[0] === 1 ? this.single(x) : this.forward(x);
    const numbers = Array.from(numbersIn(output));
    const width = numbers.length / x.shape[0];
    const wrong = numbers.findIndex((number) => Number.isNaN(number));
    if (wrong >= 0) {
      const where = `row ${Math.floor(wrong / width)}`;
      throw new RangeError(`${op}: the model returns NaN for ${where}; it may have missing values, which a data.SimpleImputer fills in`); // prettier-ignore
    }
    if (this.target instanceof LabelEncoder) return classes(this.target.categories, numbers, width);
    return values(this.target, numbers, width);
  }

  private forward(x: Tensor): Tensor {
    const output: unknown = this.model.call(x);
    if (!(output instanceof Tensor)) {
      throw wrongType(op, 'a tensor', 'the output of the model', output);
    }
    const { shape } = output;
    if (shape[0] === x.shape[0] && (shape.length === 1 || (shape.length === 2 && shape[1] > 0))) {
      return output;
    }
    const what = `a shape (${x.shape[0]}, outputs)`;
    throw unexpected(op, what, 'the output of the model', shapeText(shape));
  }

  /**
   * The model and its columns.
   *
   * @returns text for people
   */
  toString(): string {
    const columns = this.transforms.columns.map(describe).join(', ');
    return `LoadedModel(${this.model.constructor.name} of ${columns})`;
  }
}

/** Predictions of classes from logits; one output is the logit of the second of two classes. */
function classes(names: readonly string[], logits: number[], width: number): Prediction[] {
  if (width !== names.length && !(width === 1 && names.length === 2)) {
    throw unexpected(op, `${names.length} outputs, one for each class,`, 'the model', String(width)); // prettier-ignore
  }
  const predictions: Prediction[] = [];
  for (let start = 0; start < logits.length; start += width) {
    const row = width === 1 ? [0, logits[start]] : logits.slice(start, start + width);
    const largest = row.reduce((a, b) => Math.max(a, b), -Infinity);
    // Infinity minus itself is NaN.
    const weights = row.map((logit) => (logit === largest ? 1 : Math.exp(logit - largest)));
    const sum = weights.reduce((a, b) => a + b, 0);
    predictions.push({
      label: names[row.indexOf(largest)],
      probabilities: Object.fromEntries(names.map((name, j) => [name, weights[j] / sum])),
    });
  }
  return predictions;
}

interface Inverse {
  inverseTransform(x: Tensor): Tensor;
}

function values(target: Transformer | null, outputs: number[], width: number): Prediction[] {
  let numbers = outputs;
  if (target !== null) {
    if (width !== target._width) {
      throw unexpected(op, `${target._width} outputs, as target has,`, 'the model', String(width));
    }
    const x = new Tensor(new Storage('float64', Float64Array.from(outputs)), [outputs.length / width, width]); // prettier-ignore
    const inverse = (target as unknown as Inverse).inverseTransform(x);
    [numbers, width] = [Array.from(numbersIn(inverse)), inverse.shape[1]];
  }
  if (width === 1) return numbers.map((value) => ({ value }));
  return Array.from({ length: numbers.length / width }, (_, i) => ({
    values: numbers.slice(i * width, (i + 1) * width),
  }));
}
