import { numbersOf } from '../../core/access';
import {
  requireArity,
  requireOneOf,
  requireOptions,
  shapeText,
  unexpected,
} from '../../core/errors';
import { requireTensor, type Tensor } from '../../core/tensor';
import {
  CategoryTransformer,
  requireRare,
  type FittedCategories,
  type RareOptions,
} from './categories';
import { register } from './registry';
import type { Source } from './source';
import { requireOutput, type Out, type OutputOptions } from './transformer';

/** Options of a OneHotEncoder. */
export interface OneHotEncoderOptions extends RareOptions, OutputOptions {
  /**
   * What to do with categories that were not in `fit`: throw an error (default), use zeros (`ignore`), or count them as
   * the joined rare categories if there are any (`infrequentIfExist`).
   */
  handleUnknown?: 'error' | 'ignore' | 'infrequentIfExist';
  /**
   * What to do with missing values: throw an error (the default with `handleUnknown: 'error'`), use zeros (`ignore`,
   * the default otherwise), or make a column of their own (`category`).
   */
  handleMissing?: 'error' | 'ignore' | 'category';
}

const name = 'OneHotEncoder';

/**
 * Makes one output column for each category: 1 in the rows that have it, 0 elsewhere. Categories are sorted. If
 * the options ask for them, a column for missing values and one for the joined rare categories follow.
 *
 * @see sklearn.preprocessing.OneHotEncoder
 * @example
 * const encoder = new data.OneHotEncoder().fit(['red', 'green', 'red']);
 * encoder.transform(['green']); // tensor([[1., 0.]])
 */
export class OneHotEncoder extends CategoryTransformer {
  private readonly handleUnknown: 'error' | 'ignore' | 'infrequentIfExist';
  private readonly handleMissing: 'error' | 'ignore' | 'category';

  static {
    register(name, this);
  }

  /** @param options see OneHotEncoderOptions */
  constructor(options: OneHotEncoderOptions = {}) {
    requireArity(name, arguments.length, 1);
    const known = ['handleUnknown', 'handleMissing', 'minFrequency', 'maxCategories', 'dtype'];
    requireOptions(name, options, known);
    const handleUnknown = requireOneOf(name, 'handleUnknown', options.handleUnknown ?? 'error', [
      ...(['error', 'ignore', 'infrequentIfExist'] as const),
    ]);
    const standard = handleUnknown === 'error' ? 'error' : 'ignore';
    const handleMissing = requireOneOf(name, 'handleMissing', options.handleMissing ?? standard, [
      ...(['error', 'ignore', 'category'] as const),
    ]);
    const dtype = requireOutput(name, options.dtype);
    super(name, { handleUnknown, handleMissing, ...requireRare(name, options), dtype });
    this.handleUnknown = handleUnknown;
    this.handleMissing = handleMissing;
  }

  private get hasMissing(): boolean {
    return this.handleMissing === 'category';
  }

  protected override infrequentCode({ categories }: FittedCategories): number {
    return categories.length + (this.hasMissing ? 1 : 0);
  }

  protected override widthOf(fitted: FittedCategories): number {
    return this.infrequentCode(fitted) + (fitted.infrequent.length > 0 ? 1 : 0);
  }

  protected override namesOf(fitted: FittedCategories, column: string): string[] {
    const names = [...fitted.categories];
    if (this.hasMissing) names.push('missing');
    if (fitted.infrequent.length > 0) names.push('infrequent');
    return names.map((category) => `${column}_${category}`);
  }

  protected writeColumn(op: string, fitted: FittedCategories, source: Source, out: Out): void {
    const { handleUnknown, handleMissing } = this;
    const joined =
      handleUnknown === 'infrequentIfExist' && fitted.infrequent.length > 0
        ? this.infrequentCode(fitted)
        : -1;
    const codeOf = this.codesOf(
      op,
      fitted,
      source,
      (row) => {
        if (handleMissing === 'category') return fitted.categories.length;
        if (handleMissing === 'ignore') return -1;
        throw this.unknownCategory(op, fitted, source, row, null);
      },
      (row, text) => {
        if (handleUnknown !== 'error') return joined;
        throw this.unknownCategory(op, fitted, source, row, text);
      },
    );
    const width = this.widthOf(fitted);
    const { values, stride, offset } = out;
    for (let i = 0; i < source.length; i++) {
      const start = offset + i * stride;
      for (let j = 0; j < width; j++) values[start + j] = 0;
      const code = codeOf(i);
      if (code >= 0) values[start + code] = 1;
    }
  }

  /**
   * The category of the largest number in each row, of a transformer that is fitted to one column.
   *
   * @param x shape (rows, output columns)
   * @returns categories; null for missing values and for a row without a positive number, 'infrequent' for joined ones
   */
  inverseTransform(x: Tensor): (string | null)[] {
    requireArity('OneHotEncoder.inverseTransform', arguments.length, 1);
    const op = 'OneHotEncoder.inverseTransform';
    const { categories } = this; // refuses several columns
    const { shape } = requireTensor(op, 'x', x);
    const numbers = numbersOf(op, x);
    const width = this._width;
    if (shape.length !== 2 || shape[1] !== width) {
      throw unexpected(op, `a shape (rows, ${width})`, 'x', shapeText(shape));
    }
    const joined = this.infrequentCode(this.fitted[0]);
    return Array.from({ length: shape[0] }, (_, i) => {
      let [best, largest] = [-1, 0];
      for (let j = 0; j < width; j++) {
        const value = numbers[i * width + j];
        if (value > largest) [best, largest] = [j, value];
      }
      if (best < 0) return null;
      if (best < categories.length) return categories[best];
      return best === joined ? 'infrequent' : null;
    });
  }
}
