// CommonJS, a function, and no library: the thread does not load it.
module.exports = async (length, factor) => ({
  length,
  get: (i) => [
    new Float64Array([i * factor]),
    Object.keys(require.cache).some((file) => file.includes('blasgrad.')),
  ],
});
