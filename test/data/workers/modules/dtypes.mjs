/* global Buffer */
// Samples of every dtype and class of typed arrays.
import { tensor } from 'blasgrad';

const dtypes = ['float32', 'float64', 'float16', 'bfloat16', 'int64', 'int32', 'uint8', 'bool'];
const Halves = globalThis.Float16Array;

export default class {
  length = 2;

  constructor(first = 0n) {
    this.first = first;
  }

  get(i) {
    return {
      bytes: new Uint8Array([i, 255]),
      clamped: new Uint8ClampedArray([i, 300]),
      buffer: Buffer.from([i, 255]),
      longs: new BigInt64Array([BigInt(i), -1n]),
      shorts: new Uint16Array([i, 65535]),
      ...(Halves === undefined ? {} : { halves: new Halves([i, 0.5]) }),
      tensors: dtypes.map((dtype) => tensor([i, 1], { dtype })),
      big: this.first + BigInt(i),
    };
  }
}
