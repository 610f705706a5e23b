import { numbersOf } from '../../core/access';
import {
  requireArity,
  requireInteger,
  requireOneOf,
  requireOptions,
  shapeText,
  unexpected,
} from '../../core/errors';
import { Storage } from '../../core/storage';
import { requireTensor, Tensor } from '../../core/tensor';
import { ColumnwiseTransformer } from './columnwise';
import { knownNumbers } from './numeric';
import { register } from './registry';
import { missingValue, type Source } from './source';
import { middles, stepQuantile } from './statistics';
import { clusterCenters } from './clusters';
import { requireOutput, type Out, type OutputOptions } from './transformer';

/** Options of a KBinsDiscretizer. */
export interface KBinsDiscretizerOptions extends OutputOptions {
  /** The number of bins, default 5. */
  nBins?: number;
  /** One output column for each bin ('onehot', default), or the number of the bin ('ordinal'). */
  encode?: 'onehot' | 'ordinal';
  /** Bins with equally many rows ('quantile', default), of equal width ('uniform'), or around centers ('kmeans'). */
  strategy?: 'quantile' | 'uniform' | 'kmeans';
}

interface Fitted {
  /** Ascending; the first and the last one are the smallest and the largest value. */
  readonly edges: readonly number[];
}

const name = 'KBinsDiscretizer';

/**
 * Divides the range of a column into bins; values outside the range of `fit` belong to the first or the last bin.
 *
 * Missing values are refused. A constant column has one bin, and a warning names it.
 *
 * @see sklearn.preprocessing.KBinsDiscretizer
 * @example new data.KBinsDiscretizer({ nBins: 2, encode: 'ordinal' }).fitTransform([1, 2, 3, 9]); // tensor([[0.], [0.], [1.], [1.]])
 */
export class KBinsDiscretizer extends ColumnwiseTransformer<Fitted> {
  protected readonly schema = { edges: 'numbers' } as const;
  private readonly nBins: number;
  private readonly encode: 'onehot' | 'ordinal';
  private readonly strategy: 'quantile' | 'uniform' | 'kmeans';

  static {
    register(name, this);
  }

  /** @param options see KBinsDiscretizerOptions */
  constructor(options: KBinsDiscretizerOptions = {}) {
    requireArity(name, arguments.length, 1);
    requireOptions(name, options, ['nBins', 'encode', 'strategy', 'dtype']);
    const nBins = requireInteger(name, 'nBins', options.nBins ?? 5, 2);
    if (nBins > 65536) throw unexpected(name, 'at most 65536 bins', 'nBins', String(nBins));
    const encode = requireOneOf(name, 'encode', options.encode ?? 'onehot', [
      ...(['onehot', 'ordinal'] as const),
    ]);
    const strategy = requireOneOf(name, 'strategy', options.strategy ?? 'quantile', [
      ...(['quantile', 'uniform', 'kmeans'] as const),
    ]);
    super(name, { nBins, encode, strategy, dtype: requireOutput(name, options.dtype) });
    [this.nBins, this.encode, this.strategy] = [nBins, encode, strategy];
  }

  /** The edges of the bins, by column. */
  get binEdges(): (readonly number[])[] {
    this.fittedInputs('binEdges');
    return this.fitted.map(({ edges }) => edges);
  }

  protected override widthOf({ edges }: Fitted): number {
    return this.encode === 'ordinal' ? 1 : edges.length - 1;
  }

  protected override namesOf({ edges }: Fitted, column: string): string[] {
    if (this.encode === 'ordinal') return [column];
    return Array.from({ length: edges.length - 1 }, (_, bin) => `${column}_${bin}`);
  }

  protected fitColumn(op: string, source: Source): Fitted {
    const { values, min, max } = knownNumbers(op, source);
    if (values.length < source.length) {
      const numbers = Array.from(source.numbers(op));
      throw missingValue(op, source, numbers.findIndex(Number.isNaN), 'use a SimpleImputer before');
    }
    if (min === max) {
      process.emitWarning(`${op}: no two values differ in ${source.label}; it has one bin`);
      return { edges: [min, max] };
    }
    const { nBins, strategy } = this;
    const even = Array.from({ length: nBins + 1 }, (_, i) => i === nBins ? max : min + (i * (max - min)) / nBins); // prettier-ignore
    if (strategy === 'uniform') return { edges: even };
    const sorted = values.slice().sort();
    const all =
      strategy === 'quantile'
        ? even.map((_, i) => stepQuantile(sorted, i / nBins))
        : [min, ...middles(clusterCenters(sorted, middles(even))), max];
    return { edges: all.filter((edge, i) => i === 0 || edge - all[i - 1] > 1e-8) };
  }

  protected override checkFitted(op: string, place: string, { edges }: Fitted): void {
    const wrong = edges.findIndex((edge, i) => i > 0 && edge < edges[i - 1]);
    if (edges.length >= 2 && wrong < 0) return;
    throw unexpected(op, 'at least two ascending numbers', `${place}.edges`, edges.join(', '));
  }

  protected writeColumn(op: string, { edges }: Fitted, source: Source, out: Out): void {
    const numbers = source.numbers(op);
    const bins = edges.length - 1;
    const { values, stride, offset } = out;
    for (let i = 0; i < numbers.length; i++) {
      if (Number.isNaN(numbers[i])) {
        throw missingValue(op, source, i, 'use a SimpleImputer before');
      }
      const bin = binOf(edges, numbers[i]);
      const start = offset + i * stride;
      if (this.encode === 'ordinal') {
        values[start] = bin;
        continue;
      }
      for (let j = 0; j < bins; j++) values[start + j] = j === bin ? 1 : 0;
    }
  }

  /**
   * The centers of bins.
   *
   * @param x a result of `transform`
   * @returns float32, shape (rows, columns)
   */
  inverseTransform(x: Tensor): Tensor {
    requireArity('KBinsDiscretizer.inverseTransform', arguments.length, 1);
    const op = 'KBinsDiscretizer.inverseTransform';
    const columns = this.fittedInputs('inverseTransform').length;
    const { shape } = requireTensor(op, 'x', x);
    const width = this._width;
    if (shape.length !== 2 || shape[1] !== width) {
      throw unexpected(op, `a shape (rows, ${width})`, 'x', shapeText(shape));
    }
    const numbers = numbersOf(op, x);
    const out = new Float32Array(shape[0] * columns);
    let offset = 0;
    this.fitted.forEach((fitted, j) => {
      const { edges } = fitted;
      const own = this.widthOf(fitted);
      for (let i = 0; i < shape[0]; i++) {
        const bins = Array.from(numbers.subarray(i * width + offset, i * width + offset + own));
        const bin = this.encode === 'ordinal' ? requireInteger(op, 'x', bins[0], 0) : bins.indexOf(Math.max(...bins)); // prettier-ignore
        if (bin >= edges.length - 1) {
          throw unexpected(op, `bins below ${edges.length - 1}`, 'x', String(bin));
        }
        out[i * columns + j] = (edges[Math.max(bin, 0)] + edges[Math.max(bin, 0) + 1]) / 2;
      }
      offset += own;
    });
    return new Tensor(new Storage('float32', out), [shape[0], columns]);
  }
}

/** How many inner edges are at most `value`. */
function binOf(edges: readonly number[], value: number): number {
  let [low, high] = [1, edges.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
