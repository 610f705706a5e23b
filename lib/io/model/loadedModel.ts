/** Predictions from plain objects, tables and images. */
import { numbersIn } from '../../core/access';
import { isFloating, type DType } from '../../core/dtype';
import { describe, requireArity, shapeText, unexpected, wrongType } from '../../core/errors';
import { noGrad } from '../../core/gradMode';
import { isPlainObject } from '../../core/realms';
import { Storage } from '../../core/storage';
import { requireTensor, Tensor } from '../../core/tensor';
import { compile } from '../../compile';
import { stack } from '../../ops/shape/join';
import type { Row } from '../../data/preprocessing/input';
import { LabelEncoder } from '../../data/preprocessing/labelEncoder';
import type { Transformer } from '../../data/preprocessing/transformer';
import { Table } from '../../data/table/table';
import { Transform } from '../../data/transforms/transform';
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
    /** What makes the input of the model. */
    readonly transforms: Transformer | Transform,
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
  /**
   * Predicts one image, with a model that was saved with transforms of images.
   *
   * @param image shape (C, H, W), which the transforms of the model take
   * @returns `label` and `probabilities` of a classifier, else `value` or `values`
   * @throws RangeError for other shapes, or if the model returns NaN
   */
  predict(image: Tensor): Prediction;
  /**
   * Predicts images, which may have different sizes if the transforms make them equal.
   *
   * @param images images (C, H, W)
   * @returns a prediction for each image
   * @throws RangeError as for one image
   */
  predict(images: readonly Tensor[]): Prediction[];
  predict(
    rows: Table | Row | readonly Row[] | Tensor | readonly Tensor[],
  ): Prediction | Prediction[] {
    requireArity(op, arguments.length, 1);
    const { transforms } = this;
    if (transforms instanceof Transform) {
      const found = this.predictImages(transforms, Array.isArray(rows) ? rows : [rows]);
      return Array.isArray(rows) ? found : found[0];
    }
    return this.predictRows(transforms, rows as Table | Row | readonly Row[]);
  }

  private predictRows(
    transforms: Transformer,
    rows: Table | Row | readonly Row[],
  ): Prediction | Prediction[] {
    const isMany = rows instanceof Table || Array.isArray(rows);
    if (!isMany && !isPlainObject(rows)) {
      throw wrongType(op, 'a plain object, an array of plain objects, or a table', 'rows', rows);
    }
    if (Array.isArray(rows)) {
      const wrong = rows.findIndex((row) => !isPlainObject(row));
      if (wrong >= 0) throw wrongType(op, 'a plain object', `rows[${wrong}]`, rows[wrong]);
    }
    if (isMany && rows.length === 0) return [];
    const found = noGrad(() => this.predictAll(transforms._transformAs(op, rows), 'row'));
    return isMany ? found : found[0];
  }

  private predictImages(transforms: Transform, images: readonly unknown[]): Prediction[] {
    const inputs = images.map((image, i) => {
      const name = images.length === 1 ? 'image' : `images[${i}]`;
      const one = requireTensor(op, name, image);
      if (one.ndim === 3) return one;
      throw unexpected(op, 'a shape (C, H, W)', name, shapeText(one.shape));
    });
    if (inputs.length === 0) return [];
    return noGrad(() => {
      const batch = stack(inputs.map((image) => transforms.forward(image)));
      return this.predictAll(batch, 'image');
    });
  }

  private predictAll(input: Tensor, what: 'row' | 'image'): Prediction[] {
    let x = input;
    if (this.dtype !== null && isFloating(x.dtype)) x = x.to(this.dtype);
    const output = x.shape[0] === 1 ? this.single(x) : this.forward(x);
    const numbers = Array.from(numbersIn(output));
    const width = numbers.length / x.shape[0];
    const wrong = numbers.findIndex((number) => Number.isNaN(number));
    if (wrong >= 0) {
      const where = `${what} ${Math.floor(wrong / width)}`;
      const hint = what === 'row' ? '; it may have missing values, which a data.SimpleImputer fills in' : ''; // prettier-ignore
      throw new RangeError(`${op}: the model returns NaN for ${where}${hint}`);
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
    const { transforms, model } = this;
    const inputs =
      transforms instanceof Transform ? 'images' : transforms.columns.map(describe).join(', ');
    return `LoadedModel(${model.constructor.name} of ${inputs})`;
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
