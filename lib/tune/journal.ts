/** The file of results: a line that describes the search, and a line for each run of a trial. */
import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { isPlainObject } from '../core/realms';
import { sortedText, type Json } from './json';
import type { SearchPlan } from './options';
import type { AnyParameters } from './space';
import type { Outcome, TrialError } from './trial';

const format = 'blasgrad tune.search';
const version = 1;

/** What makes two searches have the same trials. */
function headerOf({ space, strategy, mode, epochs, seed }: SearchPlan): Record<string, Json> {
  const complete = Number.isFinite(epochs) ? epochs : null;
  return { format, version, seed, strategy, mode, epochs: complete, space: space.description };
}

/** Appends results to a file, a line at a time. */
export class Journal {
  private constructor(private readonly file: string | URL) {}

  /** Opens a file, or creates it; also returns its results by number. */
  static open(file: string | URL, plan: SearchPlan): [Journal, Map<number, Outcome>] {
    const header = headerOf(plan);
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const line = `${JSON.stringify(header)}\n`;
    if (line.startsWith(text)) {
      writeFileSync(file, line); // new, or its process was killed while it wrote the header
      return [new Journal(file), new Map<number, Outcome>()];
    }
    const end = text.lastIndexOf('\n') + 1;
    const lines = text.slice(0, end).split('\n').slice(0, -1);
    requireSameSearch(file, parsed(lines[0] ?? text), header);
    const outcomes = new Map<number, Outcome>();
    lines.slice(1).forEach((one, i) => {
      const record = parsed(one);
      const outcome = outcomeOf(record);
      if (outcome === null) throw damaged(file, `line ${i + 2} is not a result of a trial`);
      outcomes.set(Number(record?.['number']), outcome);
    });
    // The last line may be incomplete, because its process was killed.
    if (end < text.length) truncateSync(file, Buffer.byteLength(text.slice(0, end)));
    return [new Journal(file), outcomes];
  }

  /** Appends a result in one write. */
  append(number: number, parameters: AnyParameters, outcome: Outcome): void {
    const { reports, ...rest } = outcome;
    const record = {
      number,
      parameters,
      ...rest,
      ...('value' in rest ? { value: encoded(rest.value) } : {}),
      reports: reports.map(([epoch, value]) => [epoch, encoded(value)]),
    };
    appendFileSync(this.file, `${JSON.stringify(record)}\n`);
  }
}

function parsed(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return isPlainObject(value) ? value : null;
  } catch {
    return null;
  }
}

function damaged(file: string | URL, what: string): RangeError {
  return new RangeError(`tune.search: cannot resume ${String(file)}: ${what}`);
}

function requireSameSearch(
  file: string | URL,
  found: Readonly<Record<string, unknown>> | null,
  header: Readonly<Record<string, Json>>,
): void {
  if (found?.['format'] !== format) throw damaged(file, 'it is not a file of tune.search');
  for (const [key, value] of Object.entries(header)) {
    const before = sortedText((found[key] ?? null) as Json);
    const now = sortedText(value);
    if (before === now) continue;
    throw damaged(
      file,
      `it has ${key} ${before}, this search has ${now}; use another file, or the options of that search`,
    );
  }
}

// JSON has no NaN and no infinities.
const nonFinite = ['NaN', 'Infinity', '-Infinity'];

function encoded(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function decoded(value: unknown): number | null {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && nonFinite.includes(value) ? Number(value) : null;
}

/** The outcome of a line, or null if it is not one. */
function outcomeOf(record: Readonly<Record<string, unknown>> | null): Outcome | null {
  if (record === null || !Number.isSafeInteger(record['number'])) return null;
  const { status, seconds } = record;
  const reports = reportsOf(record['reports']);
  if (typeof seconds !== 'number' || reports === null) return null;
  if (status === 'failed') {
    const error = record['error'];
    if (!isPlainObject(error) || typeof error['message'] !== 'string') return null;
    return { status, error: error as unknown as TrialError, reports, seconds };
  }
  const value = decoded(record['value']);
  if (value === null) return null;
  if (status === 'pruned') return { status, value, reports, seconds };
  const more = record['more'];
  if (status !== 'complete' || !isPlainObject(more)) return null;
  return { status, value, more: more as Record<string, Json>, reports, seconds };
}

function reportsOf(value: unknown): [number, number][] | null {
  if (!Array.isArray(value)) return null;
  const reports: [number, number][] = [];
  for (const item of value as unknown[]) {
    const [epoch, report] = Array.isArray(item) ? (item as unknown[]) : [];
    const number = decoded(report);
    if (!Number.isSafeInteger(epoch) || number === null) return null;
    reports.push([epoch as number, number]);
  }
  return reports;
}
