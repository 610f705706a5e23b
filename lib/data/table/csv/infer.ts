/** What a column without a given type holds: decided by its texts. */
import { dateOf } from '../dates';
import { numberOfText, type Notation } from './numbers';
import { booleanOf } from './types';

/** What can be inferred. */
export type InferredType = 'number' | 'boolean' | 'date' | 'category';

/** How many texts are what. */
export class Tally {
  numbers = 0;
  others = 0;
  booleans = 0;
  dates = 0;
  /** Texts that are numbers in another notation, such as `1,5`, `1,000` or `$5`. */
  foreign = 0;
  foreignText = '';
  /** A few different texts that are not numbers. */
  readonly few = new Set<string>();

  constructor(private readonly notation: Notation) {}

  add(text: string, count = 1): void {
    if (numberOfText(text, this.notation) !== undefined) {
      this.numbers += count;
      return;
    }
    this.others += count;
    if (this.few.size < 5) this.few.add(text);
    if (booleanOf(text) !== undefined) this.booleans += count;
    else if (dateOf(text) !== undefined) this.dates += count;
    else if (foreignNumber.test(text)) {
      this.foreign += count;
      if (this.foreignText === '') this.foreignText = text;
    }
  }

  /** Whether this is a column of numbers in which a few cells are wrong: at most a tenth, or a few different marks. */
  get isNumbersButFew(): boolean {
    if (this.numbers === 0 || this.others === 0) return false;
    const isMark = this.few.size <= 3 && this.others < this.numbers;
    return isMark || this.others * 9 <= this.numbers;
  }

  /** Whether nearly all texts are numbers in another notation. */
  get isForeign(): boolean {
    return (
      this.foreign > 0 && (this.foreign + this.numbers) * 10 >= (this.numbers + this.others) * 9
    );
  }

  get type(): InferredType {
    if (this.others === 0) return 'number';
    if (this.numbers === 0 && this.booleans === this.others) return 'boolean';
    if (this.numbers === 0 && this.dates === this.others) return 'date';
    return this.isNumbersButFew ? 'number' : 'category';
  }
}

/** Digits with marks of groups, with a decimal comma or point, with a sign of a currency or of per cent. */
const foreignNumber =
  /^[+-]?[$€£¥]?\s?[+-]?(?:\d{1,3}(?:[,.' \u00a0\u202f]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?)\s?[$€£¥%]?$/;
