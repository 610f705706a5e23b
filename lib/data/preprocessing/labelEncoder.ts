import { numbersOf } from '../../core/access';
import { requireArity, requireInteger, unexpected } from '../../core/errors';
import { Storage } from '../../core/storage';
import { Tensor } from '../../core/tensor';
import { CategoryTransformer, type FittedCategories } from './categories';
import { fittedSources, type TransformerInput } from './input';
import { register } from './registry';
import type { Source } from './source';
import type { Out, OutputDType } from './transformer';

const name = 'LabelEncoder';

/**
 * Encodes one column of categories as class labels 0, 1, 2, ... in sorted order, for `F.crossEntropy`.
 *
 * @see sklearn.preprocessing.LabelEncoder
 * @example
 * const labels = new data.LabelEncoder().fit(['cat', 'dog']);
 * labels.transform(['dog', 'cat']); // tensor([1, 0], dtype: int32)
 * labels.inverseTransform(tensor([1, 0], { dtype: 'int32' })); // ['dog', 'cat']
 */
export class LabelEncoder extends CategoryTransformer {
  static {
    register(name, this);
  }

  /** @internal */
  constructor(options: Readonly<Record<string, never>> = {}) {
    requireArity(name, arguments.length, 0);
    super(name, options);
  }

  /** @internal Labels are int32. */
  override get _dtype(): OutputDType {
    return 'int32';
  }

  /** @internal One column. */
  override _fit(op: string, sources: readonly Source[], dtype: OutputDType): void {
    if (sources.length !== 1) throw unexpected(op, 'one column', 'x', String(sources.length));
    super._fit(op, sources, dtype);
  }

  /**
   * The label of each row.
   *
   * @param x one column, an array of its values, or rows with the column
   * @returns int32, shape (rows)
   * @throws RangeError if a category is unknown or missing
   */
  override transform(x: TransformerInput): Tensor {
    requireArity('LabelEncoder.transform', arguments.length, 1);
    const op = 'LabelEncoder.transform';
    const [source] = fittedSources(op, x, this.fittedInputs('transform'));
    const values = new Int32Array(source.length);
    this.writeColumn(op, this.fitted[0], source, { values, stride: 1, offset: 0 });
    return new Tensor(new Storage('int32', values), [values.length]);
  }

  protected writeColumn(op: string, fitted: FittedCategories, source: Source, out: Out): void {
    const refuse = (row: number, text: string | null): never => {
      throw this.unknownCategory(op, fitted, source, row, text);
    };
    const codeOf = this.codesOf(op, fitted, source, (row) => refuse(row, null), refuse);
    const { values, stride, offset } = out;
    for (let i = 0; i < source.length; i++) values[offset + i * stride] = codeOf(i);
  }

  /**
   * The categories of labels.
   *
   * @param labels integers in a tensor or an array
   * @returns the categories, as strings
   * @throws RangeError if a label is not below the number of categories
   */
  inverseTransform(labels: Tensor | readonly number[]): string[] {
    requireArity('LabelEncoder.inverseTransform', arguments.length, 1);
    const op = 'LabelEncoder.inverseTransform';
    const known = this.categories;
    const numbers = labels instanceof Tensor ? Array.from(numbersOf(op, labels)) : labels;
    return numbers.map((label) => {
      if (requireInteger(op, 'labels', label, 0) < known.length) return known[label];
      throw unexpected(op, `labels below ${known.length}`, 'labels', String(label));
    });
  }
}
