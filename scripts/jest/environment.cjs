// Jest runs each test file in its own realm, with its own Float32Array and TypeError. The addon creates objects of Node's
// main realm, so `instanceof` and toThrow(TypeError) would fail. This environment gives tests the classes of the main realm,
// and makes objects that the engine creates in the test's realm instances of them too.
const { appendFileSync } = require('node:fs');
const { relative } = require('node:path');
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
    this.testFile = relative(config.globalConfig.rootDir, context.testPath);
    for (const name of [...shared, 'DataView', 'Promise']) {
      const own = this.global[name];
      const main = globalThis[name];
      if (own === main) continue;
      Object.setPrototypeOf(own.prototype, main.prototype);
      this.global[name] = main;
    }
  }

  /** Adds what this file has left out (test/support/full.ts) to the list that scripts/test.mjs prints. */
  async teardown() {
    const parts = Object.entries(this.global?.[Symbol.for('blasgrad.parts')] ?? {});
    const list = process.env.BLASGRAD_TEST_PARTS;
    if (list && parts.length > 0) {
      const texts = parts.map(([of, { kept, all }]) => `${kept} of ${all} ${of}`);
      appendFileSync(list, `  ${this.testFile}: ${texts.join(', ')}\n`);
    }
    await super.teardown();
  }
};
