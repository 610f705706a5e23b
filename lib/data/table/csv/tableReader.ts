/** Makes the columns of a table of the rows of a CSV file. */
import { describe } from '../../../core/errors';
import type { InputFile } from '../../../io/file';
import type { CategoryColumn, Column } from '../column';
import {
  BooleanBuilder,
  DateBuilder,
  InferredNumbers,
  makeBuilder,
  type Builder,
} from './builders';
import { Tally, type InferredType } from './infer';
import type { CsvPlan } from './options';
import { Records } from './records';
import { whatOf, type ColumnType } from './types';

/** Rows from which types are inferred, and the most values of them. */
const sampleRows = 1000;
const sampleCells = 1 << 18;
/** Wrong cells that an error names. */
const namedCells = 5;

interface ColumnState {
  readonly name: string;
  /** The type that the options say, or that an earlier pass found. */
  readonly given: ColumnType | undefined;
  type: ColumnType;
  builder: Builder | null;
  /** Texts that the type does not hold. */
  readonly bad: Tally;
  readonly badCells: { readonly text: string; readonly line: number }[];
}

/** One pass through a file: `feed` all blocks, then `finish`. */
export class TableReader {
  readonly records: Records;
  /** Types that are certain after this pass, for the next one. */
  readonly found = new Map<string, InferredType>();
  private states: ColumnState[] | null = null;
  private sample: { readonly texts: readonly (string | null)[]; readonly line: number }[] = [];
  private line = 0;

  constructor(
    private readonly file: InputFile,
    private readonly plan: CsvPlan,
    private readonly earlier: ReadonlyMap<string, InferredType>,
  ) {
    this.records = new Records(file, plan);
  }

  feed(block: Uint8Array, final: boolean): void {
    this.records.feed(block, final);
    this.use();
  }

  /** Uses rows that are complete although more bytes were awaited. */
  flush(): void {
    this.records.flush();
    this.use();
  }

  private use(): void {
    const { records } = this;
    while (records.next()) {
      if (this.states === null) this.collect();
      else this.row(this.states);
    }
  }

  /** Keeps a row until the types are known. */
  private collect(): void {
    const { buffer, starts, ends, line } = this.scanner;
    const { missing } = this.plan;
    const texts = this.records.names.map((_, j) => {
      const text = buffer.toString('utf8', starts[j], ends[j]);
      return missing.has(text) ? null : text;
    });
    this.sample.push({ texts, line });
    const rows = this.sample.length;
    if (rows === sampleRows || rows * texts.length >= sampleCells) this.states = this.decide();
  }

  private get scanner(): NonNullable<Records['scanner']> {
    const { scanner } = this.records;
    if (scanner === null) throw new Error('blasgrad: internal error: no row');
    return scanner;
  }

  private decide(): ColumnState[] {
    const states = this.records.names.map((name, j) => this.newState(name, j));
    this.states = states;
    for (const { texts, line } of this.sample) {
      this.line = line;
      if (!this.isWanted((j) => texts[j] === null, states)) continue;
      states.forEach(({ builder }, j) => {
        const bytes = Buffer.from(texts[j] ?? this.missingText);
        builder?.add(bytes, 0, bytes.length);
      });
    }
    this.sample = [];
    return states;
  }

  private get missingText(): string {
    const [text = ''] = this.plan.missing;
    return text;
  }

  private newState(name: string, j: number): ColumnState {
    const { notation, missing, types } = this.plan;
    const given = types.get(name) ?? this.earlier.get(name);
    let type = given;
    if (type === undefined) {
      const tally = new Tally(notation);
      for (const { texts } of this.sample) {
        const text = texts[j];
        if (text !== null) tally.add(text);
      }
      type = this.plan.onBadNumber === 'category' && tally.others > 0 && tally.type === 'number' ? 'category' : tally.type; // prettier-ignore
    }
    const state: ColumnState = { name, given, type, builder: null, bad: new Tally(notation), badCells: [] }; // prettier-ignore
    if (type === 'skip') return state;
    const options = {
      notation,
      missing,
      onBad: (text: string | null) => {
        this.bad(state, text);
      },
    };
    if (types.has(name)) state.builder = makeBuilder(type, options);
    else if (type === 'number') state.builder = new InferredNumbers(options);
    else if (type === 'boolean') state.builder = new BooleanBuilder(options);
    else if (type === 'date') state.builder = new DateBuilder(options);
    else state.builder = makeBuilder(type, options);
    return state;
  }

  private bad(state: ColumnState, text: string | null): void {
    const { types, onBadNumber } = this.plan;
    const { name, type } = state;
    if (types.has(name)) {
      const isNumber = !['boolean', 'date'].includes(type);
      if (text !== null && isNumber && onBadNumber === 'missing') return;
      const got = text === null ? 'none' : describe(text);
      throw this.file.wrong(whatOf(type), `column '${name}' of line ${this.line}`, got);
    }
    if (text === null) return;
    state.bad.add(text);
    if (state.badCells.length < namedCells) state.badCells.push({ text, line: this.line });
  }

  private row(states: readonly ColumnState[]): void {
    const { scanner } = this;
    const { buffer, starts, ends } = scanner;
    this.line = scanner.line;
    if (this.plan.onMissing !== 'keep') {
      const { missing } = this.plan;
      const isMissing = (j: number): boolean => missing.has(buffer.toString('utf8', starts[j], ends[j])); // prettier-ignore
      if (!this.isWanted(isMissing, states)) return;
    }
    for (let j = 0; j < states.length; j++) states[j].builder?.add(buffer, starts[j], ends[j]);
  }

  /** Whether a row is used, as `onMissing` says. */
  private isWanted(isMissing: (j: number) => boolean, states: readonly ColumnState[]): boolean {
    const { onMissing } = this.plan;
    if (onMissing === 'keep') return true;
    const missing = states.findIndex(({ builder }, j) => builder !== null && isMissing(j));
    if (missing < 0) return true;
    if (onMissing === 'drop') return false;
    const place = `column '${states[missing].name}' of line ${this.line}`;
    throw this.file.wrong('a value', place, 'none');
  }

  /** The columns by name, one after the other. If `found` is not empty then, the file must be read again. */
  *finish(): Generator<[string, Column], void, undefined> {
    this.records.requireSome();
    const states = this.states ?? this.decide();
    for (const state of states) {
      const { name, builder, type } = state;
      if (builder === null) continue;
      const isGiven = this.plan.types.has(name);
      if (!isGiven && !this.isSettled(state)) continue;
      const column = builder.column();
      if (!isGiven && type === 'category' && !this.isCategories(name, column as CategoryColumn)) {
        continue;
      }
      yield [name, column];
    }
  }

  /** Whether the texts of a column have the type that was inferred from the first ones. */
  private isSettled({ name, bad, badCells, builder, given }: ColumnState): boolean {
    if (bad.numbers + bad.others === 0) return true;
    const { onBadNumber } = this.plan;
    if (builder instanceof InferredNumbers && onBadNumber !== 'category') {
      bad.numbers = builder.numbers;
      if (given !== undefined || bad.isNumbersButFew) {
        if (onBadNumber === 'missing') return true;
        const named = badCells.map(({ text, line }) => `${describe(text)} in line ${line}`);
        const more = bad.others - badCells.length;
        const got = named.join(', ') + (more > 0 ? ` and ${more} more` : '');
        const what = "numbers (or set missing, onBadNumber: 'missing' or 'category', or types)";
        throw this.file.wrong(what, `column '${name}'`, got);
      }
    }
    this.found.set(name, 'category');
    return false;
  }

  /** Whether a column that was read as categories is one: not numbers with a few others, or in another notation. */
  private isCategories(name: string, { values, categories }: CategoryColumn): boolean {
    const { onBadNumber, notation } = this.plan;
    if (onBadNumber === 'category') return true;
    const counts = new Int32Array(categories.length);
    for (const code of values) if (code >= 0) counts[code]++;
    const tally = new Tally(notation);
    categories.forEach((text, code) => {
      tally.add(text, counts[code]);
    });
    if (tally.isForeign) {
      const what = `numbers as decimal and thousands say (or set these, or types: { '${name}': 'category' })`;
      throw this.file.wrong(what, `column '${name}'`, describe(tally.foreignText));
    }
    if (this.earlier.has(name) || !tally.isNumbersButFew) return true;
    this.found.set(name, 'number');
    return false;
  }
}
