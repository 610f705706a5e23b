import { numbersOf } from '../../core/access';
import { requireArity, requireInteger, unexpected } from '../../core/errors';
import { Storage } from '../../core/storage';
import { Tensor } from '../../core/tensor';
import { Categories, type Categorical } from './categories';

/**
 * Categories as class labels 0, 1, 2, ..., in sorted order (scikit-learn's LabelEncoder), for `F.crossEntropy`.
 *
 * @example
 * const labels = new data.LabelEncoder().fit(table.column('species'));
 * const y = labels.transform(table.column('species')); // int32 of shape (rows)
 * labels.inverseTransform(model.forward(x).argmax(1)); // names again
 */
export class LabelEncoder extends Categories {
  protected readonly name = 'LabelEncoder';

  constructor() {
    requireArity('LabelEncoder', arguments.length, 0);
    super();
  }

  /** The label of each row, int32 (rows); RangeError for an unknown or missing category. */
  transform(x: Categorical): Tensor {
    requireArity('LabelEncoder.transform', arguments.length, 1);
    const codes = this.codesOf('transform', x, (row) => {
      throw this.unknownCategory('transform', x, row);
    });
    return new Tensor(new Storage('int32', codes), [codes.length]);
  }

  /** `fit`, then `transform`. */
  fitTransform(x: Categorical): Tensor {
    requireArity('LabelEncoder.fitTransform', arguments.length, 1);
    return this.fit(x).transform(x);
  }

  /** The categories of labels. */
  inverseTransform(labels: Tensor | readonly number[]): string[] {
    requireArity('LabelEncoder.inverseTransform', arguments.length, 1);
    const op = 'LabelEncoder.inverseTransform';
    const numbers = labels instanceof Tensor ? Array.from(numbersOf(op, labels)) : labels;
    return numbers.map((label) => {
      const known = this.categories;
      if (requireInteger(op, 'labels', label, 0) < known.length) return known[label];
      throw unexpected(op, `labels below ${known.length}`, 'labels', String(label));
    });
  }
}
