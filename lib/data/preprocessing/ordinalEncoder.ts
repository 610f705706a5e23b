import { fullDTypes } from '../../core/dtype';
import { numbersOf } from '../../core/access';
import {
  requireArity,
  requireInteger,
  requireNumber,
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
import type { Out, OutputDType } from './transformer';

/** Options of an OrdinalEncoder. */
export interface OrdinalEncoderOptions extends RareOptions {
  /**
   * What to do with categories that were not in `fit`: throw an error (default), use `unknownValue`
   * (`useEncodedValue`), or use a code of their own, the last one (`category`).
   */
  handleUnknown?: 'error' | 'useEncodedValue' | 'category';
  /** The code of unknown categories with `useEncodedValue`. */
  unknownValue?: number;
  /** What to do with missing values: throw an error (default), or use a code of their own (`category`). */
  handleMissing?: 'error' | 'category';
  /** The code of missing values, such as NaN or -1; instead of `handleMissing`. */
  encodedMissingValue?: number;
  /** The dtype of the result: 'float32' (default), 'float64', or 'int32', which `nn.Embedding` takes. */
  dtype?: OutputDType;
}

const name = 'OrdinalEncoder';

/**
 * Encodes each category as a number: 0, 1, 2, ... in sorted order. If the options ask for them, the codes of missing
 * values, of joined rare categories and of unknown categories follow.
 *
 * @see sklearn.preprocessing.OrdinalEncoder
 * @example
 * const encoder = new data.OrdinalEncoder({ dtype: 'int32' }).fit(['red', 'green', 'red']);
 * encoder.transform(['red']); // tensor([[1]], dtype: int32)
 */
export class OrdinalEncoder extends CategoryTransformer {
  private readonly settings: Required<
    Pick<OrdinalEncoderOptions, 'handleUnknown' | 'handleMissing'>
  > &
    Pick<OrdinalEncoderOptions, 'unknownValue' | 'encodedMissingValue'>;

  static {
    register(name, this);
  }

  /** @param options see OrdinalEncoderOptions */
  constructor(options: OrdinalEncoderOptions = {}) {
    requireArity(name, arguments.length, 1);
    requireOptions(name, options, [
      ...['handleUnknown', 'unknownValue', 'handleMissing', 'encodedMissingValue'],
      ...['minFrequency', 'maxCategories', 'dtype'],
    ]);
    const unknownValue = numberOf(options.unknownValue);
    const encodedMissingValue = numberOf(options.encodedMissingValue);
    const handleUnknown = requireOneOf(name, 'handleUnknown', options.handleUnknown ?? 'error', [
      ...(['error', 'useEncodedValue', 'category'] as const),
    ]);
    const handleMissing = requireOneOf(name, 'handleMissing', options.handleMissing ?? 'error', [
      ...(['error', 'category'] as const),
    ]);
    const dtype = requireOneOf(name, 'dtype', options.dtype ?? 'float32', [...fullDTypes, 'int32']);
    if (handleUnknown === 'useEncodedValue' || unknownValue !== undefined) {
      requireCode(dtype, 'unknownValue', unknownValue);
      if (handleUnknown !== 'useEncodedValue') {
        throw new RangeError(`${name}: unknownValue requires handleUnknown: 'useEncodedValue'`);
      }
    }
    if (encodedMissingValue !== undefined) {
      requireCode(dtype, 'encodedMissingValue', encodedMissingValue);
      if (handleMissing === 'category') {
        throw new RangeError(`${name}: pass either handleMissing or encodedMissingValue, not both`);
      }
    }
    const codes = { handleUnknown, unknownValue: plain(unknownValue), handleMissing, encodedMissingValue: plain(encodedMissingValue) }; // prettier-ignore
    super(name, { ...codes, ...requireRare(name, options), dtype });
    this.settings = { handleUnknown, unknownValue, handleMissing, encodedMissingValue };
  }

  /** The number of different codes of each column, for `nn.Embedding`; `unknownValue` and the like do not count. */
  get sizes(): number[] {
    this.fittedInputs('sizes');
    return this.fitted.map((fitted) => this.unknownCode(fitted) + (this.settings.handleUnknown === 'category' ? 1 : 0)); // prettier-ignore
  }

  /** @internal Refuses codes that are no indices of an embedding. */
  override _codeCounts(op: string): number[] {
    const { unknownValue, encodedMissingValue } = this.settings;
    const code = unknownValue ?? encodedMissingValue;
    if (code !== undefined) {
      const what = "handleUnknown: 'category' and handleMissing: 'category'";
      throw unexpected(op, what, `the OrdinalEncoder of '${this.columns[0]}'`, `the code ${code}`);
    }
    return this.sizes;
  }

  protected override infrequentCode({ categories }: FittedCategories): number {
    return categories.length + (this.settings.handleMissing === 'category' ? 1 : 0);
  }

  private unknownCode(fitted: FittedCategories): number {
    return this.infrequentCode(fitted) + (fitted.infrequent.length > 0 ? 1 : 0);
  }

  protected writeColumn(op: string, fitted: FittedCategories, source: Source, out: Out): void {
    const { handleUnknown, unknownValue, handleMissing, encodedMissingValue } = this.settings;
    const codeOf = this.codesOf(
      op,
      fitted,
      source,
      (row) => {
        if (encodedMissingValue !== undefined) return encodedMissingValue;
        if (handleMissing === 'category') return fitted.categories.length;
        throw this.unknownCategory(op, fitted, source, row, null);
      },
      (row, text) => {
        if (handleUnknown === 'category') return this.unknownCode(fitted);
        if (unknownValue !== undefined) return unknownValue;
        throw this.unknownCategory(op, fitted, source, row, text);
      },
    );
    const { values, stride, offset } = out;
    for (let i = 0; i < source.length; i++) values[offset + i * stride] = codeOf(i);
  }

  /**
   * The categories of codes, of a transformer that is fitted to one column.
   *
   * @param x shape (rows, 1)
   * @returns categories; null for missing and unknown ones, 'infrequent' for joined ones
   */
  inverseTransform(x: Tensor): (string | null)[] {
    requireArity('OrdinalEncoder.inverseTransform', arguments.length, 1);
    const op = 'OrdinalEncoder.inverseTransform';
    const { categories } = this; // refuses several columns
    const { shape } = requireTensor(op, 'x', x);
    if (shape.length !== 2 || shape[1] !== 1) {
      throw unexpected(op, 'a shape (rows, 1)', 'x', shapeText(shape));
    }
    const joined = this.infrequentCode(this.fitted[0]);
    const size = this.sizes[0];
    const { unknownValue, encodedMissingValue } = this.settings;
    return Array.from(numbersOf(op, x), (code) => {
      if (Object.is(code, unknownValue) || Object.is(code, encodedMissingValue)) return null;
      if (requireInteger(op, 'x', code, 0) >= size) {
        throw unexpected(op, `codes below ${size}`, 'x', String(code));
      }
      if (code < categories.length) return categories[code];
      return code === joined && this.fitted[0].infrequent.length > 0 ? 'infrequent' : null;
    });
  }
}

/** A code as JSON can hold it. */
function plain(code: number | undefined): number | 'NaN' | undefined {
  return Number.isNaN(code) ? 'NaN' : code;
}

/** A code of options or of a state. */
function numberOf(code: unknown): number | undefined {
  return code === 'NaN' ? NaN : (code as number | undefined);
}

function requireCode(dtype: string, option: string, value: unknown): void {
  if (Number.isNaN(value) && dtype !== 'int32') return;
  requireNumber(name, option, value);
  if (dtype === 'int32') requireInteger(name, option, value);
}
