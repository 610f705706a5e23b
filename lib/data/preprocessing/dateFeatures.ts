import {
  requireArity,
  requireBoolean,
  requireList,
  requireOneOf,
  requireOptions,
  unexpected,
} from '../../core/errors';
import { ColumnwiseTransformer } from './columnwise';
import { register } from './registry';
import type { Source } from './source';
import { requireOutput, type Out, type OutputOptions } from './transformer';

/** A part of a date. */
export type DatePart =
  'year' | 'quarter' | 'month' | 'day' | 'dayOfWeek' | 'dayOfYear' | 'hour' | 'minute' | 'second';

/** Options of DateFeatures. */
export interface DateFeaturesOptions extends OutputOptions {
  /** The parts that become columns; default ['year', 'month', 'day', 'dayOfWeek']. */
  parts?: readonly DatePart[];
  /**
   * Whether each part but the year becomes two columns, sine and cosine of its angle on a circle, so that December is
   * next to January; default false.
   */
  cyclic?: boolean;
}

interface Part {
  /** The value in a date. */
  readonly of: (date: Date) => number;
  /** The first value, and how many there are; absent for the year. */
  readonly period?: readonly [first: number, count: number];
}

const day = 86_400_000;

/** Parts in UTC, as pandas counts them: Monday is 0. */
const partsOfDates: Readonly<Record<DatePart, Part>> = {
  year: { of: (date) => date.getUTCFullYear() },
  quarter: { of: (date) => Math.floor(date.getUTCMonth() / 3) + 1, period: [1, 4] },
  month: { of: (date) => date.getUTCMonth() + 1, period: [1, 12] },
  day: { of: (date) => date.getUTCDate(), period: [1, 31] },
  dayOfWeek: { of: (date) => (date.getUTCDay() + 6) % 7, period: [0, 7] },
  dayOfYear: {
    of: (date) => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / day) + 1,
    period: [1, 366],
  },
  hour: { of: (date) => date.getUTCHours(), period: [0, 24] },
  minute: { of: (date) => date.getUTCMinutes(), period: [0, 60] },
  second: { of: (date) => date.getUTCSeconds(), period: [0, 60] },
};

const name = 'DateFeatures';

/**
 * Makes columns of the parts of dates, such as month and hour, in UTC: as numbers, or as sine and cosine of their angle on
 * a circle.
 *
 * The input is a column of dates, of texts in ISO 8601, or of milliseconds since 1970. Missing dates become NaN. The parts are
 * numbered as in pandas: months and days from 1, days of the week from 0 (Monday).
 *
 * @example
 * const parts = new data.DateFeatures({ parts: ['month', 'dayOfWeek'] });
 * parts.fitTransform([{ at: '2024-02-29' }]); // tensor([[2., 3.]])
 */
export class DateFeatures extends ColumnwiseTransformer<object> {
  protected readonly schema = {};
  private readonly parts: readonly DatePart[];
  private readonly cyclic: boolean;

  static {
    register(name, this);
  }

  /** @param options see DateFeaturesOptions */
  constructor(options: DateFeaturesOptions = {}) {
    requireArity(name, arguments.length, 1);
    requireOptions(name, options, ['parts', 'cyclic', 'dtype']);
    const known = Object.keys(partsOfDates) as DatePart[];
    const given = options.parts ?? ['year', 'month', 'day', 'dayOfWeek'];
    const list = requireList(name, 'an array of parts', 'parts', given);
    if (list.length === 0) throw unexpected(name, 'at least one part', 'parts', 'none');
    const parts = list.map((part, i) => requireOneOf(name, `parts[${i}]`, part, known));
    const cyclic = requireBoolean(name, 'cyclic', options.cyclic ?? false);
    super(name, { parts, cyclic, dtype: requireOutput(name, options.dtype) });
    [this.parts, this.cyclic] = [parts, cyclic];
  }

  private isAngle(part: DatePart): boolean {
    return this.cyclic && part !== 'year';
  }

  protected override widthOf(): number {
    let width = 0;
    for (const part of this.parts) width += this.isAngle(part) ? 2 : 1;
    return width;
  }

  protected override namesOf(_fitted: object, column: string): string[] {
    return this.parts.flatMap((part) => {
      const output = `${column}_${part}`;
      return this.isAngle(part) ? [`${output}_sin`, `${output}_cos`] : [output];
    });
  }

  protected fitColumn(op: string, source: Source): object {
    source.dates(op);
    return {};
  }

  protected writeColumn(op: string, _fitted: object, source: Source, out: Out): void {
    const times = source.dates(op);
    const { values, stride, offset } = out;
    for (let i = 0; i < times.length; i++) {
      const date = new Date(times[i]);
      let at = offset + i * stride;
      for (const part of this.parts) {
        const { of, period } = partsOfDates[part];
        const value = of(date);
        if (!this.cyclic || period === undefined) {
          values[at++] = value;
          continue;
        }
        const angle = (2 * Math.PI * (value - period[0])) / period[1];
        values[at++] = Math.sin(angle);
        values[at++] = Math.cos(angle);
      }
    }
  }
}
