/** @type {import('jest').Config} */
module.exports = {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: { '\\.ts$': '<rootDir>/scripts/jest/transform.cjs' },
  testEnvironment: '<rootDir>/scripts/jest/environment.cjs',
  maxWorkers: 2,
};
