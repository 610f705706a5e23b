/** The same product as gemm.c through the library's bare GEMM, one thread. */
import { backend } from 'blasgrad';
import { medianTime, report } from './timing';

const n = Number(process.argv[2] ?? 1024);
const calls = Number(process.argv[3] ?? 20);
const a = Float32Array.from({ length: n * n }, (_, i) => (i % 7) - 3);
const b = Float32Array.from({ length: n * n }, (_, i) => (i % 5) - 2);
const c = new Float32Array(n * n);

backend.setNumThreads(1);
const seconds = medianTime(calls, () => backend.gemm(false, false, n, n, n, 1, a, b, 0, c));
report({
  seconds,
  checksum: c.reduce((sum, value) => sum + value, 0),
  core: backend.info().coreType,
});
