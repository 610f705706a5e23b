import { numbersOf } from '../../core/access';
import {
  requireArity,
  requireOneOf,
  requireOptions,
  shapeText,
  unexpected,
} from '../../core/errors';
import { Storage } from '../../core/storage';
import { requireTensor, Tensor } from '../../core/tensor';
import { Categories, type Categorical } from './categories';

/** Options of a OneHotEncoder. */
export interface OneHotEncoderOptions {
  /** What to do with unknown and missing categories: throw an error (default), or use zeros (`ignore`). */
  handleUnknown?: 'error' | 'ignore';
}

/**
 * One column for each category, 1 in the rows that have it and 0 elsewhere (scikit-learn's OneHotEncoder): float32
 * (rows, categories), with sorted categories.
 *
 * @example
 * const encoder = new data.OneHotEncoder().fit(['red', 'green', 'red']);
 * encoder.transform(['green']); // tensor([[1., 0.]])
 */
export class OneHotEncoder extends Categories {
  protected readonly name = 'OneHotEncoder';
  private readonly handleUnknown: 'error' | 'ignore';

  constructor(options: OneHotEncoderOptions = {}) {
    requireArity('OneHotEncoder', arguments.length, 1);
    super();
    requireOptions('OneHotEncoder', options, ['handleUnknown']);
    const { handleUnknown = 'error' } = options;
    const choices = ['error', 'ignore'] as const;
    this.handleUnknown = requireOneOf('OneHotEncoder', 'handleUnknown', handleUnknown, choices);
  }

  /** Zeros and ones, float32 (rows, categories). */
  transform(x: Categorical): Tensor {
    requireArity('OneHotEncoder.transform', arguments.length, 1);
    const codes = this.codesOf('transform', x, (row) => {
      if (this.handleUnknown === 'ignore') return -1;
      throw this.unknownCategory('transform', x, row);
    });
    const width = this.categories.length;
    const out = new Float32Array(codes.length * width);
    codes.forEach((code, i) => {
      if (code >= 0) out[i * width + code] = 1;
    });
    return new Tensor(new Storage('float32', out), [codes.length, width]);
  }

  /** `fit`, then `transform`. */
  fitTransform(x: Categorical): Tensor {
    requireArity('OneHotEncoder.fitTransform', arguments.length, 1);
    return this.fit(x).transform(x);
  }

  /** The category of the largest number in each row; null for a row without a positive number. */
  inverseTransform(x: Tensor): (string | null)[] {
    requireArity('OneHotEncoder.inverseTransform', arguments.length, 1);
    const op = 'OneHotEncoder.inverseTransform';
    const { shape } = requireTensor(op, 'x', x);
    const numbers = numbersOf(op, x);
    const width = this.categories.length;
    if (shape.length !== 2 || shape[1] !== width) {
      throw unexpected(op, `a shape (rows, ${width})`, 'x', shapeText(shape));
    }
    return Array.from({ length: shape[0] }, (_, i) => {
      const code = Array.from(numbers.subarray(i * width, (i + 1) * width));
      const largest = code.reduce((a, b) => Math.max(a, b), 0);
      return largest > 0 ? this.categories[code.indexOf(largest)] : null;
    });
  }

  /** The names of the output columns for the column `name`. */
  outputNames(name: string): string[] {
    requireArity('OneHotEncoder.outputNames', arguments.length, 1);
    return this.categories.map((category) => `${name}_${category}`);
  }
}
