/** What the library says of itself and its machine, and its threads. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { backend } from 'blasgrad';

const library = join(__dirname, '..', '..', 'dist', 'index.js');

/** What a fresh process prints under other settings. */
function inProcess(settings: Record<string, string>, print: string): unknown {
  const code = `const { backend } = require(${JSON.stringify(library)}); console.log(JSON.stringify(${print}))`;
  const env = { ...process.env, ...settings };
  return JSON.parse(execFileSync(process.execPath, ['-e', code], { env, encoding: 'utf8' }));
}

test('names versions, CPU and threads', () => {
  const info = backend.info();
  expect(info).toEqual({
    version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
    blas: 'OpenBLAS',
    blasVersion: expect.stringMatching(/^0\.\d+\.\d+/) as string,
    coreType: expect.stringMatching(/./) as string,
    simdTarget: expect.stringMatching(/./) as string,
    cpu: expect.stringMatching(/./) as string,
    cpus: expect.any(Number) as number,
    threads: backend.getNumThreads(),
    napiVersion: 8,
    warnings: expect.any(Array) as string[],
  });
  expect(info.cpus).toBeGreaterThanOrEqual(1);
});

test('the number of threads can be set', () => {
  const before = backend.getNumThreads();
  try {
    for (const count of [1, 3, 2]) {
      backend.setNumThreads(count);
      expect(backend.getNumThreads()).toBe(count);
      expect(backend.info().threads).toBe(count);
    }
  } finally {
    backend.setNumThreads(before);
  }
});

test('BLASGRAD_NUM_THREADS sets it before load; nonsense there counts as nothing', () => {
  const threads = 'backend.getNumThreads()';
  expect(inProcess({ BLASGRAD_NUM_THREADS: '3' }, threads)).toBe(3);
  const byDefault = inProcess({ BLASGRAD_NUM_THREADS: '' }, threads);
  expect(inProcess({ BLASGRAD_NUM_THREADS: 'many' }, threads)).toBe(byDefault);
  expect(inProcess({ BLASGRAD_NUM_THREADS: '-2' }, threads)).toBe(byDefault);
});

test('a forced older core type is warned of where the CPU has AVX-512', () => {
  const forced = inProcess(
    { OPENBLAS_CORETYPE: 'Haswell' },
    'backend.info()',
  ) as backend.BackendInfo;
  const hasAvx512 = forced.simdTarget.startsWith('AVX3');
  if (hasAvx512) expect(forced.warnings.join()).toMatch(/OPENBLAS_CORETYPE=Haswell/);
  else expect(forced.warnings).toEqual([]);
  expect(inProcess({ OPENBLAS_CORETYPE: '' }, 'backend.info().cpus')).toBe(forced.cpus);
});
