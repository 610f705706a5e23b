// npm run test:package runs *.check.ts with the tarballs of npm run package.
/** @type {import('jest').Config} */
module.exports = {
  ...require('../../jest.config.cjs'),
  rootDir: require('node:path').resolve(__dirname, '../..'),
  testMatch: ['<rootDir>/test/package/*.check.ts'],
  testTimeout: 300_000,
};
