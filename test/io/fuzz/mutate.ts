/** Mutates valid files; the same seed gives the same mutations. */

/** Numbers from 0 to 1, by a seed: a linear congruential generator, whose upper bits are good enough here. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Numbers that headers lie with. */
const lies = [0n, 1n, -1n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 60n, 2n ** 63n];
const textLies = [...lies.map(String), '-9223372036854775808', '1e400', 'NaN', '0x10', '1.5', ''];
const marks = Array.from(',;:\'"\n\r\t {}[]()|#\\\0=-');

class Mutator {
  constructor(
    private readonly random: () => number,
    /** The other good files, to take pieces of. */
    private readonly others: readonly Uint8Array[],
  ) {}

  below(n: number): number {
    return Math.floor(this.random() * n);
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }

  /** A place in the file: headers lie at its start, a zip's at its end. */
  place(file: Buffer): number {
    const near = Math.min(file.length, this.pick([16, 64, 256]));
    const where = this.random();
    if (where < 0.5) return this.below(near);
    return where < 0.7 ? file.length - near + this.below(near) : this.below(file.length);
  }

  block(file: Buffer): Buffer {
    const from = this.place(file);
    return file.subarray(from, from + 1 + this.below(this.pick([4, 32, 256])));
  }

  rubbish(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }

  insert(file: Buffer, offset: number, piece: Uint8Array): Buffer {
    return Buffer.concat([file.subarray(0, offset), piece, file.subarray(offset)]);
  }

  readonly kinds: readonly ((file: Buffer) => Buffer)[] = [
    (file) => {
      const copy = Buffer.from(file);
      for (let i = 1 + this.below(8); i > 0; i--) copy[this.place(copy)] ^= 1 << this.below(8);
      return copy;
    },
    (file) => file.subarray(0, this.place(file)),
    (file) => {
      const length = 1 + this.below(64);
      const more = this.random() < 0.5 ? this.rubbish(length) : Buffer.alloc(length);
      return Buffer.concat([file, more]);
    },
    (file) => this.insert(file, this.place(file), this.block(file)), // a block twice
    (file) => {
      const from = this.place(file);
      return Buffer.concat([file.subarray(0, from), file.subarray(from + this.block(file).length)]);
    },
    (file) => {
      const other = Buffer.from(this.pick(this.others));
      return Buffer.concat([file.subarray(0, this.place(file)), other.subarray(this.place(other))]);
    },
    (file) => this.binaryNumber(file),
    (file) => this.binaryNumber(file),
    (file) => this.textNumber(file),
    (file) => this.textNumber(file),
    (file) => {
      const copy = Buffer.from(file);
      const found = [...copy.keys()].filter((i) => marks.includes(String.fromCharCode(copy[i])));
      if (found.length > 0) copy.write(this.pick(marks), this.pick(found), 'latin1');
      return copy;
    },
  ];

  /** A lie of 1 to 8 bytes in either byte order. */
  binaryNumber(file: Buffer): Buffer {
    const bytes = this.pick([1, 2, 4, 8]);
    if (file.length < bytes) return file;
    const copy = Buffer.from(file);
    const offset = Math.min(this.place(file), file.length - bytes);
    const value = Buffer.alloc(8);
    const lie = BigInt.asUintN(64, this.pick(lies));
    if (this.random() < 0.5) {
      value.writeBigUInt64LE(lie);
      value.copy(copy, offset, 0, bytes);
    } else {
      value.writeBigUInt64BE(lie);
      value.copy(copy, offset, 8 - bytes);
    }
    return copy;
  }

  /** A lie in place of digits. */
  textNumber(file: Buffer): Buffer {
    const numbers = [...file.toString('latin1').matchAll(/\d+/g)];
    if (numbers.length === 0) return file;
    const { index, 0: digits } = this.pick(numbers.slice(0, this.pick([8, numbers.length])));
    return Buffer.concat([
      file.subarray(0, index),
      Buffer.from(this.pick(textLies)),
      file.subarray(index + digits.length),
    ]);
  }
}

/** A file made bad in one to three ways; now and then an empty one, or rubbish. */
export function mutate(seeds: readonly Uint8Array[], which: number, random: () => number): Buffer {
  const mutator = new Mutator(random, seeds);
  const choice = random();
  if (choice < 0.002) return Buffer.alloc(0);
  if (choice < 0.02) return mutator.rubbish(1 + mutator.below(300));
  let file: Buffer = Buffer.from(seeds[which % seeds.length]);
  for (let i = mutator.pick([1, 1, 2, 3]); i > 0 && file.length > 0; i--) {
    file = mutator.pick(mutator.kinds)(file);
  }
  return file;
}
