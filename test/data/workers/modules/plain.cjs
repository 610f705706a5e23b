// A CommonJS function without the library, which the thread does not load.
module.exports = async (length, factor) => ({
  length,
  get: (i) => [
    new Float64Array([i * factor]),
    Object.keys(require.cache).some((file) => file.includes('blasgrad.')),
  ],
});
