/** Seeds of samples: functions of the epoch's random state and the sample's place, so that nothing else moves them. */

/** Two words from which the seeds of an epoch's samples are made. */
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

/** The base of epoch `epoch`, whose order was drawn from a generator in the state `words`. */
export function seedBaseOf(words: ArrayLike<number>, epoch: number): SeedBase {
  const all = [...Array.from(words), epoch];
  return [hash(0x9e3779b9, all), hash(0x7f4a7c15, all)];
}

/** The seed, a whole number below 2^53, of the sample at `place` in batch number `batch`. */
export function sampleSeed([low, high]: SeedBase, batch: number, place: number): number {
  const where = [batch, place];
  return (hash(high, where) >>> 11) * 2 ** 32 + hash(low, where);
}
