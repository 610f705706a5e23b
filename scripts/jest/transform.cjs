// Turns the TypeScript of a test into JavaScript; tsc checks its types elsewhere. esbuild, because tsx runs the
// examples and the benchmarks with it too.
const { transformSync } = require('esbuild');

module.exports = {
  process(source, sourcefile) {
    return transformSync(source, {
      sourcefile,
      loader: 'ts',
      format: 'cjs',
      target: 'node20',
      sourcemap: true,
    });
  },
};
