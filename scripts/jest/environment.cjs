// Jest runs each test file in a realm of its own, with its own Float32Array and TypeError, but the addon makes those of
// Node's main realm: `instanceof` and toThrow(TypeError) would fail on them. Here tests get the main realm's classes,
// and what the engine itself throws or makes inside the test's realm counts as an instance of them too.
const { TestEnvironment } = require('jest-environment-node');

const shared = Object.getOwnPropertyNames(globalThis).filter(
  (name) =>
    /(Error|Array|Buffer)$/.test(name) &&
    name !== 'Array' &&
    typeof globalThis[name] === 'function',
);

module.exports = class extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    for (const name of [...shared, 'DataView', 'Promise']) {
      const own = this.global[name];
      const main = globalThis[name];
      if (own === main) continue;
      Object.setPrototypeOf(own.prototype, main.prototype);
      this.global[name] = main;
    }
  }
};
