// The ES module door: the same names, and the same instance, as require('blasgrad').
export * from './index.js';
