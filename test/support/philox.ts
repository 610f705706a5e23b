/** Philox4x32-10 in BigInt, and the order in which the library uses its words. */

const mask = 0xffffffffn;

/** The four words of a block. */
function block(seed: bigint, number: bigint): number[] {
  let x = [number & mask, number >> 32n, 0n, 0n];
  let key = [seed & mask, seed >> 32n];
  for (let round = 0; round < 10; round++) {
    const p0 = x[0] * 0xd2511f53n;
    const p1 = x[2] * 0xcd9e8d57n;
    x = [(p1 >> 32n) ^ x[1] ^ key[0], p1 & mask, (p0 >> 32n) ^ x[3] ^ key[1], p0 & mask];
    key = [(key[0] + 0x9e3779b9n) & mask, (key[1] + 0xbb67ae85n) & mask];
  }
  return x.map(Number);
}

/** The first `count` words of a stream: of every eight blocks the first two words each, then the others. */
export function words(seed: number, count: number, firstBlock = 0): number[] {
  const all: number[] = [];
  for (let first = firstBlock; all.length < count; first += 8) {
    const blocks = Array.from({ length: 8 }, (_, i) => block(BigInt(seed), BigInt(first + i)));
    all.push(...blocks.flatMap((one) => one.slice(0, 2)), ...blocks.flatMap((one) => one.slice(2)));
  }
  return all.slice(0, count);
}

/** Numbers of 64 bits, each from two words, low one first. */
export function wideWords(seed: number, count: number): bigint[] {
  const all = words(seed, 2 * count);
  return Array.from({ length: count }, (_, i) => {
    return BigInt(all[2 * i]) | (BigInt(all[2 * i + 1]) << 32n);
  });
}
