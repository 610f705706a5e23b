/** The same product as gemm.c with backend.gemm of the library, one thread. */
import { backend } from 'blasgrad';
import { readTrial, report, samplesOf } from './timing';

async function main(): Promise<void> {
  const trial = readTrial() as { n: number; samples: number; seconds: number };
  const { n } = trial;
  const a = Float32Array.from({ length: n * n }, (_, i) => (i % 7) - 3);
  const b = Float32Array.from({ length: n * n }, (_, i) => (i % 5) - 2);
  const c = new Float32Array(n * n);

  backend.setNumThreads(1);
  const multiply = (): void => backend.gemm(false, false, n, n, n, 1, a, b, 0, c);
  multiply();
  const check = c.reduce((sum, value) => sum + value, 0);
  const seconds = await samplesOf((calls) => {
    for (let i = 0; i < calls; i++) multiply();
  }, trial);
  report({ check, seconds });
}

void main();
