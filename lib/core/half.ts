/** Half-precision numbers as bits: IEEE 754 binary16, and bfloat16, the upper half of a float32. */

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** The bits of a number as a float32, rounded to nearest even. */
function floatBits(value: number): number {
  float[0] = value;
  return word[0];
}

function fromFloatBits(bits: number): number {
  word[0] = bits;
  return float[0];
}

export function decodeBfloat16(bits: number): number {
  return fromFloatBits(bits << 16);
}

/** Rounds to float32 and then to nearest even, as PyTorch does. NaN becomes a quiet NaN. */
export function encodeBfloat16(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  const bits = floatBits(value);
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

export function decodeFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Rounds to float32 and then to nearest even, as PyTorch does. NaN becomes a quiet NaN. */
export function encodeFloat16(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const bits = floatBits(value);
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  if (size >= 143 << 23) return sign | 0x7c00;
  if (size < 113 << 23) {
    // Adding 0.5 rounds to a multiple of 2^-24; the last bits of the sum are then its number.
    return sign | (floatBits(fromFloatBits(size) + 0.5) - (126 << 23));
  }
  return sign | ((size - (112 << 23) + 0xfff + ((size >> 13) & 1)) >>> 13);
}
