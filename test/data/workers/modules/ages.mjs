// Numbers of which few are not integers; the options say what is read.
export default class {
  constructor({ length = 10, fraction = 7, isAsync = false } = {}) {
    Object.assign(this, { length, fraction, isAsync });
  }

  get(i) {
    const sample = { age: i === this.fraction ? 25.5 : i, label: i % 2, pair: [i, i / 4] };
    return this.isAsync ? Promise.resolve(sample) : sample;
  }
}
