/** @type {import('jest').Config} */
module.exports = {
  // The library's files one by one, so that tests can look behind single ones; child processes load it as users do.
  moduleNameMapper: { '^blasgrad$': '<rootDir>/dist/index.js' },
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: { '\\.ts$|/github-slugger/': '<rootDir>/scripts/jest/transform.cjs' },
  transformIgnorePatterns: ['/node_modules/(?!github-slugger/)'], // it has an ES module only
  testEnvironment: '<rootDir>/scripts/jest/environment.cjs',
  maxWorkers: 2,
  testTimeout: 60_000, // some tests train; with sanitizers everything takes ten times as long
  watchman: false,
};
