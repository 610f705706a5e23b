/* global setTimeout */
// Samples of every kind, random ones among them; what goes wrong is told by options.
import { randn, tensor } from 'blasgrad';

export default class {
  constructor({ length = 10, fails = -1, exits = -1, hangs = -1, marks } = {}) {
    Object.assign(this, { length, fails, exits, hangs, marks });
  }

  async get(i, seed) {
    if (i === this.fails) this.throwUp(i);
    if (i === this.exits) process.exit(3);
    if (i === this.hangs) await new Promise((resolve) => setTimeout(resolve, 1e6));
    if (this.marks !== undefined) Atomics.add(this.marks, 0, 1);
    const noise = randn(2, 2);
    await new Promise((resolve) => setTimeout(resolve, (i * 7) % 5));
    return {
      place: i,
      noise,
      seed,
      ramp: tensor([i, i + 1], { dtype: 'float64' }),
      view: tensor([
        [i, 1],
        [2, 3],
      ]).T,
      floats: new Float32Array([i, -i]),
      bytes: new Uint8Array([i, 255]),
      even: i % 2 === 0,
      half: i / 2,
      name: `sample ${i}`,
      pair: [i, { deep: tensor(i) }],
    };
  }

  throwUp(i) {
    throw new RangeError(`sample ${i} is broken`);
  }
}
