/** Random choices from a seed. */
import { randomFrom } from '../../support/random';

export class Random {
  private readonly next: () => number;

  constructor(seed: string) {
    this.next = randomFrom(seed);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** An integer from 0 to below `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  /** Up to `most` of what `make` makes. */
  some<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.below(most + 1) }, make);
  }
}
