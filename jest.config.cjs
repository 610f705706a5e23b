/** @type {import('jest').Config} */
module.exports = {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: { '\\.ts$': '<rootDir>/scripts/jest/transform.cjs' },
  testEnvironment: '<rootDir>/scripts/jest/environment.cjs',
  maxWorkers: 2,
  testTimeout: 60_000, // some tests train; with sanitizers everything takes ten times as long
  watchman: false,
};
