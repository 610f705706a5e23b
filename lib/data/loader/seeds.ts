/**
 * Seeds of samples, which depend only on the state of the generator in this epoch and on the position of the sample.
 */

/** Two words from which the seeds of the samples of an epoch are computed. */
export type SeedBase = readonly [low: number, high: number];

/** A word in which every bit depends on all bits of `words` (the final mixing of MurmurHash3, word by word). */
function hash(start: number, words: ArrayLike<number>): number {
  let mixed = start;
  for (let i = 0; i < words.length; i++) {
    mixed = Math.imul(mixed ^ words[i], 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    mixed ^= mixed >>> 16;
  }
  return mixed >>> 0;
}

/** The base for epoch `epoch`, whose order was drawn from a generator with the state `words`. */
export function seedBaseOf(words: ArrayLike<number>, epoch: number): SeedBase {
  const all = [...Array.from(words), epoch];
  return [hash(0x9e3779b9, all), hash(0x7f4a7c15, all)];
}

/** The seed, an integer below 2^53, of the sample at position `position` in batch `batch`. */
export function sampleSeed([low, high]: SeedBase, batch: number, position: number): number {
  const words = [batch, position];
  return (hash(high, words) >>> 11) * 2 ** 32 + hash(low, words);
}

/** The seed of a sample that is read only to infer dtypes. */
export function inferenceSeed(index: number): number {
  return sampleSeed([0, 0], -1, index);
}

/** The seed of `collate` for batch `batch`. */
export function collateSeed(base: SeedBase, batch: number): number {
  return sampleSeed(base, batch, -1);
}
