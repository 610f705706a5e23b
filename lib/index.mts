// The types of the ES module door. The door itself, dist/blasgrad.mjs, opens on the same instance as require('blasgrad').
export * from './index.js';
